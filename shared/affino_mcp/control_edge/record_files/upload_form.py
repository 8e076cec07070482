"""Reads a posted form with a file (multipart/form-data, RFC 7578)."""

from __future__ import annotations

from email.message import Message
from email.parser import BytesParser
from email.policy import HTTP
from typing import Final

MAX_UPLOAD_BYTES: Final = 3_000_000
"""Largest file of a form: as text in the function's event it may take twice as much, and Lambda takes 6 MB."""
MAX_UPLOAD_FORM_BYTES: Final = MAX_UPLOAD_BYTES + 64 * 1024
FILE_NAME_FIELD: Final = "file-name"
"""The field that holds the name of the file in the field `file`."""
_MOST_FIELDS: Final = 50
_NAME_CHARACTERS: Final = 100


def is_upload(content_type: str) -> bool:
    """True for the content type of a form with a file."""
    return content_type.casefold().startswith("multipart/form-data")


def parse_upload(body: bytes, content_type: str) -> dict[str, tuple[str, ...]]:
    """Gives the fields of a form with all their values; {} for what is no form.

    A byte of a file that is not UTF-8 is kept as a surrogate (`encode_file` gives the bytes back).
    """
    head = f"Content-Type: {content_type}\r\nMIME-Version: 1.0\r\n\r\n".encode("latin-1", "replace")
    parsed = BytesParser(policy=HTTP).parsebytes(head + body)
    form: dict[str, tuple[str, ...]] = {}
    for part in list(parsed.iter_parts())[:_MOST_FIELDS] if parsed.is_multipart() else ():
        name = str(part.get_param("name", "", header="content-disposition"))
        text = _read_content(part)
        form[name] = (*form.get(name, ()), text)
        if (file_name := part.get_filename()) is not None:
            form[FILE_NAME_FIELD] = (_plain_name(file_name),)
    return form


def encode_file(text: str) -> bytes:
    """Gives the bytes of a file from the form's field."""
    return text.encode("utf-8", "surrogateescape")


def _read_content(part: Message) -> str:
    content = part.get_payload(decode=True)
    return content.decode("utf-8", "surrogateescape") if isinstance(content, bytes) else ""


def _plain_name(name: str) -> str:
    """The name without folders and without what cannot be shown."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return (
        "".join(c for c in last if c.isprintable())[:_NAME_CHARACTERS].encode("utf-8", "replace").decode() or "file.csv"
    )
