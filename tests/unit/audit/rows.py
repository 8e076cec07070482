"""Rows for the tests of the API Log."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import repeat
from typing import Any

from affino_mcp.audit.log import new_row_id
from affino_mcp.audit.row import ALL_CALLS_PARTITIONS, AuditRow, Outcome, all_calls_partition
from affino_mcp.clock import format_iso

NOON = datetime(2026, 11, 10, 12, 0, tzinfo=UTC)
TABLE = "audit"


class Hands:
    """A clock that tests set."""

    def __init__(self, moment: datetime = NOON) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        return self.moment

    def move(self, **by: float) -> None:
        self.moment += timedelta(**by)


def row(moment: datetime = NOON, **given: Any) -> AuditRow:
    """Gives the row of a call by Jane on account 12."""
    usual: dict[str, Any] = {
        "id": new_row_id(moment),
        "at": format_iso(moment),
        "profile_key": "K1",
        "profile_name": "all",
        "method": "get_account",
        "outcome": Outcome.OK,
        "status": 200,
        "family": "accounts",
        "access": "read",
        "person_code": 7,
        "person_name": "Jane Doe",
        "person_email": "jane@orbital.example",
        "arguments": {"AccountCode": 12},
        "record": "accounts#12",
        "request_id": "request-1",
    }
    return AuditRow(**usual | given)


def row_of_one_partition(moment: datetime, **given: Any) -> AuditRow:
    """Gives such a row, in the first of the partitions that hold all calls."""
    ids = (new_row_id(moment) for _ in repeat(None))
    own = next(id_ for id_ in ids if all_calls_partition(id_) == ALL_CALLS_PARTITIONS[0])
    return row(moment, **{"id": own} | given)


def refusal(moment: datetime = NOON, **given: Any) -> AuditRow:
    """Gives the row of a call that exceeded the rate limit."""
    error = {"code": -31029, "type": "rate_limited", "message": "The rate limit is reached."}
    usual: dict[str, Any] = {"outcome": Outcome.REFUSED, "status": 429, "error": error, "record": ""}
    return row(moment, **usual | given)
