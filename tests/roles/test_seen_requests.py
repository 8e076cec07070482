"""The end of a test run compares what functions asked for with the committed record."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.roles.operation import Operation
from tests.roles.seen_requests import compare, main, read_seen_requests

GET, PUT = (
    Operation("builtin", "McpEndpoint", f"dynamodb:{name}", "GateTable", ("PROFILE#*",)) for name in ("Get", "Put")
)


@pytest.mark.parametrize(
    ("seen", "is_whole", "words"),
    [
        ({GET}, True, []),
        ({GET, PUT}, True, ["new"]),
        ({GET, PUT}, False, ["new"]),
        (set(), True, ["no test"]),
        (set(), False, []),
        ({PUT}, True, ["new", "no test"]),
    ],
    ids=["the same", "more", "more, of a part", "less", "less, of a part", "other"],
)
def test_differences(seen: set[Operation], is_whole: bool, words: list[str]) -> None:
    found = list(compare({GET}, seen, is_whole=is_whole))
    assert [line.startswith(word) for line, word in zip(found, words, strict=True)] == [True] * len(words)


def run(folder: Path, seen: list[Operation], *arguments: str) -> int:
    (folder / "1.tsv").write_text("".join(f"{each}\n" for each in seen), encoding="utf-8")
    return main([str(folder), *arguments])


def test_a_part_of_the_tests_is_not_judged_by_what_it_did_not_see(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, read_seen_requests()[:3]) == 0
    assert "only a part of the tests ran" in capsys.readouterr().out


def test_a_whole_run_tells_what_it_did_not_see(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, read_seen_requests(), "--whole") == 0
    assert "no test makes" not in capsys.readouterr().out
    assert run(tmp_path, read_seen_requests()[1:], "--whole") == 0
    assert "no test makes a function ask for it any more" in capsys.readouterr().out


def test_a_request_that_needs_a_new_right_fails_any_run(tmp_path: Path) -> None:
    assert run(tmp_path, [GET]) == 1


def test_a_new_kind_of_row_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    known = read_seen_requests()[0]
    assert run(tmp_path, [replace(known, keys=("NEVER#*",))]) == 0
    assert "NEVER#*" in capsys.readouterr().out


def test_the_record_has_a_line_for_each_key() -> None:
    both = Operation("builtin", "McpEndpoint", "dynamodb:BatchGetItem", "GateTable", ("GROUPS", "SESSION#*"))
    assert [one.keys for one in both.split()] == [("GROUPS",), ("SESSION#*",)]
    assert list(GET.split()) == [GET]
    assert all(len(one.keys) < 2 for one in read_seen_requests())
