"""The smoke test: uses the service as an agent, a person and an operator, through API Gateway and Lambda."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import httpx

from affino_mcp import clock
from affino_mcp.gate.abuse.request_signature import signed_headers
from affino_mcp.gate.profiles.profile import Profile
from scripts.deploy_local import control, shell
from scripts.deploy_local.operations import EMAIL, PASSWORD, USER_CODE, Operator
from scripts.deploy_local.stack import Stack

ACCEPT = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2025-06-18"}
ACCOUNT = {"Name": "Orbital Labs"}


class Failed(Exception):
    """A check found another value than expected."""


def expect(what: str, found: object, wanted: object) -> None:
    """Checks that both values are equal. Raises Failed, which names `what`, when they differ."""
    if found != wanted:
        raise Failed(f"{what}: {found!r} instead of {wanted!r}")


@dataclass(frozen=True)
class Smoke:
    """One run against a deployed stack, as a new profile and a new person."""

    stack: Stack
    operator: Operator
    profile: Profile

    @cached_property
    def outputs(self) -> dict[str, str]:
        """The stack's outputs."""
        return self.stack.outputs()

    @cached_property
    def token(self) -> str:
        """The person's AccessToken, from a signed login through API Gateway."""
        path = f"/rest/{self.outputs['Instance']}/login"
        body = json.dumps({"Email": EMAIL, "Password": PASSWORD}).encode()
        signed = signed_headers("POST", path, body, self.profile.key, self.profile.secret, clock.utc_now())
        response = self.request("POST", path, content=body, headers={**signed, "Content-Type": "application/json"})
        expect("status of the login", response.status_code, 200)
        token: str = response.json()["AccessToken"]
        return token

    @cached_property
    def headers(self) -> dict[str, str]:
        """The three headers of MCP calls, and those that every MCP request needs."""
        keys = {"X-API-Key": self.profile.key, "X-API-Secret": self.profile.secret}
        return {**ACCEPT, **keys, "Authorization": f"Bearer {self.token}"}

    def request(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        """Sends one request to the deployed API, to a path below its stage."""
        base = self.stack.local(self.outputs["McpUrl"]).removesuffix("/mcp")
        return httpx.request(method, base + path, timeout=60, trust_env=False, **arguments)

    def rpc(self, method: str, headers: dict[str, str] | None = None, **params: Any) -> httpx.Response:
        """Sends one JSON-RPC request to the MCP endpoint with the three headers, some replaced by `headers`."""
        body = {"jsonrpc": "2.0", "id": "smoke", "method": method, "params": params}
        return self.request("POST", "/mcp", json=body, headers={**self.headers, **(headers or {})})

    def call(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """Calls a tool; gives the result of the call. Raises Failed when it is refused."""
        response = self.rpc("tools/call", name=tool, arguments=arguments)
        expect(f"status of {tool}", (response.status_code, response.json().get("id")), (200, "smoke"))
        result: dict[str, Any] = response.json()["result"]
        return result

    def checks(self) -> Iterator[tuple[str, Callable[[], None]]]:
        """The sentence and the function of each check, in order."""
        yield "health answers without credentials", self.health
        yield "a person logs in with a signed request", lambda: expect("a token", bool(self.token), True)
        yield "the OAuth addresses are not there, GET and DELETE are refused", self.nothing_else
        yield "wrong credentials get 401 with the request's id", self.refusals
        yield "tools/list shows the profile's tools", self.listing
        yield "an account is created, read and listed", self.writing
        yield "a switched-off family is refused", self.switched_off
        yield "a disabled profile is refused at once", self.disabled
        yield "the API Log names profile, person and method of each call", self.logged
        yield "the housekeeping function counts these calls", self.counted
        yield "the function's log group holds a line for each call", self.log_lines
        yield "a session is refreshed, named, shown at the Hub and logged out", self.sessions
        yield "an operator signs in to the Control Centre and makes a profile", self.control
        yield "an operator goes the whole path from a shell alone", self.shell

    def signed(self, method: str, name: str, **headers: str) -> httpx.Response:
        """Sends a signed REST request without a body."""
        path = f"/rest/{self.outputs['Instance']}/{name}"
        given = signed_headers(method, path, b"", self.profile.key, self.profile.secret, clock.utc_now())
        return self.request(method, path, headers={**given, **headers})

    def sessions(self) -> None:
        """Checks a session: refresh, user, logout, and the Hub."""
        path = f"/rest/{self.outputs['Instance']}/login"
        body = json.dumps({"Email": EMAIL, "Password": PASSWORD}).encode()
        signed = signed_headers("POST", path, body, self.profile.key, self.profile.secret, clock.utc_now())
        pair = self.request("POST", path, content=body, headers=signed).json()
        both = {name: pair[name] for name in ("AccessToken", "RefreshToken")}
        fresh = self.signed("GET", "token", **both)
        expect("status of the refresh", fresh.status_code, 200)
        expect("the refresh, once more", self.signed("GET", "token", **both).status_code, 401)
        token = {"AccessToken": fresh.json()["AccessToken"]}
        expect("the user", self.signed("GET", "user", **token, Filter="UserCode").json(), {"UserCode": str(USER_CODE)})
        expect("status of the logout", self.signed("POST", "logout", **token).status_code, 200)
        expect("the user after it", self.signed("GET", "user", **token).status_code, 401)
        page = self.request("GET", "/hub/login")
        expect("the Hub", (page.status_code, page.headers["cache-control"]), (200, "no-store"))

    def control(self) -> None:
        """Checks the Control Centre, through both of its functions."""
        expect("the Control Centre", control.findings(self.request, EMAIL, PASSWORD, self.profile.name), control.WANTED)

    def shell(self) -> None:
        """Checks the command line, which finds the stack by its name."""
        for what, found, wanted in shell.findings(self.stack):
            expect(what, found, wanted)

    def health(self) -> None:
        """Checks GET /health."""
        expect("status of /health", self.request("GET", "/health").status_code, 200)

    def nothing_else(self) -> None:
        """Checks that paths and methods that MCP clients try are refused."""
        for path in ("/.well-known/oauth-protected-resource/mcp", "/.well-known/oauth-authorization-server"):
            expect(f"status of {path}", self.request("GET", path).status_code, 404)
        expect("status of POST /register", self.request("POST", "/register", json={}).status_code, 404)
        for method in ("GET", "DELETE"):
            expect(f"status of {method} /mcp", self.request(method, "/mcp", headers=self.headers).status_code, 405)

    def refusals(self) -> None:
        """Checks that each of the three credentials, wrong in turn, is refused."""
        for header, value in (
            ("X-API-Key", "x" * 16),
            ("X-API-Secret", "x" * 40),
            ("Authorization", "Bearer " + "x" * 40),
        ):
            response = self.rpc("tools/list", {header: value})
            expect(f"answer to a wrong {header}", (response.status_code, response.json().get("id")), (401, "smoke"))

    def listing(self) -> None:
        """Checks tools/list, and the endpoint's address with a slash at its end."""
        tools = {tool["name"] for tool in self.rpc("tools/list").json()["result"]["tools"]}
        expect("some tools", {"create_account", "get_account", "list_notes"} - tools, set())
        expect("tools of families that are off", {"create_note", "create_task"} & tools, set())
        body = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
        expect("status of /mcp/", self.request("POST", "/mcp/", json=body, headers=self.headers).status_code, 200)

    def writing(self) -> None:
        """Checks that an account is created, read and listed."""
        made = self.call("create_account", **ACCOUNT)
        expect("create_account failed", made.get("isError", False), False)
        code = made["structuredContent"]["Account"]["AccountCode"]
        found = self.call("get_account", AccountCode=code)["structuredContent"]["Account"]
        expect("the account's name", found["Name"], ACCOUNT["Name"])
        listed = self.call("list_accounts")["structuredContent"]["Items"]
        expect("the accounts listed", [account["AccountCode"] for account in listed], [code])

    def switched_off(self) -> None:
        """Checks that a tool of a family that is off in the profile is refused."""
        answer = self.call("create_task", Name="Not allowed")
        expect(
            "create_task", (answer["isError"], answer["structuredContent"]["error"]["type"]), (True, "tool_disabled")
        )

    def disabled(self) -> None:
        """Checks that disabling and enabling the profile takes effect on the next call."""
        self.operator.profiles.disable(self.profile.key)
        expect("status when disabled", self.rpc("tools/list").status_code, 403)
        self.operator.profiles.enable(self.profile.key)
        expect("status when enabled", self.rpc("tools/list").status_code, 200)

    def logged(self) -> None:
        """Checks the audit rows of the calls of the checks before this one."""
        rows = [row for row in self.operator.log(self.profile) if "/" not in row.method]
        called = ["create_account", "get_account", "list_accounts", "create_task"]
        expect("methods in the API Log", [row.method for row in rows], called)
        expect("people in the API Log", {row.person_code for row in rows}, {USER_CODE})

    def counted(self) -> None:
        """Checks one run of the housekeeping function."""
        name = self.stack.resource("Housekeeping")
        answer = self.stack.client("lambda").invoke(FunctionName=name, Payload=b"{}")
        expect("the turn", (answer["StatusCode"], answer.get("FunctionError")), (200, None))
        rows, total = self.operator.log(self.profile), self.operator.total(self.profile)
        expect("calls and errors counted", (total.calls, total.errors), (len(rows), sum(r.status >= 400 for r in rows)))

    def log_lines(self) -> None:
        """Checks the structured lines in CloudWatch Logs, which must hold no credential."""
        group = self.stack.resource("McpEndpointLogs")
        events = self.stack.client("logs").filter_log_events(logGroupName=group)["events"]
        expect("lines naming the profile", any(self.profile.key in event["message"] for event in events), True)
        shown = [event for event in events if self.profile.secret in event["message"] or self.token in event["message"]]
        expect("lines showing a credential", len(shown), 0)
