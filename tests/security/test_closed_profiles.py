"""A profile opens what it says and nothing else: no write by any name on a read-only one, nothing on an empty one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from affino_mcp.catalogue.capability import SWITCHED_FAMILIES, Access
from affino_mcp.catalogue.list_mode import ListMode
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.gate.identity.permissions import SECURITY_GROUPS
from affino_mcp.gate.profiles.profiles import FamilyAccess
from tests.flow.test_permission_product import outcome, spellings
from tests.security.figures import Figures
from tests.world import World, WorldClient

WRITES = [name for name, method in METHODS.items() if method.access is Access.WRITE]
UNKNOWN = -32602


@dataclass
class Closed:
    """Somebody with every right, on a profile that opens less."""

    client: WorldClient

    def stored(self) -> list[str]:
        """Every record."""
        world = self.client.world
        return sorted(str(row) for row in world.database.list_rows(world.settings.records_table))


def closed(families: FamilyAccess, *, compact: bool = False) -> Iterator[Closed]:
    world = World()
    handler = world.new_handler()
    profile = world.profiles.create(
        "closed", families, 6000, burst=6000, mode=ListMode.COMPACT if compact else ListMode.FULL
    )
    yield Closed(
        WorldClient(world, handler, world.log_in(profile, world.create_person("Una", "Mighty", *SECURITY_GROUPS)))
    )
    handler.close()


@pytest.fixture(scope="module", params=[False, True], ids=["full list", "compact"])
def reader(request: pytest.FixtureRequest) -> Iterator[Closed]:
    yield from closed({family: frozenset({Access.READ}) for family in SWITCHED_FAMILIES}, compact=request.param)


@pytest.fixture(scope="module")
def stranger() -> Iterator[Closed]:
    yield from closed({})


def test_no_write_by_any_name_on_a_read_only_profile(reader: Closed, figures: Figures) -> None:
    before, tried = reader.stored(), 0
    for name in WRITES:
        for spelling in spellings(name):
            tried += 1
            reader.client.world.clock.move(seconds=0.02)
            found = outcome(reader.client, spelling)["type"]
            assert found == ("tool_disabled" if spelling == name else UNKNOWN), spelling
    assert reader.stored() == before
    figures.record("write tools by any name on a read-only profile", tried=tried, of=2 * tried)


def test_no_write_through_the_compact_tools(reader: Closed, figures: Figures) -> None:
    before = reader.stored()
    for name in WRITES:
        reader.client.world.clock.move(seconds=0.1)
        answer = reader.client.call_tool("call_tool", Name=name, Arguments={})
        told = answer.document.get("error", {}).get("code") or answer.error["type"]
        assert told in {"tool_disabled", UNKNOWN}, name
    assert reader.stored() == before
    figures.record("write tools through the compact ones on a read-only profile", tried=len(WRITES), of=2 * len(WRITES))


OPEN_TO_ALL = {"get_current_user", "report_missing"}


def test_an_empty_profile_opens_who_am_i_and_what_is_missing(stranger: Closed, figures: Figures) -> None:
    found = {name: outcome(stranger.client, name)["type"] for name in METHODS}
    assert {name for name, told in found.items() if told != "tool_disabled"} == OPEN_TO_ALL
    assert set(stranger.client.list_tool_names()) == OPEN_TO_ALL
    figures.record("tools on an empty profile", tried=len(found))
