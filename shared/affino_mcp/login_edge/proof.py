"""Reads and checks the e-mail address and password that a login offers."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from affino_mcp.gate.identity.emails import plausible
from affino_mcp.gate.people.passwords import LONGEST
from affino_mcp.login_edge.answer import BAD_BODY, BAD_EMAIL, BAD_PASSWORD, LoginRefused


@dataclass(frozen=True)
class Proof:
    """An e-mail address that can be looked up, and a password exactly as typed."""

    email: str
    password: str = field(repr=False)


def read(body: bytes) -> Proof:
    """Reads a JSON body `{"Email", "Password"}`; raises LoginRefused: BAD_BODY, BAD_EMAIL, BAD_PASSWORD."""
    given = _object(body)
    return proof(given.get("Email"), given.get("Password"))


def proof(email: object, password: object) -> Proof:
    """Gives address and password if both have a valid form; raises LoginRefused: BAD_EMAIL, BAD_PASSWORD."""
    if not isinstance(email, str) or not plausible(email):
        raise LoginRefused(BAD_EMAIL)
    if not isinstance(password, str) or not 1 <= len(password) <= LONGEST:
        raise LoginRefused(BAD_PASSWORD)
    return Proof(email, password)


def _object(body: bytes) -> dict[str, Any]:
    try:
        given = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise LoginRefused(BAD_BODY) from error
    if not isinstance(given, dict):
        raise LoginRefused(BAD_BODY)
    return given
