"""The smoke test: uses the service as an agent, a person and an operator, through API Gateway and Lambda."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import httpx

from affino_mcp import clock
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.http.request_signature import signed_headers
from scripts.deploy_local import control, first_operator, shell
from scripts.deploy_local.operations import EMAIL, PASSWORD, USER_CODE, Operator
from scripts.deploy_local.stack import Stack

MCP_HEADERS = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2025-06-18"}
ACCOUNT_VALUES = {"Name": "Orbital Labs"}


class CheckFailed(Exception):
    """A check found another value than expected."""


def require_equal(what: str, found: object, wanted: object) -> None:
    """Checks that both values are equal. Raises Failed, which names `what`, when they differ."""
    if found != wanted:
        raise CheckFailed(f"{what}: {found!r} instead of {wanted!r}")


@dataclass(frozen=True)
class Smoke:
    """One run against a deployed stack, as a new profile and a new person."""

    stack: Stack
    operator: Operator
    profile: Profile

    @cached_property
    def outputs(self) -> dict[str, str]:
        """The stack's outputs."""
        return self.stack.read_outputs()

    @cached_property
    def token(self) -> str:
        """The person's AccessToken, from a signed login through API Gateway."""
        path = f"/rest/{self.outputs['Instance']}/login"
        body = json.dumps({"Email": EMAIL, "Password": PASSWORD}).encode()
        signed = signed_headers("POST", path, body, self.profile.key, self.profile.secret, clock.utc_now())
        response = self.send_request("POST", path, content=body, headers={**signed, "Content-Type": "application/json"})
        require_equal("status of the login", response.status_code, 200)
        token: str = response.json()["AccessToken"]
        return token

    @cached_property
    def headers(self) -> dict[str, str]:
        """The three headers of MCP calls, and those that every MCP request needs."""
        keys = {"X-API-Key": self.profile.key, "X-API-Secret": self.profile.secret}
        return {**MCP_HEADERS, **keys, "Authorization": f"Bearer {self.token}"}

    def send_request(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        """Sends one request to the deployed API, to a path below its stage."""
        return self.stack.send(method, path, **arguments)

    def send_rpc(self, method: str, headers: dict[str, str] | None = None, **params: Any) -> httpx.Response:
        """Sends one JSON-RPC request to the MCP endpoint with the three headers, some replaced by `headers`."""
        body = {"jsonrpc": "2.0", "id": "smoke", "method": method, "params": params}
        return self.send_request("POST", "/mcp", json=body, headers={**self.headers, **(headers or {})})

    def call_tool(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """Calls a tool; gives the result of the call. Raises Failed when it is refused."""
        response = self.send_rpc("tools/call", name=tool, arguments=arguments)
        require_equal(f"status of {tool}", (response.status_code, response.json().get("id")), (200, "smoke"))
        result: dict[str, Any] = response.json()["result"]
        return result

    def list_checks(self) -> Iterator[tuple[str, Callable[[], None]]]:
        """The sentence and the function of each check, in order."""
        yield "health answers without credentials", self.check_health
        yield "a person logs in with a signed request", lambda: require_equal("a token", bool(self.token), True)
        yield "the OAuth addresses are not there, GET and DELETE are refused", self.check_unknown_paths
        yield "wrong credentials get 401 with the request's id", self.check_refusals
        yield "tools/list shows the profile's tools", self.check_listing
        yield "an address and a header narrow the tools", self.check_toolsets
        yield "an account is created, read and listed", self.check_writing
        yield "a switched-off family is refused", self.check_switched_off_family
        yield "a disabled profile is refused at once", self.check_disabled_profile
        yield "the API Log names profile, person and method of each call", self.check_audit_rows
        yield "the housekeeping function counts these calls", self.check_totals
        yield "the housekeeping function signs the API Log with a key of KMS", self.check_digests
        yield "the function's log group holds a line for each call", self.check_log_lines
        yield "a session is refreshed, named, shown at the Hub and logged out", self.check_session
        yield "an operator signs in to the Control Centre and makes a profile", self.check_control_centre
        yield "an operator goes the whole path from a shell alone", self.check_shell

    def send_signed(self, method: str, name: str, **headers: str) -> httpx.Response:
        """Sends a signed REST request without a body."""
        path = f"/rest/{self.outputs['Instance']}/{name}"
        given = signed_headers(method, path, b"", self.profile.key, self.profile.secret, clock.utc_now())
        return self.send_request(method, path, headers={**given, **headers})

    def check_session(self) -> None:
        """Checks a session: refresh, user, logout, and the Hub."""
        path = f"/rest/{self.outputs['Instance']}/login"
        body = json.dumps({"Email": EMAIL, "Password": PASSWORD}).encode()
        signed = signed_headers("POST", path, body, self.profile.key, self.profile.secret, clock.utc_now())
        pair = self.send_request("POST", path, content=body, headers=signed).json()
        both = {name: pair[name] for name in ("AccessToken", "RefreshToken")}
        fresh = self.send_signed("GET", "token", **both)
        require_equal("status of the refresh", fresh.status_code, 200)
        again = self.send_signed("GET", "token", **both).json()
        require_equal("the pair of the refresh, once more", again["RefreshToken"], fresh.json()["RefreshToken"])
        token = {"AccessToken": fresh.json()["AccessToken"]}
        require_equal(
            "the user", self.send_signed("GET", "user", **token, Filter="UserCode").json(), {"UserCode": str(USER_CODE)}
        )
        require_equal("status of the logout", self.send_signed("POST", "logout", **token).status_code, 200)
        require_equal("the user after it", self.send_signed("GET", "user", **token).status_code, 401)
        start = self.send_request("GET", "/")
        require_equal("the start page", (start.status_code, "Ways in" in start.text), (200, True))
        page = self.send_request("GET", "/hub/login")
        require_equal("the Hub", (page.status_code, page.headers["cache-control"]), (200, "no-store"))

    def check_control_centre(self) -> None:
        """Checks the Control Centre, through both of its functions."""
        require_equal(
            "the Control Centre",
            control.inspect_control_centre(self.send_request, EMAIL, PASSWORD, self.profile.name),
            control.EXPECTED_FINDINGS,
        )

    def check_shell(self) -> None:
        """Checks the command line, which finds the stack by its name."""
        for what, found, wanted in shell.inspect_shell(self.stack):
            require_equal(what, found, wanted)

    def make_first_operator(self) -> None:
        """Makes the person of all checks: the stack's first operator. Raises Failed when a step goes wrong."""
        for what, found, wanted in first_operator.make_first_operator(self.stack, self.send_request):
            require_equal(what, found, wanted)

    def check_health(self) -> None:
        """Checks GET /health."""
        require_equal("status of /health", self.send_request("GET", "/health").status_code, 200)

    def check_unknown_paths(self) -> None:
        """Checks that paths and methods that MCP clients try are refused."""
        for path in ("/.well-known/oauth-protected-resource/mcp", "/.well-known/oauth-authorization-server"):
            require_equal(f"status of {path}", self.send_request("GET", path).status_code, 404)
        require_equal("status of POST /register", self.send_request("POST", "/register", json={}).status_code, 404)
        for method in ("GET", "DELETE"):
            require_equal(
                f"status of {method} /mcp", self.send_request(method, "/mcp", headers=self.headers).status_code, 405
            )

    def check_refusals(self) -> None:
        """Checks that each of the three credentials, wrong in turn, is refused."""
        for header, value in (
            ("X-API-Key", "x" * 16),
            ("X-API-Secret", "x" * 40),
            ("Authorization", "Bearer " + "x" * 40),
        ):
            response = self.send_rpc("tools/list", {header: value})
            require_equal(
                f"answer to a wrong {header}", (response.status_code, response.json().get("id")), (401, "smoke")
            )

    def check_listing(self) -> None:
        """Checks tools/list, and the endpoint's address with a slash at its end."""
        tools = {tool["name"] for tool in self.send_rpc("tools/list").json()["result"]["tools"]}
        require_equal("some tools", {"create_account", "get_account", "list_notes"} - tools, set())
        require_equal("tools of families that are off", {"create_note", "create_task"} & tools, set())
        body = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
        require_equal(
            "status of /mcp/", self.send_request("POST", "/mcp/", json=body, headers=self.headers).status_code, 200
        )

    def check_toolsets(self) -> None:
        """Checks that address and header leave the same tools, and that an address without a family is not there."""
        body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
        headed = self.send_rpc("tools/list", {"X-MCP-Toolsets": "accounts:read"}).json()["result"]
        named = [tool["name"] for tool in headed["tools"] if tool["name"].endswith("_account")]
        require_equal("tools of the toolset", named, ["get_account"])
        for names in ("accounts:read", "Accounts%3Aread"):
            answer = self.send_request("POST", f"/mcp/x/{names}", json=body, headers=self.headers)
            require_equal(f"tools of {names} by address", answer.json()["result"], headed)
        strange = self.send_request("POST", "/mcp/x/company", json=body, headers=self.headers)
        require_equal("status of an unknown family", strange.status_code, 404)
        for method in ("GET", "DELETE"):
            refused = self.send_request(method, "/mcp/x/notes", headers=self.headers)
            require_equal(f"status of {method} /mcp/x/notes", refused.status_code, 405)

    def check_writing(self) -> None:
        """Checks that an account is created, read and listed."""
        made = self.call_tool("create_account", **ACCOUNT_VALUES)
        require_equal("create_account failed", made.get("isError", False), False)
        code = made["structuredContent"]["Account"]["AccountCode"]
        found = self.call_tool("get_account", AccountCode=code)["structuredContent"]["Account"]
        require_equal("the account's name", found["Name"], ACCOUNT_VALUES["Name"])
        listed = self.call_tool("list_accounts")["structuredContent"]["Items"]
        require_equal("the accounts listed", [account["AccountCode"] for account in listed], [code])

    def check_switched_off_family(self) -> None:
        """Checks that a tool of a family that is off in the profile is refused."""
        answer = self.call_tool("create_task", Name="Not allowed")
        require_equal(
            "create_task", (answer["isError"], answer["structuredContent"]["error"]["type"]), (True, "tool_disabled")
        )

    def check_disabled_profile(self) -> None:
        """Checks that disabling and enabling the profile takes effect on the next call."""
        self.operator.profiles.disable(self.profile.key)
        require_equal("status when disabled", self.send_rpc("tools/list").status_code, 403)
        self.operator.profiles.enable(self.profile.key)
        require_equal("status when enabled", self.send_rpc("tools/list").status_code, 200)

    def check_audit_rows(self) -> None:
        """Checks the audit rows of the calls of the checks before this one."""
        rows = [row for row in self.operator.read_log(self.profile) if "/" not in row.method]
        called = ["create_account", "get_account", "list_accounts", "create_task"]
        require_equal("methods in the API Log", [row.method for row in rows], called)
        require_equal("people in the API Log", {row.person_code for row in rows}, {USER_CODE})

    def check_totals(self) -> None:
        """Checks one run of the housekeeping function."""
        name = self.stack.physical_name("Housekeeping")
        answer = self.stack.make_client("lambda").invoke(FunctionName=name, Payload=b"{}")
        require_equal("the turn", (answer["StatusCode"], answer.get("FunctionError")), (200, None))
        rows, total = self.operator.read_log(self.profile), self.operator.read_total(self.profile)
        require_equal(
            "calls and errors counted", (total.calls, total.errors), (len(rows), sum(r.status >= 400 for r in rows))
        )

    def check_digests(self) -> None:
        """Checks that the run of the housekeeping function has added a digest."""
        listed = self.stack.make_client("s3").list_objects_v2(Bucket=self.outputs["DigestBucket"], Prefix="digests/")
        require_equal("digests", [one["Key"][-5:] for one in listed.get("Contents", [])], [".json"])

    def check_log_lines(self) -> None:
        """Checks the structured lines in CloudWatch Logs, which must hold no credential."""
        group = self.stack.physical_name("McpEndpointLogs")
        events = self.stack.make_client("logs").filter_log_events(logGroupName=group)["events"]
        require_equal("lines naming the profile", any(self.profile.key in event["message"] for event in events), True)
        shown = [event for event in events if self.profile.secret in event["message"] or self.token in event["message"]]
        require_equal("lines showing a credential", len(shown), 0)
