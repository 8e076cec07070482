"""The pages of one's own work as an ASGI application, with the check that a person is logged in at the Hub."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from affino_mcp import observability
from affino_mcp.admin.operator_errors import MaybeDone, error_status
from affino_mcp.control_edge.access_check import MAX_FORM_BYTES, is_own_form, read_form, read_form_body
from affino_mcp.control_edge.centre import ControlCentre
from affino_mcp.control_edge.own_work import session_undo, work_pages
from affino_mcp.control_edge.own_work.work_request import (
    WorkRequest,
    read_hub_cookie,
    redirect_within,
    render_work_page,
)
from affino_mcp.control_edge.record_files.file_pages import FILE_PAGES
from affino_mcp.control_edge.record_files.upload_form import MAX_UPLOAD_FORM_BYTES
from affino_mcp.control_edge.screen_request import RequestOrigin
from affino_mcp.errors import AffinoError
from affino_mcp.http.invocation import invocation
from affino_mcp.pages.hub_places import FILES_PLACE, WORK_PATH, login_path_for
from affino_mcp.store.faults import StoreUnavailable, Unanswered

WorkPage = Callable[[WorkRequest], Response]

WORK_PAGES: Final[tuple[tuple[str, str, WorkPage], ...]] = (
    ("", "GET", work_pages.show_work),
    *((f"{FILES_PLACE.removeprefix(WORK_PATH)}{path}", method, page) for path, method, page in FILE_PAGES),
    ("/{profile}/{id}/undo", "GET", work_pages.ask_before_undo),
    ("/{profile}/{id}/undo", "POST", work_pages.undo_change),
    ("/{profile}/{id}/session", "GET", session_undo.ask_before_session_undo),
    ("/{profile}/{id}/session", "POST", session_undo.undo_session),
)
"""Path below /hub/work, HTTP method, page."""
_FOREIGN_FORM_TEXT: Final = "The form was too old or not ours. Nothing was changed. Go back, and send it again."
_UNAVAILABLE_TEXT: Final = "The service cannot reach its storage just now. Please try again shortly."
_FAULT_TEXT: Final = "Something went wrong that should not. Your operator finds it under this request: {}."


def make_work_app(centre: ControlCentre) -> Starlette:
    """The ASGI application of everything below `/hub/work`."""

    async def missing(request: Request, error: Exception) -> Response:  # noqa: ARG001
        origin = RequestOrigin.from_request(request)
        return render_work_page(centre, origin, "work_message.html", 404, said="There is no such page.")

    app = Starlette(
        routes=[_make_route(centre, path, method, page) for path, method, page in WORK_PAGES],
        exception_handlers={404: missing, 405: missing},
    )
    app.router.redirect_slashes = False
    return app


def _make_route(centre: ControlCentre, path: str, method: str, page: WorkPage) -> Route:
    async def endpoint(request: Request) -> Response:
        most = MAX_UPLOAD_FORM_BYTES if request.url.path.startswith(FILES_PLACE) else MAX_FORM_BYTES
        body = await read_form_body(request, most) if method == "POST" else b""
        return await run_in_threadpool(_answer_page, centre, request, body, page)

    return Route(f"{WORK_PATH}{path}", endpoint, methods=[method], name=f"{method} {path}")


def _answer_page(centre: ControlCentre, request: Request, body: bytes, page: WorkPage) -> Response:
    origin = RequestOrigin.from_request(request)
    try:
        with invocation(request.scope, origin.request_id):
            return _answer_if_logged_in(centre, request, origin, body, page)
    except Unanswered:
        return render_work_page(centre, origin, "work_message.html", 503, said=MaybeDone.text)
    except StoreUnavailable:
        return render_work_page(centre, origin, "work_message.html", 503, said=_UNAVAILABLE_TEXT)
    except Exception as error:  # noqa: BLE001 (the outermost handler: only our own texts may reach the caller)
        fields = {"error": type(error).__name__, "request_id": origin.request_id, "path": request.scope["path"]}
        observability.log_fault("hub work failed", fields)
        said = _FAULT_TEXT.format(origin.request_id)
        return render_work_page(centre, origin, "work_message.html", 500, said=said)


def _answer_if_logged_in(
    centre: ControlCentre, request: Request, origin: RequestOrigin, body: bytes, page: WorkPage
) -> Response:
    visit, _ = centre.hub_sessions.find(read_hub_cookie(request, origin))
    if visit is None:
        return redirect_within(origin, login_path_for(_return_path(request)))
    form = read_form(request, body)
    ask = WorkRequest(
        centre,
        visit,
        origin,
        path_values=dict(request.path_params),
        query_values=dict(request.query_params),
        form={name: values[-1] for name, values in form.items()},
        multi_values=form,
    )
    if request.method == "POST" and not is_own_form(request, ask.form.get("csrf", ""), ask.form_token):
        return ask.render_page("work_message.html", 403, said=_FOREIGN_FORM_TEXT)
    return _run_page(ask, page)


def _run_page(ask: WorkRequest, page: WorkPage) -> Response:
    """The page's answer, or a page with our own text of the error that it raised."""
    try:
        return page(ask)
    except MaybeDone as error:
        said = f"{error.message} {error.details['next']}"
        return ask.render_page("work_message.html", error.status, said=said)
    except AffinoError as error:
        return ask.render_page("work_message.html", error_status(error), said=error.message)


def _return_path(request: Request) -> str:
    """The path to come back to after a login; a form has the same path as the page that it stands on."""
    query = f"?{request.url.query}" if request.url.query else ""
    return str(request.scope["path"]) + query
