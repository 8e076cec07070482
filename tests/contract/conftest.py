"""The real thing behind a port, as far as a machine without AWS can have it: MiniStack, started once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from affino_mcp.local import bucket
from affino_mcp.local.emulator import Emulator
from affino_mcp.local.stores import s3
from affino_mcp.settings import Settings


@pytest.fixture(scope="session")
def emulated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Settings that name a fresh emulator with an empty bucket."""
    emulator = Emulator(tmp_path_factory.mktemp("emulator"), Settings().region)
    try:
        emulator.wait()
        settings = Settings(aws_endpoint=emulator.endpoint)
        bucket.make(s3(settings), settings)
        yield settings
    finally:
        emulator.child.stop(10)
