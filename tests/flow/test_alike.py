"""What looks the same is the same: names of possible duplicates, values that show nothing, and moments cut by a client."""

from __future__ import annotations

from typing import Any

import pytest

from tests.flow import crm
from tests.world import World, WorldClient

NAMES = [
    # a name that is there, a new name, whether they look alike
    ("Orbital Labs", "ORBITAL  LABS", True),
    ("Orbital Labs", "Orbital-Labs", True),
    ("Orbital Labs", "Orbital Labs.", True),
    ("Orbital Labs", "Órbital\u00a0Labs", True),
    ("Orbital Labs", "Orbital\u200b Labs", True),
    ("Işık Łódź", "ISIK LODZ", True),
    ("Soren Aero", "Søren Ærø", True),
    ("काला", "कीली", False),
    ("Orbital Labs", "Orbital Lab", False),
    ("Orbital Labs", "Orbital Labs 2", False),
    ("R&D", "R & D", True),
    ("!!!", "!!!", True),
    ("!!!", "???", False),
]


@pytest.mark.parametrize(("there", "new", "alike"), NAMES, ids=[f"{there}, {new}" for there, new, _ in NAMES])
@pytest.mark.parametrize("tool", ["create_account", "create_contact_list", "create_account_list"])
def test_a_record_that_looks_the_same_is_a_possible_duplicate(
    manager: WorldClient, tool: str, there: str, new: str, alike: bool
) -> None:
    name = "Name" if tool == "create_account" else "Title"
    assert manager.call_tool(tool, **{name: there}).result
    told = manager.call_tool(tool, **{name: new}).result["Warnings"]
    assert ("POSSIBLE_DUPLICATE" in crm.codes(told)) is alike


NOTHING = {
    "blanks": " \t ",
    "a wide blank": "\u3000",
    "a blank of Braille": "\u2800",
    "no width": "\u200b\u2060\ufeff",
    "a soft hyphen": "\u00ad",
    "a filler": "\u3164\uffa0",
    "marks of direction": "\u200e\u200f",
    "a joiner": "\u200d",
}
REQUIRED: dict[str, tuple[str, dict[str, Any]]] = {
    "create_account": ("Name", {}),
    "create_contact": ("FirstName", {"Email": "a@o.example", "LastName": "B"}),
    "create_task": ("Title", {}),
    "create_note": ("Body", {"AccountCode": 1}),
    "create_contact_list": ("Title", {}),
}


@pytest.mark.parametrize("nothing", NOTHING.values(), ids=NOTHING)
@pytest.mark.parametrize("tool", REQUIRED)
def test_a_value_that_shows_nothing_is_empty(manager: WorldClient, tool: str, nothing: str) -> None:
    crm.account(manager)
    name, more = REQUIRED[tool]
    error = manager.call_tool(tool, **{name: nothing}, **more).error
    assert (error["type"], error["details"]["argument"]) == ("validation_error", name)


CUTS = [
    # how a client writes the moment that it was given, and whether that is the same moment
    pytest.param(lambda moment: moment, True, id="whole"),
    pytest.param(lambda moment: f"{moment[:23]}Z", True, id="milliseconds"),
    pytest.param(lambda moment: f"{moment[:23]}000Z", False, id="a microsecond of zeros"),
    pytest.param(lambda moment: f"{moment[:23]}+00:00", True, id="milliseconds and an offset"),
    pytest.param(lambda moment: f"{moment[:22]}9Z", False, id="another millisecond"),
    pytest.param(lambda moment: f"{moment[:19]}Z", False, id="seconds"),
    pytest.param(lambda moment: f"{moment[:23]}999Z", False, id="another microsecond"),
]


@pytest.mark.parametrize(("cut", "same"), CUTS)
@pytest.mark.parametrize("tool", ["update_account", "update_contact", "update_opportunity"])
def test_a_moment_cut_to_milliseconds_is_the_same(
    world: World, manager: WorldClient, tool: str, cut: Any, same: bool
) -> None:
    world.clock.move(seconds=0.123456)
    made = {
        "update_account": lambda: manager.call_tool("create_account", Name="Orbital").result["Account"],
        "update_contact": lambda: manager.call_tool(
            "create_contact", Email="a@o.example", FirstName="A", LastName="B"
        ).result["Contact"],
        "update_opportunity": lambda: manager.call_tool(
            "create_opportunity", AccountCode=crm.account(manager), Title="Sale"
        ).result["Opportunity"],
    }[tool]()
    key, change = {
        "update_account": ("AccountCode", {"City": "Leeds"}),
        "update_contact": ("UserCode", {"Title": "Dr"}),
        "update_opportunity": ("OpportunityCode", {"Source": "Fair"}),
    }[tool]
    answer = manager.call_tool(tool, **{key: made[key]}, **change, IfUpdated=cut(made["UpdatedDate"]))
    assert answer.result if same else answer.error["details"]["argument"] == "IfUpdated"
