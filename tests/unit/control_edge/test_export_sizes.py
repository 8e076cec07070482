"""Exports of the API Log fit into a function's answer, whatever the rows hold, and say where the rest is."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ulid import ULID

from affino_mcp import wiring
from affino_mcp.audit.row import AuditRow, Outcome, row_item
from affino_mcp.clock import format_iso
from affino_mcp.control_edge.screens import log_export
from affino_mcp.http.answer_bound import MAX_ANSWER_BYTES, text_bytes_in_answer
from affino_mcp.http.api_gateway import AsgiLambdaHandler
from affino_mcp.store.ops import Put
from tests.unit.control_edge.desk import OperatorBrowser
from tests.unit.control_edge.test_events import event

ROWS = 1200
TEXTS = {
    "plain": "words " * 1100,
    "quotation marks": '"' * 3300,
    "backslashes": "\\" * 3300,
    "control characters": "\x01" * 1100,
    "Japanese": "\u6f22\u5b57" * 1100,
    "emoji": "\U0001f600" * 1600,
    "HTML": "<p class=\"a\">&amp; 'b'</p>\n" * 200,
    "formulas": "=1;\t" * 1200,
}


def fill(desk: OperatorBrowser, text: str, rows: int) -> None:
    """Puts rows whose arguments hold the text into the log, each a second older than the one before."""
    world = desk.world
    for age in range(1, rows + 1):
        at = world.clock() - timedelta(seconds=age)
        row = AuditRow(
            str(ULID.from_datetime(at)),
            format_iso(at),
            "K1",
            "all",
            f"m{age}",
            Outcome.OK,
            200,
            arguments={"Body": text},
        )
        world.database.put(Put(world.settings.audit_table, row_item(row)))


@contextmanager
def open_centre(desk: OperatorBrowser) -> Iterator[AsgiLambdaHandler]:
    """The Control Centre's function in front of the desk's service."""
    world = desk.world
    handler = AsgiLambdaHandler(wiring.build_control_app(world.settings, world.stores, world.clock), "live")
    yield handler
    handler.close()


def ask_export(desk: OperatorBrowser, centre: AsgiLambdaHandler, **query: str) -> dict[str, Any]:
    """The answer of the function, as Lambda gets it, to an operator who is signed in."""
    asked = event("profiles") | {"path": "/control/logs/export"}
    asked["requestContext"] = asked["requestContext"] | {"path": "/live/control/logs/export"}
    asked["queryStringParameters"] = query
    asked["multiValueQueryStringParameters"] = {name: [value] for name, value in query.items()}
    cookie = f"__Host-affino-control={desk.browser.cookies['affino-control']}"
    asked["headers"]["Cookie"] = asked["multiValueHeaders"]["Cookie"][0] = cookie
    answer = centre(asked, None)
    assert answer["statusCode"] == 200, answer["body"][:500]
    return answer


def read_file(body: str, kind: str) -> tuple[list[str], str]:
    """The methods of an export's rows, and what its end says of the rest."""
    if kind == "json":
        documents = json.loads(body)
        rest = documents.pop()["rest"] if documents and "rest" in documents[-1] else ""
        return [each["method"] for each in documents], rest
    lines = list(csv.reader(io.StringIO(body, newline="")))
    rest = lines.pop()[0] if len(lines[-1]) == 1 else ""
    return [line[lines[0].index("method")] for line in lines[1:]], rest


def follow(desk: OperatorBrowser, centre: AsgiLambdaHandler, kind: str) -> tuple[list[str], list[int]]:
    """The methods of all rows, file after file, and the size of each answer."""
    methods, sizes, query = list[str](), list[int](), {"format": kind, "profile": "K1"}
    while query:
        answer = ask_export(desk, centre, **query)
        sizes.append(len(json.dumps(answer, ensure_ascii=False).encode()))
        found, rest = read_file(answer["body"], kind)
        methods += found
        query = dict(parse_qsl(urlsplit(rest.rpartition(" ")[2]).query))
    return methods, sizes


@pytest.mark.parametrize("kind", ["csv", "json"])
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_files_fit_and_go_on_until_every_row_is_told_once(operator: OperatorBrowser, kind: str, text: str) -> None:
    fill(operator, text, ROWS)
    with open_centre(operator) as centre:
        methods, sizes = follow(operator, centre, kind)
    assert methods == [f"m{age}" for age in range(1, ROWS + 1)]
    assert max(sizes) < MAX_ANSWER_BYTES
    assert all(size > log_export.MAX_EXPORT_BYTES for size in sizes[:-1])
    assert len(sizes) > 1


@pytest.mark.parametrize(("rows", "files"), [(0, 1), (1, 1), (3, 1), (4, 2), (6, 2), (7, 3)])
@pytest.mark.parametrize("kind", ["csv", "json"])
def test_a_file_tells_of_a_rest_when_there_is_one(
    operator: OperatorBrowser, monkeypatch: pytest.MonkeyPatch, kind: str, rows: int, files: int
) -> None:
    monkeypatch.setattr(log_export, "MAX_FILE_ROWS", 3)
    fill(operator, "few", rows)
    with open_centre(operator) as centre:
        methods, sizes = follow(operator, centre, kind)
    assert methods == [f"m{age}" for age in range(1, rows + 1)]
    assert len(sizes) == files


def test_the_rest_keeps_the_filters_and_the_time(operator: OperatorBrowser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_export, "MAX_FILE_ROWS", 1)
    fill(operator, "few", 2)
    with open_centre(operator) as centre:
        answer = ask_export(operator, centre, format="json", profile="K1", since="2h", status="200")
    _, rest = read_file(answer["body"], "json")
    link = urlsplit(rest.rpartition(" ")[2])
    kept = dict(parse_qsl(link.query))
    assert link.path == "/live/control/logs/export"
    assert {name: kept[name] for name in ("format", "profile", "status")} == {
        "format": "json",
        "profile": "K1",
        "status": "200",
    }
    assert kept["since"] == format_iso(operator.world.clock() - timedelta(hours=2))


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_the_pages_of_the_largest_rows_are_far_below(operator: OperatorBrowser, text: str) -> None:
    fill(operator, text, 60)
    newest = next(row for row in operator.world.audit_rows() if row["method"] == "m1")
    for path in ("/logs", f"/logs/K1/{newest['id']}"):
        page = operator.get(path)
        assert page.status_code == 200
        assert text_bytes_in_answer(page.text) < MAX_ANSWER_BYTES / 10


@given(st.text(), st.text())
def test_a_texts_size_is_what_it_adds_to_the_answer(before: str, text: str) -> None:
    before, text = (part.encode("utf-8", "replace").decode() for part in (before, text))
    sizes = [len(json.dumps({"body": body}, ensure_ascii=False).encode()) for body in (before, before + text)]
    assert sizes[1] - sizes[0] == text_bytes_in_answer(text)
