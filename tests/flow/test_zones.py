"""A person's time zone: today, days that last until their end, moments without a zone. Answers are in UTC."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affino_mcp.instance.builtin.crm.due_dates import is_over, make_due_filter
from affino_mcp.instance.builtin.engine.operator_call import make_operator_call
from affino_mcp.settings import Settings
from affino_mcp.tool_errors import InvalidArgument
from affino_mcp.zones import require_zone
from tests.world import World, WorldClient

ZONES = ("UTC", "Europe/London", "America/Los_Angeles", "Pacific/Kiritimati", "Asia/Kathmandu", "Pacific/Pago_Pago")


def in_zone(world: World, client: WorldClient, zone: str) -> None:
    """Gives the client's person a time zone; their session goes on."""
    code = client.call_tool("get_current_user").result["UserCode"]
    world.people.change(code, zone=zone)


# The test's clock stands at 2026-11-23 09:00 UTC, a Monday.
DAYS = [("UTC", "2026-11-23", "Monday"), ("Pacific/Kiritimati", "2026-11-23", "Monday"),
        ("Pacific/Pago_Pago", "2026-11-22", "Sunday")]  # fmt: skip


@pytest.mark.parametrize(("zone", "today", "weekday"), DAYS, ids=[d[0] for d in DAYS])
def test_today_is_the_persons(world: World, manager: WorldClient, zone: str, today: str, weekday: str) -> None:
    in_zone(world, manager, zone)
    me = manager.call_tool("get_current_user").result
    assert (me["TimeZone"], me["Today"], me["Weekday"]) == (zone, today, weekday)


def test_the_instance_has_a_zone_for_those_who_have_none() -> None:
    world = World(settings=Settings(time_zone="Asia/Tokyo"))
    handler = world.new_handler()
    client = WorldClient(
        world, handler, world.log_in(world.create_profile(), world.create_person("Sam", "Seller", "Sales"))
    )
    made = client.call_tool("create_task", Title="Call", DueDate="2026-11-24T09:00").result
    assert client.call_tool("get_current_user").result["TimeZone"] == "Asia/Tokyo"
    handler.close()
    assert made["Task"]["DueDate"] == "2026-11-24T00:00:00Z"
    assert [w["Message"] for w in made["Warnings"] if w["Argument"] == "DueDate"] == [
        "DueDate names no time zone; it was taken as Asia/Tokyo."
    ]


@pytest.mark.parametrize("zone", ZONES)
def test_a_day_is_due_until_its_end(world: World, manager: WorldClient, zone: str) -> None:
    in_zone(world, manager, zone)
    today = date.fromisoformat(manager.call_tool("get_current_user").result["Today"])
    for title, days in (("yesterday", -1), ("today", 0), ("tomorrow", 1)):
        due = (today + timedelta(days=days)).isoformat()
        made = manager.call_tool("create_task", Title=title, DueDate=due).result["Task"]
        assert (made["DueDate"], made["Overdue"]) == (due, title == "yesterday")
    manager.call_tool("create_task", Title="no date").result  # noqa: B018
    for timing, titles in (("overdue", ["yesterday"]), ("today", ["today"]), ("upcoming", ["tomorrow"])):
        rows = manager.call_tool("list_tasks", Timing=timing).result["Items"]
        assert [row["Title"] for row in rows] == titles
    between = manager.call_tool("list_tasks", DueFrom=today.isoformat(), DueTo=today.isoformat()).result["Items"]
    assert [row["Title"] for row in between] == ["today"]


def test_a_zone_that_does_not_exist_is_refused(world: World, manager: WorldClient) -> None:
    code = manager.call_tool("get_current_user").result["UserCode"]
    for zone in ("Atlantis/Town", "../../etc/passwd", "x" * 1000, "Europe/\nLondon", "london"):
        with pytest.raises(InvalidArgument) as error:
            world.people.change(code, zone=zone)
        assert error.value.details["argument"] == "zone"
    world.people.change(code, zone="Europe/London")
    assert world.people.change(code, zone="").zone == ""


START = datetime(2026, 11, 20, tzinfo=UTC)
MOMENTS = st.timedeltas(timedelta(0), timedelta(days=7)).map(lambda after: START + after)
DUES = MOMENTS.flatmap(
    lambda moment: st.sampled_from([moment.date().isoformat(), moment.isoformat().removesuffix("+00:00") + "Z"])
)


@given(DUES, MOMENTS, st.sampled_from(ZONES))
def test_every_due_date_has_exactly_one_timing(due: str, at: datetime, zone: str) -> None:
    call = replace(make_operator_call(at), zone=require_zone(zone))
    found: list[str] = []
    for timing in ("overdue", "today", "upcoming"):
        due_filter = make_due_filter({"Timing": timing}, call)
        assert due_filter is not None
        found += [timing] if due_filter.fits(due) else []
        stored = due if "T" not in due or "." in due else due.removesuffix("Z") + ".000000Z"
        inside = (due_filter.span.low or "") <= f"{stored}#7" <= (due_filter.span.high or "~")
        assert inside or not due_filter.fits(due)
    assert len(found) == 1
    assert is_over(due, call) == (found == ["overdue"])


def test_zones_are_known_without_the_systems_files() -> None:
    code = "from affino_mcp.zones import find_zone; print([find_zone(z) is not None for z in ('Europe/London', 'A/B')])"
    ran = subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONTZPATH": ""}, capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == "[True, False]"
