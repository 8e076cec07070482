"""An operator's browser before a whole Control Centre on memory, which fills in forms without JavaScript."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from httpx2 import Response
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from affino_mcp import wiring
from affino_mcp.control_edge.app import make_screens_app
from affino_mcp.control_edge.centre import ControlCentre
from affino_mcp.control_edge.sign_in import make_sign_in_app as build_door
from affino_mcp.gate.people.passwords import Passwords
from affino_mcp.http.path_router import PathRouter
from tests.unit.control_edge.outside import PublicEndpoints
from tests.world import World

PASSWORD = "a calm and long password"
URL = "http://127.0.0.1:8642"
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)"[^>]* value="([^"]*)"')


@dataclass
class OperatorBrowser:
    """A browser before the service `world`."""

    world: World = field(default_factory=World)

    def __post_init__(self) -> None:
        self.outside = PublicEndpoints(self.world)
        centre, other = self._centre("ControlCentre"), self._centre("LoginProxy")
        door = dict.fromkeys(wiring.SIGN_IN_PATHS, lambda: build_door(other))
        app = PathRouter({"/control": lambda: make_screens_app(centre), **door}, PlainTextResponse("elsewhere"))
        self.browser = TestClient(app, base_url=URL, follow_redirects=False)

    def _centre(self, function: str) -> ControlCentre:
        """The Control Centre as this function has it."""
        settings = self.world.settings
        stores = self.world.stores.opened_by(function, settings)
        own, ports = wiring.instance(stores, settings), wiring.build_operator_ports(stores, settings)
        given = stores.database, stores.secrets, settings, self.world.clock, own, ports.staff_contacts
        return ControlCentre(
            *given,
            record_restorer=ports.record_restorer,
            structure=ports.structure_keeper,
            record_finder=ports.record_finder,
            make_client=self.outside.client,
            files=stores.files,
        )

    def person(self, first: str, last: str, *groups: str) -> int:
        """Makes a person with a password."""
        code = self.world.create_person(first, last, *groups)
        Passwords(self.world.database, self.world.settings).set_password(code, PASSWORD)
        return code

    def operator(self) -> OperatorBrowser:
        """This desk with Olivia Park signed in."""
        self.person("Olivia", "Park", "Operators")
        assert self.sign_in("olivia.park@affino.example").status_code == 303
        return self

    def sign_in(self, email: str, password: str = PASSWORD, path: str = "/") -> Response:
        self.browser.get(f"/control/sign-in?next={path}")
        page = self.get(f"/sign-in?next={path}")
        return self.send("/sign-in", page, email=email, password=password)

    def get(self, path: str, **query: str) -> Response:
        found: Response = self.browser.get(f"/control{path}", params=query or None)
        return found

    def send(self, path: str, page: Response | None = None, /, **given: Any) -> Response:
        """Sends a form together with the hidden fields of the page that contains it."""
        hidden = hidden_fields((page or self.get(path)).text)
        body = urlencode({**hidden, **given}, doseq=True)
        headers = {"content-type": "application/x-www-form-urlencoded"}
        found: Response = self.browser.post(f"/control{path}", content=body, headers=headers)
        return found

    def count_store_calls(self, path: str) -> list[tuple[str, str]]:
        """The store calls that a screen makes."""
        self.world.watched.calls.clear()
        assert self.get(path).status_code == 200, path
        return list(self.world.watched.calls)

    def operator_rows(self) -> list[Mapping[str, Any]]:
        """The audit rows that say how operators' actions ended, oldest first."""
        return [row for row in self.world.audit_rows() if row["channel"] == "control" and row["outcome"] != "begun"]


def hidden_fields(page: str) -> dict[str, str]:
    """The hidden fields of a page's forms; forms of one page share their form token."""
    return {name: html.unescape(value) for name, value in _HIDDEN.findall(page)}


def text_of(page: Response) -> str:
    """The visible text of a page."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page.text)))
