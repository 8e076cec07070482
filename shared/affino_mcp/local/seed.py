"""Fills the demo instance with profiles, people and records; what exists already is left unchanged."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from affino_mcp.clock import utc_now
from affino_mcp.errors import AffinoError
from affino_mcp.gate.people.passwords import Passwords
from affino_mcp.gate.people.people import People
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.gate.profiles.profiles import Profiles
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.tools import FACETS
from affino_mcp.local import demo_crm, demo_website
from affino_mcp.local.demo import DEMO_PEOPLE, DEMO_PROFILES
from affino_mcp.local.network import make_plain_http_client
from affino_mcp.local.registration import register_person
from affino_mcp.local.steps import StepCodes, code_from_answer, fill_refs
from affino_mcp.settings import Settings
from affino_mcp.wiring import Stores

DemoCredentials = dict[str, dict[str, Any]]
HeadersForRole = Callable[[str], Mapping[str, str]]


class SeedFailed(AffinoError):
    """A record of the demo could not be created."""

    type = "seed_failed"


class DemoPasswords:
    """The demo people's passwords, in a file of the state folder that only its owner may read."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def load_passwords(self) -> dict[str, str]:
        """The passwords by role; made when they are first read."""
        if self._path.exists():
            found: dict[str, str] = json.loads(self._path.read_text(encoding="utf-8"))
            return found
        made = {role: f"demo-{secrets.token_urlsafe(12)}" for role in DEMO_PEOPLE}
        handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(made, file, indent=2)
        return made


def seed_profiles(stores: Stores, settings: Settings) -> dict[str, Profile]:
    """The demo's profiles by name; creates those that are missing."""
    register_of = Profiles(stores.database, stores.secrets, settings, utc_now)
    found = {state.profile.name: state.profile for state in register_of.list_profiles()}
    return {
        name: found[name] if name in found else register_of.create(name, demo.families, demo.rate)
        for name, demo in DEMO_PROFILES.items()
    }


def seed_people(stores: Stores, settings: Settings, passphrases: Mapping[str, str]) -> DemoCredentials:
    """The demo's people by role, with e-mail, password and user code; creates those that are missing."""
    everybody, passwords = People(stores.database, settings, utc_now), Passwords(stores.database, settings)
    found: DemoCredentials = {}
    for role, demo in DEMO_PEOPLE.items():
        code = everybody.find_user_code(demo.email)
        if code is None:
            code = register_person(stores, settings, utc_now, demo.name, demo.email, demo.groups).user_code
            passwords.set_password(code, passphrases[role])
        found[role] = {"email": demo.email, "password": passphrases[role], "user_code": code}
    return found


def seed_records(
    stores: Stores, settings: Settings, people: DemoCredentials, url: str, headers_of: HeadersForRole
) -> int:
    """Creates the demo's records unless there are accounts already; gives the number of calls made. Raises SeedFailed.

    `headers_of` gives the three headers of a role, as whom the tools are called. Sections, forums and categories, for
    which there is no tool, are written to the store.
    """
    call = ToolCaller(url, headers_of)
    if call("sales_manager", "list_accounts", {"PageSize": 1})["Items"]:
        return 0
    codes: StepCodes = {role: person["user_code"] for role, person in people.items()}
    codes |= demo_website.make_places(
        Records(stores.database, settings.records_table, settings.words_table, FACETS), utc_now()
    )
    steps = [*demo_crm.make_crm_steps(), *demo_website.make_website_steps()]
    for step in steps:
        code = code_from_answer(call(step.role, step.tool, fill_refs(dict(step.arguments), codes)))
        if step.name and code is not None:
            codes[step.name] = code
    return len(steps)


class ToolCaller:
    """Calls tools of the running service as clients do."""

    def __init__(self, url: str, headers_of: HeadersForRole) -> None:
        self._url, self._headers_of = url, headers_of
        self._headers: dict[str, dict[str, str]] = {}

    def __call__(self, role: str, tool: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Calls a tool as a role; gives its structured answer. Raises SeedFailed."""
        if role not in self._headers:
            accept = {"Accept": "application/json, text/event-stream"}
            self._headers[role] = accept | dict(self._headers_of(role))
        params = {"name": tool, "arguments": dict(arguments)}
        body = {"jsonrpc": "2.0", "id": "seed", "method": "tools/call", "params": params}
        with make_plain_http_client() as http:
            answer = http.post(self._url, json=body, headers=self._headers[role]).json()
        result = answer.get("result", {})
        if result.get("isError", True):
            raise SeedFailed(f"The demo's {tool} did not work: {json.dumps(answer)[:500]}")
        content: dict[str, Any] = result["structuredContent"]
        return content
