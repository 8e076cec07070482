"""A large file is uploaded by a ticket and downloaded unchanged, by presigned requests to an emulated S3."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import pytest

from affino_mcp.local.network import make_local_client
from affino_mcp.local.places import EMULATOR_PROGRAM
from affino_mcp.local.stores import open_bucket
from affino_mcp.settings import Settings
from affino_mcp.store.faults import StoreUnavailable
from affino_mcp.store.files import FileUpload
from tests.flow.media import Library, box
from tests.roles.watched_stores import WatchedStores
from tests.world import World

SIZE = 50 * 1024 * 1024
HEAD = box(b"isom")

pytestmark = [
    pytest.mark.emulator,
    pytest.mark.skipif(not EMULATOR_PROGRAM.exists(), reason="MiniStack is not installed: 'make test' installs it"),
]


@pytest.fixture
def library(emulated: Settings) -> Iterator[Library]:
    world = World()
    world.stores = WatchedStores(world.watched, world.secrets, open_bucket(emulated))
    handler = world.new_handler()
    yield Library(world, handler, world.create_profile())
    handler.close()


def film(size: int = SIZE) -> bytes:
    """Gives bytes with the signature of a video; the rest does not repeat."""
    blocks = (hashlib.sha512(str(number).encode()).digest() for number in range((size - len(HEAD)) // 64 + 1))
    return (HEAD + b"".join(blocks))[:size]


def put(ticket: dict[str, Any], data: bytes, **headers: str) -> int:
    with make_local_client() as http:
        return http.put(ticket["Url"], content=data, headers=ticket["Headers"] | headers).status_code


def test_fifty_megabytes_by_ticket(library: Library) -> None:
    data, item = film(), library.item(Title="Walkthrough")
    ticket = library.ticket(item, data, "video/mp4")
    arguments = {"MediaFileItemCode": item, "FileName": "walkthrough.mp4", "UploadToken": ticket["UploadToken"]}
    assert library.editor.call_tool("attach_media_file", **arguments).error["type"] == "invalid_state"
    assert put(ticket, data) == 200
    assert put(ticket, data) == 412, "an upload replaces nothing"
    assert library.other.call_tool("attach_media_file", **arguments).error["type"] == "permission_denied"
    assert library.publisher.call_tool("attach_media_file", **arguments).error["type"] == "validation_error"
    file = library.editor.call_tool("attach_media_file", **arguments).result["MediaFile"]
    assert (file["Size"], file["Sha256"]) == (SIZE, hashlib.sha256(data).hexdigest())
    again = library.editor.call_tool("attach_media_file", **arguments).result
    assert again["MediaFile"]["MediaFileCode"] == file["MediaFileCode"]
    assert [warning["Code"] for warning in again["Warnings"]] == ["REPLAYED"]
    with make_local_client() as http:
        answer = http.get(file["Url"])
        assert http.get(file["Url"].replace("Signature=", "Signature=0")).status_code == 403
    assert (answer.status_code, answer.headers["content-type"]) == (200, "video/mp4")
    assert answer.headers["content-disposition"].startswith('attachment; filename="walkthrough.mp4"')
    assert answer.content == data


WRONG: dict[str, tuple[bytes, dict[str, str]]] = {
    "a wrong checksum": (film(5000)[:-1] + b"!", {}),
    "a wrong size": (film(5001), {"Content-Length": "5001"}),
    "a wrong type": (film(5000), {"Content-Type": "text/html"}),
}


@pytest.mark.parametrize(("data", "headers"), WRONG.values(), ids=WRONG)
def test_what_the_ticket_is_not_for_is_refused(library: Library, data: bytes, headers: dict[str, str]) -> None:
    item = library.item()
    ticket = library.ticket(item, film(5000), "video/mp4")
    assert put(ticket, data, **headers) in (400, 403)
    arguments = {"MediaFileItemCode": item, "FileName": "a.mp4", "UploadToken": ticket["UploadToken"]}
    assert library.editor.call_tool("attach_media_file", **arguments).error["type"] == "invalid_state"


def test_what_is_inline_is_kept_with_its_checksum(library: Library, emulated: Settings) -> None:
    data, item = film(5000), library.item()
    file = library.attach(item, data, FileName="a.mp4")
    with make_local_client() as http:
        assert http.get(file["Url"]).content == data
    lie = FileUpload("media/0/lie.mp4", "video/mp4", 4, "0" * 64)
    with pytest.raises(StoreUnavailable, match="BadDigest"):
        open_bucket(emulated).put(lie, b"data")
