"""Any text in an address or a search gets an answer; no store is asked for a key that it cannot have."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest

from affino_mcp.control_edge.app import SCREENS
from tests.unit.control_edge.desk import OperatorBrowser

ODD = {
    "long": "x" * 3000,
    "long when folded": "\ufdfa" * 100,
    "long in bytes": "\U0001f600" * 400,
    "an address long when folded": "@" + "\ufdfa" * 250,
    "many digits": "9" * 400,
    "digits of elsewhere": "\u0663",
    "a superscript": "\u00b2",
    "a key's sign": "#" * 2100,
    "a record of many digits": "accounts#" + "9" * 3000,
    "a record of letters": "accounts#" + "x" * 3000,
    "control characters": "\x00\x1b\r\n",
    "half a pair": "\ud800",
}
ASKED = [
    "q",
    "after",
    "profile",
    "person",
    "method",
    "family",
    "status",
    "record",
    "since",
    "until",
    "words",
    "request",
    "client",
]
ASKED += ["cursor", "kind", "done", "format", "limit"]
PATHS = [path for path, verb, *_ in SCREENS if verb == "GET"]
FORMS = [path for path, verb, *_ in SCREENS if verb == "POST" and "{" in path]


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
@pytest.mark.parametrize("path", [path for path in PATHS if "{" in path])
def test_an_odd_address(operator: OperatorBrowser, path: str, odd: str) -> None:
    there = re.sub(r"\{\w+\}", quote(odd, errors="surrogatepass"), path)
    assert operator.get(there).status_code in {303, 400, 404}


@pytest.mark.parametrize("odd", ["long", "a key's sign", "half a pair"])
def test_a_form_at_an_odd_address(operator: OperatorBrowser, odd: str) -> None:
    page, quoted = operator.get("/apps/new"), quote(ODD[odd], errors="surrogatepass")
    found = {path: operator.send(re.sub(r"\{\w+\}", quoted, path), page).status_code for path in FORMS}
    assert set(found.values()) <= {303, 400, 404}, found


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
@pytest.mark.parametrize("path", [path for path in PATHS if "{" not in path])
def test_an_odd_question(operator: OperatorBrowser, path: str, odd: str) -> None:
    for name in ASKED:
        answer = operator.get(f"{path}?{name}={quote(odd, errors='surrogatepass')}")
        assert answer.status_code in {200, 303, 400, 404}, name


def test_a_page_that_no_list_has(operator: OperatorBrowser) -> None:
    answer = operator.get(f"/profiles?q=sales&after={'z' * 2000}")
    assert answer.status_code == 400
    assert "There is no such page." in answer.text
