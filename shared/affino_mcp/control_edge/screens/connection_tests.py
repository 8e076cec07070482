"""The screens CRM Test Tool and User Test Tool: does this profile work with this person, and for this method?"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

from starlette.responses import Response

from affino_mcp.admin.connection_test import Trial, TrialResult
from affino_mcp.admin.operator_audit import ActionSubject
from affino_mcp.admin.trial_request import (
    TestedConnection,
    TrialRequest,
    find_tested_name,
    parse_access_token,
    parse_trial_arguments,
)
from affino_mcp.catalogue.capability import Family
from affino_mcp.catalogue.method import PAGE_SIZE, Method
from affino_mcp.catalogue.registry import METHODS, is_listed
from affino_mcp.control_edge import profile_list
from affino_mcp.control_edge.screen_audit import audit_screen_action
from affino_mcp.control_edge.screen_request import ScreenRequest
from affino_mcp.gate.caller import CURRENT_USER_METHOD
from affino_mcp.gate.identity import row_keys
from affino_mcp.gate.identity.row_keys import digest_token
from affino_mcp.gate.profiles.profile import Profile, ProfileState
from affino_mcp.store.faults import StoreUnavailable
from affino_mcp.tool_errors import InvalidArgument

_FORM_FIELDS: Final = ("profile", "email", "method", "arguments")


def show_crm_test(ask: ScreenRequest) -> Response:
    """The form of the CRM Test Tool: the profile, then the person and the method."""
    return _render_form(ask, "/tests/crm", ask.query_values)


def show_user_test(ask: ScreenRequest) -> Response:
    """The form of the User Test Tool: the profile and the person, without a method."""
    return _render_form(ask, "/tests/user", ask.query_values)


def run_crm_test(ask: ScreenRequest) -> Response:
    """Runs the connection test with the chosen method."""
    return _run_test(ask, "/tests/crm", ask.form.get("method", ""))


def run_user_test(ask: ScreenRequest) -> Response:
    """Runs the connection test with `get_current_user`."""
    return _run_test(ask, "/tests/user", CURRENT_USER_METHOD)


def _run_test(ask: ScreenRequest, here: str, name: str) -> Response:
    try:
        profile = _require_profile(ask, ask.form.get("profile", ""))
        wanted = _read_request(ask, name)
    except InvalidArgument as error:
        return _render_form(ask, here, ask.form, wrong={str(error.details["argument"]): error.message})
    with audit_screen_action(ask, "run_test", ActionSubject.from_profile(profile), {}, wanted.describe()):
        result = _try_connection(ask, profile, wanted)
    return _render_form(ask, here, ask.form, result=result, heading=_heading(ask, profile, wanted, result), status=200)


def _read_request(ask: ScreenRequest, name: str) -> TrialRequest:
    """What the form asks to try; an AccessToken comes before a login. Raises InvalidArgument."""
    method = METHODS.get(name)
    if method is None:
        raise InvalidArgument("method", "Choose a method.")
    given, arguments = ask.form, _parse_arguments(ask, method)
    if given.get("token", "").strip():
        return TrialRequest("", "", name, arguments, parse_access_token(given["token"]))
    if not (given.get("email") and given.get("password")):
        raise InvalidArgument("password", "Enter an e-mail address and its password, or an AccessToken below.")
    return TrialRequest(given["email"], given["password"], name, arguments)


def _heading(ask: ScreenRequest, profile: Profile, wanted: TrialRequest, result: TrialResult) -> str:
    try:
        person = find_tested_name(ask.centre.people, ask.centre.sessions, wanted)
    except StoreUnavailable:
        person = wanted.email or "an AccessToken"
    return TestedConnection(profile.name, person, wanted.method).heading(is_green=result.is_green)


def _try_connection(ask: ScreenRequest, profile: Profile, wanted: TrialRequest) -> TrialResult:
    centre = ask.centre
    with centre.make_client() as http:
        trial = Trial(http, ask.origin.public_url, centre.settings.instance, profile)
        result = trial.run(wanted, centre.clock())
    with suppress(StoreUnavailable):  # the result stands; the session ends by itself
        code = centre.people.find_user_code(wanted.email) if result.token else None
        if code is not None:
            centre.sessions.end_session(code, digest_token(result.token))
    return result


def _choice_order(method: Method, profile: Profile | None) -> tuple[object, ...]:
    """The sort key of a method in the list to choose from: first what the profile lists, reads a list and needs no argument."""
    is_off = profile is not None and not is_listed(method, profile.capability)
    asks = PAGE_SIZE not in method.all_arguments or any(field.required for field in method.all_arguments)
    return method.access, is_off, method.family == Family.ALWAYS, asks, method.family, method.name


def _find_chosen_profile(ask: ScreenRequest, key: str) -> ProfileState | None:
    """The profile that the query or the form names, on whatever page of the list it is; None when there is none."""
    row = ask.gate_rows.get(row_keys.profile_key(key[:64]))
    if row is not None:
        return ask.centre.profile_reader.state_from_row(key[:64], row)
    return ask.centre.profile_reader.read_current(key[:64]) if key and ask.form else None


def _require_profile(ask: ScreenRequest, key: str) -> Profile:
    state = ask.centre.profile_reader.read_current(key[:64]) if key else None
    if state is None:
        raise InvalidArgument("profile", "Choose a profile.")
    return state.profile


def _parse_arguments(ask: ScreenRequest, method: Method) -> dict[str, Any]:
    return parse_trial_arguments(method, ask.form.get("arguments", ""))


def _render_form(
    ask: ScreenRequest,
    here: str,
    given: Mapping[str, str],
    result: TrialResult | None = None,
    wrong: Mapping[str, str] | None = None,
    status: int | None = None,
    heading: str = "",
) -> Response:
    filled = {"email": ask.web_session.person.email} | {name: given[name] for name in _FORM_FIELDS if name in given}
    filled = {name: filled.get(name, "") for name in _FORM_FIELDS}
    found = profile_list.list_profile_page(ask, None)
    chosen = _find_chosen_profile(ask, filled["profile"])
    listed = {one.profile.key for one in found.profiles}
    before = [chosen] if chosen and chosen.profile.key not in listed else []
    profile = chosen.profile if chosen else None
    return ask.render_page(
        "trial.html",
        status or (400 if wrong else 200),
        here=here,
        crm=here.endswith("crm"),
        given=filled,
        profiles=[*before, *found.profiles],
        more=found.next is not None,
        chosen=chosen,
        methods=sorted(METHODS.values(), key=lambda method: _choice_order(method, profile)),
        heading=heading,
        result=result,
        wrong=wrong or {},
    )
