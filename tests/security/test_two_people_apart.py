"""Two people in turn in one warm process: nothing of one is in an answer, a page or a row of the other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.security.figures import Figures, storm_size
from tests.world import World, WorldClient

NAMES = ("Wilhelmina", "Lovelace"), ("Bartholomew", "Marley")
"""Long ones, which no cursor holds by chance."""
CANARIES = ("CANARY0ADA", "CANARY1BOB")
TURNS = storm_size(50, 250)


@pytest.fixture
def people() -> Iterator[list[WorldClient]]:
    world = World()
    handler = world.new_handler()
    made = []
    for name in NAMES:
        profile = world.create_profile(f"profile of {name[0]}")
        made.append(WorldClient(world, handler, world.log_in(profile, world.create_person(*name, "Sales"))))
    yield made
    handler.close()


def calls(turn: int, canary: str) -> list[tuple[str, dict[str, Any]]]:
    return [
        ("create_task", {"Title": f"{canary} {turn}"}),
        ("get_current_user", {}),
        ("list_tasks", {"Mine": True}),
        ("list_my_changes", {}),
        ("list_accounts", {"Search": f"{canary} {turn}"}),
        ("get_account", {"AccountCode": canary}),
    ]


def test_nothing_of_one_reaches_the_other(people: list[WorldClient], figures: Figures) -> None:
    world, tried = people[0].world, 0
    for turn in range(TURNS):
        world.clock.move(seconds=1)
        for mine, theirs in ((0, 1), (1, 0)):
            foreign = (CANARIES[theirs], *(word.lower() for word in NAMES[theirs]), people[theirs].headers["X-API-Key"])
            for tool, arguments in calls(turn, CANARIES[mine]):
                told = str(people[mine].call_tool(tool, **arguments).document)
                tried += 1
                assert not [word for word in foreign if word in told or word in told.lower()], (tool, told)
    for row in world.audit_rows():
        who = [" ".join(name) for name in NAMES].index(row["person_name"])
        assert row["profile_key"] == people[who].headers["X-API-Key"]
        assert CANARIES[1 - who] not in str(row)
    figures.record("calls of two people in turn", tried=tried)
