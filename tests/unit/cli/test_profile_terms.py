"""`affino-mcp profile` with a last day, people, groups and networks; and who is told of the last day."""

from __future__ import annotations

import pytest

from tests.unit.cli.conftest import JANE, Terminal

TERMS = ("expires", "people", "groups", "networks")


def terms_of(document: dict[str, object]) -> list[object]:
    return [document[name] for name in TERMS]


def test_terms_are_set_replaced_and_taken_away(terminal: Terminal) -> None:
    jane = terminal.run_json("person", "create", *JANE, "--group", "Editors")["user_code"]
    words = ["--expires", "2027-03-01", "--allow-person", "jane@orbital.example", "--allow-group", "Editors"]
    key = terminal.run_json("profile", "create", "--name", "Newsroom", *words, "--allow-network", "192.0.2.0/24")["key"]
    assert terms_of(terminal.run_json("profile", "show", key)) == ["2027-03-01", [jane], ["Editors"], ["192.0.2.0/24"]]
    changed = terminal.run_json("profile", "set", key, "--allow-group", "Sales", "--allow-network", "2001:db8::/32")
    assert terms_of(changed) == ["2027-03-01", [], ["Sales"], ["2001:db8::/32"]]
    row = terminal.world.audit_rows()[-1]
    assert row["arguments"]["before"] == {
        "expires": "2027-03-01",
        "people": [jane],
        "groups": ["Editors"],
        "networks": ["192.0.2.0/24"],
        "connectable": [],
    }
    assert row["arguments"]["after"]["groups"] == ["Sales"]
    freed = terminal.run_json("profile", "set", key, "--allow-everybody", "--allow-anywhere", "--expires", "never")
    assert terms_of(freed) == ["", [], [], []]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--expires", "1 March"], "must be a date like 2027-03-01, or never"),
        (["--expires", "2026-11-22"], "This last day is over. Today is 2026-11-23 (UTC)."),
        (["--allow-group", "Nobodies"], "There is no such security group."),
        (["--allow-network", "192.0.2.1/24"], "did you mean 192.0.2.0/24?"),
        (["--allow-person", "nobody@orbital.example"], "person"),
    ],
)
def test_wrong_terms_change_nothing(terminal: Terminal, words: list[str], said: str) -> None:
    key = terminal.run_json("profile", "create", "--name", "Newsroom")["key"]
    assert said in terminal.run_refused("profile", "set", key, *words)["message"]
    assert terms_of(terminal.run_json("profile", "show", key)) == ["", [], [], []]


@pytest.mark.parametrize(
    "words", [["--allow-everybody", "--allow-group", "Sales"], ["--allow-anywhere", "--allow-network", "192.0.2.0/24"]]
)
def test_contradictions_are_not_understood(terminal: Terminal, words: list[str]) -> None:
    assert "not both" in terminal.run("profile", "create", "--name", "Newsroom", *words, code=2)[1]


def test_the_list_tells_of_last_days(terminal: Terminal) -> None:
    for name, expires in (("Far", "2027-03-01"), ("Near", "2026-11-30"), ("Today", "2026-11-23")):
        terminal.run_json("profile", "create", "--name", name, "--expires", expires)
    said = terminal.run("profile", "list")[1]
    assert "Near expires in 7 days, at the end of 2026-11-30 (UTC)." in said
    assert "Today expires today" in said
    assert "Far" not in said
    terminal.world.clock.move(days=1)
    assert "Today expired at the end of 2026-11-23 (UTC)." in terminal.run("profile", "list")[1]


def test_doctor_is_red_two_days_before(served: Terminal) -> None:
    for expires, ok in (("2026-11-30", True), ("2026-11-25", False)):
        served.run_json("profile", "set", "Newsroom", "--expires", expires)
        out = served.run("doctor", code=0 if ok else 1)[0]
        assert f"{'green' if ok else 'RED  '}  profiles: Newsroom expires in" in out


def test_what_if_counts_whom_the_terms_would_refuse(served: Terminal) -> None:
    words = ["--allow-group", "Sales", "--expires", "2026-12-01"]
    found = served.run_json("whatif", "Newsroom", *words)
    assert (found["refused"], found["ends"]) == ([], "2026-12-01")
