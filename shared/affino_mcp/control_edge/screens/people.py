"""The screens of people: groups, effective rights with their reasons, live sessions, enabling and disabling."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final

from starlette.responses import Response

from affino_mcp.admin.deeds import ROW_FOLLOWS
from affino_mcp.admin.effective_rights import list_effective_rights
from affino_mcp.admin.operator_action import OperatorAction
from affino_mcp.admin.operator_audit import ActionSubject
from affino_mcp.clock import epoch_seconds
from affino_mcp.control_edge.people_list import list_people_page
from affino_mcp.control_edge.screen_audit import audit_screen_action
from affino_mcp.control_edge.screen_request import ScreenRequest
from affino_mcp.control_edge.typed_days import read_typed_day
from affino_mcp.gate.identity import row_keys
from affino_mcp.gate.identity.emails import fold_email, is_plausible_email
from affino_mcp.gate.identity.permissions import CONTROL_ACCESS, PERMISSIONS, PROFILES_MANAGE
from affino_mcp.gate.identity.person import Person, is_user_code
from affino_mcp.gate.people.password_links import LinkStatus
from affino_mcp.gate.sessions.session_listing import list_live_sessions
from affino_mcp.instance.places import PLACE_KINDS, PlacesUnknown
from affino_mcp.plain_text import plain
from affino_mcp.store.faults import StoreUnavailable
from affino_mcp.store.ops import Key
from affino_mcp.tool_errors import Conflict, InvalidArgument, NotFound


def select_person_row(given: Mapping[str, str]) -> Sequence[Key]:
    """The keys of the rows of the person that the path names, and of that person's latest link."""
    code = given["code"]
    return (row_keys.person_key(int(code)), row_keys.password_link_key(int(code))) if is_user_code(code) else ()


def select_searched_person_row(given: Mapping[str, str]) -> Sequence[Key]:
    """The key of the row that says whose e-mail address is searched for."""
    wanted = given.get("q", "")
    return (row_keys.email_key(fold_email(wanted)),) if is_plausible_email(wanted) else ()


def show_people(ask: ScreenRequest) -> Response:
    """A page of all people by code; with `q`, the person of this e-mail address, or those with its words in name or address."""
    wanted = ask.query_values.get("q", "").strip()
    row = next(
        (ask.gate_rows[key] for key in select_searched_person_row(ask.query_values) if key in ask.gate_rows), None
    )
    owner = ask.centre.people.get(row["user_code"]) if row else None
    people, next_ = ([owner], None) if owner else list_people_page(ask, plain(wanted).split())
    later = "after" in ask.query_values
    return ask.render_page("people.html", here="/people", people=people, next=next_, q=wanted, later=later)


def show_person(ask: ScreenRequest) -> Response:
    """The page of one person. Raises NotFound."""
    return _render_person(ask, require_person(ask))


def require_person(ask: ScreenRequest) -> Person:
    """The person that the path names. Raises NotFound."""
    row = ask.gate_rows.get(select_person_row(ask.path_values)[0]) if is_user_code(ask.path_values["code"]) else None
    if row is None:
        raise NotFound("code", "person")
    return ask.web_session.groups.grant(Person.from_json(row))


def count_live_sessions(ask: ScreenRequest, person: Person) -> int:
    """How many live sessions the person has."""
    return len(ask.centre.sessions.list_sessions(person.user_code))


def change_groups(ask: ScreenRequest) -> Response:
    """Puts the person in the ticked groups and out of all others, unless the groups have changed since the page was made."""
    person, ticked = (
        require_person(ask),
        [group for group in ask.web_session.groups.rights if group in ask.multi_values.get("group", ())],
    )
    shown = replace(person, groups=tuple(filter(None, ask.form.get("shown", "").split(","))))
    return _change_person(ask, shown, "groups", ticked)


def grant_right(ask: ScreenRequest) -> Response:
    """Grants the person a right directly, without an end or until a day."""
    person, until = require_person(ask), read_typed_day(ask, ask.form.get("until", "")) or None
    return _change_person(ask, person, "rights", {**person.rights, ask.form.get("right", ""): until})


def revoke_right(ask: ScreenRequest) -> Response:
    """Revokes a right that was granted directly."""
    person, right = require_person(ask), ask.form.get("right", "")
    return _change_person(
        ask, person, "rights", {name: until for name, until in person.rights.items() if name != right}
    )


def _change_person(ask: ScreenRequest, seen: Person, name: str, wanted: Any) -> Response:
    """Changes the person's groups or rights (`name`), and redirects to the person's page.

    Refuses when they have changed since the person was `seen`, and when operators would lose their own access.
    """
    person, after = require_person(ask), {name: wanted}
    if _locks_out_operator(ask, person, replace(person, **after)):
        return _render_person(ask, person, _OWN_ACCESS_TEXT)
    try:
        with audit_screen_action(
            ask, f"change_{name}", ActionSubject.from_person(person), {name: person.to_json()[name]}, after
        ) as action:
            ask.centre.people.change(person.user_code, seen=seen, commit=action.commit, **after)
    except (Conflict, InvalidArgument) as error:
        return _render_person(ask, ask.centre.people.get(person.user_code) or person, error.message, error.status)
    return ask.redirect(f"/people/{person.user_code}?done={name}")


def show_place_rights(ask: ScreenRequest) -> Response:
    """The page of what the person may do in each section or forum, with the reasons. Raises NotFound."""
    person, kind = require_person(ask), ask.query_values.get("kind", "")
    kind = kind if kind in PLACE_KINDS else PLACE_KINDS[0]
    reason = f"There are no {kind} yet."
    try:
        places = ask.centre.instance.explain_places(person, kind, ask.centre.clock())
    except PlacesUnknown as unknown:
        places, reason = [], unknown.reason
    actions = [verdict.deed for verdict in places[0].deeds] if places else []
    shown = {"kind": kind, "kinds": PLACE_KINDS, "places": places, "deeds": actions, "reason": reason}
    return ask.render_page("places.html", 200, here="/people", person=person, **shown)


def disable_person(ask: ScreenRequest) -> Response:
    """Disables the person, whose calls are refused from the next one on."""
    person = require_person(ask)
    if _is_operator(ask, person):
        return _render_person(ask, person, "You cannot disable yourself. Ask another operator.")
    return _switch_person(ask, person, ask.centre.people.disable, active=False)


def enable_person(ask: ScreenRequest) -> Response:
    """Enables the person again."""
    return _switch_person(ask, require_person(ask), ask.centre.people.enable, active=True)


def _switch_person(ask: ScreenRequest, person: Person, switch: Callable[..., object], *, active: bool) -> Response:
    """Has `switch` do it, which takes the person's code and the commit of the deed's row."""
    deed, subject = "enable_person" if active else "disable_person", ActionSubject.from_person(person)
    with audit_screen_action(ask, deed, subject, {"active": person.active}, {"active": active}) as action:
        switch(person.user_code, action.commit)
    _mark_contact(ask, person, disabled=not active)
    return _redirect_done(ask, person, "enabled" if active else "disabled", action)


def _mark_contact(ask: ScreenRequest, person: Person, *, disabled: bool) -> None:
    """Marks the person's contact, which only shows the state: what it failed to show, the next switching shows."""
    with suppress(StoreUnavailable):
        ask.centre.staff.mark_disabled(person.user_code, ask.centre.clock(), disabled=disabled)


def end_one_session(ask: ScreenRequest) -> Response:
    """Ends the one session that the form names by its fingerprint."""
    person, mark = require_person(ask), ask.form.get("session", "")
    named = [session for session in ask.centre.sessions.list_sessions(person.user_code) if session.fingerprint == mark]
    if not named:
        return _render_person(ask, person, "This session is over already.", InvalidArgument.status)
    with audit_screen_action(ask, "end_session", ActionSubject.from_person(person), {"session": mark}, {}) as action:
        ask.centre.sessions.end_session(person.user_code, named[0].digest, action.commit)
    return _redirect_done(ask, person, "session", action)


def end_all_sessions(ask: ScreenRequest) -> Response:
    """Ends all sessions of the person."""
    person = require_person(ask)
    with audit_screen_action(ask, "end_all_sessions", ActionSubject.from_person(person), {}, {}) as action:
        ask.centre.sessions.end_all_sessions(person.user_code, action.commit)
    return _redirect_done(ask, person, "sessions", action)


def _redirect_done(ask: ScreenRequest, person: Person, done: str, action: OperatorAction) -> Response:
    """A redirect to the person's page, which says what is done, and that its row follows where it does."""
    later = "&log=later" if action.notice else ""
    return ask.redirect(f"/people/{person.user_code}?done={done}{later}")


_OWN_ACCESS_TEXT: Final = "You cannot take your own access to this page away. Ask another operator."


def _locks_out_operator(ask: ScreenRequest, person: Person, after: Person) -> bool:
    now = ask.centre.clock()
    return _is_operator(ask, person) and not all(
        after.has_right(right, now) for right in (CONTROL_ACCESS, PROFILES_MANAGE)
    )


def _is_operator(ask: ScreenRequest, person: Person) -> bool:
    return person.user_code == ask.web_session.person.user_code


def _render_person(ask: ScreenRequest, person: Person, wrong: str = "", status: int = 409) -> Response:
    given = ask.form if wrong and "until" in ask.form else {}
    families: dict[str, list[object]] = {}
    for one in list_effective_rights(person, ask.centre.clock()):
        families.setdefault(one.family, []).append(one)
    return ask.render_page(
        "person.html",
        status if wrong else 200,
        here="/people",
        person=person,
        sessions=list_live_sessions(ask.centre.database, ask.centre.settings, ask.centre.sessions, person.user_code),
        rights=families,
        groups=list(ask.web_session.groups.rights),
        every_right=sorted(PERMISSIONS),
        today=ask.centre.clock().date().isoformat(),
        given=given,
        wrong_day=wrong if given and status == InvalidArgument.status else "",
        itself=_is_operator(ask, person),
        link=LinkStatus.from_row(ask.gate_rows.get(row_keys.password_link_key(person.user_code))),
        now=epoch_seconds(ask.centre.clock()),
        done=ask.query_values.get("done", ""),
        notice=ROW_FOLLOWS if ask.query_values.get("log") == "later" else "",
        wrong=wrong,
    )
