"""Before a narrower setting is saved, the recent calls that it would refuse are shown."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from affino_mcp.catalogue.capability import Access, Family
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
from tests.unit.control_edge.desk import OperatorBrowser, text_of
from tests.world import WorldClient

BOTH = frozenset(Access)
GRID = ["accounts.read", "accounts.write", "tasks.read", "tasks.write"]


@pytest.fixture
def profile(operator: OperatorBrowser) -> Profile:
    return operator.world.create_profile("Sales", {Family.ACCOUNTS: BOTH, Family.TASKS: BOTH}, 300)


@pytest.fixture
def seller(operator: OperatorBrowser, profile: Profile) -> Iterator[WorldClient]:
    handler: LambdaHandler = operator.world.new_handler()
    code = operator.world.create_person("Sal", "Seller", "Sales")
    yield WorldClient(operator.world, handler, operator.world.log_in(profile, code))
    handler.close()


def save(desk: OperatorBrowser, profile: Profile, rate: str = "300", **given: str | list[str]) -> str:
    path = f"/profiles/{profile.key}/edit"
    answer = desk.send(path, name="Sales", rate=rate, burst="", notes="", **given)
    return text_of(answer) if answer.status_code == 200 else str(answer.status_code)


def test_calls_that_would_be_refused_are_named_by_person_and_tool(
    operator: OperatorBrowser, profile: Profile, seller: WorldClient
) -> None:
    for _ in range(3):
        seller.call_tool("list_tasks")
    seller.call_tool("list_accounts")
    page = save(operator, profile, grid=GRID[:2])
    assert "3 calls of the newest 4 calls" in page
    assert "Sal Seller list_tasks tasks.read 3" in page
    assert operator.world.profiles.get(profile.key).profile.version == profile.version, "nothing is saved yet"


def test_it_is_saved_after_a_look_at_it(operator: OperatorBrowser, profile: Profile) -> None:
    path = f"/profiles/{profile.key}/edit"
    shown = operator.send(path, name="Sales", rate="300", burst="", notes="", grid=GRID[:2])
    assert "Nobody used this profile in the last 7 days." in text_of(shown)
    assert operator.send(path, shown, grid=GRID[:2]).status_code == 303
    assert not operator.world.profiles.get(profile.key).profile.capability.allows("tasks", Access.READ)


def test_a_lower_limit_is_measured_against_the_busiest_minute(
    operator: OperatorBrowser, profile: Profile, seller: WorldClient
) -> None:
    for _ in range(5):
        seller.call_tool("list_accounts")
    assert "from 300 to 2 calls a minute; the busiest minute of these calls had 5" in save(
        operator, profile, "2", grid=GRID
    )


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"rate": "0"}, "The rate must be a whole number from 1"),
        ({"name": " "}, "The name must be 1 to 100"),
        ({"burst": "0"}, "The burst must be a whole number from 1"),
        ({"notes": "x" * 2001}, "The notes can have at most"),
    ],
    ids=lambda given: "" if isinstance(given, str) else next(iter(given)),
)
def test_nobody_looks_at_the_effect_of_what_cannot_be_saved(
    operator: OperatorBrowser, profile: Profile, given: dict[str, str], text: str
) -> None:
    entered = {"name": "Sales", "rate": "300", "burst": "", "notes": "", "grid": GRID[:2], **given}
    answer = operator.send(f"/profiles/{profile.key}/edit", **entered)
    assert (answer.status_code, text in text_of(answer)) == (400, True)
    assert operator.operator_rows() == []


def test_back_to_the_form_keeps_what_was_entered(operator: OperatorBrowser, profile: Profile) -> None:
    path = f"/profiles/{profile.key}/edit"
    shown = operator.send(path, name="Sales & more", rate="200", burst="", notes="Why", grid=GRID[:2])
    form = operator.send(path, shown, grid=GRID[:2], back="yes")
    assert form.status_code == 200
    assert all(part in form.text for part in ('value="Sales &amp; more"', 'value="200"', ">Why</textarea>"))
    assert [switch in form.text for switch in ('value="tasks.read" data', 'value="accounts.read" data')] == [True, True]
    assert form.text.count(" checked") == 2
    assert operator.operator_rows() == []


def test_wider_settings_are_not_asked_about(operator: OperatorBrowser, profile: Profile) -> None:
    assert save(operator, profile, grid=[*GRID, "notes.read"]) == "303"


def test_the_question_costs_three_store_calls(operator: OperatorBrowser, profile: Profile, seller: WorldClient) -> None:
    seller.call_tool("list_tasks")
    operator.get(f"/profiles/{profile.key}/edit")
    page = operator.get(f"/profiles/{profile.key}/edit")
    operator.world.watched.calls.clear()
    operator.send(f"/profiles/{profile.key}/edit", page, name="Sales", rate="300", burst="", notes="", grid=GRID[:2])
    assert len(operator.world.watched.calls) <= 3
