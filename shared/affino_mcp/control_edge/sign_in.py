"""Signing in to the Control Centre, and confirming the password later. Served by the login function alone.

The password is checked as at every login, behind the same guard; no other module of the Control Centre reads passwords.
"""

from __future__ import annotations

import hmac
from typing import Final
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from affino_mcp import observability
from affino_mcp.control_edge.access_check import body_of, form_of, route
from affino_mcp.control_edge.centre import Centre
from affino_mcp.control_edge.password_check import SignInRefused, check_password
from affino_mcp.control_edge.screen_request import Ask, Place, go, local, page
from affino_mcp.gate.identity.permissions import CONTROL_ACCESS
from affino_mcp.gate.identity.person import Person
from affino_mcp.gate.identity.tokens import new_token
from affino_mcp.gate.sessions.web_sessions import CONTROL_CENTRE
from affino_mcp.http.retry_after import retry_after_value
from affino_mcp.store.ops import Item, StoreUnavailable

_MINUTES: Final = 30 * 60


def build(centre: Centre) -> Starlette:
    """The ASGI application of `/control/sign-in` and `/control/prove`."""

    async def shown(request: Request) -> Response:
        return _sign_in_page(centre, Place.of(request), request, next_=request.query_params.get("next", "/"))

    async def sent(request: Request) -> Response:
        body = await body_of(request)
        return await run_in_threadpool(_sign_in, centre, request, body)

    app = Starlette(
        routes=[
            Route("/control/sign-in", shown, methods=["GET"]),
            Route("/control/sign-in", sent, methods=["POST"]),
            route(
                centre,
                "/prove",
                "GET",
                lambda ask: ask.page("prove.html", wrong="", next=ask.query.get("next", "/"), kept=""),
            ),
            route(centre, "/prove", "POST", _prove),
        ]
    )
    app.router.redirect_slashes = False
    return app


def _sign_in_page(
    centre: Centre, place: Place, request: Request, next_: str, status: int = 200, wrong: str = "", email: str = ""
) -> Response:
    """The sign-in form, with a token that is also in a cookie, because another site can send neither."""
    token = request.cookies.get(_form_cookie(place)) or new_token()
    given = {"csrf": token, "wrong": wrong, "email": email, "next": local(next_)}
    answer = page(centre, place, "sign_in.html", status, lost="lost" in request.query_params, **given)
    answer.set_cookie(
        _form_cookie(place), token, _MINUTES, path="/", secure=not place.plain, httponly=True, samesite="strict"
    )
    return answer


def _form_cookie(place: Place) -> str:
    return f"{place.cookie}-form"


def _sign_in(centre: Centre, request: Request, body: bytes) -> Response:
    place, form = Place.of(request), {name: values[-1] for name, values in form_of(body).items()}
    email, next_ = form.get("email", ""), form.get("next", "/")
    known = request.cookies.get(_form_cookie(place), "")
    if not known or not hmac.compare_digest(known.encode(), form.get("csrf", "").encode()):
        return _sign_in_page(centre, place, request, next_, 403, "This form has expired. Please try again.", email)
    try:
        person_row = check_password(centre, email, form.get("password", ""), place.source)
    except SignInRefused as refused:
        _tell(place, None, refused.word)
        return _refusal(_sign_in_page(centre, place, request, next_, refused.status, refused.text, email), refused)
    except StoreUnavailable:
        return page(centre, place, "unavailable.html", 503)
    return _signed_in(centre, place, person_row, next_, request, email)


def _signed_in(centre: Centre, place: Place, person_row: Item, next_: str, request: Request, email: str) -> Response:
    person = Person.from_json(person_row)
    if not person.has_right(CONTROL_ACCESS, centre.clock()):
        _tell(place, person.user_code, "no_right")
        text = f"You may log in, but you do not have the right '{CONTROL_ACCESS}'. An operator can grant it."
        return _sign_in_page(centre, place, request, next_, 403, text, email)
    cookie = centre.visits.start(person_row)
    _tell(place, person.user_code, "ok")
    answer = go(place, local(next_))
    secure = not place.plain
    lifetime = CONTROL_CENTRE.lifetime
    answer.set_cookie(place.cookie, cookie, lifetime, path="/", secure=secure, httponly=True, samesite="strict")
    answer.delete_cookie(_form_cookie(place), path="/", secure=secure, httponly=True, samesite="strict")
    return answer


def _prove(ask: Ask) -> Response:
    person, next_, kept = ask.visit.person, local(ask.form.get("next", "/")), ask.form.get("kept", "")
    try:
        check_password(ask.centre, person.email, ask.form.get("password", ""), ask.place.source)
    except SignInRefused as refused:
        _tell(ask.place, person.user_code, refused.word)
        said = "The password is wrong." if refused.status == 401 else refused.text
        return _refusal(ask.page("prove.html", refused.status, wrong=said, next=next_, kept=kept), refused)
    ask.centre.visits.prove(ask.visit)
    if kept:
        return ask.page("proved.html", next=next_, fields=parse_qsl(kept, keep_blank_values=True))
    return ask.go(next_)


def _refusal(answer: Response, refused: SignInRefused) -> Response:
    if refused.wait is not None:
        answer.headers["retry-after"] = retry_after_value(refused.wait)
    return answer


def _tell(place: Place, user_code: int | None, result: str) -> None:
    fields = {"result": result, "user_code": user_code, "source": place.source, "request_id": place.request_id}
    observability.log_line("control sign-in", fields)
