"""What agents and people wrote is text: no screen of the Control Centre runs it, and no cell of an export is a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest

from affino_mcp.gate.identity.permissions import SECURITY_GROUPS
from tests.security.figures import Figures
from tests.unit.control_edge.desk import OperatorBrowser
from tests.world import WorldClient

SCRIPTS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "'><a href=javascript:alert(1)>",
    "</title><script>alert(1)</script>",
    "{{7*7}}<b>",
    "<!--<script>",
]
FORMULAS = [
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(1)",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("https://evil.example")',
    "=IMPORTXML(CONCAT(1))",
    "\uff1d1+1",
    " =1+1",
    "a;=1+1",
    'a";"=1+1',
]
STARTS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
TRICKS = [*SCRIPTS, *FORMULAS]
TOOLS = ("list_accounts", "create_task", "get_account", "no_such_tool")


@pytest.fixture(scope="module")
def operator() -> Iterator[OperatorBrowser]:
    """An operator, and an agent that says every trick in every place that a row or a screen shows."""
    desk = OperatorBrowser().operator()
    world = desk.world
    profile = world.profiles.create('Sales "<i>" profile', {}, notes="<b>=1+1</b>")
    code = world.create_person("Una", "Mighty", *SECURITY_GROUPS)
    world.people.change(code, name="<u>=Una</u>")
    handler = world.new_handler()
    client = WorldClient(world, handler, world.log_in(world.create_profile("=all"), code))
    for trick in TRICKS:
        ascii_ = trick.encode("ascii", "replace").decode()
        for tool in TOOLS:
            world.clock.move(seconds=1)
            told = {"_meta": {"io.modelcontextprotocol/clientInfo": {"name": trick, "version": trick}}}
            params = {"name": tool, "arguments": {"Search": trick, "Title": trick, trick: trick}, **told}
            message = {"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": params}
            client.send(message, {"User-Agent": ascii_, "X-Amzn-Trace-Id": ascii_}.items())
        client.call_tool(trick)
    desk.world.profiles.change(profile.key, notes="<b>x</b>")
    yield desk
    handler.close()


class Acting(HTMLParser):
    """Finds what acts in a page besides its own scripts: elements and attributes that no template has."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        is_own = str(given.get("src")).startswith("/control/static/")
        self.found += [tag] if tag in {"img", "script"} and not is_own else []
        self.found += [tag] if tag in {"svg", "u", "i"} else []
        self.found += [
            name for name, value in attrs if name.startswith("on") or "javascript:" in str(value).lower()[:20]
        ]

    @classmethod
    def in_page(cls, text: str) -> list[str]:
        parser = cls()
        parser.feed(text)
        return parser.found


def pages(operator: OperatorBrowser) -> Iterator[tuple[str, str]]:
    """Every screen that shows something that was written, and each row of the log."""
    key = next(s.profile.key for s in operator.world.profiles.list_profiles() if "<i>" in s.profile.name)
    rows = [row for row in operator.world.audit_rows() if row["channel"] == "mcp"]
    paths = ["/profiles", f"/profiles/{key}", f"/profiles/{key}/edit", "/people", "/people/2", "/logs"]
    paths += [f"/tests/crm?profile={key}", f"/help/crm?profile={key}", "/logs?q=%3Cscript%3E", "/people?q=%3Cscript%3E"]
    paths += [f"/logs/{row['profile_key']}/{row['id']}" for row in rows]
    for path in paths:
        yield path, operator.get(path).text


def test_no_script_in_any_screen(operator: OperatorBrowser, figures: Figures) -> None:
    tried = 0
    for path, text in pages(operator):
        tried += 1
        assert Acting.in_page(text) == [], path
    figures.record("screens and rows with scripts in them", tried=tried)


def test_no_cell_is_a_formula(operator: OperatorBrowser, figures: Figures) -> None:
    answer = operator.get("/logs/export", format="csv")
    cells = [cell for row in csv.reader(io.StringIO(answer.text)) for cell in row]
    pieces = [piece.lstrip(' "') for cell in cells for piece in re.split(r"[;\t\r\n]", cell)]
    assert [piece for piece in pieces if piece.startswith(STARTS)] == []
    assert sum("=1+1" in cell for cell in cells) > len(TOOLS)
    figures.record("cells of an export", tried=len(cells))
