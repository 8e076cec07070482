"""The demo's records: every tool finds one to be tried on, the same in every run, and a filling goes on after a break."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from affino_mcp.catalogue.capability import Access
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.local.demo_records import BEGUN_FILE, SeedFailed, ToolCaller, make_lanes
from tests.unit.local.demo_service import DemoService, list_records
from tests.unit.local.finder import Finder
from tests.unit.local.tryouts_crm import CRM_TRYOUTS
from tests.unit.local.tryouts_website import WEBSITE_TRYOUTS

TRYOUTS = CRM_TRYOUTS | WEBSITE_TRYOUTS
CALLS = sum(map(len, make_lanes().values()))


@pytest.fixture
def call(service: DemoService) -> Iterator[ToolCaller]:
    service.world.clock.move(seconds=30)  # the profile's limit is that of one moment
    with service.caller() as caller:
        yield caller


def test_every_tool_is_tried() -> None:
    assert set(TRYOUTS) == set(METHODS)


@pytest.mark.parametrize("tool", METHODS)
def test_the_demo_has_something_to_try_the_tool_on(call: ToolCaller, tool: str) -> None:
    role, arguments_for = TRYOUTS[tool]
    arguments = dict(arguments_for(Finder(call, role)))
    if METHODS[tool].access is Access.WRITE:
        assert call(role, tool, {**arguments, "DryRun": True})
        return
    answer = call(role, tool, arguments)
    lists = {name: value for name, value in answer.items() if isinstance(value, list) and name != "Warnings"}
    assert answer
    if tool.startswith("list_"):
        assert [name for name, rows in lists.items() if not rows] == []


def test_a_filling_that_was_broken_off_goes_on_and_makes_the_same_records(service: DemoService, tmp_path: Path) -> None:
    made = DemoService(tmp_path)

    def break_off(_: str, amount: str) -> None:
        if amount.startswith("100 "):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        made.fill(break_off)
    assert (tmp_path / BEGUN_FILE).exists()
    made.world.clock.move(seconds=60)
    amounts: list[str] = []
    assert made.fill(lambda _, amount: amounts.append(amount)) == CALLS
    assert amounts[-1] == f"{CALLS} of {CALLS} calls"
    assert list_records(made) == list_records(service)
    assert not (tmp_path / BEGUN_FILE).exists()
    made.world.clock.move(seconds=60)
    assert made.fill() == 0


def test_a_filling_that_was_broken_off_long_ago_is_told_and_makes_no_doubles(tmp_path: Path) -> None:
    made, said = DemoService(tmp_path), list[str]()
    (tmp_path / BEGUN_FILE).touch()
    os.utime(tmp_path / BEGUN_FILE, (0, 0))
    assert made.fill(lambda step, *_: said.append(step)) == 0
    assert "FRESH=1" in said[0]


def test_a_step_that_is_refused_ends_both_lanes_and_is_named(tmp_path: Path) -> None:
    made = DemoService(tmp_path)
    made.world.profiles.change(made.profile.key, families={"media_items": frozenset()})
    with pytest.raises(SeedFailed, match="create_media_item"):
        made.fill()
    assert (tmp_path / BEGUN_FILE).exists()
