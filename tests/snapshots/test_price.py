"""The size of the answer to tools/list, in bytes as it is sent and in tokens, compared with the budget."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any, Final

import pytest

from affino_mcp.catalogue.capability import Access, Family
from affino_mcp.catalogue.list_mode import ListMode
from scripts.catalogue import count_bytes_by_family, count_tokens, list_everything, main
from tests.world import EVERYTHING as ALL_FAMILIES
from tests.world import World, WorldClient

BUDGET_FILE: Final = "tests/snapshots/budget.toml"
BUDGET: Final = tomllib.loads((Path(__file__).parent / "budget.toml").read_text(encoding="utf-8"))


def sent(families: Any, *, mode: ListMode = ListMode.FULL) -> int:
    """The bytes of the answer to tools/list."""
    return len(answered(families, mode=mode).encode())


def tokens(families: Any, *, mode: ListMode = ListMode.FULL) -> int:
    """The tokens of the array of tools in the answer to tools/list."""
    tools = json.loads(answered(families, mode=mode))["result"]["tools"]
    return count_tokens(json.dumps(tools, ensure_ascii=False, separators=(",", ":")))


def answered(families: Any, *, mode: ListMode = ListMode.FULL) -> str:
    """The answer to tools/list, as it is sent."""
    world = World()
    handler, profile = world.new_handler(), world.profiles.create("p", families, 6000, mode=mode)
    client = WorldClient(world, handler, world.log_in(profile, world.create_person("Sam", "Manager")))
    answer = client.handler(world.make_event({"jsonrpc": "2.0", "id": 1, "method": "tools/list"}, client.headers), None)
    handler.close()
    return str(answer["body"])


MODES: Final = {ListMode.FULL: "everything", ListMode.FAMILY: "family", ListMode.COMPACT: "compact"}


@pytest.mark.parametrize(("mode", "name"), MODES.items(), ids=MODES.values())
def test_the_list_is_within_the_budget(mode: ListMode, name: str) -> None:
    assert sent(ALL_FAMILIES, mode=mode) <= BUDGET[name]
    assert tokens(ALL_FAMILIES, mode=mode) <= BUDGET[f"{name}_tokens"]


def test_the_budget_is_the_promise() -> None:
    """docs/clients.md: what an agent pays at each connect."""
    assert (BUDGET["everything"], BUDGET["everything_tokens"]) <= (92_000, 20_000)
    assert BUDGET["family"] <= 23_000


@pytest.mark.parametrize("family", Family)
def test_each_family_is_within_its_budget(family: Family) -> None:
    cost, budget = (
        count_bytes_by_family(list_everything(ListMode.FULL))[family],
        BUDGET["families"][family],
    )
    assert cost <= budget, f"{family} costs {cost:,} of {budget:,} bytes: shorten a description, or raise {BUDGET_FILE}"


def test_what_the_command_measures_is_what_is_sent() -> None:
    """Besides the tools, only the envelope of the answer is sent."""
    measured = count_bytes_by_family(list_everything(ListMode.FULL)).total()
    assert 0 < sent(ALL_FAMILIES) - measured < 100


def test_the_price_is_printed_for_each_family_and_in_total(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["price"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[1:-3]] == list(count_bytes_by_family(list_everything(ListMode.FULL)))
    assert [line.rsplit(maxsplit=3)[0] for line in lines[-3:]] == ["all families", "family mode", "compact mode"]
    assert main(["nonsense"]) == 2


def test_a_profile_pays_for_what_it_may_do() -> None:
    content = {Family.ARTICLES: frozenset(Access), Family.MEDIA_ITEMS: frozenset(Access)}
    assert sent(content) < sent(ALL_FAMILIES) / 2
