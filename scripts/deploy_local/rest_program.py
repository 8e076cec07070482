"""A program at the deployed REST API: it knows the stack's outputs and a profile's key and secret, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

from affino_mcp import clock
from affino_mcp.http.request_signature import signed_headers
from scripts.deploy_local.operations import EMAIL, PASSWORD, USER_CODE
from scripts.deploy_local.shell import Shell
from scripts.deploy_local.smoke import require_equal
from scripts.deploy_local.stack import Stack

REST_STEP: Final = "a program goes the whole way over the REST API: version 2, version 1, and its rows in the API Log"
PROFILE_NAME: Final = "Nightly program"
Step = tuple[str, object, object]
"""What was checked, what was found, and what was expected."""


@dataclass(frozen=True)
class Program:
    """Signs its requests below `/rest/{dbname}`. `base` is that address, `place` its path as it is signed."""

    base: str
    place: str
    key: str
    secret: str
    token: str = ""

    def send(self, verb: str, path: str, body: object = None, **headers: str) -> httpx.Response:
        """Sends one signed request; `body` is a JSON document."""
        text = b"" if body is None else json.dumps(body).encode()
        signed = signed_headers(verb, self.place + path, text, self.key, self.secret, clock.utc_now())
        sent = signed | {"Content-Type": "application/json", "AccessToken": self.token, **headers}
        given = {name: value for name, value in sent.items() if value}
        return httpx.request(verb, self.base + path, content=text, headers=given, timeout=60, trust_env=False)

    def log_in(self) -> Program:
        """The same program with a person's token."""
        token: str = self.send("POST", "/login", {"Email": EMAIL, "Password": PASSWORD}).json()["AccessToken"]
        return replace(self, token=token)


def check_rest(stack: Stack) -> None:
    """Makes a profile for programs, and uses it. Raises CheckFailed when a step goes wrong."""
    shell = Shell(stack)
    families = ("--family", "accounts=read,write", "--rest", "on")
    code, made = shell.run("profile", "create", "--name", PROFILE_NAME, *families)
    require_equal("profile create --rest on", code, 0)
    program = open_program(stack, made).log_in()
    for steps in (call_version_2(program), call_version_1(program), read_rows(shell)):
        for what, found, wanted in steps:
            require_equal(what, found, wanted)


def open_program(stack: Stack, profile: dict[str, Any]) -> Program:
    """A program with the key and secret of this profile, at the address that the stack's outputs name."""
    outputs = stack.read_outputs()
    place = f"/rest/{outputs['Instance']}"
    address = urlsplit(outputs["LoginUrl"])
    base = stack.local_url(address.geturl()).removesuffix("/login")
    return Program(base, place, profile["key"], profile["secret"])


def call_version_2(program: Program) -> Iterator[Step]:
    """Creates a record, is refused three times, and asks what there is."""
    created = program.send("POST", "/v2/accounts", {"Name": "Made by a program"})
    code = created.json()["Account"]["AccountCode"]
    yield "create", (created.status_code, created.headers["ActedAs"]), (201, str(USER_CODE))
    yield "Location", created.headers["Location"].endswith(f"{program.place}/v2/accounts/{code}"), True
    yield "without a person", replace(program, token="").send("GET", f"/v2/accounts/{code}").status_code, 401
    yield "another secret", replace(program, secret="x" * 40).send("GET", f"/v2/accounts/{code}").status_code, 401
    yield "a family that is off", program.send("GET", "/v2/notes").status_code, 403
    offer = program.send("GET", "/v2")
    allowed = {name: access for name, access in offer.json()["Families"].items() if access}
    yield "what there is", (offer.status_code, allowed), (200, {"accounts": ["read", "write"]})
    again = program.send("GET", "/v2", **{"If-None-Match": offer.headers["ETag"]})
    yield "what there is, unchanged", (again.status_code, again.content), (304, b"")
    gone = program.send("DELETE", f"/v2/accounts/{code}")
    yield "delete", gone.status_code, 200


def call_version_1(program: Program) -> Iterator[Step]:
    """Reads accounts in version 1's form."""
    listed = program.send("GET", "/crm/v1/accounts")
    yield "version 1", listed.status_code, 200
    yield "its list", {"Accounts", "LastRecordCode", "CurrentDate"} - set(listed.json()), set()


def read_rows(shell: Shell) -> Iterator[Step]:
    """The program's calls in the API Log, oldest first."""
    code, rows = shell.run("log", "--profile", PROFILE_NAME, "--channel", "rest")
    told = [(row["method"], row["status"]) for row in reversed(rows)]
    yield "log", (code, {row["channel"] for row in rows}), (0, {"rest"})
    wanted = [
        ("create_account", 200),
        ("get_account", 401),
        ("list_notes", 403),
        ("delete_account", 200),
        ("list_accounts", 200),
    ]
    yield "rows of the API Log", told, wanted
