"""Every read tool answers the attributes that Fields names alone, refuses other names, and signs no address twice."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from affino_mcp.catalogue.capability import Access
from affino_mcp.catalogue.method import FIELDS
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.instance.token_estimate import estimate_tokens
from affino_mcp.local.demo_records import ToolCaller
from affino_mcp.store.testing.memory_files import MEMORY_URL
from tests.unit.local.demo_service import DemoService
from tests.unit.local.finder import Finder
from tests.unit.local.test_demo import TRYOUTS

READS = [name for name, m in METHODS.items() if m.access is Access.READ and FIELDS in m.all_arguments]


@pytest.fixture
def call(service: DemoService) -> Iterator[ToolCaller]:
    service.world.clock.move(seconds=60)
    with service.caller() as caller:
        yield caller


def records_of(tool: str, answer: dict[str, Any]) -> list[dict[str, Any]]:
    """The records of an answer: the rows of its lists, or the one that it gets."""
    parts = (
        [answer["Items"]] if "Items" in answer else [answer[name] for name in METHODS[tool].returns if name in answer]
    )
    return [row for part in parts for row in (part if isinstance(part, list) else [part]) if isinstance(row, dict)]


@pytest.mark.parametrize("tool", READS)
def test_only_the_asked_attributes_are_answered(call: ToolCaller, tool: str) -> None:
    role, arguments_for = TRYOUTS[tool]
    arguments = dict(arguments_for(Finder(call, role)))
    whole = records_of(tool, call(role, tool, arguments))
    asked = list(whole[0])[1:4:2]
    found = records_of(tool, call(role, tool, {**arguments, "Fields": [asked[0].lower(), *asked[1:]]}))
    kept = [{name: row[name] for place, name in enumerate(row) if place == 0 or name in asked} for row in whole]
    assert _unsigned(found) == _unsigned(kept)


def _unsigned(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: part for name, part in row.items() if name != "Url"} for row in rows]


@pytest.mark.parametrize("tool", READS)
def test_an_unknown_attribute_is_refused_with_the_right_ones(call: ToolCaller, tool: str) -> None:
    role, arguments_for = TRYOUTS[tool]
    arguments = dict(arguments_for(Finder(call, role)))
    name = list(records_of(tool, call(role, tool, arguments))[0])[1]
    with pytest.raises(Exception, match=f"has no attribute {name}x.*{name}"):
        call(role, tool, {**arguments, "Fields": [f"{name}x"]})


@pytest.mark.parametrize("tool", METHODS)
def test_an_answer_is_within_the_limit_and_signs_nothing_twice(call: ToolCaller, tool: str) -> None:
    role, arguments_for = TRYOUTS[tool]
    arguments = dict(arguments_for(Finder(call, role)))
    if METHODS[tool].access is Access.WRITE:
        arguments["DryRun"] = True
    answer = call(role, tool, arguments)
    assert estimate_tokens(answer) <= 20_000
    signed = Counter(part for part in json.dumps(answer).split('"') if part.startswith(MEMORY_URL))
    assert set(signed.values()) <= {1}
