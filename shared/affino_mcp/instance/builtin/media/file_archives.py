"""Reads the directories of ZIP archives and of the older Office container; never unpacks them."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final, NamedTuple

from affino_mcp.instance.builtin.media.file_content import FileContent
from affino_mcp.tool_errors import UnsupportedMedia

MAX_ARCHIVE_ENTRIES: Final = 5_000
MAX_DIRECTORY_BYTES: Final = 1024 * 1024
MAX_UNPACKED_BYTES: Final = 1024**3
MAX_UNPACK_RATIO: Final = 200
"""Maximum ratio of unpacked to packed size: text compresses 10 to 20 times, a ZIP bomb thousands of times."""

_END_RECORD: Final = struct.Struct("<4sHHHHIIH")
_ENTRY: Final = struct.Struct("<4s6H3I5H2I")
_SECTOR_LIMIT: Final = 0xFFFFFFFA
_MAX_SECTORS: Final = 512
_TABLE_SECTORS_IN_HEADER: Final = 109


class ArchiveDirectory(NamedTuple):
    """The names in an archive, and the total size of its content when unpacked."""

    names: frozenset[str]
    unpacked: int


def read_zip_directory(content: FileContent) -> ArchiveDirectory:
    """Reads the directory of a ZIP archive. Raises UnsupportedMedia when it is broken, encrypted or a ZIP bomb."""
    start, size, count = _read_end_record(content)
    if count > MAX_ARCHIVE_ENTRIES or size > MAX_DIRECTORY_BYTES:
        raise UnsupportedMedia("The archive has too many entries.")
    entries = list(_read_entries(content.read_bytes(start, size), count))
    found = ArchiveDirectory(frozenset(name for name, _ in entries), sum(length for _, length in entries))
    if found.unpacked > min(MAX_UNPACKED_BYTES, MAX_UNPACK_RATIO * content.size):
        raise UnsupportedMedia("The archive is too large when unpacked.")
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


def _read_entries(directory: bytes, count: int) -> Iterator[tuple[str, int]]:
    place = 0
    for _ in range(count):
        if len(directory) < place + _ENTRY.size or directory[place : place + 4] != b"PK\x01\x02":
            raise UnsupportedMedia("The archive's directory is broken.")
        entry = _ENTRY.unpack_from(directory, place)
        flags, unpacked, name, extra, comment = entry[3], entry[9], entry[10], entry[11], entry[12]
        if flags & 1:
            raise UnsupportedMedia("The archive is encrypted, so it cannot be checked.")
        place += _ENTRY.size
        yield directory[place : place + name].decode("utf-8", "replace"), unpacked
        place += name + extra + comment


def read_compound_names(content: FileContent) -> frozenset[str]:
    """The names in the container of a DOC, XLS or PPT file. Raises UnsupportedMedia when it is broken."""
    header = content.read_bytes(0, 512)
    if len(header) < 512:
        raise UnsupportedMedia("The document is not complete.")
    shift, sector = struct.unpack_from("<H", header, 30)[0], struct.unpack_from("<I", header, 48)[0]
    if shift not in (9, 12):
        raise UnsupportedMedia("The document is broken.")
    names: set[str] = set()
    for _ in range(_MAX_SECTORS):
        if sector >= _SECTOR_LIMIT:
            return frozenset(names)
        names |= set(_read_names(content.read_bytes((sector + 1) << shift, 1 << shift)))
        sector = _next_sector(content, header, shift, sector)
    raise UnsupportedMedia("The document has too many parts.")


def _read_names(sector: bytes) -> Iterator[str]:
    for place in range(0, len(sector) - 127, 128):
        length = struct.unpack_from("<H", sector, place + 64)[0]
        yield sector[place : place + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")


def _next_sector(content: FileContent, header: bytes, shift: int, sector: int) -> int:
    table, place = divmod(sector, 1 << (shift - 2))
    at = _table_sector(content, header, shift, table)
    return _read_number(content, ((at + 1) << shift) + 4 * place)


def _table_sector(content: FileContent, header: bytes, shift: int, table: int) -> int:
    """The sector of a part of the allocation table: the header names 109 of them, a chain of sectors names the others."""
    if table < _TABLE_SECTORS_IN_HEADER:
        return int(struct.unpack_from("<I", header, 76 + 4 * table)[0])
    link = (1 << (shift - 2)) - 1
    hops, place = divmod(table - _TABLE_SECTORS_IN_HEADER, link)
    sector = struct.unpack_from("<I", header, 68)[0]
    for _ in range(min(hops, _MAX_SECTORS)):
        sector = _read_number(content, ((sector + 1) << shift) + 4 * link)
    return _read_number(content, ((sector + 1) << shift) + 4 * place)


def _read_number(content: FileContent, place: int) -> int:
    found = content.read_bytes(place, 4)
    return int(struct.unpack("<I", found)[0]) if len(found) == 4 else _SECTOR_LIMIT
