"""What is told of a call to a store or an instance that was given up: its cause, never a key or a value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from affino_mcp.value_class import value_class

ACCESS_ERRORS: Final = frozenset(
    {
        "AccessDeniedException",
        "ExpiredTokenException",
        "IncompleteSignatureException",
        "InvalidSignatureException",
        "KMSAccessDeniedException",
        "MissingAuthenticationTokenException",
        "ResourceNotFoundException",
        "UnrecognizedClientException",
        "untrusted",
    }
)
"""AWS's names for requests that the role, the credentials or a missing table make impossible, and the word for an instance whose
certificate no trusted authority vouches for: an operator must act."""
SILENT_ERRORS: Final = frozenset({"connect", "read_timeout", "broken", "deadline", "unavailable"})
"""The names of errors where no answer came, so that every further request would wait as long."""
_ACCESS_STATUSES: Final = frozenset({401, 403})


@value_class
class GivenUpCall:
    """One call that was given up.

    `service` is AWS's short name of the store, or `instance`. `place` is the table, or the folder of a secret, an object or
    an instance's address. `error` is AWS's own name of the error, or `connect`, `untrusted`, `read_timeout`, `broken`,
    `not_json`, `deadline`. `status` is 0 without an HTTP answer.
    """

    service: str
    operation: str
    place: str
    error: str
    status: int
    aws_request_id: str
    attempts: int
    duration_ms: int

    @property
    def is_access_refused(self) -> bool:
        """True when trying again is no use, because the service is not let in."""
        return self.error in ACCESS_ERRORS or self.status in _ACCESS_STATUSES


Report = Callable[[GivenUpCall], None]
"""Takes note of a call that was given up."""


def report_to_nobody(_: GivenUpCall) -> None:
    """Takes no note: for commands, which tell their user themselves."""


def request_place(body: Mapping[str, Any]) -> str:
    """Gives the table or tables of a request to DynamoDB, or the folder of a secret; empty for other requests."""
    if "TransactItems" in body:
        tables = {part["TableName"] for item in body["TransactItems"] for part in item.values()}
        return "+".join(sorted(tables))
    if "RequestItems" in body:
        return "+".join(sorted(body["RequestItems"]))
    named = body.get("SecretId") or body.get("Name")
    return str(named).rpartition("/")[0] if named else str(body.get("TableName", ""))
