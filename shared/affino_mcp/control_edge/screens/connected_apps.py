"""The screens of the apps that people have connected to a profile: who, what they may do, and ending one or all."""

from __future__ import annotations

from functools import partial
from typing import Any

from starlette.responses import Response

from affino_mcp.admin.app_desk import AppDesk
from affino_mcp.control_edge import profile_list
from affino_mcp.control_edge.screen_audit import audit_screen_action
from affino_mcp.control_edge.screen_request import ScreenRequest
from affino_mcp.gate.grants.grant_listing import MAX_LISTED_APPS
from affino_mcp.tool_errors import NotFound


def show_connected_apps(ask: ScreenRequest) -> Response:
    """The page of the apps of a profile. Raises NotFound."""
    return _render_apps(ask)


def ask_before_ending(ask: ScreenRequest) -> Response:
    """The page that asks before one app is ended, or all without a name in the query. Raises NotFound."""
    (key, name), mark = _find_profile(ask), ask.query_values.get("app", "")
    desk = make_app_desk(ask)
    try:
        found = desk.find_connected(key, name, mark) if mark else None
    except NotFound:
        return _render_apps(ask, "This app is not connected any more.", 404)
    number = 1 if found else len(desk.list_connected(key, name))
    return ask.render_page("app_end.html", here="/profiles", key=key, name=name, found=found, number=number)


def end_app(ask: ScreenRequest) -> Response:
    """Ends one app, or all without a name in the form. Raises NotFound."""
    (key, name), mark, desk = _find_profile(ask), ask.form.get("app", ""), make_app_desk(ask)
    audit = partial(audit_screen_action, ask)
    if not mark:
        ended = desk.end_all(audit, key, name)
        return _redirect_done(ask, key, "all" if ended.is_all else "some", ended.notice)
    try:
        found = desk.find_connected(key, name, mark)
    except NotFound:
        return _redirect_done(ask, key, "over", "")
    return _redirect_done(ask, key, "one", desk.end(audit, found).notice)


def make_app_desk(ask: ScreenRequest) -> AppDesk:
    """What carries out the operators' decisions about apps."""
    return AppDesk(ask.centre.database, ask.centre.settings, ask.centre.clock)


def _find_profile(ask: ScreenRequest) -> tuple[str, str]:
    """The key and the name of the profile that the path names. Raises NotFound."""
    key, row = profile_list.require_profile_row(ask)
    return key, row["name"]


def _redirect_done(ask: ScreenRequest, key: str, done: str, notice: str) -> Response:
    return ask.redirect(f"/profiles/{key}/apps?done={done}{'&log=later' if notice else ''}")


def _render_apps(ask: ScreenRequest, wrong: str = "", status: int = 200) -> Response:
    key, name = _find_profile(ask)
    apps = make_app_desk(ask).list_connected(key, name)
    shown: dict[str, Any] = {"key": key, "name": name, "apps": apps, "is_cut": len(apps) >= MAX_LISTED_APPS}
    shown |= {"done": ask.query_values.get("done", ""), "later": "log" in ask.query_values, "wrong": wrong}
    return ask.render_page("connected_apps.html", status, here="/profiles", **shown)
