"""The connection test: a real login and one call through the public endpoints, as an agent makes them, in three checks.

The profile's secret goes from the store to the endpoint and nowhere else; the caller ends the session after the test.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from typing import Any, Final

import httpx

from affino_mcp import VERSION
from affino_mcp.admin.connection_checks import (
    CHECK_BAD,
    CHECK_GOOD,
    CHECK_OFF,
    CHECKS_BY_LOGIN_ERROR,
    CHECKS_BY_TOKEN_ERROR,
    FIXES_BY_ERROR,
    HEALTH_FIX,
    METHOD_CHECK,
    PERSON_DISABLED,
    PROFILE_CHECK,
    PROFILE_GOOD,
    TOKEN_GOOD,
    USER_CHECK,
    CheckResult,
)
from affino_mcp.admin.trial_request import TrialRequest
from affino_mcp.audit.channels import TEST_CLIENT
from affino_mcp.clock import start_stopwatch
from affino_mcp.errors import PersonInactive
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.http.request_signature import signed_headers
from affino_mcp.value_class import value_class

_MAX_ANSWER_CHARACTERS: Final = 4000
_USER_AGENT: Final = f"{TEST_CLIENT}/{VERSION}"


@value_class
class TrialResult:
    """The three checks in order, the method's answer as text, how long login and call took, and the session's token."""

    checks: list[CheckResult]
    answer: str = ""
    login_ms: int | None = None
    call_ms: int | None = None
    token: str = field(default="", repr=False)

    @property
    def is_green(self) -> bool:
        """Whether all checks are good."""
        return all(lamp.tone == CHECK_GOOD for lamp in self.checks)


@value_class
class Trial:
    """The endpoints under test.

    `public_url` is the service's own address, `instance_name` names the instance, `profile` is the caller's.
    """

    client: httpx.Client
    public_url: str
    instance_name: str
    profile: Profile

    def run(self, wanted: TrialRequest, now: datetime) -> TrialResult:
        """Logs in, then calls the method; gives the result, with the token of the session to end. Raises nothing of HTTP."""
        if wanted.token:
            return self._run_with_token(wanted)
        elapsed = start_stopwatch()
        try:
            login = self._log_in(wanted, now)
        except httpx.HTTPError:
            return TrialResult([_unreached_check(PROFILE_CHECK, "login"), *_off_checks(USER_CHECK, METHOD_CHECK)])
        took = elapsed()
        if login.status_code != 200:
            return TrialResult([*_checks_from_login(login, self.profile), *_off_checks(METHOD_CHECK)], login_ms=took)
        token = str(_parse_document(login).get("AccessToken", ""))
        lamps = [PROFILE_GOOD, CheckResult(USER_CHECK, CHECK_GOOD, f"Logged in as {wanted.email}.")]
        elapsed = start_stopwatch()
        try:
            answer = self._call_method(wanted, token)
        except httpx.HTTPError:
            return TrialResult([*lamps, _unreached_check(METHOD_CHECK, "MCP endpoint")], login_ms=took, token=token)
        called = elapsed()
        lamp, text = _check_from_answer(answer, wanted.method)
        return TrialResult([*lamps, lamp], text[:_MAX_ANSWER_CHARACTERS], took, called, token)

    def _run_with_token(self, wanted: TrialRequest) -> TrialResult:
        """The test with a person's own AccessToken; the result has no session to end."""
        elapsed = start_stopwatch()
        try:
            answer = self._call_method(wanted, wanted.token)
        except httpx.HTTPError:
            return TrialResult(
                [*_off_checks(PROFILE_CHECK, USER_CHECK), _unreached_check(METHOD_CHECK, "MCP endpoint")]
            )
        called, refusal = elapsed(), _object_in(_object_in(_parse_document(answer), "error"), "data")
        known = CHECKS_BY_TOKEN_ERROR.get(str(refusal.get("type")))
        if known is not None:
            return TrialResult([*known, *_off_checks(METHOD_CHECK)], call_ms=called)
        lamp, text = _check_from_answer(answer, wanted.method)
        if answer.status_code != 200:
            return TrialResult([*_off_checks(PROFILE_CHECK, USER_CHECK), lamp], call_ms=called)
        return TrialResult([PROFILE_GOOD, TOKEN_GOOD, lamp], text[:_MAX_ANSWER_CHARACTERS], call_ms=called)

    def _log_in(self, wanted: TrialRequest, now: datetime) -> httpx.Response:
        path = f"/rest/{self.instance_name}/login"
        body = json.dumps({"Email": wanted.email, "Password": wanted.password}).encode()
        headers = signed_headers("POST", path, body, self.profile.key, self.profile.secret, now)
        return self.client.post(f"{self.public_url}{path}", content=body, headers=headers | {"User-Agent": _USER_AGENT})

    def _call_method(self, wanted: TrialRequest, token: str) -> httpx.Response:
        params = {"name": wanted.method, "arguments": dict(wanted.arguments)}
        message = {"jsonrpc": "2.0", "id": "test-tool", "method": "tools/call", "params": params}
        headers = {
            "Authorization": f"Bearer {token}",
            "X-API-Key": self.profile.key,
            "X-API-Secret": self.profile.secret,
            "Accept": "application/json, text/event-stream",
            "User-Agent": _USER_AGENT,
        }
        return self.client.post(f"{self.public_url}/mcp", json=message, headers=headers)


def _checks_from_login(login: httpx.Response, profile: Profile) -> tuple[CheckResult, CheckResult]:
    error = _object_in(_parse_document(login), "error")
    if error.get("message") == PersonInactive.text:
        return PERSON_DISABLED
    known = CHECKS_BY_LOGIN_ERROR.get((login.status_code, str(error.get("code"))))
    if known is not None:
        return known
    reason = f"The login answered {login.status_code}: {error.get('message', 'no reason given')}"
    fix = HEALTH_FIX if login.status_code >= 500 else f"Look at the profile {profile.name} and try again."
    return CheckResult(PROFILE_CHECK, CHECK_BAD, reason, fix), _off_checks(USER_CHECK)[0]


def _check_from_answer(answer: httpx.Response, method: str) -> tuple[CheckResult, str]:
    """The third check, and the method's answer as text. An error about an argument also proves that the method is enabled."""
    document = _parse_document(answer)
    refused, content = _object_in(document, "error"), _object_in(_object_in(document, "result"), "structuredContent")
    if refused:
        data = _object_in(refused, "data")
        wait = f", retry_after {data['retry_after']}" if "retry_after" in data else ""
        reason = f"The call was refused ({answer.status_code}{wait}): {refused.get('message', '')}"
        return CheckResult(METHOD_CHECK, CHECK_BAD, reason, str(data.get("next", ""))), ""
    if answer.status_code != 200 or not content:
        return CheckResult(
            METHOD_CHECK, CHECK_BAD, f"The MCP endpoint answered {answer.status_code}, and not as MCP.", HEALTH_FIX
        ), ""
    text, error = json.dumps(content, ensure_ascii=False, indent=2), _object_in(content, "error")
    if not error:
        return CheckResult(METHOD_CHECK, CHECK_GOOD, f"{method} answered."), text
    fix = FIXES_BY_ERROR.get(error["type"])
    if fix is not None:
        return CheckResult(METHOD_CHECK, CHECK_BAD, error["message"], fix), text
    return CheckResult(METHOD_CHECK, CHECK_GOOD, f"{method} is enabled. It answered: {error['message']}"), text


def _unreached_check(name: str, what: str) -> CheckResult:
    return CheckResult(name, CHECK_BAD, f"The {what} did not answer.", HEALTH_FIX)


def _off_checks(*names: str) -> list[CheckResult]:
    return [CheckResult(name, CHECK_OFF, "Not reached.") for name in names]


def _parse_document(answer: httpx.Response) -> dict[str, Any]:
    try:
        found = answer.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _object_in(document: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The object of this name in a document; {} when there is none."""
    found = document.get(name)
    return found if isinstance(found, dict) else {}
