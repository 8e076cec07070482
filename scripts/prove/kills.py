"""Kills the service under load again and again, and compares what the API Log says with what was done."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from scripts.prove import ledger
from scripts.prove.emulated import EmulatedService, emulated_service
from scripts.prove.ledger import Ledger
from scripts.prove.load import LoadClient, McpCaller, SentCall, make_contacts
from scripts.prove.mortal_service import MortalService
from scripts.prove.operators import KilledOperator, OperatorFigures, close_and_compare

CLIENTS = 4
LIFE_SECONDS = (0.02, 0.35)
"""The shortest and the longest life under load, before SIGKILL."""


@dataclass(frozen=True)
class KillFigures:
    """What was sent while the service was killed, and what it came to."""

    kills: int
    calls: int
    cut: int
    keyed: int
    keyed_twice: list[str]
    told_and_missing: list[str]
    ledger: Ledger
    operators: OperatorFigures

    @property
    def faults(self) -> list[str]:
        """Everything that does not add up, by name."""
        return [
            *[f"an effect without a row: {name}" for name in self.ledger.without_row],
            *[f"a row without its effect: {name}" for name in self.ledger.without_effect],
            *[f"one key, not one record: {name}" for name in self.keyed_twice],
            *[f"told as done and not there: {name}" for name in self.told_and_missing],
            *[f"begun and never closed: {name}" for name in self.operators.left_open],
            *[f"an operator's row that is not true: {name}" for name in self.operators.untrue],
        ]


@dataclass
class KillProof:
    """The service, its clients and its killer. `show` gets the number of each kill."""

    emulated: EmulatedService
    kills: int
    folder: Path
    show: Callable[[int], None]
    ended: threading.Event = field(default_factory=threading.Event)

    def run(self) -> KillFigures:
        """Runs the load and the kills; gives the figures."""
        service = MortalService(self.emulated.settings, self.folder / "service.log")
        operator = KilledOperator(self.emulated, self.folder)
        try:
            service.start()
            first = McpCaller(service.url, self.emulated.headers)
            contacts = make_contacts(first)
            first.close()
            sent = self._kill_under_load(service, contacts, operator)
            repeated = self._repeat_keyed(service, sent)
        finally:
            service.kill()
        return self._figures(sent, repeated, close_and_compare(self.emulated, operator))

    def _kill_under_load(self, service: MortalService, contacts: list[int], operator: KilledOperator) -> list[SentCall]:
        clients = [
            LoadClient(number, service, self.emulated.headers, contacts, self.ended) for number in range(CLIENTS)
        ]
        threads = [threading.Thread(target=client.run, daemon=True) for client in clients]
        threads.append(threading.Thread(target=operator.run, args=(self.ended,), daemon=True))
        chance = random.Random(self.kills)  # noqa: S311 (no secret)
        for thread in threads:
            thread.start()
        for number in range(self.kills):
            self.ended.wait(chance.uniform(*LIFE_SECONDS))
            service.kill()
            self.show(number + 1)
            service.start()
        self.ended.set()
        for thread in threads:
            thread.join()
        return [call for client in clients for call in client.sent]

    def _repeat_keyed(self, service: MortalService, sent: list[SentCall]) -> list[SentCall]:
        """Repeats each call that has a key, whether or not it was answered."""
        caller = McpCaller(service.url, self.emulated.headers)
        keyed = [call for call in sent if "IdempotencyKey" in call.arguments]
        again = [caller.call_tool(call.tool, **call.arguments) for call in keyed]
        caller.close()
        return again

    def _figures(self, sent: list[SentCall], repeated: list[SentCall], operators: OperatorFigures) -> KillFigures:
        settings = self.emulated.settings
        records = self.emulated.scan(settings.records_table)
        accounts, members = ledger.accounts_by_name(records), ledger.members_of(records)
        return KillFigures(
            self.kills,
            len(sent),
            sum(call.answer is None for call in sent),
            len(repeated),
            [_subject(call) for call in repeated if not (call.is_done and _is_once(call, accounts, members))],
            [_subject(call) for call in sent if call.is_done and not _is_once(call, accounts, members)],
            ledger.compare(records, self.emulated.scan(settings.audit_table)),
            operators,
        )


def _subject(call: SentCall) -> str:
    return f"{call.tool} {call.arguments.get('Name') or call.arguments.get('ContactListCode')}"


def _is_once(call: SentCall, accounts: dict[str, int], members: dict[str, set[int]]) -> bool:
    """Whether the effect of a call is there once."""
    match call.tool:
        case "create_account":
            return accounts.get(call.arguments["Name"]) == 1
        case "add_contact_list_members":
            there = members.get(f"contact_lists#{call.arguments['ContactListCode']}")
            return there == set(call.arguments["UserCodes"])
    return True


def prove_kills(kills: int, folder: Path, show: Callable[[int], None]) -> KillFigures:
    """Kills the service this many times under load; gives the figures."""
    with emulated_service(folder) as emulated:
        return KillProof(emulated, kills, folder, show).run()
