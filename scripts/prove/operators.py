"""Operators' commands in processes of their own, which are killed; housekeeping closes what they began."""

from __future__ import annotations

import os
import random
import sys
import threading
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from affino_mcp import housekeeping_wiring
from affino_mcp.cli import app
from affino_mcp.clock import utc_now
from affino_mcp.local.connection import Connection, store_settings, write_connection
from affino_mcp.local.stores import open_emulator_stores
from affino_mcp.settings import Settings
from affino_mcp.store.ops import Item
from scripts.prove.emulated import EmulatedService, emulator_variables
from scripts.prove.ledger import read_rows
from scripts.prove.mortal_service import forking_context, redirect_output

LIFE_SECONDS = (0.03, 0.6)
"""The shortest and the longest life of a command, before SIGKILL."""
CLOSING_AGE = timedelta(minutes=15)
"""The age at which housekeeping must have closed what was begun."""
ENDS = {"ok", "error", "not_done", "unknown"}
_SWITCHED = {"disable_profile": False, "enable_profile": True}


@dataclass(frozen=True)
class OperatorFigures:
    """The commands that were killed, what they began, and what is not closed or not true afterwards."""

    commands: int
    rows: int
    begun: int
    closed_by_housekeeping: int
    left_open: list[str]
    untrue: list[str]


@dataclass
class KilledOperator:
    """An operator whose commands are killed at random moments, one after the other."""

    emulated: EmulatedService
    folder: Path
    commands: int = 0
    names: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._file, self._context = self.folder / "connection.json", forking_context()
        self.switched = self.emulated.add_profile("Switched").key
        self._chance = random.Random(1)  # noqa: S311 (no secret)
        url = "http://127.0.0.1:1"
        settings = self.emulated.settings
        write_connection(
            self._file, Connection(f"{url}/mcp", f"{url}/rest", settings.instance, stores=store_settings(settings))
        )

    def run(self, ended: threading.Event) -> None:
        """Starts commands and kills each, until `ended` is set."""
        while not ended.is_set():
            self.kill_command(self._choose_command(), self._chance.uniform(*LIFE_SECONDS))

    def kill_command(self, words: list[str], life_seconds: float) -> None:
        """Runs one command for as long as this, then ends it with SIGKILL."""
        log = self.folder / "operator.log"
        arguments = (words, self._file, self.emulated.settings, log)
        command = self._context.Process(target=run_command, args=arguments, daemon=True)
        command.start()
        command.join(life_seconds)
        command.kill()
        command.join()
        self.commands += 1

    def _choose_command(self) -> list[str]:
        if self._chance.random() < 0.5 or not self.names:
            self.names.append(f"P{len(self.names)}")
            return ["profile", "create", "--name", self.names[-1], "--family", "accounts=read"]
        return ["profile", self._chance.choice(["disable", "enable"]), self.switched]


def run_command(words: list[str], connection: Path, settings: Settings, log: Path) -> None:
    """Runs one `affino-mcp` command in this process."""
    redirect_output(log)
    os.environ.update(emulator_variables(settings))
    sys.argv = ["affino-mcp", *words, "--connection", str(connection), "--json"]
    app.main()


def keep_house(settings: Settings, log: Path) -> None:
    """Does one turn of housekeeping in this process, at the moment at which everything begun is of the closing age."""
    redirect_output(log)
    os.environ.update(emulator_variables(settings))
    housekeeping_wiring.build_housekeeping(settings, open_emulator_stores(settings), _later)()


def close_and_compare(emulated: EmulatedService, operator: KilledOperator) -> OperatorFigures:
    """Runs housekeeping when everything begun is of the closing age, and compares its rows with what is there."""
    before = _operators_rows(emulated)
    turn = forking_context().Process(target=keep_house, args=(emulated.settings, operator.folder / "house.log"))
    turn.start()
    turn.join()
    assert turn.exitcode == 0, "housekeeping could not do its work"
    after = _operators_rows(emulated)
    begun = {row["request_id"] for row in after if row["outcome"] == "begun"}
    closed = {row["request_id"] for row in after if row["outcome"] in ENDS}
    return OperatorFigures(
        operator.commands,
        len(after),
        len(begun),
        len(after) - len(before),
        sorted(begun - closed),
        [*_untrue_creations(emulated, after), *_untrue_switch(emulated, after, operator.switched)],
    )


def _later() -> datetime:
    return utc_now() + CLOSING_AGE + timedelta(seconds=5)


def _operators_rows(emulated: EmulatedService) -> list[Item]:
    return [row for row in read_rows(emulated.scan(emulated.settings.audit_table)) if row["channel"] == "control"]


def _untrue_switch(emulated: EmulatedService, rows: list[Item], key: str) -> list[str]:
    """The switch of a profile that is not as the last row about it says."""
    deeds = [row for row in rows if row["method"] in _SWITCHED and row["outcome"] == "ok" and row["profile_key"] == key]
    told = _SWITCHED[max(deeds, key=lambda row: str(row["id"]))["method"]] if deeds else True
    (row,) = [row for row in emulated.scan(emulated.settings.gate_table) if row["pk"] == f"PROFILE#{key}"]
    return [] if row["enabled"] == told else [f"the last row says enabled={told}, the profile says {row['enabled']}"]


def _untrue_creations(emulated: EmulatedService, rows: list[Item]) -> list[str]:
    """Profiles that are there without a row that says so, and rows that say so without a profile."""
    there = Counter(
        row["name"] for row in emulated.scan(emulated.settings.gate_table) if row["pk"].startswith("PROFILE#")
    )
    made = Counter(row["profile_name"] for row in rows if row["method"] == "create_profile" and row["outcome"] == "ok")
    not_made = {
        row["profile_name"] for row in rows if row["method"] == "create_profile" and row["outcome"] == "not_done"
    }
    ours = {name: count for name, count in there.items() if name.startswith("P")}
    found = [f"{name}: a profile without a row" for name in (Counter(ours) - made)]
    found += [f"{name}: a row without a profile" for name in (made - Counter(ours))]
    return found + [f"{name}: not done, says its row, and there" for name in not_made & ours.keys()]
