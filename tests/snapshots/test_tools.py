"""The public surface of every tool: one committed snapshot each, so that no change of it goes unnoticed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from affino_mcp.catalogue.registry import METHODS
from tests.world import World, WorldClient

FOLDER = Path(__file__).parent / "tools"
COMMAND = ".venv/bin/pytest tests/snapshots --rewrite"


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


def _snapshot(tool: dict[str, Any]) -> str:
    return json.dumps(tool, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


@pytest.mark.parametrize("name", METHODS)
def test_the_tool_is_as_it_was(name: str, listed: dict[str, Any], pytestconfig: pytest.Config) -> None:
    path, now = FOLDER / f"{name}.json", _snapshot(listed[name])
    if pytestconfig.getoption("--rewrite", default=False):
        path.write_text(now, encoding="utf-8")
    before = path.read_text(encoding="utf-8") if path.exists() else "no snapshot"
    assert now == before, f"The public tool {name} has changed. If that is meant: {COMMAND}"


def test_no_tool_has_gone(listed: dict[str, Any], pytestconfig: pytest.Config) -> None:
    kept = {path.stem: path for path in FOLDER.glob("*.json")}
    if pytestconfig.getoption("--rewrite", default=False):
        for name in kept.keys() - listed.keys():
            kept.pop(name).unlink()
    gone = sorted(kept.keys() - listed.keys())
    assert not gone, f"These public tools are gone: {', '.join(gone)}. If that is meant: {COMMAND}"


def test_every_snapshot_tells_all_of_a_tool(listed: dict[str, Any]) -> None:
    for tool in listed.values():
        assert {"name", "title", "description", "inputSchema", "outputSchema", "annotations"} == set(tool)
