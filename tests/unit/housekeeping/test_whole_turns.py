"""Whole turns of housekeeping over a log with calls and operators' deeds: counted, closed, written after all, and signed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from affino_mcp import housekeeping_wiring
from affino_mcp.audit.hour_positions import load_positions
from affino_mcp.audit.hourly_rollup import MIN_SAVED_ROWS
from affino_mcp.audit.log import new_row_id
from affino_mcp.audit.open_rows import begun_writes
from affino_mcp.audit.row import AuditRow, Outcome, row_item
from affino_mcp.clock import format_iso
from affino_mcp.gate.identity.row_keys import unlogged_deed_key
from affino_mcp.store.ops import Put
from affino_mcp.store.testing.memory_archive import MemoryArchive
from tests.clock import START
from tests.unit.audit.integrity.sealed_log import MemorySigner
from tests.world import World, WorldClient


class Day:
    """A service whose housekeeping does everything."""

    def __init__(self) -> None:
        self.world = World()
        self.archive = MemoryArchive()
        self.stores = replace(self.world.stores, archive=self.archive, signer=MemorySigner())

    def run_turn(self, minutes: int) -> dict[str, dict[str, object]]:
        """Moves the clock and runs one turn; gives the figures of its jobs."""
        self.world.clock.move(minutes=minutes)
        settings = self.world.settings
        return {
            name: dict(each)
            for name, each in housekeeping_wiring.build_housekeeping(settings, self.stores, self.world.clock)().items()
        }

    def make_calls(self) -> None:
        """Three calls of one person."""
        world, handler = self.world, self.world.new_handler()
        client = WorldClient(
            world, handler, world.log_in(world.create_profile(), world.create_person("Jane", "Doe", "Sales"))
        )
        assert all(client.call_tool("list_accounts").result is not None for _ in range(3))
        handler.close()

    def deed(self, channel: str = "control") -> AuditRow:
        """The row of an operator's deed of this moment, or of a call."""
        named, now = ("control", "Control Centre", "disable_person"), self.world.clock()
        return AuditRow(new_row_id(now), format_iso(now), *named, outcome=Outcome.OK, status=200, channel=channel)

    def fill_hour(self, rows: int) -> None:
        """Calls of this moment."""
        for _ in range(rows):
            self.world.database.put(Put(self.world.settings.audit_table, row_item(self.deed("mcp"))))

    def leave_deeds(self) -> None:
        """A deed that was begun and never closed, and one that was done while the log was down."""
        world = self.world
        first, second = self.deed(), self.deed()
        world.database.transact(begun_writes(world.settings.audit_table, new_row_id(world.clock()), first), "a token")
        place = unlogged_deed_key(second.id)
        world.database.put(Put(world.settings.gate_table, {**place._asdict(), "row": row_item(second)}))


@pytest.fixture
def day() -> Day:
    return Day()


def test_calls_are_counted_and_signed(day: Day) -> None:
    day.run_turn(0)
    day.make_calls()
    signed = [day.run_turn(10)["digests"]["rows"] for _ in range(12)]
    assert sum(map(int, map(str, signed))) == 3
    assert day.archive.objects


def test_a_busy_hour_is_counted_on_from_where_the_last_turn_ended(day: Day) -> None:
    day.fill_hour(MIN_SAVED_ROWS + 1)
    day.run_turn(20)
    day.fill_hour(1)
    day.run_turn(20)
    found = load_positions(day.world.database, day.world.settings.audit_table, START, day.world.clock())
    assert set(found) == {"2026-11-23T09"}


def test_deeds_that_nobody_closed_are_closed_and_written(day: Day) -> None:
    day.leave_deeds()
    assert day.run_turn(20)["operator rows"] == {"unlogged": 1, "closed": 1}
    assert day.run_turn(5)["operator rows"] == {"unlogged": 0, "closed": 0}
