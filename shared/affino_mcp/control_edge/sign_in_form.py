"""The sign-in form, and what was typed before a session ended: it is kept over the sign-in, passwords and tokens never.

A browser says of every request whether one of our own pages sent it (`Sec-Fetch-Site`), which no other site can forge. Only then
is a form kept: signing in must not bring what another site has filled in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from affino_mcp.control_edge.centre import ControlCentre
from affino_mcp.control_edge.screen_request import RequestOrigin, render_page, safe_control_path
from affino_mcp.gate.identity.row_keys import new_token

_FORM_LIFETIME_SECONDS: Final = 30 * 60
_NEVER_KEPT: Final = re.compile(r"csrf|password|token|secret|sure", re.IGNORECASE)


def form_cookie_name(place: RequestOrigin) -> str:
    """The name of the cookie that holds the sign-in form's token."""
    return f"{place.cookie_name}-form"


def keep_typed(request: Request, form: Mapping[str, tuple[str, ...]]) -> str:
    """What was typed, as a query string; "" for a form that none of our own pages is known to have sent."""
    if request.headers.get("sec-fetch-site") != "same-origin":
        return ""
    return urlencode([(name, value) for name, value in _iterate(form) if not _NEVER_KEPT.search(name)])


def _iterate(form: Mapping[str, tuple[str, ...]]) -> Iterable[tuple[str, str]]:
    return ((name, value) for name, values in form.items() for value in values)


def render_sign_in(
    centre: ControlCentre,
    place: RequestOrigin,
    request: Request,
    next_: str,
    status: int = 200,
    wrong: str = "",
    email: str = "",
    kept: str = "",
) -> Response:
    """The sign-in form, with a token that is also in a cookie, because another site can send neither."""
    token = request.cookies.get(form_cookie_name(place)) or new_token()
    given = {"csrf": token, "wrong": wrong, "email": email, "next": safe_control_path(next_), "kept": kept}
    answer = render_page(centre, place, "sign_in.html", status, lost="lost" in request.query_params, **given)
    answer.set_cookie(
        form_cookie_name(place),
        token,
        _FORM_LIFETIME_SECONDS,
        path="/",
        secure=not place.is_plain_http,
        httponly=True,
        samesite="strict",
    )
    return answer
