"""Access to screens: checks sign-in, right, form token and a recent password before a screen answers."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, quote, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route

from affino_mcp import observability
from affino_mcp.control_edge.centre import Centre
from affino_mcp.control_edge.screen_request import Ask, Place, go, page
from affino_mcp.errors import AffinoError
from affino_mcp.gate.identity.permissions import CONTROL_ACCESS
from affino_mcp.store.ops import Key, StoreUnavailable
from affino_mcp.tool_errors import InvalidArgument, NotFound

MAX_FORM: Final = 64 * 1024
_TAKEN: Final = 500

Screen = Callable[[Ask], Response]
Keys = Callable[[Mapping[str, str]], Sequence[Key]]


def _no_keys(given: Mapping[str, str]) -> Sequence[Key]:  # noqa: ARG001
    return ()


@dataclass(frozen=True)
class Rule:
    """What a screen demands: a right besides control.access, and whether the password must have been given recently.

    `keys` takes the path's and query's parameters and gives the keys of the Gate table's rows that the screen needs; these
    are read together with the visit.
    """

    right: str | None = None
    fresh: bool = False
    keys: Keys = _no_keys


def route(centre: Centre, path: str, method: str, screen: Screen, rule: Rule | None = None) -> Route:
    """The route of a screen: the path below /control, the HTTP method, the screen and its access rule."""

    async def endpoint(request: Request) -> Response:
        body = await body_of(request) if method == "POST" else b""
        return await run_in_threadpool(_answer, centre, request, body, screen, rule or Rule())

    return Route(f"/control{path}", endpoint, methods=[method], name=f"{method} {path}")


def _answer(centre: Centre, request: Request, body: bytes, screen: Screen, rule: Rule) -> Response:
    place = Place.of(request)
    try:
        return _entered(centre, request, place, body, screen, rule)
    except StoreUnavailable:
        return page(centre, place, "unavailable.html", 503)
    except Exception as error:  # noqa: BLE001 (the outermost handler: only our own texts may reach the caller)
        fields = {"error": type(error).__name__, "request_id": place.request_id, "path": request.scope["path"]}
        observability.log_fault("control failed", fields)
        return page(centre, place, "fault.html", 500)


def _entered(centre: Centre, request: Request, place: Place, body: bytes, screen: Screen, rule: Rule) -> Response:
    query = dict(request.query_params)
    wanted = rule.keys({**query, **request.path_params})
    visit, rows = centre.visits.find(request.cookies.get(place.cookie, ""), wanted)
    here = _here(request)
    if visit is None:
        return go(place, f"/sign-in?next={quote(here)}{'&lost=yes' if request.method == 'POST' else ''}")
    form = form_of(body)
    found = {name: values[-1] for name, values in form.items()}
    ask = Ask(centre, visit, place, dict(request.path_params), query, found, form, rows)
    if not ask.may(CONTROL_ACCESS) or (rule.right and not ask.may(rule.right)):
        return ask.page("forbidden.html", 403, right=rule.right if ask.may(CONTROL_ACCESS) else CONTROL_ACCESS)
    if request.method == "POST" and not _own(request, found.get("csrf", ""), ask.form_token):
        return ask.page("stale.html", 403, again=here)
    if rule.fresh and not centre.visits.is_proved(visit):
        return _proof(ask, here)
    return _shown(ask, screen)


def _shown(ask: Ask, screen: Screen) -> Response:
    """The screen's answer, or a page with our own text of the error that it raised."""
    try:
        return screen(ask)
    except (NotFound, InvalidArgument) as error:
        return ask.page("missing.html", error.status, message=error.message)
    except AffinoError as error:
        return ask.page("missing.html", 400, message=error.message)


def _proof(ask: Ask, here: str) -> Response:
    """The page that asks for the password; it carries the sent form, so that the person need not enter the form twice."""
    sent = [(name, value) for name, values in ask.ticked.items() if name != "csrf" for value in values]
    if not ask.form:
        return go(ask.place, f"/prove?next={quote(here)}")
    return ask.page("prove.html", 403, wrong="", next=here, kept=urlencode(sent))


def _here(request: Request) -> str:
    """The address to return to with GET; for a form without a page of its own, the nearest page above its path."""
    path = str(request.scope["path"])
    if request.method == "GET":
        return (path.removeprefix("/control") or "/") + (f"?{request.url.query}" if request.url.query else "")
    while path and not _is_page(request, path):
        path = path.rpartition("/")[0]
    return path.removeprefix("/control") or "/"


def _is_page(request: Request, path: str) -> bool:
    scope = {**request.scope, "method": "GET", "path": path}
    return any(route.matches(scope)[0] is Match.FULL for route in request.app.routes)


def _own(request: Request, given: str, csrf: str) -> bool:
    """Whether a form was sent from one of our pages, during this visit."""
    site = request.headers.get("sec-fetch-site", "same-origin")
    return site == "same-origin" and hmac.compare_digest(given.encode(), csrf.encode())


async def body_of(request: Request) -> bytes:
    """The posted body of a request; empty when it is longer than MAX_FORM."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MAX_FORM:
            return b""
    return body


def form_of(body: bytes) -> dict[str, tuple[str, ...]]:
    """The fields of a posted form: every name with all its values in the browser's order; {} for what is no form."""
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_TAKEN)
    except ValueError:
        return {}
    form: dict[str, tuple[str, ...]] = {}
    for name, value in pairs:
        form[name] = (*form.get(name, ()), value.replace("\r\n", "\n"))
    return form
