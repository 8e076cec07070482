"""Holds the parts of a ZIP archive against its directory: each local header, what follows the data, and nothing between.

A program that reads an archive from its beginning goes by these, one that reads it from its end goes by the directory.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from itertools import pairwise
from typing import Final, NamedTuple

from affino_mcp.instance.builtin.media.archive_names import read_extra_fields
from affino_mcp.instance.builtin.media.file_archives import (
    DEFLATED,
    FLAG_UTF8,
    FLAGS_UNREADABLE,
    IN_ZIP64,
    STORED,
    ArchiveDirectory,
    ArchiveEntry,
)
from affino_mcp.instance.builtin.media.file_content import FileContent
from affino_mcp.instance.builtin.media.forward_scan import ForwardScan
from affino_mcp.tool_errors import UnsupportedMedia

_HEADER: Final = struct.Struct("<4s5H3I2H")
_DESCRIBED_BEHIND: Final = 1 << 3
_FLAGS_COMPARED: Final = FLAGS_UNREADABLE | _DESCRIBED_BEHIND | FLAG_UTF8
"""The flags that change how data or names are read; others say how hard the program tried to compress."""

_ZIP64_FIELD: Final = 1
_MAX_DESCRIPTOR_BYTES: Final = 24
_PEEKED_BYTES: Final = 1024
"""Packed bytes of a part that are looked at; the tables before the first byte of deflated data have at most 300 or so."""


class ArchivePart(NamedTuple):
    """An entry with the place of its packed data, and the first of them."""

    entry: ArchiveEntry
    place: int
    beginning: bytes


def read_parts(content: FileContent, directory: ArchiveDirectory) -> Iterator[ArchivePart]:
    """Goes through the parts of an archive in their order, once; at most four looks at each.

    Raises UnsupportedMedia when a part is not as the directory says, overlaps another, or belongs to none.
    """
    scan, ordered = ForwardScan(content), sorted(directory.entries, key=lambda entry: entry.offset)
    borders = [*(entry.offset for entry in ordered), directory.start]
    if borders[0] != 0:
        raise _differs_error()
    for entry, (start, end) in zip(ordered, pairwise(borders), strict=True):
        yield _read_part(scan, entry, start, end)


def _read_part(scan: ForwardScan, entry: ArchiveEntry, start: int, end: int) -> ArchivePart:
    header = scan.look_at(start, _HEADER.size)
    if len(header) < _HEADER.size:
        raise _differs_error()
    mark, _, flags, method, _, _, checksum, packed, unpacked, name, extra = _HEADER.unpack(header)
    texts = scan.look_at(start + _HEADER.size, name + extra)
    place = start + _HEADER.size + name + extra
    same = mark == b"PK\x03\x04" and method == entry.method and (flags ^ entry.flags) & _FLAGS_COMPARED == 0
    if not same or texts[:name] != entry.raw_name or place + entry.packed > end:
        raise _differs_error()
    beginning = scan.look_at(place, min(entry.packed, _PEEKED_BYTES))
    said = (checksum, *_local_sizes(packed, unpacked, texts[name:]))
    behind = scan.look_at(place + entry.packed, min(end - place - entry.packed, _MAX_DESCRIPTOR_BYTES + 1))
    _require_same_sizes(entry, said, behind)
    return ArchivePart(entry, place, beginning)


def _local_sizes(packed: int, unpacked: int, extra: bytes) -> tuple[int, int]:
    """Packed and unpacked size of a local header; a program that did not know them beforehand left room for large ones."""
    if IN_ZIP64 in (packed, unpacked):
        field = next((data for kind, data in read_extra_fields(extra) if kind == _ZIP64_FIELD), b"")
        if (packed, unpacked) != (IN_ZIP64, IN_ZIP64) or len(field) < 16:
            raise _differs_error()
        unpacked, packed = struct.unpack_from("<QQ", field)
    return packed, unpacked


def _require_same_sizes(entry: ArchiveEntry, said: tuple[int, int, int], behind: bytes) -> None:
    """Raises UnsupportedMedia unless header, and descriptor where there is one, say what the directory says."""
    true = (entry.checksum, entry.packed, entry.unpacked)
    described = entry.flags & _DESCRIBED_BEHIND and behind in _descriptors(*true)
    if (behind and not described) or said not in ((true, (0, 0, 0)) if described else (true,)):
        raise _differs_error()


def _descriptors(*true: int) -> tuple[bytes, ...]:
    """The forms of a data descriptor (APPNOTE 4.3.9): with or without signature, with sizes of four or eight bytes."""
    bodies = (struct.pack("<III", *true), struct.pack("<IQQ", *true))
    return (*bodies, *(b"PK\x07\x08" + body for body in bodies))


def _differs_error() -> UnsupportedMedia:
    return UnsupportedMedia("The archive is not as its directory says: other programs would find other files in it.")


def unpack_beginning(part: ArchivePart, length: int) -> bytes:
    """The first bytes of a part, unpacked: all of a shorter one. Raises UnsupportedMedia when they cannot be read."""
    found = _unpack(part.entry, part.beginning, length)[:length]
    if len(found) < min(length, part.entry.unpacked):
        raise _unreadable_error()
    return found


def unpack_part(content: FileContent, part: ArchivePart, limit: int) -> bytes:
    """A whole part, unpacked. Raises UnsupportedMedia when it has more than `limit` bytes, or is not as declared."""
    entry = part.entry
    if entry.unpacked > limit:
        raise UnsupportedMedia(f"{entry.name} in the document is too large to be checked.")
    found = _unpack(entry, content.read_bytes(part.place, entry.packed), limit + 1)
    if len(found) != entry.unpacked or zlib.crc32(found) != entry.checksum:
        raise _unreadable_error()
    return found


def _unpack(entry: ArchiveEntry, packed: bytes, limit: int) -> bytes:
    if entry.method == STORED:
        return packed
    if entry.method != DEFLATED:
        raise _unreadable_error()
    try:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, limit)
    except zlib.error:
        raise _unreadable_error() from None


def _unreadable_error() -> UnsupportedMedia:
    return UnsupportedMedia("A part of the document cannot be unpacked, so it cannot be checked.")
