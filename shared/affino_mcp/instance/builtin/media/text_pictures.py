"""Pictures in the texts of articles and steps: what each shows now, for a call that reads the text.

A text names the media item alone (`media:7`). A picture that is gone, hidden from the person or without a picture file has no
address, and a warning says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, Final

from affino_mcp.catalogue.families.articles import IMAGES
from affino_mcp.catalogue.families.file_fields import MIME_TYPE
from affino_mcp.catalogue.families.media_files import FILE_ROLE, MEDIA_FILE
from affino_mcp.catalogue.families.media_items import MEDIA_ITEM
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.instance.builtin.engine.document import Document
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.engine.response_budget import ResponseBudget
from affino_mcp.instance.builtin.media import file_formats, media_access, media_view
from affino_mcp.instance.builtin.media.media_access import OpenMediaItem
from affino_mcp.instance.port import Call
from affino_mcp.tool_errors import NotFound

MAX_RESOLVED: Final = 20
"""How many pictures one answer gives an address for."""
_LEFT_OUT: Final = "BodyLength"
_SHOWN: Final = ("Title", "AltText")
Row = dict[str, Any]


def show_pictures(records: Records, call: Call, body: Row) -> None:
    """Adds to the pictures of the texts in an answer what they show: title, and the address of the picture, once each."""
    rows: dict[int, Row] = {}
    for row in _find_rows(body):
        rows.setdefault(row[MEDIA_ITEM.code], row)
    if not rows:
        return
    if not call.may_read(media_access.FAMILY):
        text = "The texts show media items, which this call may not read: their addresses are left out."
        call.warn(WarningCode.NOT_SHOWN, IMAGES.name, text)
        return
    found = {code: _open_item(records, call, code) for code in list(rows)[:MAX_RESOLVED]}
    files = {code: _find_picture(item) if item else None for code, item in found.items()}
    _add_addresses(records, call, body, rows, found, files)
    _warn_of_missing(call, [code for code, file in files.items() if file is None])


def _find_rows(part: Any) -> Iterator[Row]:
    """The pictures of each article and step in an answer whose text is in it."""
    if isinstance(part, list):
        for entry in part:
            yield from _find_rows(entry)
    elif isinstance(part, dict):
        if _LEFT_OUT not in part:
            yield from part.get(IMAGES.name) or ()
        for name, value in part.items():
            if name != IMAGES.name:
                yield from _find_rows(value)


def _open_item(records: Records, call: Call, code: int) -> OpenMediaItem | None:
    with suppress(NotFound):
        return media_access.open_media_item(records, call, MEDIA_ITEM.code, code)
    return None


def _find_picture(item: OpenMediaItem) -> Document | None:
    """The item's picture: the latest original, or else its latest other picture."""
    pictures = [
        file for file in item.files if file_formats.FORMATS_BY_TYPE[file.values[MIME_TYPE.name]].kind == "image"
    ]
    originals = [file for file in pictures if file.values[FILE_ROLE.name] == "original"]
    return max(originals or pictures, key=lambda file: file.code, default=None)


def _add_addresses(
    records: Records,
    call: Call,
    body: Row,
    rows: Mapping[int, Row],
    items: Mapping[int, OpenMediaItem | None],
    files: Mapping[int, Document | None],
) -> None:
    room, left_out = ResponseBudget(body), len(rows) - len(files)
    for code, item in items.items():
        told: Row = {name: item.document.values.get(name) for name in _SHOWN} if item else {}
        if file := files[code]:
            told |= {MEDIA_FILE.code: file.code, **{name: file.values.get(name) for name in ("Width", "Height")}}
            media_view.add_download_urls(records, [told], [file])
        fits = room.try_add(told)
        left_out += not fits
        rows[code].update(told if fits else {})
    if left_out:
        text = f"{left_out} pictures came without their address: read them with get_media_item."
        call.warn(WarningCode.TRUNCATED, IMAGES.name, text)


def _warn_of_missing(call: Call, missing: list[int]) -> None:
    if missing:
        named = ", ".join(f"media:{code}" for code in missing)
        text = f"{named}: no picture that the person you act for may see. Nothing is shown in its place."
        call.warn(WarningCode.NOT_SHOWN, IMAGES.name, text)
