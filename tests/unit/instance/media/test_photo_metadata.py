"""Private metadata of pictures: whatever is added to one, it goes, and the picture itself stays byte for byte."""

from __future__ import annotations

import hashlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affino_mcp.instance.builtin.media.exif import read_exif, write_exif
from affino_mcp.instance.builtin.media.file_content import InlineContent, StoredContent
from affino_mcp.instance.builtin.media.media_sources import FileSource
from affino_mcp.instance.builtin.media.photo_cleaning import MAX_CLEANED_BYTES, CleanSource, clean_source
from affino_mcp.store.files import FileUpload
from affino_mcp.store.testing.memory_files import MemoryFileStore
from affino_mcp.tool_errors import FileTooLarge, InvalidState
from tests.clock import TestClock
from tests.flow import photos
from tests.flow.media import sha256_of


def clean(data: bytes) -> CleanSource:
    return clean_source(FileSource(InlineContent(data), hashlib.sha256(data).hexdigest()))


def stored(found: CleanSource) -> bytes:
    assert isinstance(found.source.content, InlineContent)
    return found.source.content.data


PRIVATE = [photos.XMP, photos.IPTC, photos.exif_segment(photos.tiff()), photos.MPF]
PLAIN = [
    photos.COLOURS,
    photos.segment(0xEE, b"Adobe\0\0\0"),
    photos.segment(0xFE, b"a comment"),
    photos.segment(0xE1, b"x"),
]


@given(st.lists(st.sampled_from(PRIVATE + PLAIN), max_size=8))
def test_only_what_is_private_goes(segments: list[bytes]) -> None:
    found = clean(photos.photo(*segments))
    assert stored(found) == photos.photo(*(each for each in segments if each in PLAIN))
    assert bool(found.removed) == any(each in PRIVATE for each in segments)


@given(st.integers(1, 8), st.sampled_from("<>"), st.booleans())
def test_how_a_picture_is_turned_stays(orientation: int, order: str, private: bool) -> None:
    found = clean(photos.photo(photos.exif_segment(photos.tiff(orientation, order, private=private))))
    again = clean(stored(found))
    assert found.orientation == again.orientation == orientation
    assert again.removed == ()


@given(st.binary(max_size=200))
def test_any_exif_is_read(data: bytes) -> None:
    assert 1 <= read_exif(b"MM\0*\0\0\0\x08" + data).orientation <= 8
    assert 1 <= read_exif(data).orientation <= 8


@given(st.sampled_from([*photos.CLEANED.values()]), st.data())
def test_broken_pictures_are_left_to_the_checks(
    case: tuple[bytes, list[str], tuple[int, int]], data: st.DataObject
) -> None:
    whole = case[0]
    clean(whole[: data.draw(st.integers(0, len(whole)))])
    place = data.draw(st.integers(0, len(whole) - 1))
    clean(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])


def test_what_is_written_is_read() -> None:
    assert [read_exif(write_exif(number)).orientation for number in range(1, 9)] == list(range(1, 9))
    assert write_exif(1) == b""


def test_a_large_picture_is_cleaned_in_linear_time_and_a_larger_one_refused() -> None:
    filler = b"\x12" * (MAX_CLEANED_BYTES - 2_000)
    whole, began = photos.photo(photos.XMP)[:-2] + filler + b"\xff\xd9", time.process_time()
    assert clean(whole).removed == ("XMP",)
    assert time.process_time() - began < 10
    with pytest.raises(FileTooLarge, match="XMP"):
        clean(whole[:-2] + b"\x12" * 4_000 + b"\xff\xd9")


def test_an_upload_that_has_changed_meanwhile_is_not_stored() -> None:
    files, data = MemoryFileStore(TestClock()), photos.photo(photos.XMP)
    files.put(FileUpload("uploads/x", "image/jpeg", len(data), sha256_of(data)), data)
    source = FileSource(StoredContent(files, "uploads/x", len(data)), sha256_of(b"other"), "image/jpeg", "uploads/x")
    with pytest.raises(InvalidState):
        clean_source(source)
