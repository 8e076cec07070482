"""The screens to delete a profile: what stops and whom to tell, then the deletion itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from affino_mcp.admin.operator_audit import ActionSubject
from affino_mcp.audit.profile_users import DELETION_PERIOD, list_profile_users
from affino_mcp.control_edge import profile_list
from affino_mcp.control_edge.screen_audit import audit_screen_action
from affino_mcp.control_edge.screen_request import ScreenRequest
from affino_mcp.control_edge.screens.connected_apps import make_app_desk
from affino_mcp.gate.identity import row_keys
from affino_mcp.gate.profiles.deletion import DeletedProfile, DeletionUnfinished, ProfileDeletion
from affino_mcp.gate.profiles.profile import ProfileUsage
from affino_mcp.store.faults import StoreUnavailable
from affino_mcp.store.ops import Key
from affino_mcp.tool_errors import Conflict, NotFound


def select_deletable_rows(given: Mapping[str, str]) -> Sequence[Key]:
    """The keys of the row of the profile that a path names, and of the row that it leaves when it is deleted."""
    key = given["key"][:64]
    return row_keys.profile_key(key), row_keys.deleted_profile_key(key)


def ask_before_deleting(ask: ScreenRequest) -> Response:
    """The page that shows the last use and whom to tell, and asks for confirmation. Raises NotFound."""
    return _render_question(ask)


def delete_profile(ask: ScreenRequest) -> Response:
    """Deletes the profile, or finishes a deletion that was broken off, and shows a receipt. Raises NotFound."""
    found, enabled = _require_deletable(ask)
    subject, centre = ActionSubject.from_profile_key(found.key, found.name), ask.centre
    deletion = ProfileDeletion(centre.database, centre.secrets, centre.settings, centre.clock)
    try:
        with audit_screen_action(ask, "delete_profile", subject, {"enabled": enabled}, {"deleted": True}):
            gone = deletion.delete(found.key)
        make_app_desk(ask).end_of_deleted(found.key)
    except (Conflict, DeletionUnfinished) as error:
        return _render_question(ask, error)
    return ask.render_page("profile_deleted.html", here="/profiles", gone=gone)


def _require_deletable(ask: ScreenRequest) -> tuple[DeletedProfile, bool | None]:
    """The profile of the path, and whether it is on (None: it is deleted already). Raises NotFound."""
    row, left = (ask.gate_rows.get(key) for key in select_deletable_rows(ask.path_values))
    if row is not None:
        return DeletedProfile(ask.path_values["key"], row["name"], ""), row["enabled"]
    if left is None:
        raise NotFound("key", "API Profile")
    return DeletedProfile.from_row(left), None


def _render_question(ask: ScreenRequest, error: Conflict | DeletionUnfinished | None = None) -> Response:
    found, enabled = _require_deletable(ask)
    row = profile_list.find_profile_row(ask) or {}
    shown: dict[str, Any] = {"key": found.key, "name": found.name, "enabled": enabled, "now": ask.centre.clock()}
    shown |= {"last": ProfileUsage(row).last, "days": DELETION_PERIOD.days} | _list_users(ask, found.key)
    wrong = " ".join(filter(None, (error.message, str(error.details.get("next", ""))))) if error else ""
    return ask.render_page(
        "profile_delete.html", error.status if error else 200, here="/profiles", wrong=wrong, **shown
    )


def _list_users(ask: ScreenRequest, key: str) -> dict[str, Any]:
    """Who used the profile lately, in at most two reads; nobody, with `log_is_down`, when the log cannot be read."""
    database, table = ask.centre.database, ask.centre.settings.audit_table
    try:
        found = list_profile_users(database, table, key, ask.centre.clock(), most=900, reads=2, period=DELETION_PERIOD)
    except StoreUnavailable:
        return {"users": [], "looked_at": 0, "log_is_down": True}
    return {**found._asdict(), "log_is_down": False}
