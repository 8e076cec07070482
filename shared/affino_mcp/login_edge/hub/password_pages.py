"""The Hub's pages of passwords: setting one by an operator's link, and changing one's own with the old one.

A link's token comes in the body of a form: the script of the page takes it from behind the `#` of the address, without
scripts the person pastes the link. So it stands in no address that a server sees.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from affino_mcp.admin.operator_errors import MaybeDone
from affino_mcp.errors import PersonInactive, TooManyFailures
from affino_mcp.gate.identity.permissions import CONTROL_ACCESS
from affino_mcp.gate.identity.person import Person
from affino_mcp.gate.people.password_changes import PasswordChanges
from affino_mcp.gate.people.password_check import WrongPassword
from affino_mcp.gate.people.password_links import LinkState, LinkUnusable
from affino_mcp.gate.people.password_strength import MIN_CHOSEN_CHARACTERS, PASSWORD_RULE
from affino_mcp.gate.sessions.sessions import active_person_row
from affino_mcp.gate.sessions.web_sessions import WebSession
from affino_mcp.login_edge import answer
from affino_mcp.login_edge.answer import LoginFault, LoginSubject
from affino_mcp.login_edge.hub.frame import (
    find_signed_in_person,
    form_key_cookie,
    redirect_to_login,
)
from affino_mcp.login_edge.hub.page import HubPage
from affino_mcp.login_edge.hub.refusals import wait_lines
from affino_mcp.login_edge.hub.services import HubServices
from affino_mcp.login_edge.hub.visit import BROWSER_COOKIE, HubRequest
from affino_mcp.pages.hub_places import PASSWORD_PATH
from affino_mcp.store.faults import StoreUnavailable, Unanswered
from affino_mcp.tool_errors import Conflict, InvalidArgument

PasswordHandler = Callable[["PasswordPages", HubRequest, LoginSubject], HubPage]
FOREIGN_FORM_TEXT: Final = "The form was too old or not ours. Please try again."
MAX_LINK_CHARACTERS: Final = 300
_LINK_FAULTS: Final[Mapping[LinkState, LoginFault]] = {
    LinkState.USED: LoginFault(
        410,
        "",
        "link_used",
        "This link has been used already: it works once. If you have set your password with it, log in. "
        "If it was not you, tell your operator at once.",
    ),
    LinkState.EXPIRED: LoginFault(
        410, "", "link_expired", "This link has expired: it works for 72 hours. Ask your operator for a new one."
    ),
    LinkState.SUPERSEDED: LoginFault(
        410,
        "",
        "link_superseded",
        "There is a newer link than this one, and only the newest works. Use that one, or ask your operator for another.",
    ),
    LinkState.UNKNOWN: LoginFault(
        404,
        "",
        "link_unknown",
        "This is not a link that works here. Copy the whole link, or ask your operator for a new one.",
    ),
}
_MISMATCH_TEXT: Final = "The two new passwords are not the same."
_NOT_CONFIRMED_TEXT: Final = (
    "The storage did not say whether your new password is set. "
    "Try to log in with it; if that does not work, do this again."
)


class PasswordPages:
    """Answers the requests of `PASSWORD_ROUTES`."""

    def __init__(self, services: HubServices) -> None:
        self._hub, self._db, self._settings, self._clock = services, services.db, services.settings, services.clock
        self._login, self._browsers, self._frame = services.login, services.browsers, services.frame
        self._changes = PasswordChanges(services.db, services.settings, services.clock)

    def answer_request(self, visit: HubRequest, known: LoginSubject) -> HubPage:
        """Gives the page of a request of `PASSWORD_ROUTES`. Raises StoreUnavailable when nothing was written."""
        if self._settings.instance_url:
            said = f"Your password is kept at {self._settings.instance_url}: set and change it there."
            return self._frame.render_page(visit, 404, "message.html", "no_page", known, said=said)
        method, path = visit.request.method, visit.path
        if method == "POST" and not visit.is_own_form:
            show = self._render_change_form if path == "password" else self._render_link_form
            return show(visit, known, 403, FOREIGN_FORM_TEXT)
        try:
            return PASSWORD_ROUTES[method, path](self, visit, known)
        except (Unanswered, MaybeDone):
            return self._frame.render_page(
                visit, 503, "message.html", answer.OUTCOME_UNKNOWN.result, known, wait=1, said=_NOT_CONFIRMED_TEXT
            )

    def show_link_form(self, visit: HubRequest, known: LoginSubject) -> HubPage:
        """Answers `GET /hub/link`: the form into which the link's token goes."""
        return self._render_link_form(visit, known)

    def open_link(self, visit: HubRequest, known: LoginSubject) -> HubPage:
        """Answers `POST /hub/link`: whose link it is, and the form of the new password; or why the link does not work."""
        link = _read_link(visit)
        try:
            return self._render_set_form(visit, known, self._changes.require_invited(link), link)
        except LinkUnusable as unusable:
            return self._refuse_link(visit, known, unusable)
        except PersonInactive as inactive:
            return self._refuse_inactive(visit, known, inactive)

    def set_password(self, visit: HubRequest, known: LoginSubject) -> HubPage:
        """Answers `POST /hub/link/password`: sets the password and uses the link up."""
        link, (password, is_same) = _read_link(visit), _read_new_password(visit)
        try:
            if not is_same:
                return self._render_set_form(visit, known, self._changes.require_invited(link), link, _MISMATCH_TEXT)
            person = self._changes.set_by_link(link, password)
        except InvalidArgument as weak:
            return self._render_set_form(visit, known, self._changes.require_invited(link), link, weak.message)
        except LinkUnusable as unusable:
            return self._refuse_link(visit, known, unusable)
        except PersonInactive as inactive:
            return self._refuse_inactive(visit, known, inactive)
        known.user_code = person.user_code
        has_control = person.has_right(CONTROL_ACCESS, self._clock())
        return self._frame.render_page(visit, 200, "password_set.html", "password_set", known, has_control=has_control)

    def show_change_form(self, visit: HubRequest, known: LoginSubject) -> HubPage:
        """Answers `GET /hub/password`: the form to change one's own password."""
        return self._render_change_form(visit, known)

    def change_password(self, visit: HubRequest, known: LoginSubject) -> HubPage:
        """Answers `POST /hub/password`: changes the password and ends all sessions but this browser's."""
        session, (password, is_same) = self._hub.find_visit(visit), _read_new_password(visit)
        if session is None:
            return redirect_to_login(visit)
        if not is_same:
            return self._render_change_form(visit, known, 400, _MISMATCH_TEXT)
        try:
            self._carry_out_change(visit, session, password)
        except PersonInactive:
            return redirect_to_login(visit)
        except (InvalidArgument, Conflict, WrongPassword, TooManyFailures) as refused:
            return self._refuse_change(visit, known, refused)
        return self._render_changed(visit, known, session.person)

    def _carry_out_change(self, visit: HubRequest, session: WebSession, password: str) -> None:
        person = session.person
        seen = self._changes.require_change(person, visit.form.get("Old", ""), password, visit.request.source)
        with self._hub.audit(visit, session, "change_password", {}, {}) as action:
            self._changes.replace(person, seen, password, action.commit)

    def _refuse_change(self, visit: HubRequest, known: LoginSubject, refused: Exception) -> HubPage:
        if isinstance(refused, InvalidArgument | Conflict):
            return self._render_change_form(visit, known, refused.status, refused.message)
        if isinstance(refused, TooManyFailures):
            wait = refused.retry_after or 1
            return self._render_change_form(visit, known, 429, *wait_lines(wait), wait=wait)
        return self._render_change_form(visit, known, 401, "The old password is wrong.")

    def _render_changed(self, visit: HubRequest, known: LoginSubject, person: Person) -> HubPage:
        """The page after the change; this browser is logged in anew, unless the storage fails just then."""
        known.user_code, stays = person.user_code, True
        try:
            row = active_person_row(self._db, self._settings.gate_table, person.user_code)
            cookie = visit.set_cookie(BROWSER_COOKIE, self._browsers.start(row))
        except (StoreUnavailable, PersonInactive):
            cookie, stays = visit.delete_cookie(BROWSER_COOKIE), False
        cookies = cookie, form_key_cookie(visit)
        return self._frame.render_page(
            visit, 200, "password_changed.html", "password_changed", known, *cookies, here=PASSWORD_PATH, stays=stays
        )

    def _render_link_form(
        self, visit: HubRequest, known: LoginSubject, status: int = 200, *said: str, wait: float | None = None
    ) -> HubPage:
        result = "link_form" if status == 200 else "refused"
        return self._frame.render_form(visit, status, "link.html", result, known, said=said, wait=wait)

    def _render_set_form(
        self, visit: HubRequest, known: LoginSubject, person: Person, link: str, *said: str
    ) -> HubPage:
        known.user_code = person.user_code
        status, result = (400, "password_refused") if said else (200, "link_open")
        shown = {"person": person, "link": link, "said": said, "rule": PASSWORD_RULE, "least": MIN_CHOSEN_CHARACTERS}
        return self._frame.render_form(visit, status, "link_password.html", result, known, **shown)

    def _render_change_form(
        self, visit: HubRequest, known: LoginSubject, status: int = 200, *said: str, wait: float | None = None
    ) -> HubPage:
        person = find_signed_in_person(self._browsers, visit)
        if person is None:
            return redirect_to_login(visit)
        known.user_code = person.user_code
        result = "password_form" if status == 200 else "password_refused"
        shown = {"person": person, "said": said, "rule": PASSWORD_RULE, "least": MIN_CHOSEN_CHARACTERS}
        shown["here"] = PASSWORD_PATH
        return self._frame.render_form(visit, status, "password.html", result, known, wait=wait, **shown)

    def _refuse_link(self, visit: HubRequest, known: LoginSubject, unusable: LinkUnusable) -> HubPage:
        """The page of a link that is not good; an unknown one is counted against its source."""
        fault, wait = _LINK_FAULTS[unusable.state], None
        known.user_code = unusable.user_code
        if unusable.state is LinkState.UNKNOWN:
            refused = self._login.count_stranger(visit.request.source, fault)
            fault, wait = refused.fault, refused.wait
        said = [fault.message] if wait is None else [*wait_lines(wait)[:1], "Wait before you try another link."]
        return self._frame.render_form(visit, fault.status, "link.html", fault.result, known, said=said, wait=wait)

    def _refuse_inactive(self, visit: HubRequest, known: LoginSubject, inactive: PersonInactive) -> HubPage:
        known.user_code = inactive.person.user_code
        fault = answer.PERSON_DISABLED
        return self._frame.render_form(visit, fault.status, "link.html", fault.result, known, said=[fault.message])


PASSWORD_ROUTES: Final[Mapping[tuple[str, str], PasswordHandler]] = {
    ("GET", "link"): PasswordPages.show_link_form,
    ("POST", "link"): PasswordPages.open_link,
    ("POST", "link/password"): PasswordPages.set_password,
    ("GET", "password"): PasswordPages.show_change_form,
    ("POST", "password"): PasswordPages.change_password,
}


def _read_link(visit: HubRequest) -> str:
    """The link's token, from the token itself or the whole link, as it was pasted."""
    return visit.form.get("Link", "").strip()[-MAX_LINK_CHARACTERS:].rpartition("#")[2]


def _read_new_password(visit: HubRequest) -> tuple[str, bool]:
    """The new password, and whether it was entered twice alike."""
    password = visit.form.get("Password", "")
    return password, password == visit.form.get("Again", "")
