"""The files of media items on the builtin instance."""

from __future__ import annotations

import secrets
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final

from affino_mcp.catalogue.families.media_files import FILE_NAME, MEDIA_FILE, MIME_TYPE, ROLE
from affino_mcp.catalogue.families.media_items import MEDIA_ITEM
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import DRY_RUN, Method
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.instance.builtin.engine.change import Change, Clash
from affino_mcp.instance.builtin.engine.document import Document, created
from affino_mcp.instance.builtin.engine.idempotency import UsedKey
from affino_mcp.instance.builtin.engine.index import Facets
from affino_mcp.instance.builtin.engine.record_state import Stored
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.media import (
    file_formats,
    file_images,
    media_access,
    media_sources,
    media_uses,
    media_view,
)
from affino_mcp.instance.builtin.media.file_formats import Format
from affino_mcp.instance.builtin.media.media_access import Opened
from affino_mcp.instance.builtin.media.media_sources import Source
from affino_mcp.instance.port import Call, Done
from affino_mcp.store.files import MEDIA, NoObject
from affino_mcp.store.ops import StoreUnavailable
from affino_mcp.tool_errors import Conflict, NotFound, ToolError, UnsupportedMedia

FAMILY: Final = MEDIA_FILE.family
CODE: Final = MEDIA_FILE.code
ITEM: Final = MEDIA_ITEM.code
MOST: Final = 50
"""Maximum number of files of one item."""


def facets(stored: Stored) -> Facets:
    """A file has no facets: it is found through its item."""
    return Facets(())


def list_media_files(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Lists all files of an item, each with its download address."""
    found = media_access.opened(records, call, ITEM, values[ITEM])
    shown = [media_view.file(call, document) for document in found.files]
    media_view.signed(records, shown, found.files)
    return Done({"Files": shown}, found.document.ref)


def get_media_file(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Answers one file with its download address."""
    file = _file(records, values[CODE])
    item = media_access.opened(records, call, CODE, file.system[ITEM], MEDIA_FILE.words)
    shown = media_view.file(call, file)
    media_view.signed(records, [shown], [file])
    return Done({"MediaFile": shown}, item.document.ref)


def _file(records: Records, code: int) -> Document:
    found = records.documents([(FAMILY, code)]).get((FAMILY, code))
    if found is None:
        raise NotFound(CODE, MEDIA_FILE.words)
    return found


def attach_media_file(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Stores a file, after checking its content, and attaches it to its item."""
    found = media_access.editable(records, call, ITEM, values[ITEM])
    change = records.change(method, values, call)
    source = media_sources.arrived(records, change, found.document.code)
    file_format, described = _known(source, values)
    if same := _same(found, described):
        text = "The item has this very file in this role already."
        return _signed(records, found, same, change.nothing(_answer(records, call, found, same), same.ref, text))
    if len(found.files) >= MOST:
        raise Conflict(f"An item can have at most {MOST} files. Delete some first.", argument=ITEM)
    after, file = _added(records, change, found, file_format, described)
    media_access.hold(change, found)
    records.save(change, found.stored, after.stored)
    records.save(change, None, Stored(file))
    done = _kept(records, change, source, file, _answer(records, call, after, file))
    return done if values.get(DRY_RUN.name) else _signed(records, after, file, done)


def _known(source: Source, values: Values) -> tuple[Format, Values]:
    """The format by content, which must be the one that ticket and call declare, and the file's own values."""
    try:
        found = file_formats.known(source.content)
        size = file_images.measured(found.mime_type, source.content)
    except NoObject:
        raise media_sources.nothing_uploaded() from None
    for said in (values.get(MIME_TYPE.name), source.mime_type):
        if said and found not in file_formats.declared(MIME_TYPE.name, said):
            text = f"The content of the file is {found.mime_type}, not what MimeType says."
            raise UnsupportedMedia(text, argument=MIME_TYPE.name)
    width, height = size or (None, None)
    described = {"MimeType": found.mime_type, "Size": source.content.size, "Sha256": source.sha256}
    described |= {"Width": width, "Height": height, ROLE.name: values.get(ROLE.name, "original")}
    return found, described


def _same(found: Opened, described: Values) -> Document | None:
    alike = ("Sha256", ROLE.name)
    return next((f for f in found.files if all(f.values[name] == described[name] for name in alike)), None)


def _added(
    records: Records, change: Change, found: Opened, file_format: Format, described: Values
) -> tuple[Opened, Document]:
    """The item with the new file, and the file's document."""
    call, item = change.call, found.document
    role, name = described[ROLE.name], _name(change, file_format)
    version = item.system["Versions"].get(role, 0) + 1
    code = records.codes.take(FAMILY, change)
    key = f"{MEDIA}{item.code}/{secrets.token_hex(16)}.{file_format.extensions[0]}"
    file = created(
        FAMILY, code, call, {FILE_NAME.name: name, **described, "Version": version}, **{ITEM: item.code, "Key": key}
    )
    counted = {"FileCount": len(found.files) + 1, "Versions": item.system["Versions"] | {role: version}}
    relation = {"FileName": name, "Role": role, "FileType": file_format.kind}
    after = replace(found.stored, document=item.changed(call, {}, **counted)).related(file.ref, relation)
    return Opened(after, {**found.known, (FAMILY, code): file}), file


def _name(change: Change, file_format: Format) -> str:
    given: str = change.values[FILE_NAME.name]
    name = file_formats.fitting_name(given, file_format)
    if name != given:
        text = "FileName was changed: it has no folders, and ends as its content is."
        change.call.warn(WarningCode.STORED_DIFFERENTLY, FILE_NAME.name, text)
    return name


def _kept(records: Records, change: Change, source: Source, file: Document, body: dict[str, Any]) -> Done:
    """Stores the bytes first, then the record, so that a record never points to missing bytes.

    Removes the bytes again when the record cannot be written.
    """
    if change.values.get(DRY_RUN.name):
        return change.commit(body)
    files, key = media_view.store(records), file.system[media_view.KEY]
    source.keep(files, key, file.values["MimeType"])
    change.afterwards.append(lambda: source.clear(files))
    try:
        return change.commit(body)
    except (ToolError, Clash, UsedKey):
        with suppress(StoreUnavailable):
            files.delete(key)
        raise


def _answer(records: Records, call: Call, found: Opened, file: Document) -> dict[str, Any]:
    return {"MediaFile": media_view.file(call, file), "MediaItem": media_view.item(records, call, found)}


def _signed(records: Records, found: Opened, file: Document, done: Done) -> Done:
    media_view.signed(records, [done.body["MediaFile"], *done.body["MediaItem"]["Files"]], [file, *found.files])
    return done


def delete_media_file(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Deletes a file of an item; its bytes stay stored for a restore.

    Raises Conflict for the last file of an item in use.
    """
    file = _file(records, values[CODE])
    found = media_access.editable(records, call, CODE, file.system[ITEM], MEDIA_FILE.words)
    change = records.change(method, values, call)
    last = len(found.files) == 1
    if last and media_uses.in_use(records, change, found.document.code):
        text = "Articles use this item, and this is its last file. Attach another file first, or detach the item."
        raise Conflict(text, argument=CODE)
    media_access.hold(change, found)
    document = found.document.changed(call, {}, FileCount=len(found.files) - 1)
    records.save(change, found.stored, replace(found.stored, document=document).related(file.ref, None))
    records.save(change, Stored(file), Stored(file).deleted_by(call))
    return change.commit({CODE: file.code, "Deleted": True})
