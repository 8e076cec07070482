"""Access to screens: checks sign-in, right, form token and a recent password before a screen answers."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping, Sequence
from typing import Final
from urllib.parse import parse_qsl, quote, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route

from affino_mcp import observability
from affino_mcp.admin.operator_errors import MaybeDone, error_status
from affino_mcp.control_edge.centre import ControlCentre
from affino_mcp.control_edge.record_files.upload_form import MAX_UPLOAD_FORM_BYTES, is_upload, parse_upload
from affino_mcp.control_edge.screen_request import RequestOrigin, ScreenRequest, redirect, render_page
from affino_mcp.control_edge.sign_in_form import keep_typed, render_sign_in
from affino_mcp.errors import AffinoError
from affino_mcp.gate.identity.permissions import CONTROL_ACCESS
from affino_mcp.http.invocation import invocation
from affino_mcp.store.faults import StoreUnavailable, Unanswered
from affino_mcp.store.ops import Key
from affino_mcp.tool_errors import InvalidArgument, NotFound
from affino_mcp.value_class import value_class

MAX_FORM_BYTES: Final = 64 * 1024
_MAX_FORM_FIELDS: Final = 500

Screen = Callable[[ScreenRequest], Response]
RowKeySelector = Callable[[Mapping[str, str]], Sequence[Key]]


def _select_no_rows(given: Mapping[str, str]) -> Sequence[Key]:  # noqa: ARG001
    return ()


@value_class
class AccessRule:
    """What a screen demands: a right besides control.access, and whether the password must have been given recently.

    `takes_file`: its form may hold a file.
    `select_row_keys` takes the path's and query's parameters and gives the keys of the rows of the Gate table that the
    screen needs; these are read together with the web session.
    """

    right: str | None = None
    needs_recent_password: bool = False
    takes_file: bool = False
    select_row_keys: RowKeySelector = _select_no_rows


def make_screen_route(
    centre: ControlCentre, path: str, method: str, screen: Screen, rule: AccessRule | None = None
) -> Route:
    """The route of a screen: the path below /control, the HTTP method, the screen and its access rule."""

    async def endpoint(request: Request) -> Response:
        most = MAX_UPLOAD_FORM_BYTES if rule and rule.takes_file else MAX_FORM_BYTES
        body = await read_form_body(request, most) if method == "POST" else b""
        return await run_in_threadpool(_answer_screen, centre, request, body, screen, rule or AccessRule())

    return Route(f"/control{path}", endpoint, methods=[method], name=f"{method} {path}")


def _answer_screen(centre: ControlCentre, request: Request, body: bytes, screen: Screen, rule: AccessRule) -> Response:
    place = RequestOrigin.from_request(request)
    try:
        with invocation(request.scope, place.request_id):
            return _answer_if_allowed(centre, request, place, body, screen, rule)
    except Unanswered:
        return render_page(centre, place, "unknown.html", 503, message=MaybeDone.text, following="")
    except StoreUnavailable:
        return render_page(centre, place, "unavailable.html", 503)
    except Exception as error:  # noqa: BLE001 (the outermost handler: only our own texts may reach the caller)
        fields = {"error": type(error).__name__, "request_id": place.request_id, "path": request.scope["path"]}
        observability.log_fault("control failed", fields)
        return render_page(centre, place, "fault.html", 500)


def _answer_if_allowed(
    centre: ControlCentre, request: Request, place: RequestOrigin, body: bytes, screen: Screen, rule: AccessRule
) -> Response:
    query = dict(request.query_params)
    wanted = rule.select_row_keys({**query, **request.path_params})
    visit, rows = centre.web_sessions.find(request.cookies.get(place.cookie_name, ""), wanted)
    here = _return_path(request)
    form = read_form(request, body)
    if visit is None:
        return _lead_to_sign_in(centre, request, place, form, here)
    found = {name: values[-1] for name, values in form.items()}
    ask = ScreenRequest(
        centre,
        visit,
        place,
        path_values=dict(request.path_params),
        query_values=query,
        form=found,
        multi_values=form,
        gate_rows=rows,
    )
    if not ask.has_right(CONTROL_ACCESS) or (rule.right and not ask.has_right(rule.right)):
        return ask.render_page(
            "forbidden.html", 403, right=rule.right if ask.has_right(CONTROL_ACCESS) else CONTROL_ACCESS
        )
    if request.method == "POST" and not is_own_form(request, found.get("csrf", ""), ask.form_token):
        return ask.render_page("stale.html", 403, again=here)
    if rule.needs_recent_password and not centre.web_sessions.is_proved(visit):
        return _ask_for_password(ask, here)
    return _run_screen(ask, screen)


def _lead_to_sign_in(
    centre: ControlCentre, request: Request, place: RequestOrigin, form: Mapping[str, tuple[str, ...]], here: str
) -> Response:
    """The way to the sign-in; a form without a file that has a page of its own and was sent from it is kept over it."""
    if request.method != "POST":
        return redirect(place, f"/sign-in?next={quote(here)}")
    has_file = is_upload(request.headers.get("content-type", ""))
    kept = keep_typed(request, form) if _has_page(request, str(request.scope["path"])) and not has_file else ""
    if not kept:
        return redirect(place, f"/sign-in?next={quote(here)}&lost=yes")
    return render_sign_in(centre, place, request, here, 401, kept=kept)


def _run_screen(ask: ScreenRequest, screen: Screen) -> Response:
    """The screen's answer, or a page with our own text of the error that it raised."""
    try:
        return screen(ask)
    except (NotFound, InvalidArgument) as error:
        return ask.render_page("missing.html", error.status, message=error.message)
    except MaybeDone as error:
        return ask.render_page("unknown.html", error.status, message=error.message, following=error.details["next"])
    except AffinoError as error:
        return ask.render_page("missing.html", error_status(error), message=error.message)


def _ask_for_password(ask: ScreenRequest, here: str) -> Response:
    """The page that asks for the password; it carries the sent form, so that the person need not enter the form twice."""
    sent = [(name, value) for name, values in ask.multi_values.items() if name != "csrf" for value in values]
    if not ask.form:
        return redirect(ask.origin, f"/prove?next={quote(here)}")
    return ask.render_page("prove.html", 403, wrong="", next=here, kept=urlencode(sent))


def _return_path(request: Request) -> str:
    """The address to return to with GET; for a form without a page of its own, the nearest page above its path."""
    path = str(request.scope["path"])
    if request.method == "GET":
        return (path.removeprefix("/control") or "/") + (f"?{request.url.query}" if request.url.query else "")
    while path and not _has_page(request, path):
        path = path.rpartition("/")[0]
    return path.removeprefix("/control") or "/"


def _has_page(request: Request, path: str) -> bool:
    scope = {**request.scope, "method": "GET", "path": path}
    return any(route.matches(scope)[0] is Match.FULL for route in request.app.routes)


def is_own_form(request: Request, given: str, csrf: str) -> bool:
    """Whether a form was sent from one of our pages, during this web session."""
    site = request.headers.get("sec-fetch-site", "same-origin")
    return site == "same-origin" and hmac.compare_digest(given.encode(), csrf.encode())


async def read_form_body(request: Request, most: int = MAX_FORM_BYTES) -> bytes:
    """The posted body of a request. One longer than `most` bytes is empty; with a file it is cut, and its page says so."""
    body, has_file = bytearray(), is_upload(request.headers.get("content-type", ""))
    async for part in request.stream():
        body += part
        if len(body) > most:
            return bytes(body[:most]) if has_file else b""
    return bytes(body)


def read_form(request: Request, body: bytes) -> dict[str, tuple[str, ...]]:
    """The fields of a posted form, with or without a file."""
    content_type = request.headers.get("content-type", "")
    return parse_upload(body, content_type) if is_upload(content_type) else parse_form(body)


def parse_form(body: bytes) -> dict[str, tuple[str, ...]]:
    """The fields of a posted form: every name with all its values in the browser's order; {} for what is no form."""
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MAX_FORM_FIELDS)
    except ValueError:
        return {}
    form: dict[str, tuple[str, ...]] = {}
    for name, value in pairs:
        form[name] = (*form.get(name, ()), value.replace("\r\n", "\n"))
    return form
