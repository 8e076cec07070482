"""The profiles of a world whose records are in an instance elsewhere."""

from __future__ import annotations

from typing import Any

from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.gate.profiles.profiles import Profiles


class OpenProfiles(Profiles):
    """The profiles of a service in front of another one, which serves its REST API to each of them."""

    def create(self, *given: Any, **options: Any) -> Profile:
        """See Profiles."""
        return super().create(*given, **{"rest": True, **options})
