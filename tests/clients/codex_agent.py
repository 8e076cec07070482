"""Codex, driven through `codex app-server` (JSON-RPC over stdio): no login and no model are needed."""

import json
import queue
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from tests.clients.agent import Refused, Target, ToolFailed
from tests.clients.installed import NodeClients
from tests.clients.sandbox import environment

# Codex waits for over a minute on an answer that it cannot match to its request: far beyond this limit.
HANG_LIMIT = 30
CONFIG = """
[mcp_servers.affino]
url = {url}
bearer_token_env_var = "AFFINO_TOKEN"
env_http_headers = {{ "X-API-Key" = "AFFINO_KEY", "X-API-Secret" = "AFFINO_SECRET" }}
"""


@dataclass
class AppServer:
    """One running `codex app-server`; `thread` is set by `start_thread`."""

    stdin: IO[str]
    lines: "queue.Queue[str]"
    thread: str = ""
    sent: int = field(default=0)

    def ask(self, method: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """Sends one request and waits for its result. Raises Refused; TimeoutError when Codex hangs."""
        self.sent += 1
        self.tell({"id": self.sent, "method": method, "params": dict(params)})
        while True:
            message = self._next(method)
            if message.get("id") == self.sent and "method" not in message:
                return _result(message)

    def tell(self, message: Mapping[str, Any]) -> None:
        """Sends one message without waiting."""
        self.stdin.write(json.dumps(message) + "\n")
        self.stdin.flush()

    def start_thread(self, folder: Path) -> None:
        """Opens the conversation in which tools are called, which connects to the service."""
        self.thread = self.ask("thread/start", {"cwd": str(folder)})["thread"]["id"]

    def call(self, tool: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Calls one tool of the service in the open thread. Raises Refused; of a 401 Codex keeps the challenge only."""
        where = {"threadId": self.thread, "server": "affino", "tool": tool}
        result = self.ask("mcpServer/tool/call", {**where, "arguments": dict(arguments)})
        challenge = (result.get("_meta") or {}).get("mcp/www_authenticate")
        if challenge:
            raise Refused(" ".join(challenge))
        if result["isError"]:
            raise ToolFailed(result["content"][0]["text"])
        content: dict[str, Any] = result["structuredContent"]
        return content

    def _next(self, method: str) -> dict[str, Any]:
        try:
            line = self.lines.get(timeout=HANG_LIMIT)
        except queue.Empty:
            raise TimeoutError(f"Codex did not answer {method} within {HANG_LIMIT} s.") from None
        assert line, f"Codex ended before it answered {method}."
        message: dict[str, Any] = json.loads(line)
        return message


@dataclass(frozen=True)
class CodexAgent:
    """Codex with the three headers in its configuration, each read from the environment."""

    programs: NodeClients
    home: Path
    client: str = "codex-mcp-client"
    revision: str = "2025-06-18"

    @property
    def own_words(self) -> Mapping[int, str]:
        """Codex shows the same text for every 401 that carries a challenge."""
        return {401: "Auth required"}

    def tools(self, target: Target) -> set[str]:
        """Asks Codex for the state of its MCP servers; gives the tool names."""
        with self.app_server(target) as server:
            state = server.ask("mcpServerStatus/list", {})["data"][0]
        if state.get("toolsError"):
            raise Refused(state["toolsError"])
        return set(state["tools"])

    def call(self, target: Target, tool: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Opens a thread and calls one tool in it."""
        with self.app_server(target) as server:
            server.start_thread(self.home)
            return server.call(tool, arguments)

    @contextmanager
    def app_server(self, target: Target) -> Iterator[AppServer]:
        """Runs an initialised app-server during the body."""
        process = self._start(target)
        assert process.stdin
        assert process.stdout
        lines: queue.Queue[str] = queue.Queue()
        reader = threading.Thread(target=_read, args=(process.stdout, lines), daemon=True)
        reader.start()
        try:
            server = AppServer(process.stdin, lines)
            server.ask("initialize", {"clientInfo": {"name": "affino-tests", "version": "1"}})
            server.tell({"method": "initialized"})
            yield server
        finally:
            process.kill()
            process.wait()
            reader.join()
            process.stdin.close()
            process.stdout.close()

    def _start(self, target: Target) -> "subprocess.Popen[str]":
        settings = self.home / ".codex"
        settings.mkdir(exist_ok=True)
        (settings / "config.toml").write_text(CONFIG.format(url=json.dumps(target.url)))
        secrets = {"AFFINO_KEY": target.headers["X-API-Key"], "AFFINO_SECRET": target.headers["X-API-Secret"]}
        return subprocess.Popen(
            [self.programs.codex, "app-server"],
            cwd=self.home,
            env=environment(self.home, {**secrets, "AFFINO_TOKEN": target.token}),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )


def _read(stdout: IO[str], lines: "queue.Queue[str]") -> None:
    for line in stdout:
        lines.put(line)
    lines.put("")


def _result(message: Mapping[str, Any]) -> dict[str, Any]:
    if "error" in message:
        raise Refused(message["error"]["message"])
    result: dict[str, Any] = message["result"]
    return result
