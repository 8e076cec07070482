"""Signing in to the Control Centre, and confirming the password later. Served by the login function alone.

The password is checked as at every login, behind the same guard; no other module of the Control Centre reads passwords.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from affino_mcp import observability
from affino_mcp.control_edge.access_check import make_screen_route, parse_form, read_form_body
from affino_mcp.control_edge.centre import ControlCentre
from affino_mcp.control_edge.password_check import SignInRefused, check_password
from affino_mcp.control_edge.screen_request import (
    RequestOrigin,
    ScreenRequest,
    redirect,
    render_page,
    safe_control_path,
)
from affino_mcp.control_edge.sign_in_form import form_cookie_name, render_sign_in
from affino_mcp.gate.identity.permissions import CONTROL_ACCESS
from affino_mcp.gate.identity.person import Person
from affino_mcp.gate.identity.security_groups import read_security_groups
from affino_mcp.gate.sessions.web_sessions import CONTROL_CENTRE
from affino_mcp.http.invocation import invocation
from affino_mcp.http.retry_after import retry_after_value
from affino_mcp.store.faults import StoreUnavailable, Unanswered
from affino_mcp.store.ops import Item


def make_sign_in_app(centre: ControlCentre) -> Starlette:
    """The ASGI application of `/control/sign-in` and `/control/prove`."""

    async def shown(request: Request) -> Response:
        return render_sign_in(
            centre, RequestOrigin.from_request(request), request, next_=request.query_params.get("next", "/")
        )

    async def sent(request: Request) -> Response:
        body = await read_form_body(request)
        return await run_in_threadpool(_answer_sign_in, centre, request, body)

    app = Starlette(
        routes=[
            Route("/control/sign-in", shown, methods=["GET"]),
            Route("/control/sign-in", sent, methods=["POST"]),
            make_screen_route(
                centre,
                "/prove",
                "GET",
                lambda ask: ask.render_page("prove.html", wrong="", next=ask.query_values.get("next", "/"), kept=""),
            ),
            make_screen_route(centre, "/prove", "POST", _confirm_password),
        ]
    )
    app.router.redirect_slashes = False
    return app


def _answer_sign_in(centre: ControlCentre, request: Request, body: bytes) -> Response:
    place, form = RequestOrigin.from_request(request), {name: values[-1] for name, values in parse_form(body).items()}
    try:
        with invocation(request.scope, place.request_id):
            return _sign_in(centre, place, request, form)
    except Unanswered:
        said = "The storage did not confirm that you are signed in. Please sign in again."
        given = form.get("next", "/"), 503, said, form.get("email", ""), form.get("kept", "")
        return render_sign_in(centre, place, request, *given)
    except StoreUnavailable:
        return render_page(centre, place, "unavailable.html", 503)


def _sign_in(centre: ControlCentre, place: RequestOrigin, request: Request, form: Mapping[str, str]) -> Response:
    email, next_, kept = form.get("email", ""), form.get("next", "/"), form.get("kept", "")
    known = request.cookies.get(form_cookie_name(place), "")
    if not known or not hmac.compare_digest(known.encode(), form.get("csrf", "").encode()):
        return render_sign_in(
            centre, place, request, next_, 403, "This form has expired. Please try again.", email, kept
        )
    try:
        person_row = check_password(centre, email, form.get("password", ""), place.source)
    except SignInRefused as refused:
        _log_sign_in(place, None, refused.log_word)
        return _with_retry_after(
            render_sign_in(centre, place, request, next_, refused.status, refused.text, email, kept), refused
        )
    return _open_web_session(centre, place, person_row, request, form)


def _open_web_session(
    centre: ControlCentre, place: RequestOrigin, person_row: Item, request: Request, form: Mapping[str, str]
) -> Response:
    email, next_, kept = form.get("email", ""), safe_control_path(form.get("next", "/")), form.get("kept", "")
    person = read_security_groups(centre.database, centre.settings.gate_table).grant(Person.from_json(person_row))
    if not person.has_right(CONTROL_ACCESS, centre.clock()):
        _log_sign_in(place, person.user_code, "no_right")
        text = f"You may log in, but you do not have the right '{CONTROL_ACCESS}'. An operator can grant it."
        return render_sign_in(centre, place, request, next_, 403, text, email, kept)
    cookie = centre.web_sessions.start(person_row)
    _log_sign_in(place, person.user_code, "ok")
    answer = _show_kept(centre, place, cookie, next_, kept) if kept else redirect(place, next_)
    secure = not place.is_plain_http
    lifetime = CONTROL_CENTRE.lifetime
    answer.set_cookie(place.cookie_name, cookie, lifetime, path="/", secure=secure, httponly=True, samesite="strict")
    answer.delete_cookie(form_cookie_name(place), path="/", secure=secure, httponly=True, samesite="strict")
    return answer


def _show_kept(centre: ControlCentre, place: RequestOrigin, cookie: str, next_: str, kept: str) -> Response:
    """The page that gives back what was typed before the session ended; nothing is done before the person says so."""
    web_session, _ = centre.web_sessions.find(cookie)
    if web_session is None:
        return redirect(place, next_)
    ask = ScreenRequest(centre, web_session, place, path_values={}, query_values={})
    fields = parse_qsl(kept, keep_blank_values=True)
    return ask.render_page("proved.html", next=next_, fields=fields, shows_fields=True)


def _confirm_password(ask: ScreenRequest) -> Response:
    person, next_, kept = ask.web_session.person, safe_control_path(ask.form.get("next", "/")), ask.form.get("kept", "")
    try:
        check_password(ask.centre, person.email, ask.form.get("password", ""), ask.origin.source)
    except SignInRefused as refused:
        _log_sign_in(ask.origin, person.user_code, refused.log_word)
        said = "The password is wrong." if refused.status == 401 else refused.text
        return _with_retry_after(
            ask.render_page("prove.html", refused.status, wrong=said, next=next_, kept=kept), refused
        )
    ask.centre.web_sessions.prove(ask.web_session)
    if kept:
        return ask.render_page(
            "proved.html", next=next_, fields=parse_qsl(kept, keep_blank_values=True), shows_fields=False
        )
    return ask.redirect(next_)


def _with_retry_after(answer: Response, refused: SignInRefused) -> Response:
    if refused.wait_seconds is not None:
        answer.headers["retry-after"] = retry_after_value(refused.wait_seconds)
    return answer


def _log_sign_in(place: RequestOrigin, user_code: int | None, result: str) -> None:
    fields = {"result": result, "user_code": user_code, "source": place.source, "request_id": place.request_id}
    observability.log_line("control sign-in", fields)
