"""Secrets: named JSON documents in versions. A reader names the version, so it never reads an outdated one."""

from __future__ import annotations

import json
from typing import Any, Protocol

from affino_mcp.store.ops import StoreUnavailable
from affino_mcp.store.wire import AwsError, AwsJson

Document = dict[str, Any]


class Secrets(Protocol):
    """Reads and writes named documents. Every method may raise StoreUnavailable."""

    def read(self, name: str, version: str) -> Document:
        """Gives the document of exactly this version; raises KeyError when there is none."""

    def write(self, name: str, version: str, document: Document) -> None:
        """Stores a new version under the caller's version id (32-64 characters).

        Creates the secret if there is none.
        """


class AwsSecrets:
    """Secrets in AWS Secrets Manager."""

    def __init__(self, endpoint: AwsJson) -> None:
        self._endpoint = endpoint

    def read(self, name: str, version: str) -> Document:
        """See Secrets."""
        try:
            answer = self._endpoint.call("GetSecretValue", {"SecretId": name, "VersionId": version})
        except AwsError as error:
            raise _missing_or_unavailable(error, name) from error
        document: Document = json.loads(answer["SecretString"])
        return document

    def write(self, name: str, version: str, document: Document) -> None:
        """See Secrets."""
        body = {"ClientRequestToken": version, "SecretString": json.dumps(document)}
        try:
            self._endpoint.call("PutSecretValue", {"SecretId": name, **body})
        except AwsError as error:
            if error.name != "ResourceNotFoundException":
                raise StoreUnavailable(error.name) from error
            self._create(name, body)

    def _create(self, name: str, body: Document) -> None:
        # Created empty, then written: MiniStack's CreateSecret ignores the version id, PutSecretValue keeps it.
        try:
            self._endpoint.call("CreateSecret", {"Name": name, "Description": "An API Profile of Affino MCP"})
            self._endpoint.call("PutSecretValue", {"SecretId": name, **body})
        except AwsError as error:
            raise StoreUnavailable(error.name) from error


def _missing_or_unavailable(error: AwsError, name: str) -> Exception:
    missing = error.name in ("ResourceNotFoundException", "InvalidRequestException")
    return KeyError(name) if missing else StoreUnavailable(error.name)
