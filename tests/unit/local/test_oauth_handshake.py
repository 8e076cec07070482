"""The handshake that `make deploy-local` makes at the stack's own domain, against the service in memory."""

from __future__ import annotations

from typing import Any

import httpx

from affino_mcp.gate.grants.registered_clients import RegisteredClients
from affino_mcp.gate.people.passwords import Passwords
from affino_mcp.gate.profiles.admission_terms import AdmissionTerms
from affino_mcp.http.oauth_places import OAuthPlaces
from affino_mcp.settings import Settings
from scripts.deploy_local.oauth_handshake import CALLBACK, Handshake
from tests.unit.cli.public import BASE, make_client_opener
from tests.world import EVERYTHING, World

PASSWORD = "correct horse battery staple"


def test_an_app_is_let_in_calls_and_is_given_back() -> None:
    world = World(settings=Settings(public_url=BASE))
    profile = world.profiles.create("Agents", EVERYTHING, 6000, terms=AdmissionTerms(connectable=("Sales",)))
    code = world.create_person("Edith", "Moreau", "Sales")
    Passwords(world.database, world.settings).set_password(code, PASSWORD)
    client = RegisteredClients(world.database, world.settings, world.clock).add("Trial", [CALLBACK], public=True)
    open_client = make_client_opener(world)

    def send(method: str, path: str, **request: Any) -> httpx.Response:
        with open_client() as http:
            return http.request(method, BASE + path, **request)

    app = Handshake(send, OAuthPlaces(BASE), client.client.client_id)
    steps = list(app.connect("edith.moreau@affino.example", PASSWORD, profile.name))
    assert [step for step in steps if step[1] != step[2]] == []
    (row,) = [row for row in world.audit_rows() if row["method"] == "get_current_user" and row["outcome"] == "ok"]
    assert (row["door"], row["client_id"], row["client_proof"]) == ("oauth", client.client.client_id, "none")
