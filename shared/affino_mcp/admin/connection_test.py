"""The connection test: a real login and one call through the public endpoints, as an agent makes them, in three checks.

The profile's secret goes from the store to the endpoint and nowhere else; the caller ends the session after the test.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import httpx

from affino_mcp import NAME, VERSION
from affino_mcp.catalogue.method import DRY_RUN, PAGE_SIZE, Method
from affino_mcp.clock import start_stopwatch
from affino_mcp.errors import PersonInactive
from affino_mcp.gate.abuse.request_signature import signed_headers
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.tool_errors import InvalidArgument, PermissionDenied, ToolDisabled, Unexpected

GOOD, BAD, OFF = "good", "bad", "off"
_LONGEST: Final = 4000
_AGENT: Final = f"{NAME}-test-tool/{VERSION}"


@dataclass(frozen=True)
class Lamp:
    """The result of one of the three checks: good, bad, or off when it was not reached; the reason, and what to do."""

    name: str
    tone: str
    reason: str
    fix: str = ""


@dataclass(frozen=True)
class Wanted:
    """What to test: the person's e-mail address and password, and a method with its arguments."""

    email: str
    password: str = field(repr=False)
    method: str
    arguments: Mapping[str, Any]


def arguments(method: Method, text: str) -> dict[str, Any]:
    """A method's arguments from JSON text; for an empty text, those that `starting` suggests.

    Raises InvalidArgument (arguments) for text that is no JSON object, and for a write that is no dry run.
    """
    if not text.strip():
        return starting(method)
    found = _read(text)
    if found is None:
        raise InvalidArgument("arguments", 'The arguments must be a JSON object, like {"PageSize": 3}.')
    if DRY_RUN in method.all_arguments and found.get(DRY_RUN.name) is not True:
        raise InvalidArgument("arguments", 'A test changes nothing: a write must say {"DryRun": true}.')
    return found


def starting(method: Method) -> dict[str, Any]:
    """Suggested arguments: a short page for a list, a dry run for a write, and the required arguments left empty."""
    needed = {field.name: "" for field in method.all_arguments if field.required}
    if DRY_RUN in method.all_arguments:
        return {**needed, DRY_RUN.name: True}
    return {PAGE_SIZE.name: 3, **needed} if PAGE_SIZE in method.all_arguments else needed


def _read(text: str) -> dict[str, Any] | None:
    """A JSON object that can be sent on; None for anything else, such as numbers and characters that JSON does not have."""
    try:
        found = json.loads(text)
        json.dumps(found, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


@dataclass(frozen=True)
class Result:
    """The three checks in order, the method's answer as text, how long login and call took, and the session's token."""

    lamps: list[Lamp]
    answer: str = ""
    login_ms: int | None = None
    call_ms: int | None = None
    token: str = field(default="", repr=False)

    @property
    def green(self) -> bool:
        """Whether all checks are good."""
        return all(lamp.tone == GOOD for lamp in self.lamps)


_HEALTH: Final = "Look at the service's health and its log, then try again."
_FIXES: Final[Mapping[str, str]] = {
    ToolDisabled.type: "Switch the family on in the profile.",
    PermissionDenied.type: "The profile allows it; the person lacks the right. Grant it through a security group.",
    Unexpected.type: "The fault is the service's: look for the call in the API Log.",
}
"""What to do about an error of a method that makes its check bad; any other proves that the method is enabled."""

PROFILE, USER, METHOD = "The profile is valid", "The user can log in", "The method is enabled"

_SIGNED: Final = Lamp(PROFILE, GOOD, "Key and secret were accepted by the login.")
_BEFORE: Final = Lamp(USER, OFF, "Not tried: the profile comes first.")

# Status and Affino code of the login endpoint's answer -> the checks of the profile and of the user.
_LOGINS: Final[Mapping[tuple[int, str], tuple[Lamp, Lamp]]] = {
    (401, "-102"): (
        Lamp(
            PROFILE,
            BAD,
            "The login did not accept the profile's signature.",
            "Save the profile again, or regenerate it.",
        ),
        _BEFORE,
    ),
    (403, "-110"): (Lamp(PROFILE, BAD, "The profile is switched off.", "Switch it on; then try again."), _BEFORE),
    (401, "-104"): (
        _SIGNED,
        Lamp(
            USER, BAD, "The e-mail address or the password is wrong.", "Check both; the person can log in at the Hub."
        ),
    ),
    (400, "-10"): (
        _SIGNED,
        Lamp(USER, BAD, "This cannot be anybody's e-mail address and password.", "Enter both as the person does."),
    ),
    (429, "-129"): (
        _SIGNED,
        Lamp(USER, BAD, "There were too many wrong passwords.", "Wait some minutes, then use the right password."),
    ),
}

_PERSON_OFF: Final = (
    _SIGNED,
    Lamp(USER, BAD, PersonInactive.text, "Enable the person (People, or affino-mcp person enable); then try again."),
)


@dataclass(frozen=True)
class Trial:
    """The endpoints under test: `public` is the service's own address, `dbname` the instance, `profile` the caller's."""

    http: httpx.Client
    public: str
    dbname: str
    profile: Profile

    def run(self, wanted: Wanted, now: datetime) -> Result:
        """Logs in, then calls the method; gives the result, with the token of the session to end. Raises nothing of HTTP."""
        elapsed = start_stopwatch()
        try:
            login = self._login(wanted, now)
        except httpx.HTTPError:
            return Result([_unreached(PROFILE, "login"), *_off(USER, METHOD)])
        took = elapsed()
        if login.status_code != 200:
            return Result([*_login_lamps(login, self.profile), *_off(METHOD)], login_ms=took)
        token = str(_json(login).get("AccessToken", ""))
        lamps = [_SIGNED, Lamp(USER, GOOD, f"Logged in as {wanted.email}.")]
        elapsed = start_stopwatch()
        try:
            answer = self._call(wanted, token)
        except httpx.HTTPError:
            return Result([*lamps, _unreached(METHOD, "MCP endpoint")], login_ms=took, token=token)
        called = elapsed()
        lamp, text = _method_lamp(answer, wanted.method)
        return Result([*lamps, lamp], text[:_LONGEST], took, called, token)

    def _login(self, wanted: Wanted, now: datetime) -> httpx.Response:
        path = f"/rest/{self.dbname}/login"
        body = json.dumps({"Email": wanted.email, "Password": wanted.password}).encode()
        headers = signed_headers("POST", path, body, self.profile.key, self.profile.secret, now)
        return self.http.post(f"{self.public}{path}", content=body, headers=headers | {"User-Agent": _AGENT})

    def _call(self, wanted: Wanted, token: str) -> httpx.Response:
        params = {"name": wanted.method, "arguments": dict(wanted.arguments)}
        message = {"jsonrpc": "2.0", "id": "test-tool", "method": "tools/call", "params": params}
        headers = {
            "Authorization": f"Bearer {token}",
            "X-API-Key": self.profile.key,
            "X-API-Secret": self.profile.secret,
            "Accept": "application/json, text/event-stream",
            "User-Agent": _AGENT,
        }
        return self.http.post(f"{self.public}/mcp", json=message, headers=headers)


def _login_lamps(login: httpx.Response, profile: Profile) -> tuple[Lamp, Lamp]:
    error = _part(_json(login), "error")
    if error.get("message") == PersonInactive.text:
        return _PERSON_OFF
    known = _LOGINS.get((login.status_code, str(error.get("code"))))
    if known is not None:
        return known
    reason = f"The login answered {login.status_code}: {error.get('message', 'no reason given')}"
    fix = _HEALTH if login.status_code >= 500 else f"Look at the profile {profile.name} and try again."
    return Lamp(PROFILE, BAD, reason, fix), _off(USER)[0]


def _method_lamp(answer: httpx.Response, method: str) -> tuple[Lamp, str]:
    """The third check, and the method's answer as text. An error about an argument also proves that the method is enabled."""
    document = _json(answer)
    refused, content = _part(document, "error"), _part(_part(document, "result"), "structuredContent")
    if refused:
        data = _part(refused, "data")
        wait = f", retry_after {data['retry_after']}" if "retry_after" in data else ""
        reason = f"The call was refused ({answer.status_code}{wait}): {refused.get('message', '')}"
        return Lamp(METHOD, BAD, reason, str(data.get("next", ""))), ""
    if answer.status_code != 200 or not content:
        return Lamp(METHOD, BAD, f"The MCP endpoint answered {answer.status_code}, and not as MCP.", _HEALTH), ""
    text, error = json.dumps(content, ensure_ascii=False, indent=2), _part(content, "error")
    if not error:
        return Lamp(METHOD, GOOD, f"{method} answered."), text
    fix = _FIXES.get(error["type"])
    if fix is not None:
        return Lamp(METHOD, BAD, error["message"], fix), text
    return Lamp(METHOD, GOOD, f"{method} is enabled. It answered: {error['message']}"), text


def _unreached(name: str, what: str) -> Lamp:
    return Lamp(name, BAD, f"The {what} did not answer.", _HEALTH)


def _off(*names: str) -> list[Lamp]:
    return [Lamp(name, OFF, "Not reached.") for name in names]


def _json(answer: httpx.Response) -> dict[str, Any]:
    try:
        found = answer.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _part(document: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The object of this name in a document; {} when there is none."""
    found = document.get(name)
    return found if isinstance(found, dict) else {}
