"""An app that a person connects by OAuth: the whole handshake over HTTP, with a browser that keeps cookies and fills in forms."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx

from affino_mcp.http import oauth_places
from affino_mcp.http.oauth_places import OAuthPlaces
from scripts.deploy_local.control import FORM_HEADERS, SendRequest

CALLBACK: Final = "https://app.example/callback"
VERIFIER: Final = "v" * 43
MCP_HEADERS: Final = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2025-06-18"}
_COOKIE: Final = re.compile(r"([^=;]+)=([^;]*)")
Step = tuple[str, object, object]
"""What was checked, what was found, and what was expected."""


@dataclass
class Handshake:
    """One app before the service at these addresses, and the browser of the person who lets it in."""

    send: SendRequest
    places: OAuthPlaces
    client_id: str
    cookies: dict[str, str] = field(default_factory=dict)

    def connect(self, email: str, password: str, profile: str) -> Iterator[Step]:
        """The app finds the door, is let in with all that it asks for, calls a tool, and is given back."""
        yield from self._find_door()
        code = self._ask_person(email, password, profile)
        yield "the answer of the consent page", sorted(code), ["code", "iss", "state"]
        yield "the issuer in it", code.get("iss"), self.places.issuer
        tokens = self._post(
            oauth_places.TOKEN_PATH, grant_type="authorization_code", code=code["code"], code_verifier=VERIFIER
        )
        yield "status of the token address", tokens.status_code, 200
        token: str = tokens.json()["access_token"]
        yield "a call with the token", self.call(token).status_code, 200
        yield "a token of another form", self.call(token.upper()).status_code, 401
        ended = self._post(oauth_places.REVOKE_PATH, token=token)
        yield "status of the revocation", ended.status_code, 200
        yield "the same call afterwards", self.call(token).status_code, 401

    def call(self, token: str) -> httpx.Response:
        """Calls a tool with an access token, or with what stands for one."""
        body = {
            "jsonrpc": "2.0",
            "id": 1,
            "method": "tools/call",
            "params": {"name": "get_current_user", "arguments": {}},
        }
        headers = {**MCP_HEADERS, "Authorization": f"Bearer {token}"}
        return self.send("POST", oauth_places.RESOURCE_PATH, json=body, headers=headers)

    def _find_door(self) -> Iterator[Step]:
        document = self.send("GET", oauth_places.RESOURCE_METADATA_PATH).json()
        yield "the resource", document["resource"], self.places.resource
        server = self.send("GET", oauth_places.SERVER_METADATA_PATH).json()
        yield "its server", [server["issuer"]], document["authorization_servers"]
        for method in ("POST", "GET"):
            refused = self.send(method, oauth_places.RESOURCE_PATH)
            yield f"status of {method} without a token", refused.status_code, 401
        for path in ("/.well-known/oauth-protected-resource", "/.well-known/openid-configuration", "/.well-known/mcp"):
            yield f"status of {path}", self.send("GET", path).status_code, 404

    def _ask_person(self, email: str, password: str, profile: str) -> dict[str, str]:
        """The person logs in and allows everything; gives the parameters with which the app is called back."""
        asked = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": CALLBACK,
            "code_challenge": base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("="),
            "code_challenge_method": "S256",
            "state": "as it was sent",
            "resource": self.places.resource,
        }
        begun = self._browse("GET", f"{oauth_places.AUTHORIZE_PATH}?{urlencode(asked)}")
        place = begun.headers["location"].removeprefix(self.places.public_url)
        self._submit(place, Email=email, Password=password)
        allowed = self._submit(place, Profile=profile, Allow="yes")
        given = parse_qs(urlsplit(allowed.headers["location"]).query)
        return {name: values[0] for name, values in given.items()}

    def _submit(self, place: str, **fields: str) -> httpx.Response:
        """Fills in the form at this place, with every box that is ticked in it, and sends it."""
        page = self._browse("GET", place).text
        hidden = re.findall(r'name="(Txn|Key)" value="([^"]*)"', page)
        boxes = re.findall(r'name="Scope" value="([^"]*)" checked', page) if "Allow" in fields else []
        ticked = [("Scope", word) for word in boxes]
        sent = [(name, html.unescape(value)) for name, value in (*dict(hidden).items(), *ticked, *fields.items())]
        return self._browse("POST", oauth_places.CONSENT_PATH, content=urlencode(sent), headers=FORM_HEADERS)

    def _browse(self, method: str, path: str, **request: Any) -> httpx.Response:
        """Sends a request with the cookies of the browser, and keeps those of the answer."""
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {**request.pop("headers", {}), **({"Cookie": cookies} if cookies else {})}
        answer = self.send(method, path, headers=headers, **request)
        for cookie in answer.headers.get_list("set-cookie"):
            if match := _COOKIE.match(cookie):
                self.cookies[match[1]] = match[2]
        return answer

    def _post(self, path: str, **fields: str) -> httpx.Response:
        own = {"client_id": self.client_id, "redirect_uri": CALLBACK}
        return self.send("POST", path, content=urlencode({**own, **fields}), headers=FORM_HEADERS)
