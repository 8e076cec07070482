"""The formats of media files: recognised by content, measured by header, refused otherwise."""

from __future__ import annotations

import struct

import pytest

from tests.flow.media import (
    SAMPLES,
    Library,
    archive,
    attaching,
    box,
    compound,
    document,
    gif,
    jpeg,
    mp3,
    ogg,
    png,
    riff,
    sha256_of,
    webp,
)


@pytest.mark.parametrize(("data", "mime_type", "extension", "kind"), SAMPLES.values(), ids=SAMPLES)
def test_every_format_is_known_by_its_content(
    library: Library, data: bytes, mime_type: str, extension: str, kind: str
) -> None:
    item = library.item()
    file = library.attach(item, data, FileName="cover")
    assert (file["MimeType"], file["FileName"]) == (mime_type, f"cover.{extension}")
    assert (file["Size"], file["Sha256"]) == (len(data), sha256_of(data))
    assert (file["Width"], file["Height"]) == ((3, 2) if kind == "image" else (None, None))
    answer = library.editor.call_tool("list_media_items", FileType=kind).result["Items"]
    assert [row["MediaFileItemCode"] for row in answer] == [item]
    got = library.world.files.answer_download(file["Url"])
    assert (got.content, got.mime_type) == (data, mime_type)
    assert got.disposition.startswith("attachment; ")


REFUSED: dict[str, tuple[bytes, str]] = {
    "SVG": (b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', "no accepted type"),
    "HTML": (b"<!doctype html><script>alert(1)</script>", "no accepted type"),
    "a program": (b"MZ\x90\0" + b"\0" * 60, "no accepted type"),
    "a script": (b"#!/bin/sh\nrm -rf /\n", "no accepted type"),
    "QuickTime": (box(b"qt  "), "no accepted type"),
    "HEIC": (box(b"heic"), "no accepted type"),
    "AVI": (b"RIFF\0\0\0\0AVI LIST", "no accepted type"),
    "Matroska": (b"\x1a\x45\xdf\xa3\x9f\x42\x82\x88matroska", "no accepted type"),
    "Ogg of another kind": (ogg(b"\x01other"), "no accepted type"),
    "an ID3 tag before something else": (mp3()[:20] + b"MZ\x90\0", "no accepted type"),
    "a PDF behind something": (b"x%PDF-1.7", "no accepted type"),
    "a container of another program": (compound("Contents"), "no accepted type"),
    "a single byte": (b"\xff", "no accepted type"),
    "DOCX with macros": (
        document({"word/any.bin": b"text"}, "application/vnd.ms-office.vbaProject"),
        "macros",
    ),
    "DOC with macros": (compound("WordDocument", "Macros"), "macros"),
    "a container cut short": (compound("WordDocument")[:100], "not complete"),
    "an archive cut short": (archive("a.txt")[:-10], "not complete"),
    "an archive before something": (archive("a.txt") + b"MZ", "plain ZIP"),
    "a ZIP bomb": (archive("a.txt", text=b"\0" * 3_000_000), "too large when unpacked"),
    "too many entries": (archive(*(f"{n}" for n in range(5001)), text=b""), "too many entries"),
    "PNG without a size": (png()[:12] + b"XXXX" + png()[16:], "broken"),
    "PNG of no width": (png(0, 2), "broken"),
    "PNG of monstrous size": (png(20_000, 20_000), "too many pixels"),
    "GIF of monstrous width": (gif(40_000, 1), "too many pixels"),
    "GIF cut short": (b"GIF89a\x01", "broken"),
    "JPEG without a frame": (b"\xff\xd8\xff\xd9", "broken"),
    "JPEG cut short": (jpeg()[:12], "broken"),
    "WebP of an unknown kind": (webp().replace(b"VP8X", b"VP8Z"), "broken"),
}


@pytest.mark.parametrize(("data", "word"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused(library: Library, data: bytes, word: str) -> None:
    item = library.item()
    error = attaching(library.editor, item, data)
    assert (error["type"], error["code"]) == ("unsupported_media", -141)
    assert word in error["message"]
    assert library.world.files.keys == []
    assert library.editor.call_tool("get_media_item", MediaFileItemCode=item).result["MediaItem"]["FileCount"] == 0


def test_encrypted_archives_cannot_be_checked(library: Library) -> None:
    data = bytearray(archive("a.txt"))
    place = data.rfind(b"PK\x01\x02")
    struct.pack_into("<H", data, place + 8, 1)
    assert "encrypted" in attaching(library.editor, library.item(), bytes(data))["message"]


SIZES: dict[str, tuple[bytes, tuple[int, int]]] = {
    "JPEG with a long profile": (jpeg(640, 480, before=60_000), (640, 480)),
    "WebP lossless": (
        riff(b"WEBPVP8L\0\0\0\0\x2f" + struct.pack("<I", (640 - 1) | (480 - 1) << 14) + b"\0" * 10),
        (640, 480),
    ),
    "WebP lossy": (
        riff(b"WEBPVP8 \0\0\0\0\0\0\0\x9d\x01\x2a" + struct.pack("<HH", 640, 480) + b"\0" * 10),
        (640, 480),
    ),
}


@pytest.mark.parametrize(("data", "size"), SIZES.values(), ids=SIZES)
def test_images_are_measured(library: Library, data: bytes, size: tuple[int, int]) -> None:
    file = library.attach(library.item(), data)
    assert (file["Width"], file["Height"]) == size


def test_the_declared_type_must_be_the_contents(library: Library) -> None:
    item = library.item()
    error = attaching(library.editor, item, png(), MimeType="image/jpeg")
    assert (error["type"], error["details"]["argument"]) == ("unsupported_media", "MimeType")
    error = attaching(library.editor, item, png(), MimeType="image/svg+xml")
    assert "SVG" in error["message"]
    assert library.attach(item, jpeg(), MimeType="IMAGE/JPG; q=1")["MimeType"] == "image/jpeg"
