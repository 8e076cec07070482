"""Calls that an operator makes on records: somebody with access to the stores, not a person of the instance."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Final

from affino_mcp.instance.port import Actor, Call, CallLog, NoCallLog
from affino_mcp.instance.upkeep import Operator

OPERATOR_CHANNEL: Final = "operator"


def make_operator_call(at: datetime, log: CallLog | None = None, by: Actor | None = None) -> Call:
    """Makes the Call of one write by an operator: the person or shell that acts, and the row of the API Log, if any."""
    return Call(
        actor=by or Operator(),
        profile="",
        readable=lambda _: True,
        at=at,
        request_id=str(uuid.uuid4()),
        cursor_key=b"",
        log=log or NoCallLog(),
        channel=OPERATOR_CHANNEL,
    )
