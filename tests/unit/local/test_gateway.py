"""The gateway of `local up --remote`: it shares no table with the instance, and knows its profiles."""

from __future__ import annotations

from affino_mcp import wiring
from affino_mcp.gate.profiles.profiles import Profiles
from affino_mcp.local.gateway import copy_profiles, gateway_settings
from affino_mcp.local.seed import seed_profiles
from tests.world import World

TABLES = ("gate_table", "audit_table", "records_table", "words_table", "credentials_table", "secrets_prefix")


def test_the_gateway_knows_the_instances_profiles_in_tables_of_its_own() -> None:
    world = World()
    there = world.settings
    here = gateway_settings(there, "http://127.0.0.1:9002", "http://127.0.0.1:9001")
    assert {getattr(here, name) for name in TABLES}.isdisjoint(getattr(there, name) for name in TABLES)
    stores = wiring.Stores(world.database, world.secrets)
    copy_profiles(seed_profiles(stores, there, rest=True), there, here, stores)
    registers = [Profiles(world.database, world.secrets, each, world.clock) for each in (here, there)]
    found, known = ({one.profile.name: one.profile for one in each.list_profiles()} for each in registers)
    assert found == known
    assert all(profile.rest for profile in found.values())
