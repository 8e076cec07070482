from __future__ import annotations

from collections.abc import Iterator

import pytest

from affino_mcp import observability
from tests.unit.mcp_edge.edge import Edge


@pytest.fixture
def edge() -> Iterator[Edge]:
    made = Edge("https://hub.example.org")
    yield made
    made.close()


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What went to CloudWatch, as Powertools formats it."""
    written: list[str] = []
    handler = observability.process_logger().registered_handler
    monkeypatch.setattr(handler, "emit", lambda record: written.append(handler.format(record)))
    return written
