"""Photos are stored without their private metadata, turned as before, and served as they are stored."""

from __future__ import annotations

from typing import Any

import pytest

from tests.flow.media import Library, box, check_refused, codes, sha256_of
from tests.flow.photos import CLEANED, LEFT_ALONE, SECRETS, TURNED_EXIF, photo

FORMATS = {b"\xff\xd8": "image/jpeg", b"\x89P": "image/png", b"RI": "image/webp", b"GI": "image/gif"}


def _name(data: bytes) -> str:
    return f"photo.{FORMATS[data[:2]].removeprefix('image/')}"


def _attach(library: Library, data: bytes, *, ticket: bool) -> tuple[dict[str, Any], bytes]:
    """The answer to an attached picture, and the bytes that a reader downloads."""
    item = library.item()
    given: dict[str, Any] = {"MediaFileItemCode": item, "FileName": _name(data)}
    if ticket:
        door = library.ticket(item, data, FORMATS[data[:2]])
        assert library.world.files.accept_upload(door["Url"], door["Headers"], data) == 200
        answer = library.editor.call_tool("attach_media_file", **given, UploadToken=door["UploadToken"]).result
    else:
        answer = library.attach_answer(item, data, **given)
    (key,) = (key for key in library.world.files.keys if key.startswith(f"media/{item}/"))
    assert len(library.world.files.keys) == 1, "the upload itself is gone"
    got = library.world.files.answer_download(answer["MediaFile"]["Url"])
    assert library.world.files.read(key, 0, 10**6) == got.content
    return answer, got.content


@pytest.mark.parametrize("ticket", [False, True], ids=["inline", "by ticket"])
@pytest.mark.parametrize(("data", "named", "size"), CLEANED.values(), ids=CLEANED)
def test_private_metadata_is_taken_out_and_told(
    library: Library, data: bytes, named: list[str], size: tuple[int, int], ticket: bool
) -> None:
    answer, stored = _attach(library, data, ticket=ticket)
    file = answer["MediaFile"]
    assert [secret for secret in SECRETS if secret in stored] == []
    assert (file["Size"], file["Sha256"]) == (len(stored), sha256_of(stored))
    assert (file["Width"], file["Height"]) == size
    assert codes(answer) == ["METADATA_REMOVED"]
    assert [words for words in named if words not in answer["Warnings"][0]["Message"]] == []
    row = library.world.audit_rows()[-1]
    assert [warning["Code"] for warning in row["warnings"]] == ["METADATA_REMOVED"]


@pytest.mark.parametrize("data", [data for data, _, _ in CLEANED.values()], ids=CLEANED)
def test_a_clean_picture_is_stored_as_it_is(library: Library, data: bytes) -> None:
    first, stored = _attach(library, data, ticket=False)
    item = first["MediaItem"]["MediaFileItemCode"]
    again = library.attach_answer(item, stored, FileName=_name(data))
    assert (codes(again), again["MediaFile"]["Sha256"]) == (["NO_CHANGE"], first["MediaFile"]["Sha256"])
    same = library.attach_answer(item, data, FileName=_name(data))
    assert codes(same) == ["METADATA_REMOVED", "NO_CHANGE"]


@pytest.mark.parametrize("ticket", [False, True], ids=["inline", "by ticket"])
@pytest.mark.parametrize("data", LEFT_ALONE.values(), ids=LEFT_ALONE)
def test_other_pictures_stay_as_they_came(library: Library, data: bytes, ticket: bool) -> None:
    answer, stored = _attach(library, data, ticket=ticket)
    assert (stored, codes(answer)) == (data, [])


def test_a_turned_picture_stays_turned(library: Library) -> None:
    _, stored = _attach(library, photo(TURNED_EXIF), ticket=False)
    assert b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0" in stored
    assert stored.count(b"Exif") == 1


def test_a_dry_run_tells_what_would_be_taken_out(library: Library) -> None:
    answer = library.attach_answer(library.item(), photo(TURNED_EXIF), FileName="a.jpg", DryRun=True)
    assert set(codes(answer)) == {"METADATA_REMOVED", "DRY_RUN"}
    assert library.world.files.keys == []


REFUSED = {
    "a page behind a picture": (photo(behind=b"<html><script>"), "follows the end"),
    "a page behind a photo": (photo(TURNED_EXIF, behind=b"<html><script>"), "follows the end"),
    "HEIC": (box(b"heic"), "save or share them as JPEG"),
    "HEIF": (box(b"mif1"), "save or share them as JPEG"),
    "AVIF": (box(b"avif"), "save or share them as JPEG"),
    "QuickTime": (box(b"qt  "), "save or share them as MP4"),
    "an unknown format": (b"MZ" + b"\0" * 60, "Accepted: 3GP, DOC, DOCX, GIF, JPG"),
}


@pytest.mark.parametrize(("data", "words"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused_says_what_is_taken(library: Library, data: bytes, words: str) -> None:
    check_refused(library, data, words)


@pytest.mark.parametrize("mime_type", ["image/heic", "image/heif", "video/quicktime", "image/tiff"])
def test_a_declared_type_that_is_refused_says_what_is_taken(library: Library, mime_type: str) -> None:
    given = {"FileName": "a", "MimeType": mime_type, "Size": 5, "Sha256": sha256_of(b"x")}
    error = library.editor.call_tool("request_media_upload", MediaFileItemCode=library.item(), **given).error
    assert (error["type"], "JPG" in error["message"]) == ("unsupported_media", True)
