"""Operators' deeds on apps: registering and removing them, and ending what people have connected to a profile."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from typing import Any, Final, NamedTuple

from affino_mcp.admin.operator_action import OperatorAction
from affino_mcp.admin.operator_audit import NO_PROFILE, ActionSubject
from affino_mcp.clock import Clock
from affino_mcp.deadline import Pace
from affino_mcp.gate.grants.grant_listing import MAX_LISTED_APPS, AppListing, ConnectedApp
from affino_mcp.gate.grants.grants import Grants
from affino_mcp.gate.grants.oauth_client import OAuthClient
from affino_mcp.gate.grants.redirect_uris import is_private_redirect, is_web_redirect
from affino_mcp.gate.grants.registered_clients import RegisteredClient, RegisteredClients
from affino_mcp.gate.identity import row_keys
from affino_mcp.gate.identity.entered_texts import tidy_entered_text
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.settings import Settings
from affino_mcp.store.faults import StoreUnavailable
from affino_mcp.store.ops import Database, Query
from affino_mcp.store.paging import iterate_rows
from affino_mcp.tool_errors import InvalidArgument, NotFound

Audit = Callable[[str, ActionSubject, Mapping[str, Any], Mapping[str, Any]], AbstractContextManager[OperatorAction]]
"""Audits a deed as that of the operator at hand: `audit_action` without the operator."""
MAX_APP_NAME_CHARACTERS: Final = 100
MAX_REDIRECT_URIS: Final = 20


class EndedApps(NamedTuple):
    """How many apps were ended, whether that is all, and what is to be told about rows that follow later."""

    number: int
    is_all: bool
    notice: str


class AppDesk:
    """Carries out what operators decide about apps. Every method may raise StoreUnavailable, NotDone, MaybeDone."""

    def __init__(self, db: Database, settings: Settings, clock: Clock) -> None:
        self._db, self._table = db, settings.gate_table
        self.clients, self._grants = RegisteredClients(db, settings, clock), Grants(db, settings, clock)
        self._listing = AppListing(db, settings, self._grants)

    def add(self, audit: Audit, name: str, redirect_uris: Sequence[str], *, public: bool) -> RegisteredClient:
        """Registers an app; its secret is in the answer alone. Raises InvalidArgument (name, redirect)."""
        tidy, places = check_app(name, redirect_uris)
        after = {"name": tidy, "redirect_uris": list(places), "public": public}
        with audit("add_app", ActionSubject(NO_PROFILE, "Apps", ""), {}, after) as action:
            return self.clients.add(tidy, places, public=public, commit=action.commit)

    def require(self, client_id: str) -> OAuthClient:
        """Gives the registered app of this id. Raises NotFound."""
        found = self.clients.find(client_id)
        if found is None:
            raise NotFound("client_id", "registered app")
        return found

    def remove(self, audit: Audit, client: OAuthClient) -> EndedApps:
        """Removes a registered app, and ends what people have connected with it."""
        before = {"name": client.name, "client_id": client.client_id, "redirect_uris": list(client.redirect_uris)}
        with audit("remove_app", ActionSubject(NO_PROFILE, "Apps", ""), before, {}) as action:
            self.clients.remove(client.client_id, action.commit)
        connected = (app for app in self._list_all() if app.grant.client_id == client.client_id)
        ended = self._end_each(audit, list(connected))
        return ended._replace(notice=action.notice or ended.notice)

    def list_connected(self, key: str, name: str) -> list[ConnectedApp]:
        """Gives the apps that people have connected to a profile, latest first; at most MAX_LISTED_APPS."""
        return self._listing.list_of_profile(key, name)

    def find_connected(self, key: str, name: str, mark: str) -> ConnectedApp:
        """Gives the app of this name on a profile. Raises NotFound."""
        found = next((app for app in self.list_connected(key, name) if app.mark == mark), None)
        if found is None:
            raise NotFound("app", "connected app")
        return found

    def end(self, audit: Audit, app: ConnectedApp) -> OperatorAction:
        """Ends one app of one person: its next call is refused."""
        subject = ActionSubject.from_profile_key(app.grant.profile, app.profile)
        with audit("end_app", subject, {**app.describe(), "user_code": app.grant.user_code}, {}) as action:
            self._grants.end(app.grant.grant, action.commit)
        return action

    def end_all(self, audit: Audit, key: str, name: str) -> EndedApps:
        """Ends the apps that people have connected to a profile, one after the other, as far as there is time."""
        return self._end_each(audit, self.list_connected(key, name))

    def end_outdated(self, profile: Profile) -> None:
        """Ends the apps of a profile whose old secret is refused now: the gate refuses them already, and lists agree then."""
        self._grants.end_outdated(profile)

    def end_of_deleted(self, key: str) -> None:
        """Ends the apps of a profile that was deleted; the gate refuses them already."""
        with suppress(StoreUnavailable):
            self._grants.end_all_of_profile(key)

    def _end_each(self, audit: Audit, apps: Sequence[ConnectedApp]) -> EndedApps:
        pace, number, notice = Pace(), 0, ""
        for app in apps:
            if not pace.has_time():
                break
            with pace.piece():
                notice = self.end(audit, app).notice or notice
            number += 1
        return EndedApps(number, number == len(apps) < MAX_LISTED_APPS, notice)

    def _list_all(self) -> list[ConnectedApp]:
        """The connected apps of all profiles."""
        listed = iterate_rows(self._db, Query(self._table, row_keys.PROFILE_LIST_PARTITION))
        return [app for row in listed for app in self.list_connected(row["key"], str(row.get("name") or row["key"]))]


def check_app(name: str, redirect_uris: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """Gives name and redirect URIs as they are stored. Raises InvalidArgument (name, redirect)."""
    tidy = tidy_entered_text("name", name)
    if not 1 <= len(tidy) <= MAX_APP_NAME_CHARACTERS:
        raise InvalidArgument("name", f"The name must have 1 to {MAX_APP_NAME_CHARACTERS} characters.")
    places = tuple(dict.fromkeys(uri.strip() for uri in redirect_uris if uri.strip()))
    if not 1 <= len(places) <= MAX_REDIRECT_URIS:
        raise InvalidArgument("redirect", f"Give 1 to {MAX_REDIRECT_URIS} redirect URIs.")
    for uri in places:
        if not is_web_redirect(uri) and not is_private_redirect(uri):
            said = "must be https, http on 127.0.0.1, [::1] or localhost, or of the app's own scheme, without fragment and user"
            raise InvalidArgument("redirect", f"The redirect URI {uri[:100]} {said}.")
    return tidy, places


def app_record(client: OAuthClient) -> dict[str, Any]:
    """A registered app as commands and pages show it: everything but the secret."""
    return {
        "client_id": client.client_id,
        "name": client.name,
        "redirect_uris": list(client.redirect_uris),
        "public": not client.secret_digest,
        "created": client.created,
    }
