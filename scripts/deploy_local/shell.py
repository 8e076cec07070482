"""The smoke test of the command line on the deployed stack: `affino-mcp --stack NAME ...`, each in its own process."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any, Final

from affino_mcp.store.stacks import KEPT_OUTPUTS
from scripts.build import ROOT, sam_environment
from scripts.deploy_local.emulator import aws_variables
from scripts.deploy_local.operations import EMAIL, PASSWORD
from scripts.deploy_local.stack import Stack

PROFILE_NAME: Final = "Content Editor Agent"
LOGIN_OPTIONS: Final = ("--email", EMAIL, "--password", PASSWORD)


class Shell:
    """An operator's shell with AWS credentials and a region, without a connection file."""

    def __init__(self, stack: Stack) -> None:
        self._environment = sam_environment(**aws_variables(stack.endpoint, stack.region))
        self._stack_name = stack.name

    def run(self, *words: str, given: str = "") -> tuple[int, Any]:
        """Runs a command with this standard input; gives its exit code and its JSON answer, or None without one."""
        command = [sys.executable, "-m", "affino_mcp.cli", "--stack", self._stack_name, *words, "--json"]
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
            input=given,
        )
        return done.returncode, json.loads(done.stdout) if done.stdout.strip() else None

    def list_check_tones(self, method: str) -> list[str]:
        """The results of the three checks of `affino-mcp test`."""
        return [lamp["tone"] for lamp in self.run("test", PROFILE_NAME, *LOGIN_OPTIONS, "--method", method)[1]["lamps"]]


def inspect_structure(shell: Shell) -> Iterator[tuple[str, object, object]]:
    """Makes a structure beside the starter's; gives what was checked, the result and the expected one."""
    groups = [word for name in ("read", "write", "publish") for word in (f"--{name}-group", "Sales Managers")]
    code, section = shell.run("section", "create", "--name", "Sales news", *groups)
    yield "section create", (code, section["StandardSectionCode"]), (0, 2)
    code, forum = shell.run("forum", "create", "--name", "Support")
    yield "forum create", (code, forum["ForumItemCode"]), (0, 2)
    code, refused = shell.run("section", "create", "--name", "Other", "--read-group", "Nobodies")
    yield "section create with an unknown group", (code, refused["error"]["type"]), (1, "validation_error")
    code, exported = shell.run("structure", "export")
    yield "structure export", (code, exported["entries"]["sections"]), (0, 2)


def inspect_shell(stack: Stack) -> Iterator[tuple[str, object, object]]:
    """Runs the commands of an operator's first ten minutes; gives what was checked, the result and the expected one."""
    shell = Shell(stack)
    families = ("--family", "accounts=read,write", "--family", "notes=read")
    code, made = shell.run("profile", "create", "--name", PROFILE_NAME, *families)
    yield "profile create", (code, len(made["secret"])), (0, 40)
    yield "test", shell.list_check_tones("list_accounts"), ["green"] * 3
    code, connected = shell.run("connect", "claude-code", "--profile", PROFILE_NAME, *LOGIN_OPTIONS, "--verify")
    yield "connect --verify", (code, [one["ok"] for one in connected["handshake"]]), (0, [True, True])
    code, lost = shell.run("whatif", PROFILE_NAME, "--family", "accounts=off")
    yield "whatif", (code, [one["method"] for one in lost["refused"]]), (0, ["list_accounts"])
    code, now = shell.run("profile", "set", PROFILE_NAME, "--family", "accounts=off")
    yield "profile set", (code, now["families"]), (0, {"notes": ["read"]})
    yield "test of a family that is off", shell.list_check_tones("list_accounts"), ["green", "green", "red"]
    code, again = shell.run("profile", "regenerate", PROFILE_NAME, "--overlap", "1h", "--yes")
    yield "profile regenerate", (code, again["secret"] != made["secret"]), (0, True)
    code, ended = shell.run("profile", "end-overlap", PROFILE_NAME)
    yield "profile end-overlap", (code, ended["former"]["uses"]), (0, [])
    code, methods = shell.run("methods", "list", "--profile", PROFILE_NAME)
    yield "methods", (code, {one["family"] for one in methods} - {"always"}), (0, {"notes"})
    yield "profile disable", shell.run("profile", "disable", PROFILE_NAME)[1]["enabled"], False
    yield "test of a profile that is off", shell.list_check_tones("list_notes")[0], "red"
    code, rows = shell.run("log", "--profile", PROFILE_NAME, "--method", "disable_profile")
    yield "log", (code, [row["method"] for row in rows]), (0, ["disable_profile"])
    yield "log export", shell.run("log", "export", "--method", "disable_profile")[0], 0
    code, signed = shell.run("log", "digest", "--now")
    yield "log digest", (code, signed["rows"] > 0), (0, True)
    code, verdicts = shell.run("log", "verify")
    yield "log verify", (code, {one["verdict"] for one in verdicts}), (0, {"ok"})
    yield "log chart", shell.run("log", "chart")[0], 0
    code, rights = shell.run("person", "explain", EMAIL)
    yield "person explain", (code, rights["rights"]["profiles.manage"]), (0, ["group Operators"])
    (section,) = [place for place in rights["places"]["sections"] if place["name"] == "Sales news"]
    yield "places", [one["held"] for one in section["deeds"]], [False] * 3  # groups match, rights are missing
    code, health = shell.run("doctor")
    red = [one["name"] for one in health if not one["ok"]]
    yield "doctor", (code, red), (0, [])
    code, checked = shell.run("stack", "check")
    red = [f"{one['name']}: {one['seen']}" for one in checked["findings"] if one["state"] == "red"]
    yield "stack check", (code, red, len(checked["kept"])), (0, [], len(KEPT_OUTPUTS))
