"""Reads the directories of ZIP archives, and refuses those that lie: what two programs would read differently.

The format is PKWARE's APPNOTE. Nothing is unpacked: sizes, checksums and names are compared.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final, NamedTuple

from affino_mcp.instance.builtin.media.archive_names import read_entry_name
from affino_mcp.instance.builtin.media.file_content import FileContent
from affino_mcp.tool_errors import UnsupportedMedia

MAX_ARCHIVE_ENTRIES: Final = 5_000
MAX_DIRECTORY_BYTES: Final = 1024 * 1024
MAX_UNPACKED_BYTES: Final = 1024**3
MAX_UNPACK_RATIO: Final = 200
"""Maximum ratio of unpacked to packed size of an archive: text compresses 10 to 20 times, a ZIP bomb thousands of times."""

MAX_ENTRY_RATIO: Final = 1_032
"""Maximum ratio of one entry: deflate cannot reach more (zlib, "Maximum Compression Factor")."""

STORED: Final = 0
DEFLATED: Final = 8
FLAG_UTF8: Final = 1 << 11
FLAGS_UNREADABLE: Final = 1 | 1 << 5 | 1 << 6 | 1 << 13
"""The flags of an entry that is encrypted, in any way, or patched data."""

MAX_VERSION_NEEDED: Final = 63
"""The latest version of the format, 6.3."""

IN_ZIP64: Final = 0xFFFFFFFF
"""What stands for a size or a place that only a ZIP64 field holds (APPNOTE 4.4.8, 4.4.9, 4.4.16)."""

_END_RECORD: Final = struct.Struct("<4sHHHHIIH")
_ENTRY: Final = struct.Struct("<4s6H3I5H2I")


class ArchiveEntry(NamedTuple):
    """An entry of an archive as its directory has it; `offset` is the place of its local header, sizes are in bytes."""

    name: str
    raw_name: bytes
    flags: int
    method: int
    checksum: int
    packed: int
    unpacked: int
    offset: int


class ArchiveDirectory(NamedTuple):
    """The directory of an archive; `start` is its place in the file."""

    entries: tuple[ArchiveEntry, ...]
    start: int

    @property
    def names(self) -> frozenset[str]:
        """The names of all entries."""
        return frozenset(entry.name for entry in self.entries)


def read_zip_directory(content: FileContent) -> ArchiveDirectory:
    """Reads the directory of a ZIP archive.

    Raises UnsupportedMedia when it is broken, encrypted, contradicts itself, or is a ZIP bomb.
    """
    start, size, count = _read_end_record(content)
    if count > MAX_ARCHIVE_ENTRIES or size > MAX_DIRECTORY_BYTES:
        raise UnsupportedMedia("The archive has too many entries.")
    found = ArchiveDirectory(tuple(_read_entries(content.read_bytes(start, size), count)), start)
    if len(found.names) < count:
        raise UnsupportedMedia("The archive has two entries of one name.")
    if sum(entry.unpacked for entry in found.entries) > min(MAX_UNPACKED_BYTES, MAX_UNPACK_RATIO * content.size):
        raise UnsupportedMedia("The archive is too large when unpacked.")
    for entry in found.entries:
        _require_likely_sizes(entry)
    return found


def _read_end_record(content: FileContent) -> tuple[int, int, int]:
    """The start, size and number of entries of the directory, from the record at the archive's end."""
    offset = max(0, content.size - _END_RECORD.size - 0xFFFF)
    tail = content.read_bytes(offset, content.size - offset)
    place = tail.rfind(b"PK\x05\x06")
    if place < 0 or len(tail) < place + _END_RECORD.size:
        raise UnsupportedMedia("The archive is not complete.")
    _, disk, first, here, count, size, start, comment = _END_RECORD.unpack_from(tail, place)
    whole = offset + place + _END_RECORD.size + comment == content.size and start + size == offset + place
    if not whole or disk or first or here != count:
        raise UnsupportedMedia("The archive is not a plain ZIP file.")
    return start, size, count


def _read_entries(directory: bytes, count: int) -> Iterator[ArchiveEntry]:
    place = 0
    for _ in range(count):
        if len(directory) < place + _ENTRY.size or directory[place : place + 4] != b"PK\x01\x02":
            raise UnsupportedMedia("The archive's directory is broken.")
        entry = _ENTRY.unpack_from(directory, place)
        behind = place + _ENTRY.size + sum(entry[10:13])
        yield _to_entry(entry, directory[place + _ENTRY.size : behind])
        place = behind
    if place != len(directory):
        raise UnsupportedMedia("The archive's directory has more entries than it says.")


def _to_entry(entry: tuple[int, ...], texts: bytes) -> ArchiveEntry:
    _, _, needed, flags, method, _, _, checksum, packed, unpacked, name, extra, _, disk, _, _, offset = entry
    if flags & FLAGS_UNREADABLE:
        raise UnsupportedMedia("The archive is encrypted, so it cannot be checked.")
    if disk or needed & 0xFF > MAX_VERSION_NEEDED or IN_ZIP64 in (packed, unpacked, offset):
        raise UnsupportedMedia("The archive is not a plain ZIP file.")
    raw = texts[:name]
    text = read_entry_name(raw, texts[name : name + extra], utf8=bool(flags & FLAG_UTF8))
    return ArchiveEntry(text, raw, flags, method, checksum, packed, unpacked, offset)


def _require_likely_sizes(entry: ArchiveEntry) -> None:
    """Raises UnsupportedMedia for sizes that no packing program gives: packing adds little, and cannot save everything."""
    grown = entry.packed > entry.unpacked + entry.unpacked // 1000 + 64
    shrunk = entry.packed * MAX_ENTRY_RATIO < entry.unpacked
    if grown or shrunk or (entry.method == STORED and entry.packed != entry.unpacked):
        raise UnsupportedMedia("The archive's directory gives sizes that cannot be true.")
