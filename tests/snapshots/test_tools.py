"""The public surface of every tool: one committed snapshot each, so that no change of it goes unnoticed."""

from __future__ import annotations

from typing import Any

import pytest

from affino_mcp.catalogue.registry import METHODS
from scripts.catalogue import SNAPSHOTS, format_snapshot
from tests.world import World, WorldClient


@pytest.fixture(scope="module")
def listed() -> dict[str, Any]:
    """The tools that tools/list answers to a profile that may do everything."""
    world = World()
    handler = world.new_handler()
    client = WorldClient(
        world, handler, world.log_in(world.create_profile(), world.create_person("Sam", "Manager", "Sales Managers"))
    )
    found = client.send_rpc("tools/list").document["result"]
    handler.close()
    assert not found.get("nextCursor")
    return {tool["name"]: tool for tool in found["tools"]}


@pytest.mark.parametrize("name", METHODS)
def test_the_tool_is_as_it_was(name: str, listed: dict[str, Any]) -> None:
    path = SNAPSHOTS / f"{name}.json"
    before = path.read_text(encoding="utf-8") if path.exists() else "no snapshot"
    assert format_snapshot(listed[name]) == before, f"The public tool {name} has changed. If that is meant: make docs"


def test_no_tool_has_gone(listed: dict[str, Any]) -> None:
    gone = sorted({path.stem for path in SNAPSHOTS.glob("*.json")} - listed.keys())
    assert not gone, f"These public tools are gone: {', '.join(gone)}. If that is meant: make docs"


def test_every_snapshot_tells_all_of_a_tool(listed: dict[str, Any]) -> None:
    for tool in listed.values():
        assert {"name", "description", "inputSchema", "annotations"} == set(tool)
