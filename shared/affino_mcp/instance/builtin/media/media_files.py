"""The files of media items on the builtin instance."""

from __future__ import annotations

import secrets
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final

from affino_mcp.catalogue.families.file_fields import FILE_NAME, MIME_TYPE
from affino_mcp.catalogue.families.media_files import FILE_ROLE, MEDIA_FILE
from affino_mcp.catalogue.families.media_items import MEDIA_ITEM
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import DRY_RUN, Method
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.instance.builtin.engine.change import Change
from affino_mcp.instance.builtin.engine.document import Document, RecordState, new_document
from affino_mcp.instance.builtin.engine.idempotency import REPLAYED_TEXT, KeyAlreadyUsed
from affino_mcp.instance.builtin.engine.index import Facets
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.engine.write_step import ConcurrentWrite
from affino_mcp.instance.builtin.media import (
    file_formats,
    media_access,
    media_sources,
    media_uploads,
    media_uses,
    media_view,
)
from affino_mcp.instance.builtin.media.file_formats import FileFormat
from affino_mcp.instance.builtin.media.media_access import OpenMediaItem
from affino_mcp.instance.builtin.media.media_sources import FileSource
from affino_mcp.instance.builtin.media.media_uploads import TicketSpent
from affino_mcp.instance.port import Call, Done, RecordRef
from affino_mcp.store.faults import StoreUnavailable
from affino_mcp.store.files import MEDIA_PREFIX
from affino_mcp.tool_errors import Conflict, NotFound, ToolError

FAMILY: Final = MEDIA_FILE.family
CODE: Final = MEDIA_FILE.code
MEDIA_ITEM_CODE: Final = MEDIA_ITEM.code
MAX_FILES_PER_ITEM: Final = 50
"""Maximum number of files of one item."""


def facets(stored: RecordState) -> Facets:
    """A file has no facets: it is found through its item."""
    return Facets(())


def list_media_files(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Lists all files of an item, each with its download address."""
    found = media_access.open_media_item(records, call, MEDIA_ITEM_CODE, values[MEDIA_ITEM_CODE])
    shown = [media_view.render_file(call, document) for document in found.files]
    media_view.add_download_urls(records, shown, found.files)
    return Done({"Files": shown}, found.document.ref)


def get_media_file(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Answers one file with its download address."""
    file = _require_file(records, values[CODE])
    item = media_access.open_media_item(records, call, CODE, file.system[MEDIA_ITEM_CODE], MEDIA_FILE.words)
    shown = media_view.render_file(call, file)
    media_view.add_download_urls(records, [shown], [file])
    return Done({"MediaFile": shown}, item.document.ref)


def _require_file(records: Records, code: int) -> Document:
    found = records.load_documents([RecordRef(FAMILY, code)]).get(RecordRef(FAMILY, code))
    if found is None:
        raise NotFound(CODE, MEDIA_FILE.words)
    return found


def attach_media_file(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Stores a file, after checking its content, and attaches it to its item.

    The same call with an UploadToken that it has used before answers the file that came of it.
    """
    found = media_access.open_editable_item(records, call, MEDIA_ITEM_CODE, values[MEDIA_ITEM_CODE])
    change = records.start_change(method, values, call)
    try:
        source = media_sources.load_source(records, change, found.document.code)
    except TicketSpent as spent:
        return _answer_again(records, call, found, spent.file)
    return _attach_source(records, change, found, source)


def _answer_again(records: Records, call: Call, found: OpenMediaItem, code: int) -> Done:
    """The answer of an earlier call, with the file as it is now; raises InvalidState when it was deleted since."""
    file = next((file for file in found.files if file.code == code), None)
    if file is None:
        raise media_uploads.used_error()
    call.warn(WarningCode.REPLAYED, media_uploads.TOKEN_ARGUMENT, REPLAYED_TEXT)
    return _add_url(records, file, Done(_answer_file(records, call, found, file), found.document.ref))


def _attach_source(records: Records, change: Change, found: OpenMediaItem, source: FileSource) -> Done:
    call, values = change.call, change.values
    from affino_mcp.instance.builtin.media.source_checks import check_source  # noqa: PLC0415 (loaded when needed)

    source, file_format, described = check_source(source, call, values)
    if same := _find_same_file(found, described):
        text = "The item has this very file in this role already."
        return _add_url(records, same, change.no_change(_answer_file(records, call, found, same), same.ref, text))
    if len(found.files) >= MAX_FILES_PER_ITEM:
        raise Conflict(
            f"An item can have at most {MAX_FILES_PER_ITEM} files. Delete some first.", argument=MEDIA_ITEM_CODE
        )
    after, file = add_file(records, change, found, file_format, described)
    if source.ticket is not None:
        media_uploads.use_ticket(records, change, source.ticket, file.code)
    media_access.require_item_unchanged(change, found)
    records.save_record(change, found.stored, after.stored)
    records.save_record(change, None, RecordState(file))
    done = store_bytes(records, change, source, file, _answer_file(records, call, after, file))
    return done if values.get(DRY_RUN.name) else _add_url(records, file, done)


def _find_same_file(found: OpenMediaItem, described: Values) -> Document | None:
    alike = ("Sha256", FILE_ROLE.name)
    return next((f for f in found.files if all(f.values[name] == described[name] for name in alike)), None)


def add_file(
    records: Records, change: Change, found: OpenMediaItem, file_format: FileFormat, described: Values
) -> tuple[OpenMediaItem, Document]:
    """The item with the new file, and the file's document."""
    call, item = change.call, found.document
    role, name = described[FILE_ROLE.name], _fit_name(change, file_format)
    version = item.system["Versions"].get(role, 0) + 1
    code = records.codes.take_code(FAMILY, change)
    key = f"{MEDIA_PREFIX}{item.code}/{secrets.token_hex(16)}.{file_format.extensions[0]}"
    file = new_document(
        FAMILY,
        code,
        call,
        {FILE_NAME.name: name, **described, "Version": version},
        **{MEDIA_ITEM_CODE: item.code, "Key": key},
    )
    counted = {"FileCount": len(found.files) + 1, "Versions": item.system["Versions"] | {role: version}}
    after = replace(found.stored, document=item.next_version(call, {}, **counted))
    after = after.with_relation(file.ref, file_relation(file))
    return OpenMediaItem(after, {**found.known, RecordRef(FAMILY, code): file}), file


def file_relation(file: Document) -> dict[str, str]:
    """The relation of a media item to one of its files."""
    kind = file_formats.FORMATS_BY_TYPE[file.values[MIME_TYPE.name]].kind
    return {**{field.name: file.values[field.name] for field in (FILE_NAME, FILE_ROLE)}, "FileType": kind}


def _fit_name(change: Change, file_format: FileFormat) -> str:
    given: str = change.values[FILE_NAME.name]
    name = file_formats.fit_file_name(given, file_format)
    if name != given:
        text = "FileName was changed: it has no folders, and ends as its content is."
        change.call.warn(WarningCode.STORED_DIFFERENTLY, FILE_NAME.name, text)
    return name


def store_bytes(records: Records, change: Change, source: FileSource, file: Document, body: dict[str, Any]) -> Done:
    """Stores the bytes first, then the record, so that a record never points to missing bytes.

    Removes the bytes again when the record cannot be written.
    """
    if change.values.get(DRY_RUN.name):
        return change.commit(body)
    files, key = media_view.require_file_store(records), file.system[media_view.STORAGE_KEY]
    source.store_file(files, key, file.values["MimeType"])
    change.after_commit.append(lambda: source.delete_upload(files))
    try:
        return change.commit(body)
    except (ToolError, ConcurrentWrite, KeyAlreadyUsed):
        with suppress(StoreUnavailable):
            files.delete(key)
        raise


def _answer_file(records: Records, call: Call, found: OpenMediaItem, file: Document) -> dict[str, Any]:
    """The file, and its item with all its files: the item's have no download address, which is long and signed once."""
    item = media_view.render_media_item(records, call, found)
    files = [{name: part for name, part in each.items() if name != media_view.URL_ATTRIBUTE} for each in item["Files"]]
    return {"MediaFile": media_view.render_file(call, file), "MediaItem": {**item, "Files": files}}


def _add_url(records: Records, file: Document, done: Done) -> Done:
    media_view.add_download_urls(records, [done.body["MediaFile"]], [file])
    return done


def delete_media_file(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Deletes a file of an item; its bytes stay stored for a restore.

    Raises Conflict for the last file of an item in use.
    """
    file = _require_file(records, values[CODE])
    found = media_access.open_editable_item(records, call, CODE, file.system[MEDIA_ITEM_CODE], MEDIA_FILE.words)
    change = records.start_change(method, values, call)
    last = len(found.files) == 1
    if last and media_uses.is_in_use(records, change, found.document.code):
        text = "Articles use this item, and this is its last file. Attach another file first, or detach the item."
        raise Conflict(text, argument=CODE)
    media_access.require_item_unchanged(change, found)
    document = found.document.next_version(call, {}, FileCount=len(found.files) - 1)
    records.save_record(change, found.stored, replace(found.stored, document=document).with_relation(file.ref, None))
    records.save_record(change, RecordState(file), RecordState(file).deleted_by(call))
    return change.commit({CODE: file.code, "Deleted": True})
