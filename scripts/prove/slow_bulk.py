"""A change of many members in AWS's own runtime client, in front of a store that answers slowly."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from scripts.build import Build
from scripts.prove import ledger
from scripts.prove.emulated import EmulatedService
from scripts.prove.ledger import Ledger
from scripts.prove.runtime_client import FUNCTION_SECONDS, FunctionCaller, running_endpoint
from scripts.prove.slow_store import SlowStore, slow_store

MEMBERS = 180
STORE_SECONDS = 0.9


@dataclass(frozen=True)
class SlowBulkFigures:
    """What became of one change of so many members."""

    members: int
    seconds: float
    status: int
    added: int
    left_out: int
    after_repeat: int
    answer_is_true: bool
    ledger: Ledger

    @property
    def faults(self) -> list[str]:
        """Everything that is not as it should be, by name."""
        found = [*self.ledger.without_row, *self.ledger.without_effect]
        found += [] if self.status == 200 else [f"status {self.status}"]
        found += [] if self.seconds < FUNCTION_SECONDS else ["no answer before the deadline"]
        found += [] if self.added and self.added + self.left_out == self.members else ["members that nobody names"]
        found += [] if self.answer_is_true else ["the answer, the list and the rows differ"]
        return found + ([] if self.after_repeat == self.members else ["the repeated call did not finish the change"])


def prove_slow_bulk(
    emulated: EmulatedService, build: Build, log: Path, members: int = MEMBERS, told_seconds: float | None = None
) -> SlowBulkFigures:
    """Adds many members to a list while each answer of the store takes 0.9 s; gives the figures.

    `told_seconds`: what the function is told that it has, when that is less than its time-out.
    """
    with slow_store(emulated.settings.aws_endpoint) as store, running_endpoint(emulated, store.url, build, log) as api:
        return _add_slowly(emulated, store, FunctionCaller(api, emulated.headers), members, told_seconds)


def _add_slowly(
    emulated: EmulatedService, store: SlowStore, caller: FunctionCaller, count: int, told_seconds: float | None
) -> SlowBulkFigures:
    person = {"FirstName": "M", "LastName": "Doe"}
    members = [
        caller.made("create_contact", "Contact", "UserCode", Email=f"m{n}@o.example", **person) for n in range(count)
    ]
    code = caller.made("create_contact_list", "ContactList", "ContactListCode", Title="Slow")
    asked = {"ContactListCode": code, "UserCodes": members}
    store.delay, caller.told_seconds, started = STORE_SECONDS, told_seconds, time.monotonic()
    status, document = caller.call_tool("add_contact_list_members", **asked)
    seconds, store.delay, caller.told_seconds = time.monotonic() - started, 0.0, None
    told = document["result"]["structuredContent"] if status == 200 else {"Added": [], "NotProcessed": []}
    added = {member["UserCode"] for member in told["Added"]}
    is_true = added == _on_list(emulated, code) and sorted(told["NotProcessed"]) == sorted(set(members) - added)
    caller.call_tool("add_contact_list_members", **asked)
    records, audit = (emulated.scan(name) for name in (emulated.settings.records_table, emulated.settings.audit_table))
    after = len(_on_list(emulated, code))
    return SlowBulkFigures(
        count, seconds, status, len(added), len(told["NotProcessed"]), after, is_true, ledger.compare(records, audit)
    )


def _on_list(emulated: EmulatedService, code: int) -> set[int]:
    records = emulated.scan(emulated.settings.records_table)
    return ledger.members_of(records).get(f"contact_lists#{code}", set())
