"""The size of the answer to tools/list, in bytes as it is sent and in tokens, compared with the budget."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any, Final

import pytest

from affino_mcp.catalogue.capability import Access, Family
from affino_mcp.catalogue.compact import list_methods
from scripts.catalogue import FULL_CAPABILITY, count_bytes_by_family, count_tokens, main
from tests.world import EVERYTHING as ALL_FAMILIES
from tests.world import World, WorldClient

BUDGET_FILE: Final = "tests/snapshots/budget.toml"
BUDGET: Final = tomllib.loads((Path(__file__).parent / "budget.toml").read_text(encoding="utf-8"))


def sent(families: Any, *, compact: bool) -> int:
    """The bytes of the answer to tools/list."""
    return len(answered(families, compact=compact).encode())


def tokens(families: Any, *, compact: bool) -> int:
    """The tokens of the array of tools in the answer to tools/list."""
    tools = json.loads(answered(families, compact=compact))["result"]["tools"]
    return count_tokens(json.dumps(tools, ensure_ascii=False, separators=(",", ":")))


def answered(families: Any, *, compact: bool) -> str:
    """The answer to tools/list, as it is sent."""
    world = World()
    handler, profile = world.new_handler(), world.profiles.create("p", families, 6000, compact=compact)
    client = WorldClient(world, handler, world.log_in(profile, world.create_person("Sam", "Manager")))
    answer = client.handler(world.make_event({"jsonrpc": "2.0", "id": 1, "method": "tools/list"}, client.headers), None)
    handler.close()
    return str(answer["body"])


@pytest.mark.parametrize(("compact", "name"), [(False, "everything"), (True, "compact")], ids=["whole", "compact"])
def test_the_list_is_within_the_budget(compact: bool, name: str) -> None:
    assert sent(ALL_FAMILIES, compact=compact) <= BUDGET[name]
    assert tokens(ALL_FAMILIES, compact=compact) <= BUDGET[f"{name}_tokens"]


def test_the_budget_is_the_promise() -> None:
    """docs/clients.md: what an agent pays at each connect."""
    assert (BUDGET["everything"], BUDGET["everything_tokens"]) <= (80_000, 17_500)


@pytest.mark.parametrize("family", Family)
def test_each_family_is_within_its_budget(family: Family) -> None:
    cost, budget = (
        count_bytes_by_family(list_methods(FULL_CAPABILITY, compact=False))[family],
        BUDGET["families"][family],
    )
    assert cost <= budget, f"{family} costs {cost:,} of {budget:,} bytes: shorten a description, or raise {BUDGET_FILE}"


def test_what_the_command_measures_is_what_is_sent() -> None:
    """Besides the tools, only the envelope of the answer is sent."""
    measured = count_bytes_by_family(list_methods(FULL_CAPABILITY, compact=False)).total()
    assert 0 < sent(ALL_FAMILIES, compact=False) - measured < 100


def test_the_price_is_printed_for_each_family_and_in_total(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["price"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[1:-2]] == list(
        count_bytes_by_family(list_methods(FULL_CAPABILITY, compact=False))
    )
    assert lines[-2].startswith("all families")
    assert lines[-1].startswith("compact mode")
    assert main(["nonsense"]) == 2


def test_a_profile_pays_for_what_it_may_do() -> None:
    content = {Family.ARTICLES: frozenset(Access), Family.MEDIA_ITEMS: frozenset(Access)}
    assert sent(content, compact=False) < sent(ALL_FAMILIES, compact=False) / 2
