"""The names that an entry of an archive may have: none that unpacks outside its folder, or reads as another."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from typing import Final

from affino_mcp.tool_errors import UnsupportedMedia

MAX_NAME_BYTES: Final = 255
"""Maximum length of a name in an archive: most file systems take no longer one."""

_UNSEEN: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""Control characters, separators of lines, and characters that turn the reading direction."""

_DRIVE: Final = re.compile(r"[A-Za-z]:")
_FIELD_HEAD: Final = struct.Struct("<2H")
_UNICODE_PATH: Final = 0x7075


def read_entry_name(raw: bytes, extra: bytes, *, utf8: bool) -> str:
    """The name of an entry, from its bytes and its extra fields (APPNOTE 4.4.17, 4.6.9).

    Without the flag for UTF-8 it is what the extra field "Unicode Path" says, UTF-8 if it can be, or code page 437. Raises
    UnsupportedMedia for a name that is not allowed, and for an extra field that gives a plain name another meaning.
    """
    _require_short(raw)
    try:
        name = raw.decode()
    except UnicodeDecodeError:
        if utf8:
            raise UnsupportedMedia("A name in the archive is no text.") from None
        name = raw.decode("cp437")
    _require_plain(name)
    for other in _unicode_paths(raw, extra):
        _require_short(other.encode())
        _require_plain(other)
        if name.isascii() and other != name:
            raise UnsupportedMedia("An entry of the archive has two names.")
        name = other
    return name


def _require_short(raw: bytes) -> None:
    if len(raw) > MAX_NAME_BYTES:
        raise UnsupportedMedia(f"A name in the archive is longer than {MAX_NAME_BYTES} bytes.")


def _require_plain(name: str) -> None:
    if _UNSEEN.search(name):
        raise UnsupportedMedia("A name in the archive has control characters, or some that turn the reading direction.")
    outside = name.startswith("/") or _DRIVE.match(name) or "\\" in name or ".." in name.split("/")
    if outside or not name:
        raise UnsupportedMedia("A name in the archive is a path outside it: absolute, with .., a backslash or a drive.")


def _unicode_paths(raw: bytes, extra: bytes) -> Iterator[str]:
    """The names in the extra fields "Unicode Path" that are valid: made for this very name."""
    made_for = b"\x01" + zlib.crc32(raw).to_bytes(4, "little")
    for kind, data in read_extra_fields(extra):
        if kind == _UNICODE_PATH and data.startswith(made_for):
            yield data.removeprefix(made_for).decode("utf-8", "replace")


def read_extra_fields(extra: bytes) -> Iterator[tuple[int, bytes]]:
    """The extra fields of an entry, each with its kind (APPNOTE 4.5)."""
    place = 0
    while place + _FIELD_HEAD.size <= len(extra):
        kind, length = _FIELD_HEAD.unpack_from(extra, place)
        place += _FIELD_HEAD.size
        yield kind, extra[place : place + length]
        place += length
