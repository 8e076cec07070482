"""One client's way in at the OAuth door, request by request, as the client itself makes it."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from tests.clients.oauth_clients import MODERN, DoorState, HostedClient, Proof
from tests.clients.oauth_person import FORM, PersonBrowser, Reply, Wire

RESOURCE = "/oauth/mcp"
RESOURCE_DOCUMENT = "/.well-known/oauth-protected-resource/oauth/mcp"
JSON_HEADERS = {"content-type": "application/json", "accept": "application/json, text/event-stream"}
MODERN_HEADER = {"mcp-protocol-version": MODERN}
_VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
_META_PREFIX = "io.modelcontextprotocol/"


@dataclass
class Handshake:
    """One client before one service, with the tokens that it has. Every method asserts what the client relies upon."""

    client: HostedClient
    wire: Wire
    client_id: str
    secret: str = field(default="", repr=False)
    door: DoorState = field(default_factory=DoorState)
    tokens: dict[str, Any] = field(default_factory=dict, repr=False)

    def discover(self) -> None:
        """Is refused without a token, and reads where to connect, in the client's own way."""
        origin, found = self.wire.origin, self.client.discovery
        if found is None:
            self.door = DoorState.typed(origin)
            return
        challenged = [self.mcp(*first) for first in self.client.first_requests]
        for answer in challenged:
            assert answer.status == 401, answer
            assert answer.document["error"] == "invalid_token"
            assert "jsonrpc" not in answer.document
        for path, status in found.probes:
            assert self._get(path).status == status, path
        named = _challenge_of(challenged[-1]) if found.by_challenge else {}
        resource = self._document(named.get("resource_metadata", origin + RESOURCE_DOCUMENT))
        assert resource["resource"] == origin + RESOURCE
        (issuer,) = resource["authorization_servers"]
        place = urlsplit(issuer)
        server = self._document(f"{origin}/.well-known/oauth-authorization-server{place.path}")
        assert (server["issuer"], server["code_challenge_methods_supported"]) == (issuer, ["S256"])
        assert server["client_id_metadata_document_supported"] is True
        self.door = DoorState(
            resource=resource["resource"],
            issuer=issuer,
            authorize=server["authorization_endpoint"],
            token=server["token_endpoint"],
            offered=tuple(server["scopes_supported"]),
            challenged=named.get("scope", ""),
        )

    def connect(self, person: PersonBrowser, profile: str, untick: str = "") -> None:
        """Leads the person to the consent page, checks the answer, and redeems the code."""
        asked = self.request_parameters()
        back = person.consent(f"{self.door.authorize}?{urlencode(asked)}", profile, untick)
        assert back.startswith(f"{self.client.redirect_uri}?"), back
        told = dict(parse_qsl(urlsplit(back).query, strict_parsing=True))
        assert (told["state"], told["iss"]) == (asked["state"], self.door.issuer)
        self.tokens = self._issue(self.redeem(told["code"]))

    def request_parameters(self) -> dict[str, str]:
        """What the client asks at the authorization endpoint."""
        digest = hashlib.sha256(_VERIFIER.encode()).digest()
        return {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.client.redirect_uri,
            "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
            "code_challenge_method": "S256",
            "state": "a state/of the client=",
            **self.client.wanted_scope(self.door),
            **self.client.named_resource(self.door),
            **dict(self.client.own_parameters),
        }

    def redeem(self, code: str) -> Reply:
        """Redeems a code."""
        own = {"redirect_uri": self.client.redirect_uri, "code_verifier": _VERIFIER}
        return self._ask_for_tokens(
            {"grant_type": "authorization_code", "code": code, **own, **self.client.named_resource(self.door)}
        )

    def refresh(self) -> Reply:
        """Exchanges the refresh token; the client keeps the new ones when it gets any."""
        answer = self.exchange(self.tokens["refresh_token"])
        if answer.status == 200:
            self.tokens = self._issue(answer)
        return answer

    def exchange(self, refresh_token: str) -> Reply:
        """Exchanges this refresh token, without a scope, as all clients do."""
        given = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        return self._ask_for_tokens({**given, **self.client.named_resource(self.door)})

    def work(self, token: str = "") -> str:
        """Greets, lists the tools and calls one, in every era of the client; gives the name of who is acting."""
        name = ""
        for era in self.client.eras:
            greeting = "server/discover" if era == MODERN else "initialize"
            assert self.rpc(era, greeting, token).status == 200, greeting
            listed = self.rpc(era, "tools/list", token).document["result"]["tools"]
            assert "get_current_user" in {tool["name"] for tool in listed}
            called = self.rpc(era, "tools/call", token, name="get_current_user", arguments={})
            name = called.document["result"]["structuredContent"]["Name"]
        return name

    def rpc(self, era: str, method: str, token: str = "", **params: Any) -> Reply:
        """Sends one message with an access token, the newest unless another is given."""
        return self.mcp("POST", era, method, token or self.tokens["access_token"], **params)

    def mcp(self, verb: str, era: str = "", method: str = "", token: str = "", **params: Any) -> Reply:
        """Sends one request to the MCP endpoint, without a token unless one is given."""
        headers = {**JSON_HEADERS, "user-agent": self.client.user_agent}
        headers |= {"authorization": f"Bearer {token}"} if token else {}
        if era == MODERN:
            named = {"mcp-name": params["name"]} if "name" in params else {}
            headers |= {**MODERN_HEADER, "mcp-method": method, **named}
            about = {f"{_META_PREFIX}protocolVersion": MODERN, f"{_META_PREFIX}clientCapabilities": {}}
            params["_meta"] = about | {f"{_META_PREFIX}clientInfo": {"name": self.client.name, "version": "1"}}
        elif method == "initialize":
            params |= {"protocolVersion": era, "capabilities": {}, "clientInfo": {"name": "c", "version": "1"}}
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}) if method else ""
        return self.wire.send(verb, f"{self.wire.origin}{RESOURCE}", headers, body)

    def _ask_for_tokens(self, form: Mapping[str, str]) -> Reply:
        """Sends a form to the token endpoint, with the proof that the client has."""
        headers, given = dict(FORM), dict(form)
        if self.client.proof is Proof.BASIC:
            pair = base64.b64encode(f"{self.client_id}:{self.secret}".encode()).decode()
            headers["authorization"] = f"Basic {pair}"
        else:
            given["client_id"] = self.client_id
            given |= {"client_secret": self.secret} if self.client.proof is Proof.POST else {}
        return self.wire.send("POST", self.door.token, headers, urlencode(given))

    @staticmethod
    def _issue(answer: Reply) -> dict[str, Any]:
        """The tokens of an answer that has them."""
        found = answer.document
        assert (answer.status, answer.header("cache-control")) == (200, "no-store"), answer
        assert (found["token_type"], found["expires_in"] > 0) == ("Bearer", True)
        assert found["access_token"].startswith("affo_")
        assert found["refresh_token"].startswith("affr_")
        return found

    def _document(self, address: str) -> dict[str, Any]:
        answer = self.wire.send("GET", address, {"accept": "application/json"})
        assert (answer.status, answer.header("access-control-allow-origin")) == (200, "*"), address
        return answer.document

    def _get(self, path: str) -> Reply:
        return self.wire.send("GET", f"{self.wire.origin}{path}", {"accept": "application/json"})


def _challenge_of(answer: Reply) -> dict[str, str]:
    """The parameters of a challenge, which API Gateway's own answer has under the same name."""
    scheme, _, rest = answer.header("www-authenticate").partition(" ")
    assert scheme == "Bearer"
    return dict(re.findall(r'(\w+)="([^"]*)"', rest))


def is_dead(handshake: Handshake) -> bool:
    """True when the newest access token is told to connect again, and the refresh token is no grant any more."""
    answer = handshake.rpc(handshake.client.eras[-1], "tools/list")
    told, refused = "resource_metadata=" in answer.header("www-authenticate"), handshake.refresh()
    return (answer.status, told, refused.status, refused.document["error"]) == (401, True, 400, "invalid_grant")
