"""An app's way in at the stack's own domain: from its first refusal to a call and its end, by the stack's outputs alone."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx

from affino_mcp.store.stacks import KEPT_OUTPUTS
from scripts.deploy_local.operations import EMAIL, PASSWORD
from scripts.deploy_local.shell import Shell
from scripts.deploy_local.smoke import require_equal
from scripts.deploy_local.stack import Stack

DOMAIN: Final = "mcp.orbital.example"
DOMAIN_PARAMETERS: Final = {
    "DomainName": DOMAIN,
    "CertificateArn": "arn:aws:acm:eu-west-1:000000000000:certificate/00000000-0000-4000-8000-000000000000",
}
NOT_IN_THE_EMULATOR: Final = "name and certificate of the domain, header and body of API Gateway's own 401, 403 and 503"
"""What a client meets on the way in, and cannot be shown here."""
_PROFILE: Final = "Opened for apps"
_CALLBACK: Final = "https://app.example/callback"
_VERIFIER: Final = "v" * 43
_FORM: Final = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
_ACCEPT: Final = {"Accept": "application/json, text/event-stream"}
_NAMED: Final = {"MCP-Protocol-Version": "2026-07-28", "Mcp-Method": "tools/call", "Mcp-Name": "create_account"}
_HIDDEN: Final = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')
_TICKED: Final = re.compile(r'name="Scope" value="([^"]+)" checked')
Finding = tuple[str, object, object]


@dataclass
class DomainClient:
    """Sends requests to the domain, whose name leads to the emulator; it keeps the cookies of one browser."""

    endpoint: str
    cookies: dict[str, str] = field(default_factory=dict)

    def send(self, method: str, address: str, headers: dict[str, str] | None = None, **sent: Any) -> httpx.Response:
        """Sends one request to an address of the domain."""
        place = urlsplit(address)
        cookie = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        given = {"Host": place.netloc, **(cookie if self.cookies else {}), **(headers or {})}
        path = f"{place.path}?{place.query}" if place.query else place.path
        answer = httpx.request(method, self.endpoint + path, headers=given, timeout=60, trust_env=False, **sent)
        for line in answer.headers.get_list("set-cookie"):
            name, _, value = line.split(";")[0].partition("=")
            self.cookies[name] = value.strip('"')
        return answer

    def led_to(self, answer: httpx.Response) -> str:
        """The address to which an answer leads. Raises RuntimeError when it leads nowhere."""
        place = answer.headers.get("location")
        if place is None:
            raise RuntimeError(f"{answer.status_code} leads nowhere: {answer.text[-500:]}")
        return f"https://{DOMAIN}{place}" if place.startswith("/") else place

    def fill(self, page: httpx.Response, *fields: tuple[str, str]) -> httpx.Response:
        """Sends the form of the consent page."""
        body = urlencode([*dict(_HIDDEN.findall(page.text)).items(), *fields])
        return self.send("POST", f"https://{DOMAIN}/oauth/consent", _FORM, content=body)


@dataclass
class AppAtDomain:
    """A registered app, and what it has found out."""

    client: DomainClient
    url: str
    client_id: str
    secret: str = field(repr=False)
    server: dict[str, Any] = field(default_factory=dict)

    def call(self, token: str = "", tool: str = "get_current_user", **headers: str) -> httpx.Response:
        """Calls a tool."""
        params = {"name": tool, "arguments": {}}
        body = {"jsonrpc": "2.0", "id": "app", "method": "tools/call", "params": params}
        given = {**_ACCEPT, **headers, **({"Authorization": f"Bearer {token}"} if token else {})}
        return self.client.send("POST", self.url, given, json=body)

    def discover(self) -> dict[str, Any]:
        """Reads both documents, the first by the path of the resource; gives that of the resource."""
        at = urlsplit(self.url)
        place = f"{at.scheme}://{at.netloc}/.well-known/oauth-protected-resource{at.path}"
        resource: dict[str, Any] = self.client.send("GET", place).json()
        (issuer,) = map(urlsplit, resource["authorization_servers"])
        server = f"{issuer.scheme}://{issuer.netloc}/.well-known/oauth-authorization-server{issuer.path}"
        self.server = self.client.send("GET", server).json()
        return resource

    def ask_person(self, scope: str) -> dict[str, str]:
        """Leads the person through login and consent; gives what comes back to the app."""
        challenge = base64.urlsafe_b64encode(hashlib.sha256(_VERIFIER.encode()).digest()).decode().rstrip("=")
        asked = {"response_type": "code", "client_id": self.client_id, "redirect_uri": _CALLBACK, "scope": scope}
        asked |= {"code_challenge": challenge, "code_challenge_method": "S256", "state": "s", "resource": self.url}
        visit = self.client
        login = visit.send(
            "GET", visit.led_to(visit.send("GET", f"{self.server['authorization_endpoint']}?{urlencode(asked)}"))
        )
        question = visit.send("GET", visit.led_to(visit.fill(login, ("Email", EMAIL), ("Password", PASSWORD))))
        ticked = [("Scope", word) for word in _TICKED.findall(question.text)]
        back = visit.led_to(visit.fill(question, ("Profile", _PROFILE), *ticked, ("Allow", "yes")))
        return dict(parse_qsl(urlsplit(back).query))

    def ask_for_tokens(self, **form: str) -> httpx.Response:
        """Sends a form to the token endpoint."""
        pair = base64.b64encode(f"{self.client_id}:{self.secret}".encode()).decode()
        headers = {**_FORM, "Authorization": f"Basic {pair}"}
        return self.client.send("POST", self.server["token_endpoint"], headers, content=urlencode(form))


def check_oauth_door(stack: Stack, template: Path) -> None:
    """Deploys the stack anew on what it left, with a domain, and connects an app there.

    Raises CheckFailed when something is not as it should be.
    """
    outputs = stack.read_outputs()
    left = {f"Existing{name}": outputs[name] for name in KEPT_OUTPUTS}
    stack.delete()
    stack.deploy(template, **left, **DOMAIN_PARAMETERS)
    for what, found, wanted in inspect_oauth_door(stack):
        require_equal(what, found, wanted)


def inspect_oauth_door(stack: Stack) -> Iterator[Finding]:
    """Connects an app at the stack's domain; gives what was checked, the result and the expected one."""
    url, shell = stack.read_outputs()["OAuthUrl"], Shell(stack)
    opened = ("--family", "accounts=read,write", "--connect-group", "Operators")
    yield "profile create", shell.run("profile", "create", "--name", _PROFILE, *opened)[0], 0
    code, made = shell.run("app", "add", "Reports", "--redirect", _CALLBACK)
    yield "app add", code, 0
    app = AppAtDomain(DomainClient(stack.endpoint), url, made["client_id"], made["client_secret"])
    yield from _inspect_way_in(app)
    yield "app remove", shell.run("app", "remove", app.client_id, "--yes")[0], 0


def _inspect_way_in(app: AppAtDomain) -> Iterator[Finding]:
    yield "without a token", app.call().status_code, 401
    resource = app.discover()
    yield "the resource", resource["resource"], app.url
    yield (
        "other documents",
        app.client.send("GET", f"https://{DOMAIN}/.well-known/openid-configuration").status_code,
        404,
    )
    told = app.ask_person("accounts:read")
    yield "the answer", (told.get("state"), told.get("iss")), ("s", app.server["issuer"])
    code = {"grant_type": "authorization_code", "code": told["code"], "redirect_uri": _CALLBACK}
    tokens = app.ask_for_tokens(**code, code_verifier=_VERIFIER, resource=app.url).json()
    yield "tokens", (tokens["token_type"], tokens["scope"]), ("Bearer", "accounts:read")
    yield "a call", _answered(app.call(tokens["access_token"])), (200, "Smoke Test")
    beyond = app.call(tokens["access_token"], "create_account", **_NAMED)
    yield "a call beyond the scopes", beyond.status_code, 403
    again = app.ask_for_tokens(grant_type="refresh_token", refresh_token=tokens["refresh_token"]).json()
    yield "both tokens", [_answered(app.call(one["access_token"]))[0] for one in (tokens, again)], [200, 200]
    yield "the code again", app.ask_for_tokens(**code, code_verifier=_VERIFIER).json()["error"], "invalid_grant"
    yield "a call after that", app.call(again["access_token"]).status_code, 401


def _answered(response: httpx.Response) -> tuple[int, str]:
    """The status of a call, and who acted."""
    result = response.json().get("result", {})
    return response.status_code, result.get("structuredContent", {}).get("Name", "")
