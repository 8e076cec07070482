"""The MCP Inspector's command line, speaking the 2025 or the 2026 revision."""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from tests.clients.agent import Refused, Target, ToolFailed
from tests.clients.installed import NodeClients
from tests.clients.sandbox import run

Era = Literal["legacy", "modern"]
REVISIONS: dict[Era, str] = {"legacy": "2025-11-25", "modern": "2026-07-28"}
TOOL_FAILED = 5  # the Inspector's exit code when the result is an error
# In the modern era a refusal ends the Inspector at discovery; it shows the status only.
MODERN_WORDS = {
    401: "the server requires authorization (HTTP 401)",
    403: "the server denied access (HTTP 403)",
}


@dataclass(frozen=True)
class InspectorAgent:
    """`mcp-inspector --cli`: headers as options (legacy) or in a session file (modern)."""

    programs: NodeClients
    home: Path
    era: Era

    @property
    def client(self) -> str:
        """The Inspector's own name, or that of its HTTP library."""
        return "inspector-cli" if self.era == "modern" else "undici"

    @property
    def revision(self) -> str:
        """The revision of the era."""
        return REVISIONS[self.era]

    @property
    def own_words(self) -> Mapping[int, str]:
        """The Inspector's texts for a refusal at discovery, in the modern era."""
        return MODERN_WORDS if self.era == "modern" else {}

    def tools(self, target: Target) -> set[str]:
        """Runs `--method tools/list`; gives the tool names. Raises Refused."""
        return {tool["name"] for tool in self._run(target, "tools/list")["tools"]}

    def call(self, target: Target, tool: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Runs `--method tools/call`; gives the structured result. Raises Refused, ToolFailed."""
        named = ["--tool-name", tool, "--tool-args-json", json.dumps(dict(arguments))]
        result = self._run(target, "tools/call", *named)
        if result["isError"]:
            raise ToolFailed(result["content"][0]["text"])
        content: dict[str, Any] = result["structuredContent"]
        return content

    def portability(self, target: Target) -> tuple[int, str]:
        """Checks the tools' schemas with `--strict`; gives the exit code (6: a client may fail on one) and the output."""
        done = self._cli(target, "tools/list", "--strict")
        return done.returncode, done.stderr

    def _run(self, target: Target, method: str, *options: str) -> dict[str, Any]:
        done = self._cli(target, method, *options)
        if done.returncode not in {0, TOOL_FAILED}:
            raise Refused(_error(done.stderr))
        result: dict[str, Any] = json.loads(done.stdout)["result"]
        return result

    def _cli(self, target: Target, method: str, *options: str) -> "subprocess.CompletedProcess[str]":
        command = [str(self.programs.node), str(self.programs.inspector), "--cli", *self._server(target)]
        asked = ["--stored-auth-only", "--method", method, *options, "--format", "json"]
        return run([*command, *asked], self.home, {"MCP_INSPECTOR_SECRET_STORE": "memory"})

    def _server(self, target: Target) -> list[str]:
        if self.era == "legacy":
            headers = [word for pair in target.headers.items() for word in ("--header", ": ".join(pair))]
            return [target.url, "--transport", "http", *headers]
        server = {"type": "streamable-http", "url": target.url, "headers": dict(target.headers)}
        session = self.home / "inspector.json"
        session.write_text(json.dumps({"mcpServers": {"affino": {**server, "protocolEra": "modern"}}}))
        return ["--config", str(session), "--server", "affino"]


def _error(stderr: str) -> str:
    for line in stderr.splitlines():
        if line.startswith('{"error"'):
            message: str = json.loads(line)["error"]["message"]
            return message
    raise AssertionError(f"The Inspector failed without its error line: {stderr[-2000:]}")
