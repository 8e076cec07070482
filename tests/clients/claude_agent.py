"""Claude Code: its own health check, and its whole agent loop on a scripted model."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.clients.agent import Refused, Target, ToolFailed
from tests.clients.installed import NodeClients
from tests.clients.sandbox import run
from tests.clients.scripted_model import Results, Step, scripted_model

PREFIX = "mcp__affino__"
TRANSPORT = "Error POSTing to endpoint"
CONNECTED = "✔ Connected"
FAILED = "✘ Failed to connect — "


@dataclass(frozen=True)
class ClaudeAgent:
    """Claude Code with the three headers in its configuration."""

    programs: NodeClients
    home: Path
    client: str = "claude-code"
    revision: str = "2026-07-28"
    own_words: Mapping[int, str] = field(default_factory=dict)

    def tools(self, target: Target) -> set[str]:
        """Checks the connection as a user does; gives the tools that the model is offered. Raises Refused."""
        self.check(target)
        with scripted_model([]) as (origin, model):
            self._prompt(target, origin)
        return {name.removeprefix(PREFIX) for name in model.offered if name.startswith(PREFIX)}

    def call(self, target: Target, tool: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Lets the scripted model call one tool; gives the service's answer to Claude Code. Raises Refused, ToolFailed."""
        return self.play(target, [lambda _: (tool, dict(arguments))])[0]

    def play(self, target: Target, script: Sequence[Step]) -> list[dict[str, Any]]:
        """Lets the scripted model take every step; gives the service's answers. Raises Refused, ToolFailed."""
        ours = [_of_our_server(step) for step in script]
        with scripted_model(ours) as (origin, _):
            results = [_result(event) for event in self._prompt(target, origin) if event["type"] == "user"]
        assert len(results) == len(script)
        return results

    def check(self, target: Target) -> None:
        """Runs `claude mcp add`, then `claude mcp list`. Raises Refused with the reason that the latter shows."""
        headers = [word for pair in target.headers.items() for word in ("--header", ": ".join(pair))]
        add = ["mcp", "add", "--scope", "user", "--transport", "http", "affino", target.url, *headers]
        (self.home / ".claude.json").unlink(missing_ok=True)
        self._run(add).check_returncode()
        line = next(line for line in self._run(["mcp", "list"]).stdout.splitlines() if line.startswith("affino:"))
        if FAILED in line:
            raise Refused(line.split(FAILED)[1])
        assert line.endswith(CONNECTED), line

    def _prompt(self, target: Target, origin: str) -> list[dict[str, Any]]:
        server = {"type": "http", "url": target.url, "headers": dict(target.headers)}
        config = json.dumps({"mcpServers": {"affino": server}})
        only_ours = ["--mcp-config", config, "--strict-mcp-config", "--tools", "", "--allowedTools", "mcp__affino"]
        spoken = ["--output-format", "stream-json", "--verbose"]
        done = self._run(["-p", "Please do it.", *only_ours, *spoken], _model_at(origin))
        done.check_returncode()
        return [json.loads(line) for line in done.stdout.splitlines()]

    def _run(self, words: list[str], extra: Mapping[str, str] | None = None) -> "subprocess.CompletedProcess[str]":
        return run([str(self.programs.claude), *words], self.home, extra)


def _model_at(origin: str) -> dict[str, str]:
    quiet = {"CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1", "ENABLE_TOOL_SEARCH": "false"}
    return {"ANTHROPIC_BASE_URL": origin, "ANTHROPIC_API_KEY": "placeholder", **quiet}


def _of_our_server(step: Step) -> Step:
    def named(results: Results) -> tuple[str, dict[str, Any]]:
        tool, arguments = step(results)
        return PREFIX + tool, arguments

    return named


def _result(event: Mapping[str, Any]) -> dict[str, Any]:
    block = event["message"]["content"][0]
    assert block["type"] == "tool_result", event
    if block.get("is_error"):
        text = str(block["content"])
        raise (Refused if TRANSPORT in text else ToolFailed)(text)
    content: dict[str, Any] = event["tool_use_result"]["structuredContent"]
    return content
