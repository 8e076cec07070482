"""The media policy for archives and Office documents: those that lie, names, macros (docs/media-policy.md)."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable

import pytest

from tests.flow.media import (
    CONTENT_TYPES,
    OLE,
    SAMPLES,
    Library,
    archive,
    base64_of,
    check_refused,
    codes,
    content_types,
    document,
    packed,
    patched,
)

PLAIN = archive("first.txt", "second.txt", text=b"text" * 100)
CENTRAL = PLAIN.index(b"PK\x01\x02")
END = len(PLAIN) - 22


def sized(packed_bytes: int, unpacked: int, data: bytes = PLAIN) -> bytes:
    """The archive whose directory and first header give these sizes."""
    for place in (CENTRAL + 20, 18):
        data = patched(patched(data, place, packed_bytes), place + 4, unpacked)
    return data


def hiding(count: int) -> bytes:
    """The archive whose end record counts fewer entries than the directory has."""
    return patched(patched(PLAIN, END + 8, count, "<H"), END + 10, count, "<H")


def with_a_gap(data: bytes) -> bytes:
    """The archive with data before its directory that belongs to no entry."""
    return patched(PLAIN[:CENTRAL] + data + PLAIN[CENTRAL:], END + len(data) + 16, CENTRAL + len(data))


def sharing() -> bytes:
    """The archive whose second entry is the first one's data."""
    second = PLAIN.index(b"PK\x01\x02", CENTRAL + 4)
    return patched(PLAIN, second + 42, 0)


def twice() -> bytes:
    return archive("same.txt", "ssme.txt").replace(b"ssme.txt", b"same.txt")


def named(name: str) -> bytes:
    """An archive with an entry of this name, which zipfile itself would not write."""
    stand_in = "x" * len(name.encode())
    return archive(stand_in).replace(stand_in.encode(), name.encode())


def renamed_by_a_field() -> bytes:
    """An archive with an entry that has another name in the extra field "Unicode Path"."""
    made, entry = io.BytesIO(), zipfile.ZipInfo("plain.txt")
    body = b"\x01" + struct.pack("<I", zlib.crc32(b"plain.txt")) + b"gnp.exe"
    entry.extra = struct.pack("<HH", 0x7075, len(body)) + body
    with zipfile.ZipFile(made, "w") as writer:
        writer.writestr(entry, "text")
    return made.getvalue()


TOO_DEEP = content_types()[:-8] + b"<a>" * 64 + b"</a>" * 64 + b"</Types>"
DTD = content_types(before="<!DOCTYPE Types>")
ENTITY = content_types(before='<!DOCTYPE Types [<!ENTITY a "b">]>')
UNREADABLE = {
    "XML with a DTD": DTD,
    "XML with an entity": ENTITY,
    "XML too deep": TOO_DEEP,
    "XML of another encoding": content_types().replace(b"UTF-8", b"UTF-7"),
    "XML of UTF-16": content_types().decode().replace("UTF-8", "UTF-16").encode("utf-16"),
    "XML cut short": content_types()[:-5],
    "no XML": b"text",
}
MACRO_TYPES = {
    "a document with macros": "application/vnd.ms-word.document.macroEnabled.main+xml",
    "a template with macros": "application/vnd.ms-word.template.macroEnabledTemplate.main+xml",
    "a sheet with macros": "application/vnd.ms-excel.sheet.macroEnabled.main+xml",
    "a macro project": "application/vnd.ms-office.vbaProject",
    "in capitals": "APPLICATION/VND.MS-OFFICE.VBAPROJECT",
    "a signature of macros": "application/vnd.ms-office.vbaProjectSignature",
    "with letters escaped": "application/vnd.ms-office.vba&#80;roject",
}

REFUSED: dict[str, tuple[bytes, str]] = {
    "packed larger than unpacked": (sized(75, 10), "cannot be true"),
    "unpacked 1,032 times as large": (sized(3, 3 * 1032 + 1), "cannot be true"),
    "unpacked of nothing": (sized(0, 1), "cannot be true"),
    "a header of another size": (patched(PLAIN, 22, 9), "as its directory says"),
    "a header of another packed size": (patched(PLAIN, 18, 9), "as its directory says"),
    "a header of another checksum": (patched(PLAIN, 14, 9), "as its directory says"),
    "a header of another method": (patched(PLAIN, 8, 0, "<H"), "as its directory says"),
    "a header with other flags": (patched(PLAIN, 6, 1 << 11, "<H"), "as its directory says"),
    "a header that is encrypted": (patched(PLAIN, 6, 1, "<H"), "as its directory says"),
    "a header of another name": (PLAIN.replace(b"first.txt", b"other.exe", 1), "as its directory says"),
    "a header that is none": (patched(PLAIN, CENTRAL + 42, 1), "as its directory says"),
    "two entries of one data": (sharing(), "as its directory says"),
    "data of no entry": (with_a_gap(b"PK\x03\x04hidden"), "as its directory says"),
    "sizes behind the data that lie": (
        with_a_gap(b"PK\x07\x08" + b"\1" * 12),
        "as its directory says",
    ),
    "two entries of one name": (twice(), "two entries of one name"),
    "an entry beyond the number of entries": (hiding(1), "more entries than it says"),
    "all entries beyond the number of entries": (hiding(0), "more entries than it says"),
    "an entry on another disk": (patched(PLAIN, CENTRAL + 34, 1, "<H"), "plain ZIP"),
    "a size elsewhere": (patched(PLAIN, CENTRAL + 20, 0xFFFFFFFF), "plain ZIP"),
    "a name with a zero byte": (named("a.exe\0.txt"), "control characters"),
    "a name with a line break": (named("a\n.txt"), "control characters"),
    "a name with C1 controls": (named("a\u0085.txt"), "control characters"),
    "a name that turns the direction": (named("\u202egnp.exe"), "reading direction"),
    "a name with an isolate": (named("\u2066a.txt"), "reading direction"),
    "a name with a direction mark": (named("a\u200f.txt"), "reading direction"),
    "an absolute name": (named("/etc/passwd"), "outside"),
    "a name in the folder above": (named("../../etc/passwd"), "outside"),
    "a name by way of the folder above": (named("a/../../b"), "outside"),
    "a name with a backslash": (named("a\\b"), "outside"),
    "a name with a drive": (named("C:a.txt"), "outside"),
    "no name": (named(""), "outside"),
    "a name too long": (archive("x" * 256), "longer than 255 bytes"),
    "a name of too many bytes": (archive("é" * 128), "longer than 255 bytes"),
    "a name that is no text": (
        archive("é.txt").replace("é".encode(), b"\xff\xfe"),
        "no text",
    ),
    "another name in an extra field": (renamed_by_a_field(), "two names"),
    **{f"DOCX with {name}": (document({}, kind), "macros") for name, kind in MACRO_TYPES.items()},
    **{
        f"DOCX whose types are {name}": (document({CONTENT_TYPES: xml}), "plain XML")
        for name, xml in UNREADABLE.items()
    },
    "DOCX whose types are too large": (document({CONTENT_TYPES: content_types() + b" " * 1024 * 1024}), "too large"),
    "DOCX whose types are in other letters": (
        packed({"[CONTENT_types].XML": content_types("a.vbaProject"), "word/document.xml": b""}),
        "macros",
    ),
    "DOCX with parts that differ by case": (document({"word/A.xml": b"", "word/a.xml": b""}), "two parts"),
    "DOCX with a container": (document({"word/vbaProject2.bin": OLE}), "macros"),
    "XLSX with a container": (document({"xl/any/thing.xml": OLE}), "macros"),
    "PPTX with a container": (document({"PPT/thing": OLE}), "macros"),
}


@pytest.mark.parametrize(("data", "words"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused(library: Library, data: bytes, words: str) -> None:
    check_refused(library, data, words)


def streamed(zip64: bool) -> bytes:
    """An archive that was written without knowing its sizes beforehand: they follow the data."""

    class Pipe(io.RawIOBase):
        data = b""

        def writable(self) -> bool:
            return True

        def write(self, data: object) -> int:
            self.data += bytes(data)  # type: ignore[call-overload]
            return len(bytes(data))  # type: ignore[call-overload]

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as made:
        for name in ("a.txt", "b.txt"):
            with made.open(zipfile.ZipInfo(name), "w", force_zip64=zip64) as part:
                part.write(b"text" * 500)
    return pipe.data


ZIP = "application/zip"
DOCX = SAMPLES["DOCX"][1]
ACCEPTED: dict[str, tuple[Callable[[], bytes], str]] = {
    "ZIP with folders": (lambda: packed({"a/": b"", "a/b.txt": b"text", "a/c..txt": b""}), ZIP),
    "ZIP with other scripts": (lambda: archive("Frühling 東京.txt", "עברית.txt", "👩‍👧.png"), ZIP),
    "ZIP that was streamed": (lambda: streamed(zip64=False), ZIP),
    "ZIP that was streamed with room for large sizes": (lambda: streamed(zip64=True), ZIP),
    "ZIP of what packs to the utmost": (lambda: packed({"a": b"\0" * 1_000, "b": bytes(range(256)) * 400}), ZIP),
    "ZIP of what does not pack": (lambda: packed({"a": zlib.compress(bytes(range(256)) * 9) * 3}), ZIP),
    "ZIP of a container": (lambda: packed({"word/old.doc": OLE}), ZIP),
    "DOCX with an embedded sheet": (lambda: document({"word/embeddings/sheet.xls": OLE}), DOCX),
    "DOCX with an empty part": (lambda: document({"word/empty.xml": b""}), DOCX),
    "DOCX with a part by the name of macros": (lambda: document({"word/vbaProject.xml": b"text"}), DOCX),
}


@pytest.mark.parametrize(("make", "mime_type"), ACCEPTED.values(), ids=ACCEPTED)
def test_what_is_accepted(library: Library, make: Callable[[], bytes], mime_type: str) -> None:
    arguments = {"FileName": "a", "ContentBase64": base64_of(make())}
    answer = library.editor.call_tool("attach_media_file", MediaFileItemCode=library.item(), **arguments).result
    assert (answer["MediaFile"]["MimeType"], codes(answer)) == (mime_type, ["STORED_DIFFERENTLY"])
