"""`import` and `export`: records from CSV files and back, in the name of a person."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from affino_mcp.admin.record_files import line_outcome
from affino_mcp.cli import record_import
from affino_mcp.store.faults import StoreUnavailable
from tests.unit.cli.conftest import Terminal

EMAIL = "sal.seller@affino.example"


@pytest.fixture
def seller(terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A terminal in a folder of its own, on a service with a seller."""
    monkeypatch.chdir(tmp_path)
    terminal.world.create_person("Sal", "Seller", "Sales")
    return terminal


def bring_in(terminal: Terminal, kind: str, text: str, *words: str) -> Any:
    Path("x.csv").write_text(text, encoding="utf-8")
    return terminal.run_any("import", kind, "x.csv", "--as", EMAIL, *words)


def import_rows(terminal: Terminal) -> list[dict[str, Any]]:
    return [row for row in terminal.world.audit_rows() if row["method"] == "import_records"]


def test_many_lines_and_few_faulty_ones(seller: Terminal) -> None:
    """The kind of the ten thousand contacts of which three hundred are faulty, which were tried by hand."""
    lines = [f"p{number}@o.example,P{number},Q,2027" for number in range(200)]
    faults = {
        10: "nobody,P,Q,",
        50: ",P,Q,",
        90: f"p90@o.example,{'x' * 101},Q,",
        120: "p3@o.example,P,Q,",
        150: "p150@o.example,P,Q,,extra",
        199: "p199@o.example,P",
    }
    for place, line in faults.items():
        lines[place] = line
    text = "E-mail,FIRST_NAME,last name,Mobile\n" + "\n".join(lines)
    found = bring_in(seller, "contacts", text)
    assert (found["made"], found["refused"]) == (194, 6)
    told = [(each["line"], each["argument"]) for each in found["refused_lines"]]
    assert told == [(12, "Email"), (52, "Email"), (92, "FirstName"), (122, "Email"), (152, ""), (201, "")]
    assert all(each["reason"] for each in found["refused_lines"])
    with Path("x.result.csv").open(newline="") as opened:
        assert [row["Result"] for row in csv.DictReader(opened)].count("made") == 194
    again = bring_in(seller, "contacts", text)
    assert [again[name] for name in ("made", "same", "changed", "refused")] == [0, 194, 0, 6]
    begun, ended = import_rows(seller)[:2]
    assert (begun["outcome"], ended["outcome"], begun["request_id"]) == ("begun", "ok", ended["request_id"])
    assert ended["result"] == "194 made, 0 the same, 0 changed, 6 refused"
    assert (ended["person_email"], ended["arguments"]["after"]["Said by"].endswith("(shell)")) == (EMAIL, True)
    same_request = seller.run_json("log", "show", ended["id"])["same_request"]
    assert len(same_request) == 195
    assert {row["method"] for row in same_request} == {"import_records", "create_contact"}


def test_a_dry_run_says_what_each_line_would_do(seller: Terminal) -> None:
    found = bring_in(seller, "accounts", "Name,City\nOrbital,Leeds\n,York\n", "--dry-run")
    assert (found["dry_run"], found["made"], found["refused"]) == (True, 1, 1)
    assert Path("x.dry-run.csv").read_text().splitlines()[1] == "2,made,,,,"
    assert [(row["outcome"], row["dry_run"]) for row in import_rows(seller)] == [("ok", True)]
    out, err = seller.run("import", "accounts", "x.csv", "--as", EMAIL, "--dry-run", code=1)
    assert "Nothing was written; it would be: 1 made" in out
    assert "Name" in out
    assert "x.dry-run.csv" in err


def test_an_export_reads_back_in(seller: Terminal) -> None:
    bring_in(seller, "contacts", "Email,First name,Last name,Mobile,Notes\na@o.example,A,B,+44 20,'=1\n")
    text, err = seller.run("export", "contacts", "--as", EMAIL, "--email", "a@o.example")
    assert "1 line written" in err
    assert "'+44 20" in text
    found = bring_in(seller, "contacts", text)
    assert [found[name] for name in ("made", "same", "changed", "refused")] == [0, 1, 0, 0]
    told = seller.run_json("export", "contacts", "--as", EMAIL, "--email", "a@o.example", "--output", "y.csv")
    assert told == {"file": "y.csv", "lines": 1}
    assert Path("y.csv").read_bytes().splitlines() == text.encode().splitlines()
    ended, _ = [
        row for row in seller.world.audit_rows() if row["method"] == "export_records" and row["outcome"] == "ok"
    ]
    assert (ended["person_email"], ended["result"]) == (EMAIL, "1 line written")


def test_what_is_refused_as_a_whole(seller: Terminal) -> None:
    seller.world.create_person("Leo", "Legal", "Legal")
    Path("x.csv").write_text("Name,Shoe size\nA,44\n")
    error = seller.run_refused("import", "accounts", "x.csv", "--as", "leo.legal@affino.example")
    assert (error["type"], error["details"]["rule"]) == ("permission_denied", "accounts.write")
    assert "'Shoe size'" in seller.run_refused("import", "accounts", "x.csv", "--as", EMAIL)["message"]
    assert "accounts.read" in seller.run("export", "accounts", "--as", "leo.legal@affino.example", code=1)[1]
    assert "nowhere.csv" in seller.run("import", "accounts", "nowhere.csv", "--as", EMAIL, code=2)[1]
    assert "Say of which list" in seller.run("export", "list-members", "--as", EMAIL, code=1)[1]
    assert import_rows(seller) == []
    assert not list(Path.cwd().glob("*.result.csv"))


def test_broken_off_and_begun_again(seller: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first run meets stores that do not answer, the second one Ctrl-C: in the end everything is there once."""
    bring_in(seller, "accounts", "Name\nLunar\n")
    text = "Body,Account\n" + "".join(f"Note {number},Lunar\n" for number in range(6))
    written = line_outcome.write_result_line
    for error in (StoreUnavailable(), KeyboardInterrupt()):

        def fail(outcome: Any, error: BaseException = error) -> str:
            if outcome.line == 3:
                raise error
            return written(outcome)

        monkeypatch.setattr(record_import, "write_result_line", fail)
        refused = bring_in(seller, "notes", text)["error"]
        assert (refused["type"], refused["details"]["last_line"]) == ("unfinished", 3)
        assert import_rows(seller)[-1]["result"].endswith("the rest of the file was not read")
    monkeypatch.setattr(record_import, "write_result_line", written)
    found = bring_in(seller, "notes", text)
    assert (found["made"], found["same"]) == (4, 2)
