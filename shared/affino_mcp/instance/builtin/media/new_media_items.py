"""Creates media items, with their first file when the call brings it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from affino_mcp.catalogue.families.file_fields import FILE_CONTENT, FILE_NAME, MIME_TYPE
from affino_mcp.catalogue.families.media_items import MEDIA_ITEM
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import DRY_RUN, Method
from affino_mcp.instance.builtin.engine.change import Change
from affino_mcp.instance.builtin.engine.document import RecordState, new_document
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.media import media_categories, media_files, media_sources, media_view
from affino_mcp.instance.builtin.media.media_access import OpenMediaItem
from affino_mcp.instance.builtin.references import references
from affino_mcp.instance.builtin.references.references import render_record
from affino_mcp.instance.port import Call, Done
from affino_mcp.tool_errors import InvalidArgument

FAMILY: Final = MEDIA_ITEM.family
ANSWER_KEY: Final = "MediaItem"
NO_FILE_HINT: Final = (
    "The item has no file yet. Attach one with attach_media_file; above 3 MiB call request_media_upload first."
)


def create_media_item(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Creates an item, with its first file when the call brings one: both, or neither."""
    _require_whole_file(values)
    change = records.start_change(method, values, call)
    checked, known = references.check_references(records, change, MEDIA_ITEM, values)
    media_categories.require_fill_right(call, known, checked)
    code = records.codes.take_code(FAMILY, change)
    item = OpenMediaItem(RecordState(new_document(FAMILY, code, call, checked, FileCount=0, Versions={})), known)
    if FILE_CONTENT.name in values:
        return _create_with_file(records, change, item)
    records.save_record(change, None, item.stored)
    return change.commit({ANSWER_KEY: _render(call, item), "Hint": NO_FILE_HINT})


def _require_whole_file(values: Values) -> None:
    """Raises InvalidArgument, naming what is missing, for a file without its name, and for a name without its file."""
    given = {field.name for field in (FILE_CONTENT, FILE_NAME, MIME_TYPE) if field.name in values}
    missing = next((field.name for field in (FILE_CONTENT, FILE_NAME) if field.name not in given), None)
    if given and missing:
        raise InvalidArgument(missing, f"A file needs {FILE_CONTENT.name} and {FILE_NAME.name}: {missing} is missing.")


def _create_with_file(records: Records, change: Change, item: OpenMediaItem) -> Done:
    source = media_sources.load_source(records, change, item.document.code)
    from affino_mcp.instance.builtin.media.source_checks import check_source  # noqa: PLC0415 (loaded when needed)

    source, file_format, described = check_source(source, change.call, change.values)
    after, file = media_files.add_file(records, change, item, file_format, described)
    first = replace(after, stored=replace(after.stored, document=replace(after.document, version=1)))
    records.save_record(change, None, first.stored)
    records.save_record(change, None, RecordState(file))
    shown = media_view.render_file(change.call, file)
    done = media_files.store_bytes(records, change, source, file, {ANSWER_KEY: _render(change.call, first, shown)})
    if not change.values.get(DRY_RUN.name):
        media_view.add_download_urls(records, done.body[ANSWER_KEY]["Files"], [file])
    return done


def _render(call: Call, item: OpenMediaItem, *files: dict[str, Any]) -> dict[str, Any]:
    return render_record(call, item.document, item.known, Files=list(files), UsedBy=[])
