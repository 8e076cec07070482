"""Reads and checks the e-mail address and password that a login offers."""

from __future__ import annotations

import json
from dataclasses import field
from typing import Any

from affino_mcp.gate.identity.emails import is_plausible_email
from affino_mcp.gate.people.passwords import MAX_PASSWORD_CHARACTERS
from affino_mcp.login_edge.answer import BAD_BODY, BAD_EMAIL, BAD_PASSWORD, LoginRefused
from affino_mcp.value_class import value_class


@value_class
class OfferedCredentials:
    """An e-mail address that can be looked up, and a password exactly as typed."""

    email: str
    password: str = field(repr=False)


def read_offered_credentials(body: bytes) -> OfferedCredentials:
    """Reads a JSON body `{"Email", "Password"}`; raises LoginRefused: BAD_BODY, BAD_EMAIL, BAD_PASSWORD."""
    given = _parse_object(body)
    return check_offered_credentials(given.get("Email"), given.get("Password"))


def check_offered_credentials(email: object, password: object) -> OfferedCredentials:
    """Gives address and password if both have a valid form; raises LoginRefused: BAD_EMAIL, BAD_PASSWORD."""
    if not isinstance(email, str) or not is_plausible_email(email):
        raise LoginRefused(BAD_EMAIL)
    if not isinstance(password, str) or not 1 <= len(password) <= MAX_PASSWORD_CHARACTERS:
        raise LoginRefused(BAD_PASSWORD)
    return OfferedCredentials(email, password)


def _parse_object(body: bytes) -> dict[str, Any]:
    try:
        given = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise LoginRefused(BAD_BODY) from error
    if not isinstance(given, dict):
        raise LoginRefused(BAD_BODY)
    return given
