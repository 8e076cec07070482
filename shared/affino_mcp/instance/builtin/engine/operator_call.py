"""Calls that an operator makes on records: somebody with access to the stores, not a person of the instance."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from affino_mcp.instance.port import Call, CallLog, NoCallLog

OPERATOR_CHANNEL: Final = "operator"


@dataclass(frozen=True)
class Operator:
    """The actor of an operator's call."""

    name: str = "Operator"
    user_code: int = 0
    groups: tuple[str, ...] = ()

    def has_right(self, right: str, at: datetime) -> bool:  # noqa: ARG002 (the Actor's form)
        """Always False: an operator holds no record rights, so this actor cannot act on records."""
        return False


def make_operator_call(at: datetime, log: CallLog | None = None) -> Call:
    """Makes the Call of one write by an operator; without a log it has no row in the API Log."""
    return Call(
        actor=Operator(),
        profile="",
        readable=lambda _: True,
        at=at,
        request_id=str(uuid.uuid4()),
        cursor_key=b"",
        log=log or NoCallLog(),
        channel=OPERATOR_CHANNEL,
    )
