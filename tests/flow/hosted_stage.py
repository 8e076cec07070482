"""Hosted clients before a whole service on memory, with the hosts of their documents and a clock that is moved.

The fetch of documents is the deployment's own; only where the vendors' names lead, and which authority signs for them, are
given. See `tests/unit/login_edge/oauth/document_host.py`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import urlsplit

from affino_mcp.gate.people.passwords import Passwords
from tests.clients.oauth_clients import HostedClient, Proof
from tests.clients.oauth_handshake import RESOURCE, Handshake
from tests.clients.oauth_person import PersonBrowser, Reply, gather_headers
from tests.oauth_stage import OAuthStage
from tests.unit.gate.world import PASSWORD
from tests.unit.login_edge.oauth.document_host import DocumentHost, document_host
from tests.world import WorldClient

EMAIL, NAME = "edith.moreau@affino.example", "Edith Moreau"


class StageWire:
    """The way to a service on memory: its login function, and its MCP endpoint as API Gateway calls it."""

    def __init__(self, stage: OAuthStage) -> None:
        self._stage, self._mcp = stage, stage.world.new_handler()
        self.origin = stage.world.settings.public_url

    def send(self, method: str, address: str, headers: Mapping[str, str], body: str = "") -> Reply:
        """Sends one request."""
        assert address.startswith(f"{self.origin}/"), address
        path = address.removeprefix(self.origin)
        if path == RESOURCE:
            client = WorldClient(self._stage.world, self._mcp, dict(headers))
            told = client.send(body or None, path=path, method=method)
            return Reply(
                told.status, {name: [value] for name, value in told.headers.items()}, json.dumps(told.document)
            )
        # The browser of the tests keeps its cookies itself.
        self._stage.browser.cookies.clear()
        answer = self._stage.browser.request(method, path, headers=dict(headers), content=body)
        return Reply(answer.status_code, gather_headers(list(answer.headers.multi_items())), answer.text)

    def close(self) -> None:
        self._mcp.close()


class HostedStage:
    """One client, the host of its document if it has one, and the person who lets it in."""

    def __init__(self, client: HostedClient, host: DocumentHost | None) -> None:
        self.client, self.host = client, host
        self.stage = OAuthStage(fetcher=host.fetcher if host else None)
        Passwords(self.stage.world.database, self.stage.world.settings).set_password(self.stage.edith, PASSWORD)
        self.wire, self.profile, self.name = StageWire(self.stage), self.stage.profile.name, NAME

    def handshake(self) -> Handshake:
        """The client, which has a document or is registered."""
        client = self.client
        if client.document_id:
            return Handshake(client, self.wire, client.document_id)
        made = self.stage.clients.add(client.name, [client.listed_uri], public=client.proof is Proof.NONE)
        return Handshake(client, self.wire, made.client.client_id, made.secret or "")

    def person(self) -> PersonBrowser:
        """The person's browser, in which nobody is logged in."""
        return PersonBrowser(self.wire, EMAIL, PASSWORD)


def document_of(client: HostedClient) -> bytes:
    """The client's document, as its vendor serves one."""
    own = {"client_id": client.document_id, "client_name": client.name, "redirect_uris": [client.listed_uri]}
    more = {"grant_types": ["authorization_code", "refresh_token"], "response_types": ["code"]}
    said = own | more | {"token_endpoint_auth_method": "none", "logo_uri": "https://vendor.example/logo.svg"}
    return json.dumps(said).encode()


@contextmanager
def hosted(client: HostedClient) -> Iterator[HostedStage]:
    """Runs the host of the client's document, under the vendor's name, and a service before which the client stands."""
    place = urlsplit(client.document_id)
    if not place.hostname:
        made = HostedStage(client, None)
        yield made
        made.wire.close()
        return
    with document_host(place.hostname) as host:
        host.serve(place.path, document_of(client), "Cache-Control: max-age=3600")
        made = HostedStage(client, host)
        yield made
        made.wire.close()
