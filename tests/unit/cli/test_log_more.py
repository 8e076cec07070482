"""`affino-mcp log tail`, `log export` and `log show`."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from affino_mcp.audit.log import AuditLog
from affino_mcp.audit.row import Outcome
from affino_mcp.cli import output
from tests.unit.audit.rows import row
from tests.unit.cli.conftest import Terminal


@pytest.fixture
def log(terminal: Terminal) -> AuditLog:
    return AuditLog(terminal.world.database, terminal.world.settings.audit_table)


@pytest.fixture
def busy(terminal: Terminal, log: AuditLog) -> Terminal:
    """1,200 calls of the last twenty minutes, one each second."""
    now = terminal.world.clock()
    for age in range(1200):
        log.write_row(row(now - timedelta(seconds=age), request_id=f"req-{age}", method=f"method_{age}"))
    return terminal


def test_export_goes_on_beyond_one_answer(busy: Terminal) -> None:
    busy.world.clock.move(seconds=1)
    rows = list(csv.DictReader(busy.run("log", "export")[0].splitlines()))
    assert [one["method"] for one in rows] == ["export_log", *(f"method_{age}" for age in range(1200))]


@pytest.mark.parametrize("words", [["--format", "json"], ["--json"]], ids=["format", "json"])
def test_export_as_json_is_bounded(busy: Terminal, words: list[str]) -> None:
    found = json.loads(busy.run("log", "export", "--most", "700", *words)[0])
    assert len(found) == 700


def test_a_reader_who_has_had_enough_is_no_fault(busy: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    parts: list[str] = []

    def closed(part: str, **_: object) -> None:
        parts.append(part)
        raise BrokenPipeError

    monkeypatch.setattr("typer.echo", closed)
    monkeypatch.setattr(output, "silence_stdout", lambda: None)
    busy.run("log", "export")
    assert len(parts) == 1
    assert [row["outcome"] for row in busy.world.audit_rows() if row["method"] == "export_log"] == ["begun", "ok"]


def test_export_takes_the_logs_filters(busy: Terminal) -> None:
    busy.world.clock.move(seconds=1)
    itself, *found = json.loads(busy.run("log", "export", "--json", "--since", "1m")[0])
    assert len(found) == 60
    assert list(itself["arguments"]["after"]["filters"]) == ["since"]
    assert json.loads(busy.run("log", "export", "--json", "--status", "429")[0]) == []


def test_the_log_is_searched_by_request_and_by_words(terminal: Terminal, log: AuditLog) -> None:
    error = {"code": -120, "type": "not_found", "message": "No account with this AccountCode can be found."}
    log.write_row(
        row(
            terminal.world.clock(),
            request_id="req-1",
            method="get_account",
            error=error,
            status=404,
            client_id="https://app.example/c",
        )
    )
    log.write_row(
        row(terminal.world.clock(), request_id="req-2", method="list_notes", warnings=({"Code": "TRUNCATED"},))
    )
    for words, found in {
        ("--words", "no ACCOUNT found"): ["get_account"],
        ("--words", "truncated"): ["list_notes"],
        ("--words", "truncated account"): [],
        ("--request", "req-1"): ["get_account"],
        ("--client-id", "https://app.example/c"): ["get_account"],
        ("--client-id", "https://app.example/d"): [],
    }.items():
        assert [one["method"] for one in terminal.run_json("log", *words)] == found
    exported = json.loads(terminal.run("log", "export", "--json", "--words", "truncated")[0])
    assert [one["method"] for one in exported] == ["list_notes"]


def test_show_by_row_or_request(busy: Terminal) -> None:
    by_request = busy.run_json("log", "show", "req-77")
    assert by_request["method"] == "method_77"
    assert busy.run_json("log", "show", by_request["id"]) == by_request
    assert "method_77" in busy.run("log", "show", by_request["id"].lower())[0]


def test_show_and_export_say_how_a_call_was_confirmed(terminal: Terminal, log: AuditLog) -> None:
    log.write_row(row(terminal.world.clock(), request_id="req-1", method="delete_account", confirmed="by form"))
    assert terminal.run_json("log", "show", "req-1")["confirmed"] == "by form"
    assert "by form" in terminal.run("log", "show", "req-1")[0]
    assert "confirmed by form" in terminal.run("log")[0]
    exported = terminal.run("log", "export", "--method", "delete_account")[0]
    assert [one["confirmed"] for one in csv.DictReader(exported.splitlines())] == ["by form"]


def test_show_tells_what_changed_as_a_table(terminal: Terminal, log: AuditLog) -> None:
    fields = {"City": {"before": "Leeds", "after": "York"}, "Website": {"after": "orbital.example"}}
    change = {"record": "accounts#12", "deed": "changed", "fields": fields, "left_out": 2}
    log.write_row(row(terminal.world.clock(), result="account 12 changed", changes=(change,), request_id="req-1"))
    shown = " ".join(terminal.run("log", "show", "req-1")[0].split())
    assert "result account 12 changed" in shown
    for line in ("City Leeds York", "Website orbital.example", "(and 2 more)"):
        assert f"account 12 changed {line}" in shown
    assert terminal.run_json("log", "show", "req-1")["changes"] == [change]
    terminal.world.clock.move(seconds=1)
    _, exported = csv.DictReader(terminal.run("log", "export")[0].splitlines())
    assert (exported["result"], json.loads(exported["changes"])) == ("account 12 changed", [change])


@pytest.mark.parametrize("name", ["req-9999", "01KAQ3W5Z0M1T7R2H8C4X9B6ND"], ids=["request", "row"])
def test_show_what_is_not_there(busy: Terminal, name: str) -> None:
    assert busy.run_refused("log", "show", name)["type"] == "not_found"


@pytest.mark.parametrize("as_json", [False, True], ids=["lines", "json"])
def test_tail_says_what_happens_once_and_in_order(terminal: Terminal, log: AuditLog, as_json: bool) -> None:
    def turns() -> Iterator[None]:
        log.write_row(row(clock(), method="first"))
        yield
        clock.move(seconds=2)
        log.write_row(row(clock(), method="second", outcome=Outcome.ERROR, status=403))
        log.write_row(row(clock(), method="third", profile_key="K9"))
        yield
        yield

    def pause(_: float) -> None:
        if next(turn, "over") == "over":
            raise KeyboardInterrupt

    clock = terminal.world.clock
    log.write_row(row(clock() - timedelta(seconds=5), method="before"))
    turn = turns()
    terminal.service = replace(terminal.service, pause=pause)
    out, _ = terminal.run("log", "tail", *(["--json"] if as_json else []))
    lines = [json.loads(line)["method"] if as_json else line for line in out.splitlines()]
    assert len(lines) == 3
    assert all(word in line for word, line in zip(("first", "second", "third"), lines, strict=True))


def test_the_rows_of_one_request_are_shown_together(terminal: Terminal, log: AuditLog) -> None:
    now = terminal.world.clock()
    shares = [
        row(now + timedelta(seconds=n), request_id="req-7", share=f"{n} of 3", outcome=outcome, result=f"result {n}")
        for n, outcome in ((1, Outcome.OK), (2, Outcome.OK), (3, Outcome.INCOMPLETE))
    ]
    for one in (*shares, row(now, request_id="req-8")):
        log.write_row(one)
    terminal.world.clock.move(seconds=9)
    text, _ = terminal.run("log", "show", shares[1].id)
    told = text.partition("Other rows of this request, oldest first:")[2].split("\n")
    assert [line for line in told if line] == [
        f"{shares[0].id}  1 of 3  ok  result 1",
        f"{shares[2].id}  3 of 3  incomplete: the rest was not done  result 3",
    ]
    found = json.loads(terminal.run("log", "show", shares[0].id, "--json")[0])
    assert [other["share"] for other in found["same_request"]] == ["2 of 3", "3 of 3"]
