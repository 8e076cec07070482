"""What became of a write that was sent and not answered: the instance is asked, and nothing is sent again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from affino_mcp.http.outgoing import ForeignAnswer
from affino_mcp.instance.elsewhere import CallCredentials
from affino_mcp.instance.remote.exchange import InstanceExchange
from affino_mcp.instance.remote.requests import outcome_request
from affino_mcp.instance.upkeep import WriteOutcome
from affino_mcp.store.retry import back_off

MAX_QUESTIONS: Final = 5
_RECORD: Final = re.compile(r"[a-z_]{1,60}#[0-9]{1,15}")


class ToldOutcome(NamedTuple):
    """The outcome that the instance tells, with the write's answer where it gives it, and in whose name it was made."""

    outcome: WriteOutcome
    answer: Mapping[str, Any] | None = None
    acted_as: str = ""
    record: str = ""


def ask_outcome(exchange: InstanceExchange, key: str, request_id: str, credentials: CallCredentials) -> ToldOutcome:
    """Asks what became of the write that this request sent with this key, until the instance knows or the time is over."""
    for attempt in range(MAX_QUESTIONS):
        if attempt:
            back_off(attempt, base=0.1, longest=1.0)
        told = read_outcome(exchange.send(outcome_request(key, request_id), credentials, again=True))
        if told.outcome is not WriteOutcome.UNKNOWN or exchange.seconds_left() <= 0:
            return told
    return ToldOutcome(WriteOutcome.UNKNOWN)


def read_outcome(answer: ForeignAnswer) -> ToldOutcome:
    """Gives the outcome in an answer; UNKNOWN in an answer that says nothing."""
    document = answer.document or {}
    said = str(document.get("Outcome", ""))
    if answer.status != 200 or said not in set(WriteOutcome):
        return ToldOutcome(WriteOutcome.UNKNOWN)
    body = document.get("Answer")
    acted_as = answer.headers.get("actedas", "")
    record = document.get("Record")
    named = record if isinstance(record, str) and _RECORD.fullmatch(record) else ""
    return ToldOutcome(WriteOutcome(said), body if isinstance(body, dict) else None, acted_as, named)
