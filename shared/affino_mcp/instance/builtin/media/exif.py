"""Reads of EXIF what a picture needs, and what is private in it (CIPA DC-008, a TIFF 6.0 structure); writes the least of it."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

from affino_mcp.value_class import value_class

_ORIENTATION: Final = 0x0112
_PLACE: Final = 0x8825
"""The tag that points to the place where a picture was taken."""
_DETAILS: Final = 0x8769
_NAMES: Final = frozenset((0x013B, 0x8298, 0x9C9D, 0xA430, 0xA431, 0xA435, 0xC62F))
"""Artist, copyright, author; the owner's name, and the serial numbers of body and lens."""
_MAX_TAGS: Final = 500
_SHORT: Final = 3
UPRIGHT: Final = 1
_TURNED: Final = frozenset(range(5, 9))
"""Orientations in which a viewer shows a picture's width as its height."""


@value_class
class Exif:
    """How a viewer turns the picture, whether its place is named, and whether names or serial numbers are."""

    orientation: int = UPRIGHT
    has_place: bool = False
    has_names: bool = False


def read_exif(tiff: bytes) -> Exif:
    """Reads a block of EXIF; what is broken in it counts as not there."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2], "")
    if not order or len(tiff) < 8:
        return Exif()
    tags = dict(_read_tags(tiff, order, struct.unpack_from(f"{order}I", tiff, 4)[0]))
    details = dict(_read_tags(tiff, order, tags[_DETAILS])) if _DETAILS in tags else {}
    turned = tags.get(_ORIENTATION, UPRIGHT)
    orientation = turned if UPRIGHT <= turned <= max(_TURNED) else UPRIGHT
    return Exif(orientation, _PLACE in tags, bool(_NAMES & (tags.keys() | details.keys())))


def _read_tags(tiff: bytes, order: str, place: int) -> Iterator[tuple[int, int]]:
    """The tags of one directory with their values; offsets are given for values that do not fit into four bytes."""
    if place + 2 > len(tiff):
        return
    for number in range(min(struct.unpack_from(f"{order}H", tiff, place)[0], _MAX_TAGS)):
        start = place + 2 + 12 * number
        if start + 12 > len(tiff):
            return
        tag, kind = struct.unpack_from(f"{order}HH", tiff, start)
        yield tag, struct.unpack_from(f"{order}{'H' if kind == _SHORT else 'I'}", tiff, start + 8)[0]


def write_exif(orientation: int) -> bytes:
    """A block of EXIF that says how to turn the picture, and nothing else; empty for an upright one."""
    if orientation == UPRIGHT:
        return b""
    return b"MM\0*\0\0\0\x08" + struct.pack(">HHHIHHI", 1, _ORIENTATION, _SHORT, 1, orientation, 0, 0)


def shown_size(size: tuple[int, int], orientation: int) -> tuple[int, int]:
    """Width and height as a viewer shows them."""
    return size[::-1] if orientation in _TURNED else size
