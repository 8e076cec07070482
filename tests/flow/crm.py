"""Small steps of the CRM stories: each makes one record and answers its code."""

from __future__ import annotations

from typing import Any

from tests.world import Client


def contact(client: Client, name: str, **more: Any) -> int:
    """A contact of this first name."""
    asked = {"Email": f"{name}@orbital.example".lower(), "FirstName": name, "LastName": "Doe", **more}
    code: int = client.call("create_contact", **asked).result["Contact"]["UserCode"]
    return code


def account(client: Client, name: str = "Orbital Labs", **more: Any) -> int:
    """An account."""
    code: int = client.call("create_account", Name=name, **more).result["Account"]["AccountCode"]
    return code


def opportunity(client: Client, at: int, title: str = "Platform expansion", **more: Any) -> int:
    """An opportunity at an account."""
    made = client.call("create_opportunity", AccountCode=at, Title=title, **more).result["Opportunity"]
    code: int = made["OpportunityCode"]
    return code


def codes(warnings: list[dict[str, Any]]) -> list[str]:
    """The codes of some warnings."""
    return [str(found["Code"]) for found in warnings]
