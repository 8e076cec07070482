"""A stock for merges in steps: two contacts who are one person, with much on the second; each test finds it as it was made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from affino_mcp.instance.builtin.engine.index import facet_partition
from affino_mcp.store.testing.faulty_database import FaultyDatabase, StoreFault
from tests.flow import crm
from tests.flow.merged_stock import every_about, fill, full_state, make_full_janes
from tests.world import Response, World, WorldClient


class FaultySteps(FaultyDatabase):
    """Its faults hit the transactions of records alone, by their number from 0."""

    def _next_fault(self, method: str, *tables: str) -> StoreFault | None:
        is_step = method == "transact" and any("records" in table for table in tables)
        return super()._next_fault(method, *tables) if is_step else None


@dataclass
class Stage:
    """A stock that every test finds as it was made: two contacts who are one person, with much on the second."""

    world: World
    person: int
    manager: WorldClient
    steps: FaultySteps
    kept: int
    other: int
    state: list[Any]

    def merge(self, **more: Any) -> Response:
        asked = {"UserCode": self.kept, "MergeUserCode": self.other}
        return self.manager.call_tool("merge_contacts", **asked, **more)

    def stop_at(self, step: int, fault: StoreFault = StoreFault.BEFORE) -> Response:
        """A merge whose step of this number, and all later ones, the store does not take."""
        self.steps.arm({step: fault}, lasting=fault is StoreFault.BEFORE)
        answer = self.merge(IdempotencyKey="m")
        self.steps.arm({})
        return answer

    def read_state(self) -> list[Any]:
        return full_state(self.manager, self.kept, self.other)

    def hanging(self, code: int) -> int:
        """How many notes, tasks and opportunities name a contact."""
        table, facets = self.world.settings.records_table, (f"scope=contacts#{code}", f"user={code}")
        kinds = ("notes", "tasks", "opportunities")
        partitions = {facet_partition(kind, facet) for kind in kinds for facet in facets}
        return sum(row["pk"] in partitions for row in self.world.database.list_rows(table))

    def rows_of(self, method: str) -> list[dict[str, Any]]:
        return [row for row in self.world.audit_rows() if row["method"] == method and not row["dry_run"]]


def make_stage() -> Stage:
    """Makes a service, its manager, and the stock."""
    world = World()
    person = world.create_person("Sam", "Manager", "Sales Managers", "Legal")
    manager = WorldClient(world, world.new_handler(), world.log_in(world.create_profile(), person))
    kept, other = make_full_janes(manager)
    world.watched.inner = steps = FaultySteps(world.database)
    return Stage(world, person, manager, steps, kept, other, full_state(manager, kept, other))


def fill_account(client: WorldClient) -> tuple[int, int]:
    kept, other = crm.account(client), crm.account(client, "Orbital Labs Ltd")
    people = [crm.contact(client, f"Joe{number}") for number in range(25)]
    for place, who in enumerate(people):
        asked = {"UserCode": who, "AccountCode": other, "Primary": place == 3}
        client.call_tool("link_contact_to_account", **asked).result  # noqa: B018
    client.call_tool("link_contact_to_account", UserCode=people[5], AccountCode=kept, Primary=True).result  # noqa: B018
    for number in range(8):
        crm.account(client, f"Moon {number}", ParentCode=other)
        crm.opportunity(client, other, PrimaryContactCode=people[number])
    fill(client, 10, AccountCode=other)
    return kept, other


def account_state(client: WorldClient, *codes: int) -> list[Any]:
    found = full_state(client)
    return [found, [every_about(client, AccountCode=code) for code in codes]]
