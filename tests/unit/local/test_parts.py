"""The parts of the local run: leases, child processes, ports, routes, login, emulator, demo."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from affino_mcp.catalogue.capability import CRM_FAMILIES
from affino_mcp.connect.configurations import claude_line
from affino_mcp.gate.identity.permissions import SECURITY_GROUPS
from affino_mcp.housekeeping.turn import HousekeepingFailed
from affino_mcp.local import background, counting, demo_crm, demo_website
from affino_mcp.local.demo import DEMO_PEOPLE, DEMO_PROFILES
from affino_mcp.local.emulator import emulator_variables
from affino_mcp.local.lease import Lease
from affino_mcp.local.login import LoginFailed, log_in, path_to_sign
from affino_mcp.local.network import reserved_port
from affino_mcp.local.plan import LocalPlan
from affino_mcp.local.process import ChildProcess, DidNotStart
from affino_mcp.local.run import SUPERVISOR_NAME, CannotRun, run_local_service
from affino_mcp.local.seed import DemoPasswords
from affino_mcp.local.serve import EdgesByPath
from tests.unit.local.test_connection import HERE

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]


def test_a_run_whose_mark_goes_while_one_looks_is_not_ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held = Lease(tmp_path, SUPERVISOR_NAME)
    handle = held.take()
    assert handle is not None
    held.note_holder(os.getpid())
    monkeypatch.setattr(Path, "exists", lambda _: True)  # the mark existed at the check before the read
    assert background.read_status(tmp_path) == background.LocalStatus(running=True, pid=os.getpid())
    os.close(handle)


def test_a_lease_is_held_by_a_process_until_it_ends(tmp_path: Path) -> None:
    child = ChildProcess("sleeper", SLEEP, {}, tmp_path)
    assert Lease(tmp_path, "sleeper").holder() is not None
    with pytest.raises(DidNotStart):
        ChildProcess("sleeper", SLEEP, {}, tmp_path)
    child.stop(5)
    assert Lease(tmp_path, "sleeper").holder() is None


def test_a_process_left_behind_can_be_ended(tmp_path: Path) -> None:
    child = ChildProcess("sleeper", SLEEP, {}, tmp_path)
    assert Lease(tmp_path, "sleeper").end_holder(5)
    assert not Lease(tmp_path, "sleeper").end_holder(5)
    child.stop(5)


def test_a_reused_process_id_is_not_taken_for_ours(tmp_path: Path) -> None:
    Lease(tmp_path, "emulator").note_holder(os.getpid())
    assert Lease(tmp_path, "emulator").holder() is None


def test_a_child_gets_its_variables_and_not_the_developers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    asked = "import os; print(os.environ.get('AWS_PROFILE'), os.environ['AFFINO_STAGE'])"
    child = ChildProcess("asker", [sys.executable, "-c", asked], {"AFFINO_STAGE": "a b=c"}, tmp_path)
    with pytest.raises(DidNotStart, match="None a b=c"):
        child.wait_until(lambda: False, 20)
    child.stop(5)


def test_a_child_that_is_deaf_to_sigterm_is_killed(tmp_path: Path) -> None:
    deaf = "import signal, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
    child = ChildProcess("deaf", [sys.executable, "-c", deaf], {}, tmp_path)
    child.wait_until(lambda: "up" in child.read_log_end(), 20)
    child.stop(0.2)
    assert not child.is_running()


def test_a_port_in_use_is_said_before_anything_starts(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        plan = LocalPlan(taken.getsockname()[1], tmp_path, tmp_path / "connection.json")
        with pytest.raises(CannotRun, match=r"Port \d+ is in use.*--port"), run_local_service(plan, print):
            pass
    assert Lease(tmp_path, "supervisor").holder() is None


def test_a_second_run_in_one_state_folder_is_refused(tmp_path: Path) -> None:
    handle = Lease(tmp_path, "supervisor").take()
    with (
        reserved_port() as port,
        pytest.raises(CannotRun, match="running in"),
        run_local_service(LocalPlan(port, tmp_path, tmp_path / "connection.json"), print),
    ):
        pass
    assert handle is not None
    os.close(handle)


@pytest.mark.parametrize(
    ("path", "served_by"),
    [
        ("/mcp", "mcp"),
        ("/health", "mcp"),
        ("/rest/demo/login", "login"),
        ("/restless", "mcp"),
        ("/", "login"),
        ("/oauth/mcp", "mcp"),
        ("/oauth/mcp/", "mcp"),
        ("/oauth/mcp/server-card", "mcp"),
        ("/oauth/mcpx", "login"),
        ("/oauth/token", "login"),
        ("/.well-known/oauth-protected-resource/oauth/mcp", "login"),
        ("/.well-known/oauth-protected-resource", "mcp"),
    ],
)
def test_paths_lead_to_their_edge(path: str, served_by: str) -> None:
    assert asyncio.run(_served("http", path)) == served_by


def test_start_and_stop_concern_the_mcp_edge() -> None:
    assert asyncio.run(_served("lifespan", "")) == "mcp"


async def _served(kind: str, path: str) -> str:
    served: list[str] = []

    def edge(name: str) -> Any:
        async def app(*_: object) -> None:
            served.append(name)

        return app

    async def nothing(*_: object) -> Any: ...

    await EdgesByPath(edge("mcp"), edge("login"))({"type": kind, "path": path}, nothing, nothing)
    return served[0]


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("http://127.0.0.1:8642/rest/demo/login", "/rest/demo/login"),
        ("https://x.execute-api.eu-west-1.amazonaws.com/live/rest/demo/login", "/rest/demo/login"),
    ],
)
def test_the_signed_path_leaves_the_stage_out(url: str, path: str) -> None:
    assert path_to_sign(url) == path


def test_a_login_where_nothing_answers() -> None:
    with reserved_port() as port, pytest.raises(LoginFailed, match="Nothing answers"):
        log_in(f"http://127.0.0.1:{port}/rest/demo/login", "K", "S", "a@b.example", "correct horse")


def test_the_emulator_is_on_loopback_and_saves_its_state(tmp_path: Path) -> None:
    found = emulator_variables(tmp_path, 4711, "eu-west-1")
    assert {"BIND_HOST": "127.0.0.1", "GATEWAY_PORT": "4711", "PERSIST_STATE": "1"}.items() <= found.items()
    assert found["STATE_DIR"].startswith(str(tmp_path))


def test_passphrases_are_made_once_and_private(tmp_path: Path) -> None:
    path = tmp_path / "passwords.json"
    made = DemoPasswords(path).load_passwords()
    assert DemoPasswords(path).load_passwords() == made
    assert len(set(made.values())) == len(DEMO_PEOPLE)
    assert path.stat().st_mode & 0o077 == 0


def test_the_demo_has_what_was_asked_for() -> None:
    assert set(DEMO_PEOPLE) == {"operator", "sales", "sales_manager", "editor", "publisher", "moderator", "member"}
    assert {group for role in DEMO_PEOPLE.values() for group in role.groups} <= set(SECURITY_GROUPS)
    assert len(DEMO_PROFILES["all"].families) == 10
    assert set(DEMO_PROFILES["crm-read"].families) == set(CRM_FAMILIES)
    steps = [*demo_crm.make_crm_steps(), *demo_website.make_website_steps()]
    assert {step.role for step in steps} <= set(DEMO_PEOPLE)
    tools = Counter(step.tool for step in steps)
    asked = {"create_account": 40, "create_contact": 120, "create_opportunity": 25, "create_article": 30}
    assert {tool: tools[tool] for tool in asked} == asked
    assert (len(demo_website.DEMO_SECTIONS), len(demo_website.DEMO_FORUMS)) == (6, 4)


def test_the_line_for_claude_code_survives_a_shell() -> None:
    words = subprocess.run(
        ["/bin/sh", "-c", f"claude() {{ printf '%s\\n' \"$@\"; }}; {claude_line(HERE.mcp_url, HERE.headers)}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert words.stdout.splitlines() == [
        *("mcp", "remove", "--scope", "local", "affino"),
        *("mcp", "add", "--transport", "http", "affino", HERE.mcp_url),
        *("--header", "Authorization: Bearer x"),
    ]


def test_the_local_run_counts_again_and_again_until_it_ends_even_when_a_job_fails() -> None:
    ended, turns = threading.Event(), Counter[str]()

    def turn() -> None:
        turns["made"] += 1
        if turns["made"] == 3:
            ended.set()
        raise HousekeepingFailed

    counting.repeat_until_ended(turn, ended, every=0)
    assert turns["made"] == 3
