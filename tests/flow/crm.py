"""Short helpers for CRM tests: each creates one record and returns its code."""

from __future__ import annotations

from typing import Any

from tests.world import WorldClient


def contact(client: WorldClient, name: str, **more: Any) -> int:
    """Creates a contact of this first name."""
    asked = {"Email": f"{name}@orbital.example".lower(), "FirstName": name, "LastName": "Doe", **more}
    code: int = client.call_tool("create_contact", **asked).result["Contact"]["UserCode"]
    return code


def account(client: WorldClient, name: str = "Orbital Labs", **more: Any) -> int:
    """Creates an account."""
    code: int = client.call_tool("create_account", Name=name, **more).result["Account"]["AccountCode"]
    return code


def opportunity(client: WorldClient, at: int, title: str = "Platform expansion", **more: Any) -> int:
    """Creates an opportunity of an account."""
    made = client.call_tool("create_opportunity", AccountCode=at, Title=title, **more).result["Opportunity"]
    code: int = made["OpportunityCode"]
    return code


def codes(warnings: list[dict[str, Any]]) -> list[str]:
    """The codes of some warnings."""
    return [str(found["Code"]) for found in warnings]
