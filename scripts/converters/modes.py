"""The tools/list of every mode that a profile can have, as the service sends it."""

from __future__ import annotations

from typing import Any, Final

from affino_mcp.gate.profiles.profile import PROFILE_OPTIONS
from tests.world import EVERYTHING, World, WorldClient

PLAIN: Final = "all tools"
Tools = list[dict[str, Any]]


def list_modes() -> dict[str, Tools]:
    """By mode the tools that a profile with every family lists; an option that changes nothing of the list is no mode."""
    world = World()
    handler = world.new_handler()
    person = world.create_person("Sam", "Manager", "Sales Managers", "Publishers")
    found: dict[str, Tools] = {}
    for mode in (PLAIN, *PROFILE_OPTIONS):
        options: dict[str, Any] = {mode: True} if mode in PROFILE_OPTIONS else {}
        profile = world.profiles.create(mode, EVERYTHING, 6000, **options)
        client = WorldClient(world, handler, world.log_in(profile, person))
        tools: Tools = client.send_rpc("tools/list").document["result"]["tools"]
        if tools not in found.values():
            found[mode] = tools
    handler.close()
    return found
