"""The screens that make people and new links for them. A link is shown once; the person sets the password at the Hub.

This function writes the link's digest into the Gate table alone: password hashes are the login function's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from starlette.responses import Response

from affino_mcp.admin.display import fault_by_field
from affino_mcp.admin.operator_audit import NO_PROFILE, ActionSubject
from affino_mcp.control_edge.screen_audit import audit_screen_action
from affino_mcp.control_edge.screen_request import ScreenRequest
from affino_mcp.control_edge.screens.people import count_live_sessions, require_person
from affino_mcp.gate.identity.person import Person
from affino_mcp.gate.people.password_links import PasswordLink
from affino_mcp.gate.people.registration import ContactExists, NewPerson
from affino_mcp.instance.upkeep import KnownContact
from affino_mcp.tool_errors import Conflict, InvalidArgument, InvalidState
from affino_mcp.value_class import value_class

NEW_PERSON_SUBJECT: Final = ActionSubject(NO_PROFILE, "Control Centre", "")
"""The subject of making a person, who has no user code yet."""
_NO_QUESTION: Final = {"contact": None, "warned": False, "taken": None}


@value_class
class InvitationForm:
    """The form as sent: what is wanted, the contact that may become the person, and whether no group is meant."""

    name: str = ""
    email: str = ""
    groups: tuple[str, ...] = ()
    contact: str = ""
    is_groupless: bool = False

    @classmethod
    def from_request(cls, ask: ScreenRequest) -> InvitationForm:
        """Reads the posted form."""
        form, ticked = ask.form, ask.multi_values.get("group", ())
        groups = tuple(group for group in ask.web_session.groups.rights if group in ticked)
        return cls(
            form.get("name", ""),
            form.get("email", ""),
            groups,
            form.get("contact", ""),
            form.get("groupless") == "yes",
        )

    @property
    def wanted(self) -> NewPerson:
        """The person to be made."""
        return NewPerson(self.name, self.email, self.groups)


def show_new_form(ask: ScreenRequest) -> Response:
    """The page of the empty form."""
    _require_own_people(ask)
    return _render_form(ask, InvitationForm())


def invite_person(ask: ScreenRequest) -> Response:
    """Makes the person and shows the link, this once; asks first about a contact's address and a missing group."""
    _require_own_people(ask)
    form = InvitationForm.from_request(ask)
    try:
        wanted = _check_wanted(ask, form)
        if not form.groups and not form.is_groupless:
            return _render_form(ask, form, status=400, warned=True)
        with audit_screen_action(ask, "invite_person", NEW_PERSON_SUBJECT, {}, _describe(wanted)) as action:
            person, link = ask.centre.registration.invite(wanted, action.commit)
    except ContactExists as asked:
        return _render_form(ask, form, status=asked.status, contact=asked.contact)
    except Conflict as conflict:
        owner = ask.centre.people.find_by_email(form.email)
        return _render_form(ask, form, fault_by_field(conflict), conflict.status, taken=owner)
    except InvalidArgument as error:
        return _render_form(ask, form, fault_by_field(error), error.status)
    return _render_link(ask, person, link, "invited")


def ask_before_reset(ask: ScreenRequest) -> Response:
    """The page that says what a new link does, and asks. Raises NotFound."""
    person = require_person(ask)
    live = count_live_sessions(ask, person)
    return ask.render_page("person_reset.html", here="/people", person=person, live=live)


def reset_password(ask: ScreenRequest) -> Response:
    """Makes a new link and shows it, this once. Raises NotFound, InvalidState for a disabled person."""
    _require_own_people(ask)
    person, end_sessions = require_person(ask), ask.form.get("end") == "yes"
    subject, after = ActionSubject.from_person(person), {"end_sessions": end_sessions}
    with audit_screen_action(ask, "reset_password", subject, {}, after) as action:
        link = ask.centre.password_resets.reset(person, action.commit, end_sessions=end_sessions)
    return _render_link(ask, person, link, "reset")


def _check_wanted(ask: ScreenRequest, form: InvitationForm) -> NewPerson:
    """The person to be made; raises ContactExists unless the form says that this very contact is meant."""
    try:
        ask.centre.registration.check(form.wanted)
    except ContactExists as asked:
        if form.contact != str(asked.contact.code):
            raise
        return replace(form.wanted, is_existing=True)
    return form.wanted


def _require_own_people(ask: ScreenRequest) -> None:
    """Raises InvalidState where people log in at another instance."""
    foreign = ask.centre.settings.instance_url
    if foreign:
        raise InvalidState(
            f"The people of this service are those of {foreign}: they are made there, with their passwords."
        )


def _describe(wanted: NewPerson) -> dict[str, Any]:
    said = {"existing": True} if wanted.is_existing else {}
    return {"name": wanted.name, "email": wanted.email, "groups": list(wanted.groups), **said}


def _render_link(ask: ScreenRequest, person: Person, link: PasswordLink, made: str) -> Response:
    address = link.address(ask.origin.public_url)
    return ask.render_page(
        "person_link.html",
        here="/people",
        person=person,
        address=address,
        expires=link.expires,
        made=made,
        now=ask.centre.clock(),
    )


def _render_form(
    ask: ScreenRequest,
    form: InvitationForm,
    wrong: Mapping[str, str] | None = None,
    status: int = 200,
    **question: KnownContact | Person | bool | None,
) -> Response:
    """The page of the form, with the faults by field, or with a question about a contact or a missing group."""
    return ask.render_page(
        "person_new.html",
        status,
        here="/people",
        form=form,
        groups=list(ask.web_session.groups.rights),
        wrong=wrong or {},
        **{**_NO_QUESTION, **question},
    )
