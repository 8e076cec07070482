"""Takes private metadata out of pictures before they are stored: what is stored is checked, and what is checked is served."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from affino_mcp.instance.builtin.media.exif import UPRIGHT
from affino_mcp.instance.builtin.media.file_content import FileContent, InlineContent
from affino_mcp.instance.builtin.media.media_sources import FileSource, nothing_uploaded_error
from affino_mcp.instance.builtin.media.photo_metadata import Cut, PhotoMetadata, find_metadata
from affino_mcp.tool_errors import FileTooLarge
from affino_mcp.value_class import value_class

MAX_CLEANED_BYTES: Final = 50_000_000
"""The size of the largest picture that metadata is taken out of: it is held in memory for that."""


@value_class
class CleanSource:
    """A file as it is to be stored; `removed` says in words what was taken out, `orientation` how a viewer turns it."""

    source: FileSource
    removed: tuple[str, ...] = ()
    orientation: int = UPRIGHT


def clean_source(source: FileSource) -> CleanSource:
    """Takes the metadata out of a picture; a file without any stays the same.

    Raises FileTooLarge for a picture with metadata above MAX_CLEANED_BYTES, and InvalidState when the upload has changed.
    """
    found = find_metadata(source.content)
    source = source.reopened()
    if not found.cuts:
        return CleanSource(source, orientation=found.orientation)
    _require_size(source, found)
    data = _apply_cuts(_read_whole(source), found.cuts)
    cleaned = replace(source, content=InlineContent(data), sha256=hashlib.sha256(data).hexdigest())
    return CleanSource(cleaned, tuple(found.kinds), found.orientation)


def _require_size(source: FileSource, found: PhotoMetadata) -> None:
    if source.content.size > MAX_CLEANED_BYTES:
        text = (
            f"The picture holds {', '.join(found.kinds)}, which can be taken out of at most {MAX_CLEANED_BYTES:,} bytes."
            " Save it without that, or smaller."
        )
        raise FileTooLarge(text, argument=source.argument)


def _read_whole(source: FileSource) -> bytes:
    content = source.content
    data = content.data if isinstance(content, InlineContent) else b"".join(_pieces(content))
    if hashlib.sha256(data).hexdigest() != source.sha256:
        raise nothing_uploaded_error()
    return data


def _pieces(content: FileContent) -> Iterator[bytes]:
    place = 0
    while piece := content.read_piece(place):
        yield piece
        place += len(piece)


def _apply_cuts(data: bytes, cuts: Sequence[Cut]) -> bytes:
    view, parts, place = memoryview(data), list[bytes | memoryview](), 0
    for cut in sorted(cuts, key=lambda cut: cut.start):
        parts += [view[place : cut.start], cut.instead]
        place = cut.end
    return b"".join([*parts, view[place:]])
