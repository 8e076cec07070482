"""Secrets: named JSON documents in versions. A reader names the version, so it never reads an outdated one."""

from __future__ import annotations

import json
from typing import Any, Protocol

from affino_mcp.compact_json import from_json
from affino_mcp.store.faults import AccessRefused, StoreUnavailable, Unanswered
from affino_mcp.store.given_up import ACCESS_ERRORS
from affino_mcp.store.wire import AwsError, AwsJsonEndpoint

SecretDocument = dict[str, Any]


class SecretStore(Protocol):
    """Reads and writes named documents. Every method may raise StoreUnavailable, `write` also Unanswered."""

    def read(self, name: str, version: str) -> SecretDocument:
        """Gives the document of exactly this version; raises KeyError when there is none."""

    def write(self, name: str, version: str, document: SecretDocument) -> None:
        """Stores a new version under the caller's version id (32-64 characters).

        Creates the secret if there is none.
        """

    def remove(self, name: str) -> None:
        """Removes the secret with all its versions, for good; does nothing when there is none. May raise Unanswered."""


class AwsSecretStore:
    """Secrets in AWS Secrets Manager."""

    def __init__(self, endpoint: AwsJsonEndpoint) -> None:
        self._endpoint = endpoint

    def read(self, name: str, version: str) -> SecretDocument:
        """See SecretStore."""
        body = {"SecretId": name, "VersionId": version}
        try:
            answer = self._endpoint.call_operation("GetSecretValue", body)
        except AwsError as error:
            if error.name in ("ResourceNotFoundException", "InvalidRequestException"):
                raise KeyError(name) from error
            raise self._give_up("GetSecretValue", body, error) from error
        document: SecretDocument = from_json(answer["SecretString"])
        return document

    def write(self, name: str, version: str, document: SecretDocument) -> None:
        """See SecretStore."""
        body = {"SecretId": name, "ClientRequestToken": version, "SecretString": json.dumps(document)}
        try:
            self._endpoint.call_operation("PutSecretValue", body, has_token=True)
        except AwsError as error:
            if error.name != "ResourceNotFoundException":
                raise self._give_up("PutSecretValue", body, error) from error
            self._create_secret(name, body)

    def remove(self, name: str) -> None:
        """See SecretStore. Without a recovery window: what is removed can be read by nobody any more."""
        body = {"SecretId": name, "ForceDeleteWithoutRecovery": True}
        try:
            self._endpoint.call_operation("DeleteSecret", body)
        except AwsError as error:
            if error.name != "ResourceNotFoundException":
                raise self._give_up("DeleteSecret", body, error) from error

    def _create_secret(self, name: str, body: SecretDocument) -> None:
        # Created empty, then written: MiniStack's CreateSecret ignores the version id, PutSecretValue keeps it.
        wanted = {"Name": name, "Description": "An API Profile of Affino MCP"}
        for operation, asked in (("CreateSecret", wanted), ("PutSecretValue", body)):
            try:
                self._endpoint.call_operation(operation, asked, has_token=operation == "PutSecretValue")
            except AwsError as error:
                if not (error.resent and error.name == "ResourceExistsException"):
                    raise self._give_up(operation, asked, error) from error

    def _give_up(self, operation: str, body: SecretDocument, error: AwsError) -> StoreUnavailable:
        self._endpoint.report_given_up(operation, body, error.fault)
        if error.resent:
            return Unanswered(error.name)
        return AccessRefused(error.name) if error.name in ACCESS_ERRORS else StoreUnavailable(error.name)
