"""Makes the demo's profiles and people; what exists already is left unchanged."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from affino_mcp.clock import utc_now
from affino_mcp.gate.people.passwords import Passwords
from affino_mcp.gate.people.people import People
from affino_mcp.gate.people.registration import NewPerson, Registration
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.gate.profiles.profiles import Profiles
from affino_mcp.local.demo import DEMO_PEOPLE, DEMO_PROFILES
from affino_mcp.settings import Settings
from affino_mcp.store.commit import commit_to
from affino_mcp.wiring import Stores, build_operator_ports

DemoCredentials = dict[str, dict[str, Any]]


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


def seed_profiles(stores: Stores, settings: Settings, *, rest: bool = False) -> dict[str, Profile]:
    """The demo's profiles by name; creates those that are missing. With `rest` all are opened to the REST API."""
    register_of = Profiles(stores.database, stores.secrets, settings, utc_now)
    found = {state.profile.name: state.profile for state in register_of.list_profiles()}
    made = {
        name: found[name] if name in found else register_of.create(name, demo.families, demo.rate, relogin=True)
        for name, demo in DEMO_PROFILES.items()
    }
    closed = {name: one for name, one in made.items() if rest and not one.rest}
    return made | {name: register_of.change(one.key, seen=one.version, rest=True) for name, one in closed.items()}


def seed_people(stores: Stores, settings: Settings, passphrases: Mapping[str, str]) -> DemoCredentials:
    """The demo's people by role, with e-mail, password and user code; creates those that are missing."""
    everybody, passwords = People(stores.database, settings, utc_now), Passwords(stores.database, settings)
    commit = commit_to(stores.database)
    registration = Registration(
        build_operator_ports(stores, settings).staff_contacts, stores.database, settings, utc_now
    )
    found: DemoCredentials = {}
    for role, demo in DEMO_PEOPLE.items():
        code = everybody.find_user_code(demo.email)
        if code is None:
            wanted = NewPerson(demo.name, demo.email, demo.groups)
            code = registration.register(wanted, lambda ops, _: commit(ops)).user_code
            passwords.set_password(code, passphrases[role])
        found[role] = {"email": demo.email, "password": passphrases[role], "user_code": code}
    return found
