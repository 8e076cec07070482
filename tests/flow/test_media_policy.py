"""The media policy: files that are two things at once, and PDFs that act (docs/media-policy.md)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.flow.media import (
    SAMPLES,
    Library,
    archive,
    base64_of,
    check_refused,
    codes,
    compound,
    gif,
    jpeg,
    mp3,
    patched,
    pdf,
    png,
    sha256_of,
    webp,
)

PLAIN = archive("first.txt", "second.txt", text=b"text" * 100)
END = len(PLAIN) - 22
HTML = b"<html><script>alert(1)</script>"


REFUSED: dict[str, tuple[bytes, str]] = {
    "GIF and HTML": (gif() + HTML, "follows the end"),
    "GIF and ZIP": (gif() + PLAIN, "follows the end"),
    "GIF of unknown parts": (gif()[:-1] + b"\x99;", "not complete"),
    "GIF without a trailer": (gif()[:-1], "not complete"),
    "GIF with an image cut short": (gif()[:-1] + b"\x2c" + b"\0" * 8 + b"\x02\x05abc", "not complete"),
    "PNG and HTML": (png() + HTML, "follows the end"),
    "PNG and ZIP": (png() + b"\n" * 70_000 + PLAIN, "follows the end"),
    "PNG without an end": (png()[:-12], "not complete"),
    "JPEG and HTML": (jpeg() + HTML, "follows the end"),
    "JPEG and another": (jpeg() + jpeg(), "follows the end"),
    "JPEG without an end": (jpeg()[:-2], "not complete"),
    "JPEG with data cut short": (jpeg()[:-2] + b"\xff\xda\0\x02abc\xff\0abc", "not complete"),
    "WebP and HTML": (webp() + HTML, "follows the end"),
    "WebP longer than it is": (patched(webp(), 4, 24), "not complete"),
    "WAV and ZIP": (SAMPLES["WAV"][0] + PLAIN, "follows the end"),
    "Ogg and HTML": (SAMPLES["Ogg Vorbis"][0] + HTML, "follows the end"),
    "Ogg cut short": (SAMPLES["Ogg Vorbis"][0][:-1], "not complete"),
    "MP3 and ZIP": (mp3() + PLAIN, "ZIP archive too"),
    "MP4 and ZIP": (SAMPLES["MP4"][0] + PLAIN + b"\0", "ZIP archive too"),
    "GIF with a ZIP in a comment": (
        gif()[:-1] + b"\x21\xfe" + bytes([len(archive("a"))]) + archive("a") + b"\0;",
        "ZIP archive too",
    ),
    "DOC and ZIP": (compound("WordDocument") + PLAIN, "ZIP archive too"),
    "PDF and HTML": (pdf() + HTML, "follows its end"),
    "PDF and ZIP": (pdf() + PLAIN, "ZIP archive too"),
    "PDF and ZIP with a comment": (pdf() + patched(PLAIN, END + 20, 5, "<H") + b"%%EOF", "ZIP archive too"),
    "PDF without an end": (pdf().replace(b"%%EOF", b""), "not complete"),
    "PDF whose end is far from it": (pdf() + b"\n" * 1024, "not complete"),
    "PDF behind a blank": (b" " + pdf(), "no accepted type"),
}


@pytest.mark.parametrize(("data", "words"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused(library: Library, data: bytes, words: str) -> None:
    check_refused(library, data, words)


ACCEPTED: dict[str, tuple[Callable[[], bytes], str]] = {
    "GIF with blanks behind": (lambda: gif() + b"\r\n\0", "image/gif"),
    "GIF with a comment and an image": (
        lambda: gif()[:-1] + b"\x21\xfe\x03abc\0" + b"\x2c" + b"\0" * 8 + b"\x80" + b"\0" * 6 + b"\x02\x01a\0;",
        "image/gif",
    ),
    "JPEG of two scans": (
        lambda: jpeg()[:-2] + b"\xff\xda\0\x02ab\xff\0c\xff\xd0d\xff\xc4\0\x04\xff\xd9\xff\xff\xda\0\x02e\xff\xff\xd9",
        "image/jpeg",
    ),
    "PNG with blanks behind": (lambda: png() + b"\0" * 70_000, "image/png"),
    "WebP of odd length": (lambda: patched(webp() + b"x\0", 4, 23), "image/webp"),
    "WebP of odd length, not filled up": (lambda: patched(webp() + b"x", 4, 23), "image/webp"),
    "Ogg of two pages": (lambda: SAMPLES["Ogg Vorbis"][0] * 2, "audio/ogg"),
    "PDF without a last line break": (lambda: pdf().rstrip(), "application/pdf"),
    "PDF with an archive inside": (lambda: pdf(PLAIN), "application/pdf"),
    "PDF with a name like an active one": (lambda: pdf(b"<</JSON 1/Launches 2/#4aSx 3>>"), "application/pdf"),
}


@pytest.mark.parametrize(("make", "mime_type"), ACCEPTED.values(), ids=ACCEPTED)
def test_what_is_accepted(library: Library, make: Callable[[], bytes], mime_type: str) -> None:
    arguments = {"FileName": "a", "ContentBase64": base64_of(make())}
    answer = library.editor.call_tool("attach_media_file", MediaFileItemCode=library.item(), **arguments).result
    assert (answer["MediaFile"]["MimeType"], codes(answer)) == (mime_type, ["STORED_DIFFERENTLY"])


ACTIVE = {
    "a script": b"<</S/JavaScript/JS(app.alert)>>",
    "a script by its short name": b"<</JS (app.alert)>>",
    "a program to start": b"<</S /Launch/F(cmd.exe)>>",
    "a file inside": b"<</Type/EmbeddedFile>>",
    "a tree of files": b"<</Names<</EmbeddedFiles 1 0 R>>>>",
    "an escaped name": b"<</#4a#61vaScri#70#74 1>>",
    "a name escaped in capitals": b"<</#4C#61#75#6E#63#68 1>>",
}


@pytest.mark.parametrize("inside", ACTIVE.values(), ids=ACTIVE)
def test_a_pdf_that_can_act_is_told(library: Library, inside: bytes) -> None:
    item, data = library.item(), pdf(inside)
    arguments = {"MediaFileItemCode": item, "FileName": "a.pdf", "ContentBase64": base64_of(data)}
    answer = library.editor.call_tool("attach_media_file", **arguments).result
    (warning,) = answer["Warnings"]
    assert (warning["Code"], warning["Argument"]) == ("ACTIVE_CONTENT", "ContentBase64")
    assert answer["MediaFile"]["Sha256"] == sha256_of(data)
    assert "ACTIVE_CONTENT" in repr(library.world.audit_rows()[-1]["warnings"])


def test_an_upload_is_held_to_the_same(library: Library) -> None:
    """What came by a ticket is named by it, refused or told of."""
    found = {}
    for name, data, kind in (("a.gif", gif() + PLAIN, "image/gif"), ("a.pdf", pdf(b"/JS "), "application/pdf")):
        item = library.item()
        ticket = library.ticket(item, data, kind)
        assert library.world.files.accept_upload(ticket["Url"], ticket["Headers"], data) == 200
        arguments = {"MediaFileItemCode": item, "FileName": name, "UploadToken": ticket["UploadToken"]}
        found[name] = library.editor.call_tool("attach_media_file", **arguments)
    assert found["a.gif"].error["details"]["argument"] == "UploadToken"
    assert found["a.pdf"].result["Warnings"][0]["Argument"] == "UploadToken"
