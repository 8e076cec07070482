"""The API Profile that a service and the instance of its people both know."""

from __future__ import annotations

from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.gate.profiles.profiles import Profiles
from tests.unit.gate.world import ALL, World

DRAWN = {16: "SharedKey0000001", 40: "shared0secret0that0is0not0a0secret0at0al"}


def profile_of(world: World) -> Profile:
    register = Profiles(world.db, world.secrets, world.settings, world.clock, DRAWN.__getitem__)
    return register.create("shared", ALL)
