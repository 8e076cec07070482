"""The screens that change a person's name and address, and that ask before somebody is disabled."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from starlette.responses import Response

from affino_mcp.admin.display import fault_by_field
from affino_mcp.admin.operator_audit import ActionSubject
from affino_mcp.control_edge.screen_audit import audit_screen_action
from affino_mcp.control_edge.screen_request import ScreenRequest
from affino_mcp.control_edge.screens.people import count_live_sessions, require_person
from affino_mcp.gate.identity.person import Person
from affino_mcp.store.faults import StoreUnavailable
from affino_mcp.tool_errors import Conflict, InvalidArgument


def show_account_form(ask: ScreenRequest) -> Response:
    """The page of the form with the person's name and address. Raises NotFound."""
    person = require_person(ask)
    return _render_form(ask, person, {"name": person.name, "email": person.email})


def save_account(ask: ScreenRequest) -> Response:
    """Changes name and address, and then the person's contact. Raises NotFound."""
    person = require_person(ask)
    given = {name: ask.form.get(name, "") for name in ("name", "email")}
    after = {name: value for name, value in given.items() if value != getattr(person, name)}
    if not after:
        return ask.redirect(f"/people/{person.user_code}?done=same")
    before = {name: getattr(person, name) for name in after}
    try:
        with audit_screen_action(ask, "change_person", ActionSubject.from_person(person), before, after) as action:
            changed = ask.centre.people.change(
                person.user_code, name=after.get("name"), email=after.get("email"), commit=action.commit
            )
    except (Conflict, InvalidArgument) as error:
        return _render_form(ask, person, given, fault_by_field(error), error.status)
    return ask.redirect(f"/people/{person.user_code}?done={_amend_contact(ask, person, changed)}")


def ask_before_disabling(ask: ScreenRequest) -> Response:
    """The page that says what stops when the person is disabled, and asks. Raises NotFound."""
    person = require_person(ask)
    live = count_live_sessions(ask, person)
    return ask.render_page("person_disable.html", here="/people", person=person, live=live)


def _amend_contact(ask: ScreenRequest, before: Person, after: Person) -> str:
    """Gives the person's contact the new name and address; the word for what is done."""
    name = after.name if after.name != before.name else None
    email = after.email if after.email != before.email else None
    with suppress(StoreUnavailable, Conflict):
        ask.centre.staff.amend(after.user_code, name, email, ask.centre.clock())
        return "account"
    return "account-alone"


def _render_form(
    ask: ScreenRequest,
    person: Person,
    given: Mapping[str, str],
    wrong: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    return ask.render_page("person_account.html", status, here="/people", person=person, given=given, wrong=wrong or {})
