"""A person's browser at the Hub, before a whole service on memory, which fills in forms without JavaScript."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from urllib.parse import urlencode

from httpx2 import Response
from starlette.testclient import TestClient

from affino_mcp import wiring
from affino_mcp.gate.people.passwords import Passwords
from tests.unit.control_edge.desk import URL, hidden_fields
from tests.world import World

PASSWORD = "a calm and long password"
_CHECKED = re.compile(r'<input type="checkbox" name="change" value="([^"]+)" checked>')


@dataclass
class HubVisitor:
    """A browser before the Hub of this service."""

    world: World

    def __post_init__(self) -> None:
        world = self.world
        login = wiring.build_login_app(world.settings, world.stores, world.clock)
        app = wiring.add_control_centre(login, world.settings, world.stores, world.clock)
        self.browser = TestClient(app, base_url=URL, follow_redirects=False)

    def enrol(self, first: str, last: str, *groups: str) -> int:
        """Makes a person with a password."""
        code = self.world.create_person(first, last, *groups)
        self.set_password(code, PASSWORD)
        return code

    def set_password(self, code: int, password: str) -> None:
        """Gives a person a password."""
        Passwords(self.world.database, self.world.settings).set_password(code, password)

    def get(self, path: str) -> Response:
        found: Response = self.browser.get(path)
        return found

    def send(self, path: str, page: Response | None = None, /, **given: str | list[str]) -> Response:
        """Sends a form together with the hidden fields of the page that it stands on."""
        body = urlencode({**hidden_fields((page or self.get(path)).text), **given}, doseq=True)
        found: Response = self.browser.post(
            path, content=body, headers={"content-type": "application/x-www-form-urlencoded"}
        )
        return found

    def log_in(self, email: str, path: str = "/hub/work", password: str = PASSWORD) -> Response:
        """Asks for a page, is led to the login, and fills it in; gives its answer."""
        door = self.get(path)
        page = self.get(door.headers["location"])
        return self.send("/hub/login", page, Email=email, Password=password)

    def count_reads(self, path: str) -> list[tuple[str, str]]:
        """The store calls that a page makes."""
        self.world.watched.calls.clear()
        assert self.get(path).status_code == 200, path
        return list(self.world.watched.calls)


def links_to(page: Response, end: str) -> list[str]:
    """The addresses of a page's links that end so, in order."""
    return [html.unescape(found) for found in re.findall(r'href="([^"]+)"', page.text) if found.endswith(end)]


def checked_changes(page: Response) -> list[str]:
    """The changes that are ticked on the page of a session."""
    return _CHECKED.findall(page.text)
