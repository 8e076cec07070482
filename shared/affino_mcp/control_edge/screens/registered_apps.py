"""The screens of the apps that operators register for OAuth: the list, a new one with its secret shown once, removing one."""

from __future__ import annotations

from functools import partial

from starlette.responses import Response

from affino_mcp.admin.app_desk import MAX_APP_NAME_CHARACTERS, MAX_REDIRECT_URIS
from affino_mcp.admin.display import fault_by_field
from affino_mcp.control_edge.screen_audit import audit_screen_action
from affino_mcp.control_edge.screen_request import ScreenRequest
from affino_mcp.control_edge.screens.connected_apps import make_app_desk
from affino_mcp.http.oauth_places import OAuthPlaces
from affino_mcp.tool_errors import InvalidArgument


def show_registered_apps(ask: ScreenRequest) -> Response:
    """The page of the registered apps."""
    found, done = make_app_desk(ask).clients.list_clients(), ask.query_values.get("done", "")
    later = "log" in ask.query_values
    return ask.render_page("apps.html", here="/apps", apps=found, done=done, later=later)


def show_new_form(ask: ScreenRequest) -> Response:
    """The page of the empty form."""
    return _render_form(ask)


def add_app(ask: ScreenRequest) -> Response:
    """Registers the app and shows its id and secret, this once."""
    given = ask.form.get("redirect", "").splitlines()
    try:
        made = make_app_desk(ask).add(
            partial(audit_screen_action, ask), ask.form.get("name", ""), given, public=ask.form.get("public") == "yes"
        )
    except InvalidArgument as error:
        return _render_form(ask, error)
    settings = ask.centre.settings
    address = OAuthPlaces(settings.public_url).resource if settings.oauth_on else ""
    return ask.render_page("app_made.html", here="/apps", made=made, address=address)


def ask_before_removing(ask: ScreenRequest) -> Response:
    """The page that asks before an app is removed. Raises NotFound."""
    found = make_app_desk(ask).require(ask.path_values["client"])
    return ask.render_page("app_remove.html", here="/apps", app=found)


def remove_app(ask: ScreenRequest) -> Response:
    """Removes an app and ends what people have connected with it. Raises NotFound."""
    desk = make_app_desk(ask)
    ended = desk.remove(partial(audit_screen_action, ask), desk.require(ask.path_values["client"]))
    done = "removed" if ended.is_all else "removed-some"
    return ask.redirect(f"/apps?done={done}{'&log=later' if ended.notice else ''}")


def _render_form(ask: ScreenRequest, error: InvalidArgument | None = None) -> Response:
    given = {name: ask.form.get(name, "") for name in ("name", "redirect", "public")}
    bounds = {"most": MAX_REDIRECT_URIS, "longest": MAX_APP_NAME_CHARACTERS}
    wrong = fault_by_field(error) if error else {}
    return ask.render_page(
        "app_form.html", error.status if error else 200, here="/apps", given=given, wrong=wrong, **bounds
    )
