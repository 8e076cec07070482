"""A state folder of layout 1: the service starts on it, says what to do, and after a reindex finds every record."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from affino_mcp.instance.builtin.engine.index import LAYOUT
from affino_mcp.local.emulator import EMULATOR_STOP_SECONDS, Emulator
from affino_mcp.local.network import reserved_port
from affino_mcp.local.places import EMULATOR_PROGRAM, TEMPLATE_FILE
from affino_mcp.local.stores import open_dynamodb, open_emulator_stores
from affino_mcp.local.tables import make_tables, read_tables
from affino_mcp.settings import Settings
from affino_mcp.store.ops import Put
from tests.former_layout import former_log, former_table, put_former_rows, record_refs

COMMAND = Path(sys.executable).with_name("affino-mcp")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.emulator,
    pytest.mark.skipif(not EMULATOR_PROGRAM.exists(), reason="MiniStack is not installed: 'make test' installs it"),
]


def run(folder: Path, *words: str) -> tuple[str, str]:
    done = subprocess.run([COMMAND, *words], cwd=folder, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, (words, done.stdout, done.stderr)
    return done.stdout, done.stderr


def write_former_state(state: Path) -> None:
    """Writes a state folder as a service of layout 1 left it: its tables, records and log."""
    emulator = Emulator(state, Settings().region)
    try:
        emulator.wait_until_ready()
        settings = Settings(aws_endpoint=emulator.endpoint)
        names = {settings.audit_table, settings.records_table}
        former = [former_table(table) for table in read_tables(TEMPLATE_FILE, settings) if table.name in names]
        make_tables(open_dynamodb(settings), former)
        database = open_emulator_stores(settings).database
        put_former_rows(database, settings)
        for row in former_log():
            database.put(Put(settings.audit_table, row))
    finally:
        emulator.child.stop(EMULATOR_STOP_SECONDS)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    state = tmp_path / ".local/state"
    state.mkdir(parents=True)
    write_former_state(state)
    yield tmp_path
    run(tmp_path, "local", "down")


@pytest.mark.timeout(600)
def test_a_former_state_is_brought_over(folder: Path) -> None:
    with reserved_port() as port:
        _, said = run(folder, "local", "up", "--port", str(port))
    assert "affino-mcp reindex" in said
    done: dict[str, Any] = json.loads(run(folder, "reindex", "--json")[0])
    assert done["layout"] == {"before": 1, "now": LAYOUT}
    assert done["records"] >= len(record_refs())
    again: dict[str, Any] = json.loads(run(folder, "reindex", "--json")[0])
    assert again["outcome"] == "nothing_to_do"
    log, _ = run(folder, "log", "--limit", "500", "--since", "399d")
    assert "create_account" in log
