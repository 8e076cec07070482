"""When a session ends, in local time and in minutes, and what `local up` prints first."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from affino_mcp.cli.endings import describe_end
from affino_mcp.cli.ways_in import print_ways_in
from affino_mcp.local.demo_records import BEGUN_FILE
from affino_mcp.local.plan import LocalPlan
from tests.unit.cli.conftest import PASSWORD, Terminal
from tests.unit.local.test_connection import HERE

NOW = datetime(2026, 11, 22, 21, 10, tzinfo=UTC)


@pytest.fixture
def amsterdam(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Europe/Amsterdam")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("amsterdam")
@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        pytest.param(3590, "until 23:09 (in 60 minutes)", id="an hour, less what was waited"),
        pytest.param(60, "until 22:11 (in 1 minute)", id="one minute"),
        pytest.param(10, "until 22:10 (in 1 minute)", id="seconds"),
        pytest.param(86_400, "until 23 Nov 2026, 22:10 (in 1440 minutes)", id="tomorrow"),
        pytest.param(0, "ended at 22:10", id="over"),
    ],
)
def test_an_end_is_said_in_local_time_and_in_minutes(seconds: int, said: str) -> None:
    assert describe_end(NOW + timedelta(seconds=seconds), NOW) == said


@pytest.mark.usefixtures("amsterdam")
def test_the_line_to_paste_comes_first_with_whose_token_it_is(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    known = replace(HERE, headers_person="mara.lind@demo.affino.example", headers_expire="2026-11-22T22:10:00Z")
    print_ways_in(known, LocalPlan(8642, tmp_path), NOW)
    first, line, *rest = [line for line in capsys.readouterr().out.splitlines() if line]
    assert first == "Paste this to connect Claude Code; it acts as Mara Lind, until 23:10 (in 60 minutes):"
    assert line.startswith("claude mcp remove --scope local affino; claude mcp add --transport http affino")
    shown = "\n".join(rest)
    assert "Ctrl-C stops the service" in shown
    assert f"its state is kept in {tmp_path}" in shown
    assert 'eval "$(affino-mcp login --shell sh)"' in shown
    assert "connect claude-code --inline --person sales_manager" in shown
    assert "http://127.0.0.1:8642/\n" in shown
    assert "incomplete" not in shown


def test_records_that_are_incomplete_are_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / BEGUN_FILE).touch()
    print_ways_in(replace(HERE, headers={}), LocalPlan(8642, tmp_path), NOW)
    assert capsys.readouterr().out.startswith("The demo's records are incomplete")


HERS = ["--profile", "Newsroom", "--person", "jane@orbital.example", "--password", PASSWORD]


def test_a_login_sets_the_variables_of_a_shell(served: Terminal) -> None:
    out, err = served.run("login", *HERS, "--shell", "sh")
    script = f"{out}\nprintf '%s %s %s' $AFFINO_TOKEN $AFFINO_KEY $AFFINO_SECRET"
    token, key, secret = subprocess.check_output(["/bin/sh", "-c", script], text=True).split()
    profile = served.world.profiles.list_profiles()[0].profile
    assert (key, secret) == (profile.key, profile.secret)
    assert len(token) > 20
    assert "Jane Doe, until " in err
    assert "(in 60 minutes)" in err
    served.world.clock.move(seconds=1)
    assert "$env:AFFINO_KEY = '" in served.run("login", *HERS, "--shell", "powershell")[0]


def test_what_holds_a_token_says_when_it_ends(served: Terminal) -> None:
    assert "(in 60 minutes)" in served.run("login", *HERS)[0]
    served.world.clock.move(seconds=1)
    assert "acts as Jane Doe, until" in served.run("connect", "claude-code", "--inline", *HERS)[1]
