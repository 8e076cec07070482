"""Files: the in-memory store and the S3 adapter on an emulated S3 give the same answers."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest

from affino_mcp.local.places import EMULATOR_PROGRAM
from affino_mcp.local.stores import open_bucket
from affino_mcp.settings import Settings
from affino_mcp.store.faults import StoreUnavailable
from affino_mcp.store.files import (
    CHECKSUM_HEADER,
    NoObject,
    content_disposition,
    hex_to_base64,
)
from affino_mcp.store.s3 import S3FileStore
from tests.contract.file_doors import OTHER, TEXT, Doors, InMemory, OnS3, upload_of

MARKS = [
    pytest.mark.emulator,
    pytest.mark.skipif(not EMULATOR_PROGRAM.exists(), reason="MiniStack is not installed: 'make test' installs it"),
]


@pytest.fixture(params=["memory", pytest.param("s3", marks=MARKS)])
def doors(request: pytest.FixtureRequest) -> Doors:
    return InMemory() if request.param == "memory" else OnS3(request.getfixturevalue("emulated"))


def test_what_is_put_can_be_read_and_is_known(doors: Doors) -> None:
    doors.files.put(upload_of(TEXT, "media/1/put.png"), TEXT)
    head = doors.files.head("media/1/put.png")
    assert head
    assert (head.size, head.mime_type, head.sha256) == (len(TEXT), "image/png", hashlib.sha256(TEXT).hexdigest())
    assert doors.files.read("media/1/put.png", 2, 7) == b"picture"
    assert doors.files.read("media/1/put.png", len(TEXT) - 4, 100) == b"tell"
    assert doors.files.read("media/1/put.png", 1000, 10) == b""


def test_a_put_with_another_checksum_is_not_kept(doors: Doors) -> None:
    with pytest.raises(StoreUnavailable):
        doors.files.put(upload_of(TEXT, "media/1/lie.png"), OTHER)
    assert doors.files.head("media/1/lie.png") is None


def test_what_is_not_there(doors: Doors) -> None:
    assert doors.files.head("media/none") is None
    doors.files.delete("media/none")
    with pytest.raises(NoObject):
        doors.files.read("media/none", 0, 10)
    with pytest.raises(NoObject):
        doors.files.copy("media/none", "media/other", '"x"')


def test_an_upload_is_exactly_what_it_was_signed_for(doors: Doors) -> None:
    wanted = upload_of(TEXT)
    assert doors.send(doors.files.presign_upload(wanted), TEXT, {}) == 200
    head = doors.files.head(wanted.key)
    assert head
    assert (head.size, head.mime_type, head.sha256) == (wanted.size, wanted.mime_type, wanted.sha256)


def test_a_door_is_gone_through_once(doors: Doors) -> None:
    door = doors.files.presign_upload(upload_of(TEXT, "uploads/once"))
    assert [doors.send(door, TEXT, {}), doors.send(door, TEXT, {})] == [200, 412]


WRONG: dict[str, tuple[bytes, dict[str, str]]] = {
    "other bytes of the same length": (OTHER, {}),
    "shorter": (TEXT[:-1], {}),
    "longer": (TEXT + b"!", {}),
    "another type": (TEXT, {"Content-Type": "text/html"}),
    "other bytes with their checksum": (OTHER, {CHECKSUM_HEADER: hex_to_base64(hashlib.sha256(OTHER).hexdigest())}),
    "replacing what is there": (TEXT, {"If-None-Match": "x"}),
}


@pytest.mark.parametrize(("content", "headers"), WRONG.values(), ids=WRONG)
def test_a_door_lets_nothing_else_through(doors: Doors, content: bytes, headers: dict[str, str]) -> None:
    wanted = upload_of(TEXT, "uploads/wrong")
    assert 400 <= doors.send(doors.files.presign_upload(wanted), content, headers) < 500
    assert doors.files.head("uploads/wrong") is None


def test_a_door_leads_to_one_key(doors: Doors) -> None:
    door = doors.files.presign_upload(upload_of(TEXT, "uploads/here"))
    assert doors.send(replace(door, url=door.url.replace("uploads/here", "media/1/there")), TEXT, {}) == 403
    assert doors.files.head("media/1/there") is None


def test_a_copy_is_the_version_that_was_looked_at(doors: Doors) -> None:
    doors.files.put(upload_of(TEXT, "uploads/copied"), TEXT)
    head = doors.files.head("uploads/copied")
    assert head
    doors.files.copy("uploads/copied", "media/copy", head.version)
    copied = doors.files.head("media/copy")
    assert copied
    assert (copied.sha256, copied.mime_type) == (head.sha256, head.mime_type)
    doors.files.put(upload_of(OTHER, "uploads/copied"), OTHER)
    with pytest.raises(NoObject):
        doors.files.copy("uploads/copied", "media/other", head.version)
    doors.files.delete("uploads/copied")
    assert doors.files.head("uploads/copied") is None
    assert doors.files.read("media/copy", 0, 100) == TEXT


NAMES = ["cover.png", 'a "quoted" name; x=1.png', "Grüße an 東京.png", "50%.png"]


@pytest.mark.parametrize("name", NAMES)
def test_a_download_is_saved_under_its_name_and_type(doors: Doors, name: str) -> None:
    doors.files.put(upload_of(TEXT, "media/1/down.png"), TEXT)
    got = doors.get(doors.files.presign_download("media/1/down.png", "image/png", name))
    assert (got.status, got.content) == (200, TEXT)
    assert got.headers["content-type"] == "image/png"
    assert got.headers["content-disposition"] == content_disposition(name)


def test_a_download_is_for_one_object(doors: Doors) -> None:
    doors.files.put(upload_of(TEXT, "media/1/mine.png"), TEXT)
    doors.files.put(upload_of(OTHER, "media/1/other.png"), OTHER)
    url = doors.files.presign_download("media/1/mine.png", "image/png", "mine.png")
    assert doors.get(url.replace("mine.png", "other.png", 1)).content != OTHER


def test_a_file_name_cannot_leave_its_header() -> None:
    text = content_disposition('x"\r\nSet-Cookie: a=b; é')
    assert text.isascii()
    assert "\n" not in text
    assert text.count('"') == 2


class Frozen:
    access_key, secret_key, token = "AKIA", "secret", "session-token"

    def get_frozen_credentials(self) -> Any:
        return self


def test_signed_requests_are_short_lived_and_carry_the_session(monkeypatch: pytest.MonkeyPatch) -> None:
    files = S3FileStore("bucket", "eu-west-1", Frozen())
    url = httpx.URL(files.presign_download("media/1/x y.png", "image/png", "x.png"))
    assert (url.host, url.raw_path.split(b"?")[0]) == ("bucket.s3.eu-west-1.amazonaws.com", b"/media/1/x%20y.png")
    assert url.params["X-Amz-Expires"] == "300"
    assert url.params["X-Amz-Security-Token"] == "session-token"
    door = httpx.URL(files.presign_upload(upload_of(TEXT)).url)
    assert door.params["X-Amz-SignedHeaders"] == f"content-length;content-type;host;if-none-match;{CHECKSUM_HEADER}"
    assert (door.params["X-Amz-Expires"], door.params["X-Amz-Security-Token"]) == ("300", "session-token")


def test_a_listing_goes_on_after_a_key_and_says_when_it_is_the_last(doors: Doors) -> None:
    keys = [f"list/{name}" for name in ("1/a.png", "1/b b+%&.png", "10/é.png", "2/c.png")]
    for key in (*keys, "list", "other/x.png"):
        doors.files.put(upload_of(TEXT, key), TEXT)
    whole = doors.files.list_objects("list/")
    assert ([one.key for one in whole.objects], whole.is_last) == (keys, True)
    assert {one.size for one in whole.objects} == {len(TEXT)}
    assert all(one.stored_at.tzinfo for one in whole.objects)
    seen, after, last = list[str](), "", False
    while not last:
        page = doors.files.list_objects("list/", after, 3)
        assert len(page.objects) <= 3
        seen += [one.key for one in page.objects]
        after, last = seen[-1], page.is_last
    assert seen == keys
    assert doors.files.list_objects("list/", keys[-1]) == doors.files.list_objects("nothing/")
    assert doors.files.list_objects("nothing/").objects == []


FAULTS: dict[str, Callable[[S3FileStore], object]] = {
    "head": lambda files: files.head("x"),
    "read": lambda files: files.read("x", 0, 1),
    "copy": lambda files: files.copy("x", "y", "z"),
    "delete": lambda files: files.delete("x"),
    "put": lambda files: files.put(upload_of(TEXT), TEXT),
    "list": lambda files: files.list_objects("media/"),
}


@pytest.mark.parametrize("deed", FAULTS.values(), ids=FAULTS)
def test_a_store_that_does_not_answer_is_unavailable(deed: Callable[[S3FileStore], object]) -> None:
    from affino_mcp.local.network import reserved_port  # noqa: PLC0415

    with reserved_port() as port, pytest.raises(StoreUnavailable):
        deed(open_bucket(replace(Settings(), aws_endpoint=f"http://127.0.0.1:{port}")))
