"""The connection file: written, read back, and readable by its owner only."""

from __future__ import annotations

import stat
from pathlib import Path

from affino_mcp.local.connection import Connection, read_connection, store_settings, write_connection
from affino_mcp.settings import Settings

HERE = Connection(
    mcp_url="http://127.0.0.1:8642/mcp",
    login_url="http://127.0.0.1:8642/rest/demo/login",
    dbname="demo",
    profiles={"all": {"key": "K", "secret": "S"}},
    people={"sales": {"email": "s@demo.example", "password": "pässword", "user_code": 2}},
    headers={"Authorization": "Bearer x"},
    stores=store_settings(Settings(aws_endpoint="http://127.0.0.1:1")),
)


def test_a_connection_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "connection.json"
    write_connection(path, HERE)
    write_connection(path, HERE)
    assert read_connection(path) == HERE
    assert [file.name for file in path.parent.iterdir()] == ["connection.json"]


def test_only_the_owner_can_read_it(tmp_path: Path) -> None:
    path = tmp_path / "connection.json"
    path.write_text("{}")
    path.chmod(0o644)
    write_connection(path, HERE)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_settings_of_the_service() -> None:
    assert HERE.settings == Settings(aws_endpoint="http://127.0.0.1:1")
