"""The digest job: its figures, where it goes on, and the metric DigestLate."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from affino_mcp import housekeeping_wiring, observability
from affino_mcp.clock import format_iso
from affino_mcp.deadline import count_down, deadline
from affino_mcp.housekeeping.turn import HousekeepingFailed
from affino_mcp.store.ops import Key, Put
from affino_mcp.store.testing.memory_archive import MemoryArchive
from tests.unit.audit.integrity.sealed_log import MINUTE, MemorySigner
from tests.world import World

POSITION = Key("H#digests", "A")


class House:
    """A service whose housekeeping signs digests."""

    def __init__(self) -> None:
        self.world, self.objects = World(), MemoryArchive()
        self.stores = replace(self.world.stores, archive=self.objects, signer=MemorySigner())

    def turn(self, minutes: float = 5) -> Any:
        """Moves the clock and runs one turn; gives the digest job's figures."""
        self.world.clock.move(minutes * 60)
        return housekeeping_wiring.build_housekeeping(self.world.settings, self.stores, self.world.clock)()["digests"]

    def lateness(self, minutes: float, capsys: pytest.CaptureFixture[str]) -> int:
        """How often DigestLate is counted in the turn after so many minutes."""
        capsys.readouterr()
        with suppress(HousekeepingFailed):
            self.turn(minutes)
        lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "DigestLate" in line]
        return len(lines)


@pytest.fixture
def house() -> House:
    observability.process_logger()
    return House()


def test_each_turn_closes_what_is_due_and_says_how_far_it_came(house: House) -> None:
    assert house.turn(0) == {"closed": 1, "rows": 0, "late": 0, "until": "2026-11-23T08:45:00.000000Z"}
    assert house.turn(1)["closed"] == 0
    assert house.turn(14)["closed"] == 3
    assert len(house.objects.objects) == 4


def test_a_turn_without_time_leaves_the_windows_to_the_next(house: House) -> None:
    house.turn()
    with deadline(count_down(5)):
        assert house.turn(60)["closed"] == 0
    assert house.turn(0)["closed"] == 12


def test_the_position_is_where_the_chain_ends(house: House) -> None:
    house.turn(0)
    row = house.world.database.get(house.world.settings.audit_table, POSITION)
    assert row
    assert (row["ends"], row["made"]) == ("2026-11-23T08:45:00.000000Z", format_iso(house.world.clock()))


SPOILT: list[dict[str, Any]] = [
    {},
    {"ends": 7},
    {"ends": "x", "made": "y", "identity": ""},
    {"ends": "2026-11-23T08:00:00", "made": "2026-11-23T08:00:00", "identity": ""},
]


@pytest.mark.parametrize("position", SPOILT, ids=str)
def test_a_position_that_somebody_spoilt_is_not_believed(house: House, position: dict[str, Any]) -> None:
    house.turn()
    house.world.database.put(Put(house.world.settings.audit_table, {**POSITION._asdict(), **position}))
    assert house.turn()["closed"] == 1


def test_a_digest_that_is_not_made_for_half_an_hour_is_late(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    assert house.lateness(0, capsys) == 0
    house.objects.broken = True
    assert [house.lateness(10, capsys) for _ in range(4)] == [0, 0, 0, 1]
    house.objects.broken = False
    assert house.lateness(5, capsys) == 0


def test_a_clock_that_was_set_back_is_told_too(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    house.turn(0)
    assert [house.lateness(minutes, capsys) for minutes in (-20, -40, 80)] == [0, 1, 0]
    house.world.clock.move(-MINUTE.total_seconds() * 60 * 24 * 900)
    assert house.lateness(0, capsys) == 1
    assert len(house.objects.objects) == 4 + 1


def test_a_service_that_signs_nothing_has_no_such_job() -> None:
    world = World()
    assert "digests" not in housekeeping_wiring.build_housekeeping(world.settings, world.stores, world.clock)()
