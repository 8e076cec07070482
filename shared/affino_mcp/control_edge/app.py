"""The Control Centre as an ASGI application: one table with the path, the HTTP method and the access rule of each screen."""

from __future__ import annotations

from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from affino_mcp.control_edge import log_filters, profile_list
from affino_mcp.control_edge.access_check import AccessRule, Screen, make_screen_route
from affino_mcp.control_edge.centre import ControlCentre
from affino_mcp.control_edge.record_files.file_pages import FILE_PAGES
from affino_mcp.control_edge.screen_request import FILES_PATH, RequestOrigin, ScreenRequest, render_page
from affino_mcp.control_edge.screens import (
    connected_apps,
    connection_tests,
    deleted_records,
    log_digests,
    log_export,
    logs,
    missing_reports,
    notices,
    people,
    person_account,
    person_invitations,
    profile_deletion,
    profile_edit,
    profile_switch,
    profiles,
    registered_apps,
    structure,
    take_back,
)
from affino_mcp.control_edge.screens import help as help_
from affino_mcp.gate.identity.permissions import LOGS_READ, PROFILES_MANAGE, RECORDS_RESTORE, STRUCTURE_MANAGE
from affino_mcp.pages.assets import ASSET_CACHE_CONTROL, ASSETS_BY_ADDRESS

_MANAGE_RULE = AccessRule(PROFILES_MANAGE)
_RESTORE_RULE = AccessRule(RECORDS_RESTORE)
_STRUCTURE_RULE = AccessRule(STRUCTURE_MANAGE)
_RECENT_PASSWORD_RULE = AccessRule(PROFILES_MANAGE, needs_recent_password=True)
_PROFILE_RULE = AccessRule(PROFILES_MANAGE, select_row_keys=profile_list.select_profile_row)
_TEST_RULE = AccessRule(PROFILES_MANAGE, select_row_keys=profile_list.select_queried_profile_row)
_DELETION_RULE = AccessRule(
    PROFILES_MANAGE, needs_recent_password=True, select_row_keys=profile_deletion.select_deletable_rows
)
_PERSON_RULE = AccessRule(PROFILES_MANAGE, select_row_keys=people.select_person_row)
_PERSON_LINK_RULE = AccessRule(PROFILES_MANAGE, needs_recent_password=True, select_row_keys=people.select_person_row)
_PROFILE_SECRET_RULE = AccessRule(
    PROFILES_MANAGE, needs_recent_password=True, select_row_keys=profile_list.select_profile_row
)


async def _serve_asset(request: Request) -> Response:
    """A style sheet or script, served without sign-in; 404 for an unknown name."""
    asset = ASSETS_BY_ADDRESS.get(request.path_params["name"])
    if asset is None:
        return Response("Not found", 404)
    headers = {"cache-control": ASSET_CACHE_CONTROL, "x-content-type-options": "nosniff"}
    return Response(asset.content.decode(), media_type=asset.media_type, headers=headers)


def _redirect_to_first_screen(ask: ScreenRequest) -> Response:
    """Redirects to the first screen that the person may see."""
    return ask.redirect("/profiles" if ask.has_right(PROFILES_MANAGE) else "/logs")


def _sign_out(ask: ScreenRequest) -> Response:
    ask.centre.web_sessions.end(ask.web_session.token)
    answer = ask.redirect("/sign-in")
    answer.delete_cookie(
        ask.origin.cookie_name, path="/", secure=not ask.origin.is_plain_http, httponly=True, samesite="strict"
    )
    return answer


_FILE_RULE = AccessRule(takes_file=True)

SCREENS: Final[tuple[tuple[str, str, Screen, AccessRule], ...]] = (
    ("", "GET", _redirect_to_first_screen, AccessRule()),
    ("/", "GET", _redirect_to_first_screen, AccessRule()),
    ("/sign-out", "POST", _sign_out, AccessRule()),
    (
        "/people",
        "GET",
        people.show_people,
        AccessRule(PROFILES_MANAGE, select_row_keys=people.select_searched_person_row),
    ),
    ("/people/new", "GET", person_invitations.show_new_form, _RECENT_PASSWORD_RULE),
    ("/people/new", "POST", person_invitations.invite_person, _RECENT_PASSWORD_RULE),
    ("/people/{code}", "GET", people.show_person, _PERSON_RULE),
    ("/people/{code}/account", "GET", person_account.show_account_form, _PERSON_RULE),
    ("/people/{code}/account", "POST", person_account.save_account, _PERSON_RULE),
    ("/people/{code}/reset", "GET", person_invitations.ask_before_reset, _PERSON_LINK_RULE),
    ("/people/{code}/reset", "POST", person_invitations.reset_password, _PERSON_LINK_RULE),
    ("/people/{code}/disable", "GET", person_account.ask_before_disabling, _PERSON_RULE),
    ("/people/{code}/groups", "POST", people.change_groups, _PERSON_RULE),
    ("/people/{code}/grant", "POST", people.grant_right, _PERSON_RULE),
    ("/people/{code}/revoke", "POST", people.revoke_right, _PERSON_RULE),
    ("/people/{code}/places", "GET", people.show_place_rights, _PERSON_RULE),
    ("/people/{code}/disable", "POST", people.disable_person, _PERSON_RULE),
    ("/people/{code}/enable", "POST", people.enable_person, _PERSON_RULE),
    ("/people/{code}/end-session", "POST", people.end_one_session, _PERSON_RULE),
    ("/people/{code}/end-all", "POST", people.end_all_sessions, _PERSON_RULE),
    ("/apps", "GET", registered_apps.show_registered_apps, _MANAGE_RULE),
    ("/apps/new", "GET", registered_apps.show_new_form, _RECENT_PASSWORD_RULE),
    ("/apps/new", "POST", registered_apps.add_app, _RECENT_PASSWORD_RULE),
    ("/apps/{client}/remove", "GET", registered_apps.ask_before_removing, _MANAGE_RULE),
    ("/apps/{client}/remove", "POST", registered_apps.remove_app, _MANAGE_RULE),
    ("/structure", "GET", structure.show_first_kind, _STRUCTURE_RULE),
    ("/structure/{kind}", "GET", structure.show_kind, _STRUCTURE_RULE),
    ("/structure/{kind}/new", "GET", structure.show_new_form, _STRUCTURE_RULE),
    ("/structure/{kind}/new", "POST", structure.create_entry, _STRUCTURE_RULE),
    ("/structure/{kind}/{code}", "GET", structure.show_edit_form, _STRUCTURE_RULE),
    ("/structure/{kind}/{code}", "POST", structure.save_entry, _STRUCTURE_RULE),
    ("/structure/{kind}/{code}/move", "POST", structure.move_entry, _STRUCTURE_RULE),
    ("/structure/{kind}/{code}/remove", "GET", structure.ask_before_removing, _STRUCTURE_RULE),
    ("/structure/{kind}/{code}/remove", "POST", structure.remove_entry, _STRUCTURE_RULE),
    *((f"{FILES_PATH}{path}", method, page, _FILE_RULE) for path, method, page in FILE_PAGES),
    ("/tests/crm", "GET", connection_tests.show_crm_test, _TEST_RULE),
    ("/tests/crm", "POST", connection_tests.run_crm_test, _MANAGE_RULE),
    ("/tests/user", "GET", connection_tests.show_user_test, _TEST_RULE),
    ("/tests/user", "POST", connection_tests.run_user_test, _MANAGE_RULE),
    ("/help/crm", "GET", help_.show_crm_help, AccessRule(select_row_keys=profile_list.select_queried_profile_row)),
    ("/help/user", "GET", help_.show_user_help, AccessRule()),
    ("/logs", "GET", logs.show_log, AccessRule(select_row_keys=log_filters.select_filter_rows)),
    ("/logs/digests", "GET", log_digests.show_digests, AccessRule(LOGS_READ)),
    ("/logs/export", "GET", log_export.export_log, AccessRule(select_row_keys=log_filters.select_filter_rows)),
    ("/logs/{profile}/{id}", "GET", logs.show_log_row, AccessRule()),
    ("/logs/{profile}/{id}/take-back", "GET", take_back.ask_before_taking_back, AccessRule()),
    ("/logs/{profile}/{id}/take-back", "POST", take_back.take_back, AccessRule()),
    ("/reports", "GET", missing_reports.show_reports, AccessRule(LOGS_READ)),
    ("/notices", "GET", notices.show_notices, AccessRule(LOGS_READ)),
    ("/deleted", "GET", deleted_records.show_deleted_records, _RESTORE_RULE),
    ("/deleted/{family}/{code}", "GET", deleted_records.show_deleted_record, _RESTORE_RULE),
    ("/deleted/{family}/{code}", "POST", deleted_records.restore_record, _RESTORE_RULE),
    (
        "/profiles",
        "GET",
        profiles.show_profiles,
        AccessRule(PROFILES_MANAGE, select_row_keys=profile_list.select_searched_profile_row),
    ),
    ("/profiles/new", "GET", profile_edit.show_new_form, _RECENT_PASSWORD_RULE),
    ("/profiles/new", "POST", profile_edit.create_profile, _RECENT_PASSWORD_RULE),
    ("/profiles/{key}", "GET", profiles.show_profile, _PROFILE_RULE),
    ("/profiles/{key}/edit", "GET", profile_edit.show_edit_form, _PROFILE_RULE),
    ("/profiles/{key}/edit", "POST", profile_edit.save_profile, _PROFILE_RULE),
    ("/profiles/{key}/disable", "GET", profile_switch.ask_before_disabling, _PROFILE_RULE),
    ("/profiles/{key}/disable", "POST", profile_switch.disable_profile, _PROFILE_RULE),
    ("/profiles/{key}/enable", "POST", profile_switch.enable_profile, _PROFILE_RULE),
    ("/profiles/{key}/apps", "GET", connected_apps.show_connected_apps, _PROFILE_RULE),
    ("/profiles/{key}/apps/end", "GET", connected_apps.ask_before_ending, _PROFILE_RULE),
    ("/profiles/{key}/apps/end", "POST", connected_apps.end_app, _PROFILE_RULE),
    ("/profiles/{key}/delete", "GET", profile_deletion.ask_before_deleting, _DELETION_RULE),
    ("/profiles/{key}/delete", "POST", profile_deletion.delete_profile, _DELETION_RULE),
    ("/profiles/{key}/end-overlap", "POST", profile_switch.end_secret_overlap, _PROFILE_RULE),
    ("/profiles/{key}/regenerate", "GET", profile_switch.ask_before_regenerating, _PROFILE_SECRET_RULE),
    ("/profiles/{key}/regenerate", "POST", profile_switch.regenerate_secret, _PROFILE_SECRET_RULE),
)
"""Path below /control, HTTP method, screen, access rule."""


def make_screens_app(centre: ControlCentre) -> Starlette:
    """The ASGI application of everything below `/control` except signing in (`sign_in`)."""
    routes = [make_screen_route(centre, path, method, screen, rule) for path, method, screen, rule in SCREENS]

    async def missing(request: Request, error: Exception) -> Response:  # noqa: ARG001
        return render_page(
            centre, RequestOrigin.from_request(request), "missing.html", 404, message="There is no such page."
        )

    app = Starlette(
        routes=[Route("/control/static/{name}", _serve_asset, methods=["GET"]), *routes],
        exception_handlers={404: missing, 405: missing},
    )
    app.router.redirect_slashes = False  # they would go to the host that the caller names, without the stage
    return app
