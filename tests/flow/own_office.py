"""An office at the Hub: two people who sell, each with an agent; one of them before a browser."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

import pytest

from tests.flow.hub_visitor import HubVisitor
from tests.world import World, WorldClient

SAL, RIVAL = "sal.seller@affino.example", "rita.rival@affino.example"


@dataclass
class Office:
    """Sal, who sells, with an agent and a browser; Rita, who sells too."""

    visitor: HubVisitor
    agent: WorldClient
    rita: WorldClient

    @property
    def world(self) -> World:
        return self.agent.world

    def own_rows(self) -> list[tuple[str, str, str, str]]:
        """What people did in the browser: deed, outcome, who, where."""
        rows = [row for row in self.world.audit_rows() if row["channel"] == "control"]
        return [(row["method"], row["outcome"], row["person_name"], row["client_name"]) for row in rows]

    def account(self, code: int) -> dict[str, object]:
        found: dict[str, object] = self.agent.call_tool("get_account", AccountCode=code).result["Account"]
        return found


@pytest.fixture
def office() -> Iterator[Office]:
    visitor = HubVisitor(World())
    world = visitor.world
    sal, rita = visitor.enrol("Sal", "Seller", "Sales Managers"), visitor.enrol("Rita", "Rival", "Sales")
    profile = world.create_profile("CRM Sales Agent")
    with closing(world.new_handler()) as handler:
        agents = [WorldClient(world, handler, world.log_in(profile, code)) for code in (sal, rita)]
        yield Office(visitor, *agents)


@pytest.fixture
def worked(office: Office) -> Office:
    """Sal's agent has made two accounts, changed one and was refused one; Sal is logged in."""
    office.agent.call_tool("create_account", Name="Orbital Labs")
    office.agent.call_tool("create_account", Name="Lunar <b>Works</b>")
    office.agent.call_tool("update_account", AccountCode=1, City="Leeds", Website="https://o.example")
    assert office.agent.call_tool("get_account", AccountCode=99).error["type"] == "not_found"
    office.agent.call_tool("list_accounts")
    office.rita.call_tool("create_account", Name="Rita's secret")
    office.world.clock.move(minutes=5)
    assert office.visitor.log_in(SAL).headers["location"] == "/hub/work"
    return office
