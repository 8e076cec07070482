"""What the REST API's function asks its stores for, so that its role is compared with each kind of request."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest

from affino_mcp.gate.identity.permissions import SECURITY_GROUPS
from affino_mcp.store.testing.faulty_database import FaultyDatabase, StoreFault
from tests.flow.media import box, png, sha256_of
from tests.rest_client import RestClient
from tests.roles.watched_stores import WatchedStores
from tests.world import World

FILM = box(b"isom") + b"a film" * 1000


@pytest.fixture
def faults(world: World) -> FaultyDatabase:
    return FaultyDatabase(world.database)


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def client(world: World, faults: FaultyDatabase) -> Iterator[RestClient]:
    world.stores = WatchedStores(faults, world.secrets, world.files, tables=world.database)
    person = world.create_person("Una", "Mighty", *SECURITY_GROUPS)
    opened = RestClient.open(world, world.create_profile(rest=True, rate=100), person)
    yield opened
    opened.handler.close()


def test_records_are_found_in_every_order(client: RestClient) -> None:
    code = client.post("/accounts", Name="Orbital Labs").document["Account"]["AccountCode"]
    client.post("/tasks", Title="Call", DueDate="2026-12-01", AccountCode=code)
    for order in ("Name", "Created", "Updated"):
        assert client.get("/accounts", SortBy=order).document["TotalRecords"] == 1
    assert client.get("/tasks", SortBy="Due").document["Items"]
    client.patch(f"/accounts/{code}", Name="Nova")
    assert client.get("/accounts", Search="nova").document["TotalRecords"] == 1


def test_files_go_in_and_out_beside_the_function(client: RestClient, world: World) -> None:
    item = client.post("/media_items", Title="Walkthrough").document["MediaItem"]["MediaFileItemCode"]
    files = f"/media_items/{item}/files"
    inline = client.post(files, FileName="a.png", ContentBase64=base64.b64encode(png()).decode())
    assert inline.status == 200, inline.document
    asked = {"FileName": "a.mp4", "MimeType": "video/mp4", "Size": len(FILM), "Sha256": sha256_of(FILM)}
    ticket = client.post(f"/media_items/{item}/upload", **asked).document
    assert world.files.accept_upload(ticket["Url"], ticket["Headers"], FILM) == 200
    film = client.post(files, FileName="a.mp4", UploadToken=ticket["UploadToken"]).document["MediaFile"]
    assert world.files.answer_download(film["Url"]).content == FILM
    assert client.delete(f"/media_files/{film['MediaFileCode']}").status == 200
    unsent = client.post(f"/media_items/{item}/upload", **asked).document
    assert client.post(files, FileName="b.mp4", UploadToken=unsent["UploadToken"]).status == 409


def test_a_file_whose_record_another_writer_overtakes_is_kept_once(
    client: RestClient, world: World, faults: FaultyDatabase
) -> None:
    titles = ("One", "Two", "Three")
    items = [client.post("/media_items", Title=t).document["MediaItem"]["MediaFileItemCode"] for t in titles]
    inline = {"FileName": "a.png", "ContentBase64": base64.b64encode(png()).decode()}
    client.post(f"/media_items/{items[0]}/files", **inline)
    faults.arm({})
    client.post(f"/media_items/{items[1]}/files", **inline)
    faults.arm({[method for method, _ in faults.calls].index("transact"): StoreFault.CONDITION})
    assert client.post(f"/media_items/{items[2]}/files", **inline).status == 200
    assert len(world.files.keys) == 3


def test_guesses_and_storms_are_counted(client: RestClient) -> None:
    forged = client.with_headers(Signature="0" * 128)
    assert [forged.get("/accounts").status for _ in range(21)][-1] == 429
    assert {client.get("/accounts").status for _ in range(180)} == {200, 429}


@pytest.mark.parametrize("fault", [StoreFault.LOST, StoreFault.VANISHED, StoreFault.BEFORE])
def test_a_signature_that_may_be_noted_is_asked_for(
    client: RestClient, faults: FaultyDatabase, fault: StoreFault
) -> None:
    client.get("/accounts")
    faults.arm({1: fault})
    answer = client.get("/accounts")
    assert faults.calls[1][0] == "put"
    assert answer.status == (200 if fault is StoreFault.LOST else 503), answer.document
