"""Recognising a file: for any bytes the result is a format or our refusal, after few and bounded reads."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affino_mcp.instance.builtin.media.file_content import BLOCK_BYTES, MAX_BLOCKS_READ, InlineContent, StoredContent
from affino_mcp.instance.builtin.media.file_formats import (
    FILE_FORMATS,
    FileFormat,
    fit_file_name,
)
from affino_mcp.instance.builtin.media.file_images import measure_image
from affino_mcp.instance.builtin.media.format_recognition import SIGNATURES, recognise_format
from affino_mcp.store.files import FileUpload
from affino_mcp.store.testing.memory_files import MemoryFileStore
from affino_mcp.tool_errors import UnsupportedMedia
from tests.clock import TestClock
from tests.flow.media import SAMPLES, jpeg, sha256_of

BEGINNINGS = [*SIGNATURES, b"\0\0\0\x10ftypisom", b"\xff\xfb\x90\x64", b"PK\x05\x06"]


class Counted(MemoryFileStore):
    """Counts the bytes read."""

    read_bytes = 0

    def read(self, key: str, start: int, length: int) -> bytes:
        found = super().read(key, start, length)
        self.read_bytes += len(found)
        return found


def kept(data: bytes) -> tuple[StoredContent, Counted]:
    files = Counted(TestClock())
    files.put(FileUpload("uploads/x", "image/png", len(data), sha256_of(data)), data)
    return StoredContent(files, "uploads/x", len(data)), files


def understood(data: bytes) -> bool:
    try:
        found = recognise_format(InlineContent(data))
        measure_image(found.mime_type, InlineContent(data))
    except UnsupportedMedia:
        return False
    return True


@given(st.sampled_from(BEGINNINGS), st.binary(max_size=600))
def test_whatever_follows_a_signature_is_a_format_or_a_refusal(beginning: bytes, rest: bytes) -> None:
    understood(beginning + rest)


@given(st.sampled_from([sample[0] for sample in SAMPLES.values()]), st.data())
def test_a_damaged_file_is_a_format_or_a_refusal(sample: bytes, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(sample) - 1))
    damaged = sample[:place] + data.draw(st.binary(max_size=8)) + sample[place + data.draw(st.integers(0, 8)) :]
    understood(damaged)


@given(st.binary(min_size=1, max_size=300), st.integers(0, 400), st.integers(0, 400))
def test_kept_content_reads_like_inline_content(data: bytes, start: int, length: int) -> None:
    assert kept(data)[0].read_bytes(start, length) == InlineContent(data).read_bytes(start, length)


def test_content_is_read_across_blocks_and_once() -> None:
    data = bytes(range(256)) * (BLOCK_BYTES // 128)
    content, files = kept(data)
    assert content.read_bytes(BLOCK_BYTES - 10, 20) == data[BLOCK_BYTES - 10 : BLOCK_BYTES + 10]
    assert content.read_bytes(0, len(data)) == data
    assert files.read_bytes == len(data)


def test_a_large_file_is_known_by_little_of_it() -> None:
    data = jpeg(640, 480, before=60_000) + b"\0" * 10_000_000
    content, files = kept(data)
    assert recognise_format(content).mime_type == "image/jpeg"
    assert measure_image("image/jpeg", content) == (640, 480)
    assert files.read_bytes <= 2 * BLOCK_BYTES


def test_a_file_that_leads_on_forever_is_given_up() -> None:
    segment = b"\xff\xe1" + (60_000).to_bytes(2, "big") + b"x" * 59_998
    content, files = kept(b"\xff\xd8" + segment * 200)
    with pytest.raises(UnsupportedMedia):
        measure_image("image/jpeg", content)
    assert files.read_bytes <= MAX_BLOCKS_READ * BLOCK_BYTES


@given(st.text(max_size=255), st.sampled_from(FILE_FORMATS))
def test_a_name_fits_its_content_and_stays_fitting(name: str, found: FileFormat) -> None:
    made = fit_file_name(name, found)
    assert fit_file_name(made, found) == made
    assert "/" not in made
    assert "\\" not in made
    assert 0 < len(made) <= 255
