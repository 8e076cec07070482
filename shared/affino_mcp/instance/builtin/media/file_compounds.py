"""Reads the names in the container of the older Office formats (OLE)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

from affino_mcp.instance.builtin.media.file_content import FileContent
from affino_mcp.tool_errors import UnsupportedMedia

COMPOUND_SIGNATURE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_SECTOR_LIMIT: Final = 0xFFFFFFFA
_MAX_SECTORS: Final = 512
_TABLE_SECTORS_IN_HEADER: Final = 109


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
