"""The Control Centre as an ASGI application: one table with the path, the HTTP method and the access rule of each screen."""

from __future__ import annotations

from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from affino_mcp.control_edge import log_filters, profile_list
from affino_mcp.control_edge.access_check import Rule, Screen, route
from affino_mcp.control_edge.centre import Centre
from affino_mcp.control_edge.screen_request import Ask, Place, page
from affino_mcp.control_edge.screens import (
    connection_tests,
    log_export,
    logs,
    people,
    profile_edit,
    profile_switch,
    profiles,
)
from affino_mcp.control_edge.screens import help as help_
from affino_mcp.gate.identity.permissions import PROFILES_MANAGE
from affino_mcp.pages.assets import BY_ADDRESS, KEPT

_MANAGE = Rule(PROFILES_MANAGE)
_SECRET = Rule(PROFILES_MANAGE, fresh=True)
_PROFILE = Rule(PROFILES_MANAGE, keys=profile_list.keys)
_TRIAL = Rule(PROFILES_MANAGE, keys=profile_list.keys_of_query)
_PERSON = Rule(PROFILES_MANAGE, keys=people.keys)
_PROFILE_SECRET = Rule(PROFILES_MANAGE, fresh=True, keys=profile_list.keys)


async def _asset(request: Request) -> Response:
    """A style sheet or script, served without sign-in; 404 for an unknown name."""
    asset = BY_ADDRESS.get(request.path_params["name"])
    if asset is None:
        return Response("Not found", 404)
    headers = {"cache-control": KEPT, "x-content-type-options": "nosniff"}
    return Response(asset.content.decode(), media_type=asset.media_type, headers=headers)


def _first(ask: Ask) -> Response:
    """Redirects to the first screen that the person may see."""
    return ask.go("/profiles" if ask.may(PROFILES_MANAGE) else "/logs")


def _sign_out(ask: Ask) -> Response:
    ask.centre.visits.end(ask.visit.token)
    answer = ask.go("/sign-in")
    answer.delete_cookie(ask.place.cookie, path="/", secure=not ask.place.plain, httponly=True, samesite="strict")
    return answer


SCREENS: Final[tuple[tuple[str, str, Screen, Rule], ...]] = (
    ("", "GET", _first, Rule()),
    ("/", "GET", _first, Rule()),
    ("/sign-out", "POST", _sign_out, Rule()),
    ("/people", "GET", people.listed, Rule(PROFILES_MANAGE, keys=people.keys_of_search)),
    ("/people/{code}", "GET", people.shown, _PERSON),
    ("/people/{code}/groups", "POST", people.groups, _PERSON),
    ("/people/{code}/grant", "POST", people.grant, _PERSON),
    ("/people/{code}/revoke", "POST", people.revoke, _PERSON),
    ("/people/{code}/places", "GET", people.places_of, _PERSON),
    ("/people/{code}/disable", "POST", people.disable, _PERSON),
    ("/people/{code}/enable", "POST", people.enable, _PERSON),
    ("/people/{code}/end-session", "POST", people.end_session, _PERSON),
    ("/people/{code}/end-all", "POST", people.end_all, _PERSON),
    ("/tests/crm", "GET", connection_tests.crm, _TRIAL),
    ("/tests/crm", "POST", connection_tests.run_crm, _MANAGE),
    ("/tests/user", "GET", connection_tests.user, _TRIAL),
    ("/tests/user", "POST", connection_tests.run_user, _MANAGE),
    ("/help/crm", "GET", help_.crm, Rule(keys=profile_list.keys_of_query)),
    ("/help/user", "GET", help_.user, Rule()),
    ("/logs", "GET", logs.listed, Rule(keys=log_filters.keys)),
    ("/logs/export", "GET", log_export.export, Rule(keys=log_filters.keys)),
    ("/logs/{profile}/{id}", "GET", logs.shown, Rule()),
    ("/profiles", "GET", profiles.listed, Rule(PROFILES_MANAGE, keys=profile_list.keys_of_search)),
    ("/profiles/new", "GET", profile_edit.new, _SECRET),
    ("/profiles/new", "POST", profile_edit.create, _SECRET),
    ("/profiles/{key}", "GET", profiles.shown, _PROFILE),
    ("/profiles/{key}/edit", "GET", profile_edit.edit, _PROFILE),
    ("/profiles/{key}/edit", "POST", profile_edit.save, _PROFILE),
    ("/profiles/{key}/disable", "POST", profile_switch.disable, _PROFILE),
    ("/profiles/{key}/enable", "POST", profile_switch.enable, _PROFILE),
    ("/profiles/{key}/end-overlap", "POST", profile_switch.end_overlap, _PROFILE),
    ("/profiles/{key}/regenerate", "GET", profile_switch.before_regenerating, _PROFILE_SECRET),
    ("/profiles/{key}/regenerate", "POST", profile_switch.regenerate, _PROFILE_SECRET),
)
"""Path below /control, HTTP method, screen, access rule."""


def build(centre: Centre) -> Starlette:
    """The ASGI application of everything below `/control` except signing in (`door`)."""
    routes = [route(centre, path, method, screen, rule) for path, method, screen, rule in SCREENS]

    async def missing(request: Request, error: Exception) -> Response:  # noqa: ARG001
        return page(centre, Place.of(request), "missing.html", 404, message="There is no such page.")

    app = Starlette(
        routes=[Route("/control/static/{name}", _asset, methods=["GET"]), *routes],
        exception_handlers={404: missing, 405: missing},
    )
    app.router.redirect_slashes = False  # they would go to the host that the caller names, without the stage
    return app
