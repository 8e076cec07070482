"""Apps that people have connected, made as the consent page makes them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from affino_mcp.catalogue.scopes import parse_scopes
from affino_mcp.clock import Clock
from affino_mcp.gate.grants.consents import Consents
from affino_mcp.gate.grants.grants import Grant, Grants
from affino_mcp.gate.profiles.profile import ProfileReader
from affino_mcp.settings import Settings
from affino_mcp.store.ops import Database
from affino_mcp.store.secrets import SecretStore
from tests.oauth_stage import BROWSER, REQUEST


def connect_app(
    db: Database,
    secrets: SecretStore,
    settings: Settings,
    clock: Clock,
    profile: str,
    person: int,
    declined: str = "",
    **changed: Any,
) -> Grant:
    """A person connects an app to a profile; gives the grant."""
    consents = Consents(db, ProfileReader(db, secrets, settings), settings, clock)
    grants, request = Grants(db, settings, clock), replace(REQUEST, **changed)
    before = {one.grant for one in grants.list_of_person(person)}
    txn = consents.begin(request, BROWSER)
    consents.allow(txn, BROWSER, person, profile, request.scopes, parse_scopes(declined))
    (made,) = [one for one in grants.list_of_person(person) if one.grant not in before]
    return made
