"""Checking a file: whatever is changed in it, it is allowed or refused by us, and an archive that lies is never allowed."""

from __future__ import annotations

import io
import struct
import time
import zipfile
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affino_mcp.instance.builtin.media.file_checks import CheckedFile, check_file
from affino_mcp.instance.builtin.media.file_content import (
    MAX_BLOCKS_READ,
    MAX_PIECES_READ,
    PIECE_BYTES,
    InlineContent,
    StoredContent,
)
from affino_mcp.instance.builtin.media.file_ends import END_FINDERS
from affino_mcp.store.testing.memory_files import MemoryFileStore
from affino_mcp.tool_errors import UnsupportedMedia
from tests.clock import TestClock
from tests.flow.media import SAMPLES, archive, document, gif, jpeg, packed, pdf, png

PLAIN = packed({"a.txt": b"text" * 50, "b/": b"", "b/c.txt": b"", "d.bin": bytes(range(256))})
DOCUMENT = document({"word/styles.xml": b"<a/>" * 20}, "text/plain")
LARGE = 100 * 1024 * 1024
CPU_SECONDS = 3.0


def checked(data: bytes) -> CheckedFile | None:
    try:
        return check_file(InlineContent(data))
    except UnsupportedMedia:
        return None


def headers(data: bytes) -> list[int]:
    """The places of all bytes of an archive but its packed data."""
    with zipfile.ZipFile(io.BytesIO(data)) as made:
        starts = [entry.header_offset for entry in made.infolist()]
        local = [
            place for e in made.infolist() for place in range(e.header_offset, e.header_offset + 30 + len(e.filename))
        ]
        assert starts[0] == 0
        return [*local, *range(made.start_dir, len(data))]


def from_the_front(data: bytes) -> Iterator[tuple[str, int, int, int]]:
    """Name, checksum and sizes of each entry, as a program finds them that never sees the directory."""
    place = 0
    while data[place : place + 4] == b"PK\x03\x04":
        checksum, size, unpacked, name, extra = struct.unpack_from("<IIIHH", data, place + 14)
        yield data[place + 30 : place + 30 + name].decode(), checksum, size, unpacked
        place += 30 + name + extra + size
    assert data[place : place + 4] == b"PK\x01\x02", "the directory follows the last entry"


def require_true(data: bytes) -> None:
    """Fails unless both ways to read the archive find the same entries, and names that stay inside."""
    with zipfile.ZipFile(io.BytesIO(data)) as made:
        listed = [(e.filename, e.CRC, e.compress_size, e.file_size) for e in made.infolist()]
        assert made.comment is not None
    assert sorted(listed) == sorted(from_the_front(data))
    names = [entry[0] for entry in listed]
    assert len(set(names)) == len(names)
    assert not [
        name for name in names if name.startswith("/") or ".." in name.split("/") or "\\" in name or "\0" in name
    ]
    assert all(size <= unpacked * 1.001 + 64 and unpacked <= size * 1032 for _, _, size, unpacked in listed)


NUMBERS = st.sampled_from([0, 1, 2, 9, 0x7F, 0xFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF]) | st.integers(0, 0xFFFFFFFF)


@settings(deadline=None, max_examples=400)
@given(st.sampled_from([PLAIN, DOCUMENT]), st.data())
def test_an_archive_with_changed_headers_is_refused_or_true(whole: bytes, data: st.DataObject) -> None:
    changed = bytearray(whole)
    for place in data.draw(st.lists(st.sampled_from(headers(whole)), min_size=1, max_size=3)):
        width = data.draw(st.sampled_from([1, 2, 4]))
        number = data.draw(NUMBERS) % 256**width
        changed[place : place + width] = number.to_bytes(width, "little")[: len(whole) - place]
    if checked(bytes(changed)):
        require_true(bytes(changed))


@settings(deadline=None)
@given(st.sampled_from([PLAIN, DOCUMENT]), st.data())
def test_an_archive_with_parts_moved_is_refused_or_true(whole: bytes, data: st.DataObject) -> None:
    places = st.integers(0, len(whole))
    start, end, at = data.draw(places), data.draw(places), data.draw(places)
    changed = whole[:at] + whole[min(start, end) : max(start, end)] + whole[at:]
    if checked(changed):
        require_true(changed)


@settings(deadline=None)
@given(st.sampled_from([sample[0] for sample in SAMPLES.values()]), st.data())
def test_a_damaged_file_is_allowed_or_refused(sample: bytes, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(sample) - 1))
    checked(sample[:place] + data.draw(st.binary(max_size=8)) + sample[place + data.draw(st.integers(0, 8)) :])


ENDING = [sample[0] for sample in SAMPLES.values() if sample[1] in END_FINDERS]


@settings(deadline=None)
@given(st.sampled_from(ENDING), st.binary(min_size=1, max_size=80))
def test_nothing_but_blanks_follows_an_end(sample: bytes, more: bytes) -> None:
    assert (checked(sample + more) is not None) == (not more.strip(b"\0\t\n\f\r "))


class OneFile(MemoryFileStore):
    """A store of one file, which notes the sizes of reads."""

    def __init__(self, data: bytes) -> None:
        super().__init__(TestClock())
        self.data, self.reads = data, list[int]()

    def read(self, key: str, start: int, length: int) -> bytes:
        self.reads.append(length)
        return self.data[start : start + length]


def stored(*entries: tuple[str, int]) -> bytes:
    """An archive of entries of these names and sizes, which are not packed."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as writer:
        for name, size in entries:
            writer.writestr(name, bytes(size))
    return made.getvalue()


def many_pages() -> bytes:
    return SAMPLES["Ogg Vorbis"][0] + (b"OggS" + b"\0" * 23) * (LARGE // 27 - 10)


LARGEST: dict[str, tuple[Callable[[], bytes], bool]] = {
    "PDF of nothing": (lambda: pdf(b"x" * (LARGE - 60)), True),
    "PDF of names": (lambda: pdf(b"/" * (LARGE - 60)), True),
    "PDF of escaped names": (lambda: pdf(b"/#4a#61" * (LARGE // 7 - 60)), True),
    "JPEG of stuffed bytes": (
        lambda: jpeg()[:-2] + b"\xff\xda\0\x02" + b"\xff\0" * (LARGE // 2 - 40) + b"\xff\xd9",
        True,
    ),
    "JPEG of fill bytes": (lambda: jpeg()[:-2] + b"\xff\xda\0\x02" + b"\xff" * (LARGE - 80) + b"\xd9", True),
    "JPEG of restarts": (lambda: jpeg()[:-2] + b"\xff\xda\0\x02" + b"\xff\xd0" * (LARGE // 2 - 40) + b"\xff\xd9", True),
    "JPEG of fill bytes before its data": (lambda: b"\xff\xd8" + b"\xff" * (LARGE - 50) + jpeg()[2:], False),
    "GIF of whole parts": (
        lambda: gif()[:-1] + b"\x21\xfe" + (b"\xff" + b"x" * 255) * (LARGE // 256 - 2) + b"\0;",
        True,
    ),
    "GIF of single bytes": (lambda: gif()[:-1] + b"\x21\xfe" + b"\x01x" * (LARGE // 2 - 20) + b"\0;", False),
    "PNG of one part": (
        lambda: png()[:-12] + struct.pack(">I", LARGE - 100) + b"IDAT" + bytes(LARGE - 96) + png()[-12:],
        True,
    ),
    "PNG of empty parts": (lambda: png()[:-12] + b"\0\0\0\0tEXt\0\0\0\0" * (LARGE // 12 - 9) + png()[-12:], False),
    "PNG before blanks": (lambda: png() + bytes(LARGE - 100), True),
    "Ogg of empty pages": (many_pages, False),
    "ZIP of many entries": (lambda: stored(*((str(number), 20_000) for number in range(5000))), True),
    "ZIP of one entry": (lambda: stored(("a.bin", LARGE - 200)), True),
}


@pytest.mark.parametrize(("make", "allowed"), LARGEST.values(), ids=LARGEST)
def test_the_largest_files_are_read_once_in_bounded_pieces(make: Callable[[], bytes], allowed: bool) -> None:
    files = OneFile(make())
    assert len(files.data) <= LARGE
    started = time.process_time()
    try:
        check_file(StoredContent(files, "uploads/x", len(files.data)))
        found = True
    except UnsupportedMedia:
        found = False
    assert time.process_time() - started < CPU_SECONDS
    assert found == allowed
    assert len(files.reads) <= MAX_BLOCKS_READ + MAX_PIECES_READ
    assert max(files.reads) <= PIECE_BYTES
    assert sum(files.reads) <= len(files.data) * 1.05 + 4 * PIECE_BYTES


def test_a_small_file_takes_few_reads() -> None:
    """The reads of an upload that is attached: the beginning, the end, and once the whole."""
    found = {}
    for name, data in {
        "PNG": png(),
        "PDF": pdf(),
        "ZIP": archive("a"),
        "DOCX": SAMPLES["DOCX"][0],
        "MP4": SAMPLES["MP4"][0],
    }.items():
        files = OneFile(data)
        check_file(StoredContent(files, "uploads/x", len(data)))
        found[name] = len(files.reads)
    assert found == {"PNG": 2, "PDF": 2, "ZIP": 2, "DOCX": 2, "MP4": 1}
