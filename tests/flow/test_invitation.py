"""From an invitation to an agent's call, each step an API Gateway event to the function that a deployment has for it."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import pytest

from affino_mcp import wiring
from affino_mcp.gate.people.passwords import Passwords
from affino_mcp.http.api_gateway import AsgiLambdaHandler
from affino_mcp.store.testing.recording import RecordingDatabase
from tests.roles.watched_stores import WatchedStores
from tests.world import World, WorldClient

PASSWORD, NEW = "a calm and long password", "seven quiet lanterns"
JANE = {"name": "Jane Doe", "email": "jane@orbital.example", "group": "Sales"}


def set_cookies(answer: dict[str, Any]) -> list[str]:
    """The cookies that an answer sets, in whichever of the two forms the handler gives them."""
    several = [values for name, values in answer.get("multiValueHeaders", {}).items() if name.lower() == "set-cookie"]
    single = [[value] for name, value in answer.get("headers", {}).items() if name.lower() == "set-cookie"]
    return [line for lines in several or single for line in lines]


@dataclass
class Visitor:
    """A browser before the two functions, which keeps cookies; `events` are all that it sent."""

    world: World
    cookies: dict[str, str] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        world = self.world
        stage = world.settings.stage
        self.watched = RecordingDatabase(world.database)
        stores = WatchedStores(self.watched, world.secrets)
        self.control = AsgiLambdaHandler(wiring.build_control_app(world.settings, stores, world.clock), stage)
        self.login = AsgiLambdaHandler(wiring.build_login_function(world.settings, world.stores, world.clock), stage)

    def send(self, method: str, path: str, **form: str) -> tuple[int, str]:
        """Sends a request to the function that the template has for the path; gives status and body."""
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
        event = self.world.make_event(urlencode(form) if form else None, headers, path, method)
        self.events.append(event)
        doors = (*wiring.SIGN_IN_PATHS, "/hub", "/rest")
        answer = (self.login if path.startswith(doors) else self.control)(event, None)
        for line in set_cookies(answer):
            name, _, value = line.split(";")[0].partition("=")
            self.cookies[name] = value.strip('"')
        return answer["statusCode"], answer["body"]

    def fill(self, path: str, page: str, **form: str) -> tuple[int, str]:
        """Sends a form with the hidden token of the page that it stands on."""
        name, token = re.findall(r'name="(csrf|FormKey)" value="([^"]+)"', self.send("GET", page)[1])[0]
        return self.send("POST", path, **{name: token}, **form)

    def close(self) -> None:
        """Ends both functions."""
        self.control.close()
        self.login.close()


@pytest.fixture
def operator() -> Iterator[Visitor]:
    world = World()
    code = world.create_person("Olivia", "Park", "Operators")
    Passwords(world.database, world.settings).set_password(code, PASSWORD)
    visitor = Visitor(world)
    status, _ = visitor.fill(
        "/control/sign-in", "/control/sign-in", email="olivia.park@affino.example", password=PASSWORD
    )
    assert status == 303
    yield visitor
    visitor.close()


def invite(operator: Visitor) -> str:
    status, page = operator.fill("/control/people/new", "/control/people/new", **JANE)
    assert status == 200, page
    return html.unescape(re.findall(r'id="password-link">([^<]+)<', page)[0])


def test_an_invited_person_works_through_an_agent(operator: Visitor) -> None:
    world, link = operator.world, invite(operator)
    token = link.partition("#")[2]
    jane = Visitor(world)
    assert jane.fill("/hub/link", "/hub/link", Link=token)[0] == 200
    assert jane.fill("/hub/link/password", "/hub/link", Link=token, Password=NEW, Again=NEW)[0] == 200
    status, page = jane.fill("/hub/login", "/hub/login", Email=JANE["email"], Password=NEW)
    (access,) = re.findall(r'id="token"[^>]*>([^<]+)<', page)
    assert status == 200
    profile = world.create_profile()
    headers = {"Authorization": f"Bearer {access}", "X-API-Key": profile.key, "X-API-Secret": profile.secret}
    client = WorldClient(world, world.new_handler(), headers)
    assert client.call_tool("list_accounts").result["Items"] == []
    client.handler.close()
    rows = [(row["method"], row["outcome"], row["person_name"]) for row in world.audit_rows()]
    assert rows == [
        ("invite_person", "begun", "Olivia Park"),
        ("invite_person", "ok", "Olivia Park"),
        ("list_accounts", "ok", "Jane Doe"),
    ]
    jane.close()


def test_the_control_centre_never_asks_for_password_hashes(operator: Visitor) -> None:
    invite(operator)
    assert operator.fill("/control/people/2/reset", "/control/people/2/reset")[0] == 200
    credentials = operator.world.settings.credentials_table
    assert not [tables for _, tables in operator.watched.calls if credentials in tables.split("+")]
    assert [row["pk"] for row in operator.world.database.list_rows(credentials)] == ["PERSON#1"]


def test_the_token_stands_in_no_address_row_or_line(operator: Visitor, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    link = invite(operator)
    secret = link.rpartition(".")[2]
    jane = Visitor(operator.world)
    for _ in range(2):
        jane.fill("/hub/link", "/hub/link", Link=link)
        jane.fill("/hub/link/password", "/hub/link", Link=link, Password=NEW, Again=NEW)
    addresses = json.dumps([{**event, "body": ""} for event in [*operator.events, *jane.events]])
    lines = "\n".join(str(vars(record)) for record in caplog.records)
    for text in (secret, NEW):
        assert text not in addresses + lines + str(operator.world.audit_rows()) + str(operator.world.database._tables)
    jane.close()
