"""A read of many rows asks for each row once, in parts that one batch read may hold; a recorded read counts each part."""

import pytest

from affino_mcp.store.ops import MAX_BATCH_KEYS, Key, split_batches
from affino_mcp.store.testing.memory_database import MemoryDatabase
from affino_mcp.store.testing.recording import RecordingDatabase


@pytest.mark.parametrize(("number", "sizes"), [(0, []), (1, [1]), (100, [100]), (101, [100, 1]), (250, [100, 100, 50])])
def test_keys_in_parts(number: int, sizes: list[int]) -> None:
    keys = [Key("p", str(n)) for n in range(number)]
    parts = split_batches([*keys, *keys])
    assert [len(part) for part in parts] == sizes
    assert [key for part in parts for key in part] == keys


def test_every_part_is_counted_as_a_read() -> None:
    database = RecordingDatabase(MemoryDatabase())
    database.get_many("t", [Key("p", str(n)) for n in range(MAX_BATCH_KEYS + 1)])
    assert database.calls == [("get_many", "t")] * 2
