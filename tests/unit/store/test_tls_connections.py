"""Stores over TLS on loopback: the system's authorities vouch for them, and are read once for all connections of a process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from affino_mcp.store.connections import ConnectionPool, NotConnected, trusted_tls
from tests.unit.http.test_trusted_authorities import OURS, THEIRS, Shop


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path)
    yield made
    made.listener.close()


def trust(vouching: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes these the system's authorities, for what reads them from now on."""
    (folder / "system.pem").write_text(vouching)
    monkeypatch.setenv("SSL_CERT_FILE", str(folder / "system.pem"))
    trusted_tls.cache_clear()


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """No other test trusts the authorities of one of these."""
    yield
    trusted_tls.cache_clear()


def post(store: Shop) -> bytes:
    """The body of the answer to a request on a connection of its own."""
    pool = ConnectionPool(f"https://localhost:{store.port}")
    return pool.post(b"{}", {"Host": pool.host}, 5).body


def test_stores_of_one_process_share_what_was_read_once(
    store: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trust(OURS.pem, tmp_path, monkeypatch)
    assert post(store) == b"{}"
    (tmp_path / "system.pem").unlink()
    assert post(store) == b"{}"
    assert len(store.heard) == 2


def test_a_store_that_nobody_vouches_for_is_told_nothing(
    store: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trust(THEIRS.pem, tmp_path, monkeypatch)
    with pytest.raises(NotConnected):
        post(store)
    assert store.heard == []
