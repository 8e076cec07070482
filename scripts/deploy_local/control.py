"""The smoke test of the Control Centre: an operator signs in through one function and works in another."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

import httpx

from affino_mcp.control_edge.app import SCREENS

SendRequest = Callable[..., httpx.Response]
FORM_HEADERS: Final = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
_NEEDS_MORE: Final = re.compile(r"/take-back$|^/files/.*\{")
"""Screens of a row that changed something, and of a file that came in or went out."""
_NOTE: Final = re.compile(r'<div class="note[^>]*>(.*?)</div>', re.DOTALL)
_ONE_CONTACT: Final = b"Email,First name,Last name\nfile@affino.example,Fay,File\n"
_ROW_LINK: Final = re.compile(r"/control/logs/(\w+)/(\w+)")
_REDIRECTING_SCREENS: Final = {"": 303, "/": 303, "/structure": 303}
"""Screens that only redirect to another."""
_CLIENT_ID: Final = re.compile(r'id="client-id"[^>]*>([^<]+)<')
_LINK: Final = re.compile(r'id="password-link">([^<]+)<')


class Browser:
    """A minimal browser for the forms of a site; it keeps secure cookies although the emulator speaks plain HTTP.

    `token_field` is the name of the hidden field that every form of the site repeats.
    """

    def __init__(self, request: SendRequest, site: str = "/control", token_field: str = "csrf") -> None:  # noqa: S107 (a field's name)
        self._request, self._site, self._token_field = request, site, token_field
        self._cookies: dict[str, str] = {}

    def get(self, path: str) -> httpx.Response:
        """Requests a page."""
        return self._send("GET", path)

    def send_form(self, path: str, page: str, **form: str) -> httpx.Response:
        """Sends a form with the form token of `page`."""
        (token, *_) = re.findall(rf'name="{self._token_field}" value="([^"]+)"', self.get(page).text)
        return self._send("POST", path, data={self._token_field: token, **form}, headers=FORM_HEADERS)

    def send_file(self, path: str, content: bytes) -> httpx.Response:
        """Sends the form of the page at `path` with this CSV file."""
        (token, *_) = re.findall(rf'name="{self._token_field}" value="([^"]+)"', self.get(path).text)
        file = {"file": ("people.csv", content, "text/csv")}
        same_site = {"Sec-Fetch-Site": "same-origin"}
        return self._send("POST", path, data={self._token_field: token}, files=file, headers=same_site)

    def _send(self, method: str, path: str, headers: dict[str, str] | None = None, **arguments: Any) -> httpx.Response:
        cookie = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        given = {**(headers or {}), **({"Cookie": cookie} if cookie else {})}
        answer = self._request(method, f"{self._site}{path}", headers=given, **arguments)
        for line in answer.headers.get_list("set-cookie"):
            name, _, value = line.split(";")[0].partition("=")
            self._cookies[name] = value.strip('"')
        return answer


def set_password_by_link(request: SendRequest, link: str, password: str) -> tuple[int, bool]:
    """Opens a link at the Hub and sets the password; gives the status, and whether the page says that it is set."""
    browser, token = Browser(request, "/hub", "FormKey"), link.rpartition("#")[2]
    browser.send_form("/link", "/link", Link=token)
    done = browser.send_form("/link/password", "/link", Link=token, Password=password, Again=password)
    return done.status_code, "Your password is set" in done.text


def inspect_control_centre(request: SendRequest, email: str, password: str, profile: str) -> dict[str, object]:
    """What an operator finds in the Control Centre, by name; `EXPECTED_FINDINGS` holds the expected values."""
    browser = Browser(request)
    stranger = browser.get("/profiles")
    wrong = browser.send_form("/sign-in", "/sign-in", email=email, password="not the password")  # noqa: S106 (a wrong one)
    right = browser.send_form("/sign-in", "/sign-in", email=email, password=password, next="/profiles")
    made = browser.send_form("/profiles/new", "/profiles/new", name="Made in the browser", rate="60", grid="notes.read")
    logs = browser.get("/logs?record=")
    invited = browser.send_form(
        "/people/new", "/people/new", name="Jane Doe", email="jane@affino.example", group="Editors"
    )
    link = "".join(_LINK.findall(invited.text))
    return {
        "an invited person sets a password": set_password_by_link(request, link, password),
        "the link works once": set_password_by_link(request, link, password),
        "a stranger": stranger.status_code,
        "a wrong password": wrong.status_code,
        "the right one": right.status_code,
        "the profiles": profile in browser.get("/profiles").text,
        "a new profile": (made.status_code, "api-secret" in made.text),
        "it is in the log": "create_profile" in logs.text,
        "screens that do not answer": _list_silent_screens(browser, logs.text),
        "records from a file, and into one": bring_records_in_and_out(browser),
        "what somebody may do where": "Sales news" in browser.get("/people/1/places").text,
    }


def bring_records_in_and_out(browser: Browser) -> tuple[str, int]:
    """Imports a contact from a file and exports all; what the import says, and the status of the exported file."""
    sent = browser.send_file("/files/import/contacts", _ONE_CONTACT)
    place = f"/files/{sent.headers['location'].partition('/files/')[2]}"
    browser.send_form(place, place, run="import")
    form = "/files/export/contacts"
    begun = browser.send_form(form, form)
    file = f"/files/{begun.headers['location'].partition('/files/')[2]}/1"
    said = "".join(_NOTE.findall(browser.get(place).text))
    return re.sub(r"<[^>]+>|\. .*", "", said), browser.get(file).status_code


def register_app(browser: Browser) -> str:
    """Registers an app as operators do; gives its client id."""
    made = browser.send_form("/apps/new", "/apps/new", name="Made in the browser", redirect="https://app.example/back")
    (client,) = _CLIENT_ID.findall(made.text)
    return str(client)


def _list_silent_screens(browser: Browser, logs: str) -> list[str]:
    """The paths of screens that do not answer as they should; they name a profile, person, row and app that exist."""
    (profile, row), *_ = _ROW_LINK.findall(logs)
    known = {"key": profile, "profile": profile, "id": row, "code": 1, "kind": "sections", "family": "accounts"}
    known["client"] = register_app(browser)
    shown = [path for path, method, *_ in SCREENS if method == "GET" and not _NEEDS_MORE.search(path)]
    places = [path.format(**known) for path in shown]
    asked = [f"{path}?format=csv" if path.endswith("/export") else path for path in places]
    return [path for path in asked if browser.get(path).status_code not in {200, _REDIRECTING_SCREENS.get(path, 200)}]


EXPECTED_FINDINGS: Final[dict[str, object]] = {
    "an invited person sets a password": (200, True),
    "the link works once": (410, False),
    "a stranger": 303,
    "a wrong password": 401,
    "the right one": 303,
    "the profiles": True,
    "a new profile": (200, True),
    "it is in the log": True,
    "screens that do not answer": [],
    "records from a file, and into one": ("Imported1 made, 0 the same, 0 changed, 0 refused", 303),
    "what somebody may do where": True,
}
