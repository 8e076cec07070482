"""What a connection test is asked to try, read from a form or a command, and the heading of what it ran."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import field
from typing import Any, Final

from affino_mcp.catalogue.method import DRY_RUN, PAGE_SIZE, Method
from affino_mcp.errors import Refusal
from affino_mcp.gate.identity.emails import is_plausible_email
from affino_mcp.gate.identity.row_keys import digest_token, token_fingerprint
from affino_mcp.gate.people.people import People
from affino_mcp.gate.sessions.sessions import Sessions
from affino_mcp.http.credential_forms import TOKEN_FORM
from affino_mcp.tool_errors import InvalidArgument
from affino_mcp.value_class import value_class

_TOKEN_PATTERN: Final = re.compile(TOKEN_FORM)


@value_class
class TrialRequest:
    """What to test: a person's e-mail address and password, and a method with its arguments.

    With `token`, an AccessToken that the person handed over, nobody is logged in, and the session is left as it is.
    """

    email: str
    password: str = field(repr=False)
    method: str
    arguments: Mapping[str, Any]
    token: str = field(default="", repr=False)

    def describe(self) -> dict[str, Any]:
        """What the row of the test says: whose login or which session, and the call; no password, no token."""
        who = {"session": token_fingerprint(digest_token(self.token))} if self.token else {"email": self.email}
        return {**who, "method": self.method, "arguments": dict(self.arguments)}


def parse_access_token(text: str) -> str:
    """The AccessToken in a text; raises InvalidArgument (token) for a text that cannot be one."""
    token = text.strip().lower()
    if not _TOKEN_PATTERN.fullmatch(token):
        raise InvalidArgument("token", "This is not an AccessToken: it has the form of 8-4-4-4-12 hexadecimal digits.")
    return token


@value_class
class TestedConnection:
    """What a test ran: the profile's name, the person's name or address, and the method."""

    __test__ = False

    profile: str
    person: str
    method: str

    def heading(self, *, is_green: bool) -> str:
        """The heading of the result: `Works: Writers, Edith Moreau, list_articles`."""
        return f"{'Works' if is_green else 'Not yet'}: {self.profile}, {self.person}, {self.method}"


def parse_trial_arguments(method: Method, text: str) -> dict[str, Any]:
    """A method's arguments from JSON text; for an empty text, those that `suggest_arguments` suggests.

    Raises InvalidArgument (arguments) for text that is no JSON object, and for a write that is no dry run.
    """
    if not text.strip():
        return suggest_arguments(method)
    found = _parse_json_object(text)
    if found is None:
        raise InvalidArgument("arguments", 'The arguments must be a JSON object, like {"PageSize": 3}.')
    if DRY_RUN in method.all_arguments and found.get(DRY_RUN.name) is not True:
        raise InvalidArgument("arguments", 'A test changes nothing: a write must say {"DryRun": true}.')
    return found


def suggest_arguments(method: Method) -> dict[str, Any]:
    """Suggested arguments: a short page for a list, a dry run for a write, and the required arguments left empty."""
    needed = {field.name: "" for field in method.all_arguments if field.required}
    if DRY_RUN in method.all_arguments:
        return {**needed, DRY_RUN.name: True}
    return {PAGE_SIZE.name: 3, **needed} if PAGE_SIZE in method.all_arguments else needed


def _parse_json_object(text: str) -> dict[str, Any] | None:
    """A JSON object that can be sent on; None for anything else, such as numbers and characters that JSON does not have."""
    try:
        found = json.loads(text)
        json.dumps(found, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def find_tested_name(people: People, sessions: Sessions, wanted: TrialRequest) -> str:
    """The name of the person whom the test is about; what was given of them when nobody is known by it."""
    if wanted.token:
        try:
            return sessions.find_session(wanted.token)[1].name
        except Refusal as refusal:
            return str(refusal.person.name) if refusal.person else "an AccessToken of nobody"
    found = people.find_by_email(wanted.email) if is_plausible_email(wanted.email) else None
    return found.name if found else wanted.email
