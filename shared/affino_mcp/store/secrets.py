"""Secrets: named JSON documents in versions. A reader names the version, so it never reads an outdated one."""

from __future__ import annotations

import json
from typing import Any, Protocol

from affino_mcp.store.ops import StoreUnavailable
from affino_mcp.store.wire import AwsError, AwsJsonEndpoint

SecretDocument = dict[str, Any]


class SecretStore(Protocol):
    """Reads and writes named documents. Every method may raise StoreUnavailable."""

    def read(self, name: str, version: str) -> SecretDocument:
        """Gives the document of exactly this version; raises KeyError when there is none."""

    def write(self, name: str, version: str, document: SecretDocument) -> None:
        """Stores a new version under the caller's version id (32-64 characters).

        Creates the secret if there is none.
        """


class AwsSecretStore:
    """Secrets in AWS Secrets Manager."""

    def __init__(self, endpoint: AwsJsonEndpoint) -> None:
        self._endpoint = endpoint

    def read(self, name: str, version: str) -> SecretDocument:
        """See SecretStore."""
        try:
            answer = self._endpoint.call_operation("GetSecretValue", {"SecretId": name, "VersionId": version})
        except AwsError as error:
            raise _error_from_aws(error, name) from error
        document: SecretDocument = json.loads(answer["SecretString"])
        return document

    def write(self, name: str, version: str, document: SecretDocument) -> None:
        """See SecretStore."""
        body = {"ClientRequestToken": version, "SecretString": json.dumps(document)}
        try:
            self._endpoint.call_operation("PutSecretValue", {"SecretId": name, **body})
        except AwsError as error:
            if error.name != "ResourceNotFoundException":
                raise StoreUnavailable(error.name) from error
            self._create_secret(name, body)

    def _create_secret(self, name: str, body: SecretDocument) -> None:
        # Created empty, then written: MiniStack's CreateSecret ignores the version id, PutSecretValue keeps it.
        try:
            self._endpoint.call_operation("CreateSecret", {"Name": name, "Description": "An API Profile of Affino MCP"})
            self._endpoint.call_operation("PutSecretValue", {"SecretId": name, **body})
        except AwsError as error:
            raise StoreUnavailable(error.name) from error


def _error_from_aws(error: AwsError, name: str) -> Exception:
    missing = error.name in ("ResourceNotFoundException", "InvalidRequestException")
    return KeyError(name) if missing else StoreUnavailable(error.name)
