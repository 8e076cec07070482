"""The tools/list of every mode that a profile can have, as the service sends it."""

from __future__ import annotations

from typing import Any

from affino_mcp.catalogue.list_mode import ListMode
from tests.world import EVERYTHING, World, WorldClient

Tools = list[dict[str, Any]]


def list_modes() -> dict[str, Tools]:
    """By mode the tools that a profile with every family lists."""
    world = World()
    handler = world.new_handler()
    person = world.create_person("Sam", "Manager", "Sales Managers", "Publishers")
    found: dict[str, Tools] = {}
    for mode in ListMode:
        profile = world.profiles.create(str(mode), EVERYTHING, 6000, mode=mode)
        client = WorldClient(world, handler, world.log_in(profile, person))
        found[str(mode)] = client.send_rpc("tools/list").document["result"]["tools"]
    handler.close()
    return found
