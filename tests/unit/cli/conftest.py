"""Fixtures: the command line on a service in memory."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from typer.testing import CliRunner

from affino_mcp import observability
from affino_mcp.cli.app import app
from affino_mcp.cli.service import Service
from affino_mcp.local.connection import Connection, store_settings
from tests.unit.cli import public
from tests.world import BUILTIN, World

PASSWORD = "correct horse"
JANE = ["--name", "Jane Doe", "--email", "jane@orbital.example", "--password", PASSWORD]


@dataclass
class Terminal:
    """Runs `affino-mcp` with arguments, on one service."""

    world: World
    service: Service

    def run(self, *words: str, code: int = 0, **more: Any) -> tuple[str, str]:
        """Runs a command, whose exit code must be `code`; gives its standard output and standard error."""
        done = CliRunner().invoke(app, list(words), obj=self.service, **more)
        assert done.exit_code == code, (done.stdout, done.stderr, done.exception)
        return done.stdout, done.stderr

    def run_json(self, *words: str) -> Any:
        """Runs a command with --json; gives its answer."""
        return json.loads(self.run(*words, "--json")[0])

    def run_any(self, *words: str) -> Any:
        """Runs a command with --json, whatever its exit code; gives its answer."""
        return json.loads(CliRunner().invoke(app, [*words, "--json"], obj=self.service).stdout)

    def run_refused(self, *words: str) -> dict[str, Any]:
        """Runs a command with --json that is refused; gives its error, whose text must also be on standard error."""
        out, err = self.run(*words, "--json", code=1)
        error: dict[str, Any] = json.loads(out)["error"]
        assert f"affino-mcp: {error['message']}" in err
        return error


def make_terminal(kind: str = BUILTIN) -> Terminal:
    """A terminal on an empty service in memory; `kind` is where its records are (World)."""
    world = World(kind=kind)
    urls = ("http://127.0.0.1:1/mcp", "http://127.0.0.1:1/rest/demo/login")
    connection = Connection(*urls, "demo", stores=store_settings(world.settings))
    return Terminal(world, Service(connection, world.stores, world.clock))


@pytest.fixture
def terminal() -> Terminal:
    return make_terminal()


@pytest.fixture
def quiet() -> Iterator[None]:
    """Keeps the service's log lines off the terminal, as for a service on another machine."""
    logger = observability.process_logger()
    before = logger.log_level
    logger.setLevel("CRITICAL")
    yield
    logger.setLevel(before)


@pytest.fixture
def served(quiet: None) -> Terminal:
    """A terminal on a service whose public endpoints answer, with a profile Newsroom and an editor, Jane."""
    world = World()
    urls = (f"{public.BASE}/mcp", f"{public.BASE}/rest/demo/login")
    connection = Connection(*urls, "demo", stores=store_settings(world.settings))
    terminal = Terminal(world, Service(connection, world.stores, world.clock, public.make_client_opener(world)))
    terminal.service.index_upkeep.note_first_layout()
    terminal.run_json("profile", "create", "--name", "Newsroom", "--family", "articles=read,write")
    terminal.run_json("person", "create", *JANE, "--group", "Editors")
    return terminal
