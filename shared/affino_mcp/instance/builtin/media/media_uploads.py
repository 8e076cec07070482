"""Upload tickets: each allows one upload of one file for one item, person and profile.

Size, checksum and type of the file are fixed. The row of a ticket is stored under the digest of its token, so that a
reader of the table cannot use the ticket.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Any, Final

from affino_mcp.catalogue.families.media_files import FILE_CHECKSUM, FILE_SIZE, MAX_FILE_BYTES
from affino_mcp.catalogue.families.media_items import MEDIA_ITEM
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import DRY_RUN, Method
from affino_mcp.clock import epoch_seconds, format_iso
from affino_mcp.instance.builtin.engine.change import Change
from affino_mcp.instance.builtin.engine.idempotency import call_fingerprint
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.engine.write_step import ConcurrentWrite
from affino_mcp.instance.builtin.media import file_formats, media_access, media_view
from affino_mcp.instance.port import Call, Done
from affino_mcp.store.files import SIGNED_REQUEST_LIFETIME, UPLOADS_PREFIX, FileUpload
from affino_mcp.store.ops import Item, Key, Put, Update, absent, equals
from affino_mcp.tool_errors import FileTooLarge, InvalidArgument, InvalidState
from affino_mcp.value_class import value_class

CODE: Final = MEDIA_ITEM.code
TOKEN_ARGUMENT: Final = "UploadToken"  # noqa: S105 (an argument's name)
TICKET_RETENTION: Final = timedelta(hours=24)
"""How long a ticket's row is kept to say by which call it was used, and for which file."""

_UNKNOWN_TEXT: Final = (
    "UploadToken is not known here, or was given to another person or profile or for another media item."
)
_USED_TEXT: Final = "This UploadToken has been used. Call request_media_upload for another file."
_EXPIRED_TEXT: Final = "This UploadToken has expired. Call request_media_upload again."


def request_media_upload(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Issues a ticket, with the request that uploads exactly this file."""
    found = media_access.open_editable_item(records, call, CODE, values[CODE])
    if values[FILE_SIZE.name] > MAX_FILE_BYTES:
        raise FileTooLarge(f"A file can have at most {MAX_FILE_BYTES:,} bytes.", argument=FILE_SIZE.name)
    mime_type = file_formats.find_declared_formats("MimeType", values["MimeType"])[0].mime_type
    upload = FileUpload(
        UPLOADS_PREFIX + secrets.token_hex(16), mime_type, values[FILE_SIZE.name], values[FILE_CHECKSUM.name]
    )
    change, token = records.start_change(method, values, call), secrets.token_urlsafe(32)
    change.add_operation(Put(records.table, _ticket_row(call, token, found.document.code, upload), absent()))
    media_access.require_item_unchanged(change, found)
    change.changed_refs.append(found.document.ref)
    if values.get(DRY_RUN.name):
        return change.commit(dict.fromkeys(method.returns))
    door, ends = (
        media_view.require_file_store(records).presign_upload(upload),
        format_iso(call.at + SIGNED_REQUEST_LIFETIME),
    )
    return change.commit(
        {TOKEN_ARGUMENT: token, "Method": "PUT", "Url": door.url, "Headers": dict(door.headers), "ExpiresAt": ends}
    )


def _ticket_key(token: str) -> Key:
    return Key(f"T#{hashlib.sha256(token.encode()).hexdigest()}", "A")


def _ticket_binding(call: Call, item: int) -> dict[str, Any]:
    return {"person": call.actor.user_code, "profile": call.profile, "item": item}


def _ticket_row(call: Call, token: str, item: int, upload: FileUpload) -> Item:
    key, now = _ticket_key(token), epoch_seconds(call.at)
    file = {"object": upload.key, "type": upload.mime_type, "size": upload.size, "sha256": upload.sha256}
    ends = {
        "expires": now + int(SIGNED_REQUEST_LIFETIME.total_seconds()),
        "ttl": now + int(TICKET_RETENTION.total_seconds()),
    }
    return {"pk": key.pk, "sk": key.sk, "used": False, **_ticket_binding(call, item), **file, **ends}


@value_class
class Ticket:
    """A ticket that its call may use, with the upload that it was issued for."""

    key: Key
    upload: FileUpload


class TicketSpent(Exception):
    """The very same call has used its ticket before; `file` is the code of the file that came of it."""

    def __init__(self, file: int) -> None:
        super().__init__(file)
        self.file = file


def find_ticket(records: Records, change: Change, item: int) -> Ticket:
    """Loads the call's ticket.

    Raises InvalidArgument for a ticket of another person, profile or item, InvalidState for an expired one and for one that
    another call has used, TicketSpent for one that the same call has used: its answer may have been lost.
    """
    call, key = change.call, _ticket_key(change.values[TOKEN_ARGUMENT])
    row = records.db.get(records.table, key)
    if row is None or any(row[name] != value for name, value in _ticket_binding(call, item).items()):
        raise InvalidArgument(TOKEN_ARGUMENT, _UNKNOWN_TEXT)
    if row["used"] and _is_used_by(row, change):
        raise TicketSpent(row["file"])
    if row["used"]:
        raise used_error()
    if row["expires"] <= epoch_seconds(call.at):
        raise InvalidState(_EXPIRED_TEXT, argument=TOKEN_ARGUMENT)
    return Ticket(key, FileUpload(row["object"], row["type"], row["size"], row["sha256"]))


def use_ticket(records: Records, change: Change, ticket: Ticket, file: int) -> None:
    """Makes the change mark the ticket as used by this call for the file of this code."""
    fingerprint = call_fingerprint(change.method, change.values, change.call)
    use = {"used": True, "file": file, "print": fingerprint}
    change.add_operation(
        Update(records.table, ticket.key, assign=use, condition=equals("used", False)),
        lambda row: ConcurrentWrite() if row and _is_used_by(row, change) else used_error(),
    )


def used_error() -> InvalidState:
    """The refusal of a ticket that has been used."""
    return InvalidState(_USED_TEXT, argument=TOKEN_ARGUMENT)


def _is_used_by(row: Item, change: Change) -> bool:
    return row.get("print") == call_fingerprint(change.method, change.values, change.call)
