"""ZIP archives that another reader may read differently are refused; `zipfile` opens every one of them (decision 0021)."""

from __future__ import annotations

import io
import struct
import zipfile
from typing import Final

import pytest

from affino_mcp.instance.builtin.media.file_archives import MAX_ARCHIVE_ENTRIES, read_zip_directory
from affino_mcp.instance.builtin.media.file_content import InlineContent
from affino_mcp.tool_errors import UnsupportedMedia

NAMES: Final = ["word/document.xml", "notes.txt"]


def archive(names: list[str]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as writer:
        for name in names:
            writer.writestr(name, "content")
    return made.getvalue()


PLAIN: Final = archive(NAMES)
END: Final = len(PLAIN) - 22


def patched(place: int, number: int) -> bytes:
    data = bytearray(PLAIN)
    struct.pack_into("<H", data, place, number)
    return bytes(data)


UNCLEAR: Final = {
    "bytes before it": PLAIN[:30] + PLAIN,
    "bytes after it": PLAIN + b"more",
    "of two disks": patched(END + 4, 1),
    "more entries than it has": patched(END + 10, 9),
    "fewer entries than on this disk": patched(END + 10, 1),
    "a longer comment than it has": patched(END + 20, 7),
    "encrypted": patched(PLAIN.index(b"PK\x01\x02") + 8, 1),
}


def test_a_plain_archive_is_read() -> None:
    assert read_zip_directory(InlineContent(PLAIN)).names == frozenset(NAMES)


@pytest.mark.parametrize("data", UNCLEAR.values(), ids=UNCLEAR)
def test_an_unclear_archive_is_refused_that_zipfile_opens(data: bytes) -> None:
    with pytest.raises(UnsupportedMedia):
        read_zip_directory(InlineContent(data))
    assert zipfile.ZipFile(io.BytesIO(data)).namelist() == NAMES


def test_too_many_entries_are_refused_before_they_are_read() -> None:
    data = archive([str(number) for number in range(MAX_ARCHIVE_ENTRIES + 1)])
    with pytest.raises(UnsupportedMedia, match="too many entries"):
        read_zip_directory(InlineContent(data))
