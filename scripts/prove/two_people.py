"""Two people in turn in one warm process of the runtime client: nothing of one reaches the other."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.build import Build
from scripts.prove.emulated import EmulatedService
from scripts.prove.runtime_api import RuntimeApi
from scripts.prove.runtime_client import FunctionCaller, running_endpoint

PEOPLE = ("Ada Lovelace", "Bob Marley")
ROUNDS = 10
WRONG_CALLS = 8


@dataclass(frozen=True)
class TwoPeopleFigures:
    """Calls of two people in turn, the answers that held something of the other, and how wrong credentials ended."""

    calls: int
    failed: int
    leaks: int
    refused: int

    @property
    def faults(self) -> list[str]:
        """Everything that is not as it should be, by name."""
        found = [f"{self.failed} calls failed"] if self.failed else []
        found += [f"{self.leaks} answers hold something of the other person"] if self.leaks else []
        return found + ([] if self.refused == WRONG_CALLS else [f"{self.refused} of {WRONG_CALLS} wrong calls refused"])


def prove_two_people(emulated: EmulatedService, build: Build, log: Path, rounds: int = ROUNDS) -> TwoPeopleFigures:
    """Sends the calls of two people, each with a profile of the person's own, to one process; gives the figures."""
    headers = [emulated.add_caller(name, "Sales") for name in PEOPLE]
    with running_endpoint(emulated, emulated.settings.aws_endpoint, build, log) as api:
        answers = [
            (number, FunctionCaller(api, headers[number]).call_tool(tool, **arguments))
            for turn in range(rounds)
            for tool, arguments in _calls(turn)
            for number in range(len(PEOPLE))
        ]
        refused = _count_refused(api, headers)
    failed = [answer for _, answer in answers if answer[0] != 200 or answer[1].get("result", {}).get("isError")]
    leaks = [document for number, (_, document) in answers if _holds(document, PEOPLE[1 - number])]
    return TwoPeopleFigures(len(answers), len(failed), len(leaks), refused)


def _calls(turn: int) -> list[tuple[str, dict[str, Any]]]:
    return [
        ("create_task", {"Title": f"Task {turn}"}),
        ("get_current_user", {}),
        ("list_tasks", {"Mine": True}),
        ("list_my_changes", {}),
    ]


def _holds(document: dict[str, Any], name: str) -> bool:
    """Whether an answer holds a part of this person's name, which is also in the e-mail address."""
    text = json.dumps(document).lower()
    return any(part in text for part in name.lower().split())


def _count_refused(api: RuntimeApi, headers: list[dict[str, str]]) -> int:
    """How many calls with mixed up or wrong credentials are refused, each after a right one."""
    first, second = headers
    wrong = [
        {name: value for name, value in first.items() if name != "Authorization"},
        first | {"X-API-Key": second["X-API-Key"]},
        first | {"X-API-Secret": second["X-API-Secret"]},
        first | {"Authorization": "Bearer " + "x" * 43},
    ] * (WRONG_CALLS // 4)
    refused = 0
    for mixed in wrong:
        assert FunctionCaller(api, first).call_tool("get_current_user")[0] == 200
        refused += FunctionCaller(api, mixed).call_tool("get_current_user")[0] == 401
    return refused
