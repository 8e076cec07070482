"""AWS's JSON protocol over persistent HTTP connections, signed by botocore.

A full boto3 client costs 300 ms at start and 2 ms of CPU a call; a request signed by botocore's own signer and sent by
urllib3 costs half the start and a third of the call (docs/performance.md, docs/decisions/0003). botocore provides the
credentials, their refresh and the signature; this module provides the JSON envelope.
"""

from __future__ import annotations

import json
from typing import Any, Final, Protocol

import urllib3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

from affino_mcp.store.ops import StoreUnavailable
from affino_mcp.store.retry import back_off

MAX_REQUEST_ATTEMPTS: Final = 3
REQUEST_TIMEOUT: Final = urllib3.Timeout(connect=1.0, read=4.0)
_RETRYABLE_ERRORS: Final = frozenset(
    {
        "ProvisionedThroughputExceededException",
        "ThrottlingException",
        "RequestLimitExceeded",
        "InternalServerError",
        "ServiceUnavailable",
        "InternalFailure",
        "TransactionConflictException",  # the write conflicts with a transaction
        "TransactionInProgressException",  # a resent one; its token gives the result
    }
)


class AwsError(Exception):
    """AWS returned an error; holds its short name and the whole answer."""

    def __init__(self, name: str, answer: dict[str, Any]) -> None:
        super().__init__(name)
        self.name = name
        self.answer = answer


def pause_before_attempt(attempt: int) -> None:
    """Sleeps before an attempt: not before the first, then longer each time, with jitter."""
    if attempt:
        back_off(attempt, base=0.05, longest=0.8)


class AwsCredentials(Protocol):
    """The interface of botocore's credential objects."""

    def get_frozen_credentials(self) -> Any:
        """Gives a consistent set of key, secret and token, refreshed when needed."""


class AwsJsonEndpoint:
    """The JSON endpoint of one AWS service."""

    def __init__(
        self, service: str, target: str, version: str, endpoint: str, region: str, credentials: AwsCredentials
    ) -> None:
        self._pool = urllib3.PoolManager(maxsize=16, retries=False, timeout=REQUEST_TIMEOUT)
        self._url = endpoint.rstrip("/") + "/"
        self._target, self._type = target, f"application/x-amz-json-{version}"
        self._signing = (service, region)
        self._credentials = credentials

    def call_operation(self, operation: str, body: dict[str, Any]) -> dict[str, Any]:
        """Sends a request, again on faults of the network or the service; gives the parsed JSON.

        Raises AwsError for an error that the caller must handle; StoreUnavailable when the service does not answer,
        throttles or fails after three attempts.
        """
        data = json.dumps(body, separators=(",", ":")).encode()
        for attempt in range(MAX_REQUEST_ATTEMPTS):
            pause_before_attempt(attempt)
            answer = self._send_once(operation, data)
            if answer is not None:
                return answer
        raise StoreUnavailable

    def _send_once(self, operation: str, data: bytes) -> dict[str, Any] | None:
        try:
            response = self._pool.request("POST", self._url, body=data, headers=self._signed_headers(operation, data))
            answer: dict[str, Any] = json.loads(response.data or b"{}")
        except (urllib3.exceptions.HTTPError, ValueError):
            return None
        if response.status == 200:
            return answer
        name = str(answer.get("__type", "")).rpartition("#")[2]
        if response.status >= 500 or name in _RETRYABLE_ERRORS:
            return None
        raise AwsError(name, answer)

    def _signed_headers(self, operation: str, data: bytes) -> dict[str, str]:
        headers = {"Content-Type": self._type, "X-Amz-Target": f"{self._target}.{operation}"}
        request = AWSRequest("POST", self._url, data=data, headers=headers)
        service, region = self._signing
        SigV4Auth(self._credentials.get_frozen_credentials(), service, region).add_auth(request)
        return dict(request.headers.items())
