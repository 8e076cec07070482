"""The OAuth door of a running service: a profile that is opened to one person, registered apps, and the API Log."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from tests.clients.oauth_clients import ALL_CLIENTS, HostedClient, Proof
from tests.clients.oauth_handshake import Handshake
from tests.clients.oauth_person import HttpWire, PersonBrowser
from tests.clients.service import Service

ROLE, GROUP, NAME = "publisher", "Publishers", "Paul Okafor"


@dataclass(frozen=True)
class OAuthDoor:
    """One service, with one person who may connect apps to one profile."""

    service: Service
    profile: str = field(default_factory=lambda: f"Opened to publishers {time.time_ns()}")
    name: str = NAME

    @cached_property
    def origin(self) -> str:
        """The service's public address."""
        return self.service.target.url.removesuffix("/mcp")

    @property
    def url(self) -> str:
        """What people type into their client."""
        return f"{self.origin}/oauth/mcp"

    def open_profile(self) -> None:
        """Makes the profile."""
        switches = ["--family", "accounts=read,write", "--family", "articles=read,write"]
        self.service.command(
            "profile", "create", "--name", self.profile, "--rate", "6000", "--connect-group", GROUP, *switches
        )

    def person(self) -> PersonBrowser:
        """A new browser of the person, in which nobody is logged in."""
        return PersonBrowser(HttpWire(self.origin), *self.service.login(ROLE))

    def register(self, name: str, *redirect_uris: str, public: bool = True) -> dict[str, Any]:
        """Registers an app, as the operator does."""
        kind = [*(["--public"] if public else []), *(word for uri in redirect_uris for word in ("--redirect", uri))]
        made: dict[str, Any] = self.service.command("app", "add", name, *kind)
        return made

    @cached_property
    def _public(self) -> dict[str, Any]:
        return self.register("Programs", *_list_uris(Proof.NONE))

    @cached_property
    def _confidential(self) -> dict[str, Any]:
        return self.register("Servers", *_list_uris(Proof.BASIC, Proof.POST), public=False)

    def handshake(self, client: HostedClient) -> Handshake:
        """A client before the door; those that prove themselves alike are one registered app."""
        made = self._public if client.proof is Proof.NONE else self._confidential
        return Handshake(client, HttpWire(self.origin), made["client_id"], made.get("client_secret", ""))

    def connected(self, client: HostedClient) -> Handshake:
        """A client that the person has let in."""
        handshake = self.handshake(client)
        handshake.discover()
        handshake.connect(self.person(), self.profile)
        return handshake

    def calls(self, client_id: str) -> list[dict[str, Any]]:
        """The rows of the API Log that name this app, newest first."""
        found: list[dict[str, Any]] = self.service.command("log", "--client-id", client_id)
        return found


def _list_uris(*proofs: Proof) -> list[str]:
    return list(dict.fromkeys(client.listed_uri for client in ALL_CLIENTS if client.proof in proofs))
