"""What the instance offers, for programs that ask before they call: contract, families, methods with their routes, limits."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from typing import Any, Final

from affino_mcp import VERSION
from affino_mcp.catalogue.capability import SWITCHED_FAMILIES, Access
from affino_mcp.catalogue.method import PAGE_SIZE
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.catalogue.routes import route_of
from affino_mcp.gate.caller import Caller
from affino_mcp.rest_edge.request import MAX_BODY

CONTRACT: Final = "2.1"
"""The version of this contract: the part before the point changes when a program that works would break."""


def describe_offer(dbname: str, caller: Caller) -> tuple[dict[str, Any], str]:
    """Gives what the instance offers this caller's profile, and its entity tag."""
    capability, profile = caller.capability, caller.profile
    families = {
        str(family): [str(access) for access in Access if capability.allows(family, access)]
        for family in SWITCHED_FAMILIES
    }
    limits = {"RateLimit": profile.rate, "Burst": profile.burst, "BodyBytes": MAX_BODY, "PageSize": _MAX_PAGE}
    offer = {
        "Contract": CONTRACT,
        "Version": VERSION,
        "Instance": dbname,
        "Families": families,
        "Methods": _describe_methods(),
        "Limits": limits,
    }
    digest = hashlib.sha256(json.dumps(offer, sort_keys=True).encode()).hexdigest()
    return offer, f'"{digest[:32]}"'


_MAX_PAGE: Final = PAGE_SIZE.kind.schema["maximum"]


@cache
def _describe_methods() -> dict[str, dict[str, Any]]:
    """Every method of the instance, whatever a profile allows: its verb, its path and the arguments that it knows."""
    routes = {name: route_of(method) for name, method in METHODS.items()}
    return {
        name: {
            "Verb": route.verb,
            "Path": route.path,
            "Family": str(route.method.family),
            "Access": str(route.method.access),
            "Arguments": [field.name for field in route.method.for_profile(confirm=True).all_arguments],
        }
        for name, route in routes.items()
    }
