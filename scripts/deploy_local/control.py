"""The smoke test of the Control Centre: an operator signs in through one function and works in another."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

import httpx

from affino_mcp.control_edge.app import SCREENS

SendRequest = Callable[..., httpx.Response]
FORM_HEADERS: Final = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
_ROW_LINK: Final = re.compile(r"/control/logs/(\w+)/(\w+)")
_REDIRECTING_SCREENS: Final = {"": 303, "/": 303}
"""Screens that only redirect to another."""
_FORM_TOKEN_FIELD: Final = re.compile(r'name="csrf" value="([^"]+)"')


class Browser:
    """A minimal browser for forms; it keeps secure cookies although the emulator speaks plain HTTP."""

    def __init__(self, request: SendRequest) -> None:
        self._request = request
        self._cookies: dict[str, str] = {}

    def get(self, path: str) -> httpx.Response:
        """Requests a page."""
        return self._send("GET", path)

    def send_form(self, path: str, page: str, **form: str) -> httpx.Response:
        """Sends a form with the form token of `page`."""
        token = _FORM_TOKEN_FIELD.findall(self.get(page).text)[0]
        return self._send("POST", path, data={"csrf": token, **form}, headers=FORM_HEADERS)

    def _send(self, method: str, path: str, headers: dict[str, str] | None = None, **arguments: Any) -> httpx.Response:
        cookie = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        given = {**(headers or {}), **({"Cookie": cookie} if cookie else {})}
        answer = self._request(method, f"/control{path}", headers=given, **arguments)
        for line in answer.headers.get_list("set-cookie"):
            name, _, value = line.split(";")[0].partition("=")
            self._cookies[name] = value.strip('"')
        return answer


def inspect_control_centre(request: SendRequest, email: str, password: str, profile: str) -> dict[str, object]:
    """What an operator finds in the Control Centre, by name; `EXPECTED_FINDINGS` holds the expected values."""
    browser = Browser(request)
    stranger = browser.get("/profiles")
    wrong = browser.send_form("/sign-in", "/sign-in", email=email, password="not the password")  # noqa: S106 (a wrong one)
    right = browser.send_form("/sign-in", "/sign-in", email=email, password=password, next="/profiles")
    made = browser.send_form("/profiles/new", "/profiles/new", name="Made in the browser", rate="60", grid="notes.read")
    logs = browser.get("/logs?record=")
    return {
        "a stranger": stranger.status_code,
        "a wrong password": wrong.status_code,
        "the right one": right.status_code,
        "the profiles": profile in browser.get("/profiles").text,
        "a new profile": (made.status_code, "api-secret" in made.text),
        "it is in the log": "create_profile" in logs.text,
        "screens that do not answer": _list_silent_screens(browser, logs.text),
        "what somebody may do where": "Sales news" in browser.get("/people/1/places").text,
    }


def _list_silent_screens(browser: Browser, logs: str) -> list[str]:
    """The paths of screens, filled with an existing profile, person and row, that do not answer as they should."""
    (profile, row), *_ = _ROW_LINK.findall(logs)
    places = [
        path.format(key=profile, profile=profile, id=row, code=1) for path, method, *_ in SCREENS if method == "GET"
    ]
    asked = [f"{path}?format=csv" if path.endswith("/export") else path for path in places]
    return [path for path in asked if browser.get(path).status_code not in {200, _REDIRECTING_SCREENS.get(path, 200)}]


EXPECTED_FINDINGS: Final[dict[str, object]] = {
    "a stranger": 303,
    "a wrong password": 401,
    "the right one": 303,
    "the profiles": True,
    "a new profile": (200, True),
    "it is in the log": True,
    "screens that do not answer": [],
    "what somebody may do where": True,
}
