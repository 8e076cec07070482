"""Upload tickets: valid once, for five minutes, for one person, profile, item, size, checksum and type."""

from __future__ import annotations

import json
from collections.abc import Sequence
from threading import Thread
from typing import Any

import pytest

from affino_mcp.store.files import CHECKSUM_HEADER, hex_to_base64
from affino_mcp.store.ops import WriteOp
from affino_mcp.store.testing.faulty_database import FaultyDatabase, StoreFault
from tests.flow.media import Library, box, codes, png, sha256_of
from tests.world import Response, World, WorldClient

FILM = box(b"isom") + b"a film" * 1000


@pytest.fixture
def item(library: Library) -> int:
    return library.item(Title="Walkthrough")


def arguments(item: int, ticket: dict[str, Any]) -> dict[str, Any]:
    return {"MediaFileItemCode": item, "FileName": "walkthrough.mp4", "UploadToken": ticket["UploadToken"]}


def send(library: Library, ticket: dict[str, Any], data: bytes = FILM) -> int:
    return library.world.files.accept_upload(ticket["Url"], ticket["Headers"], data)


def test_a_film_goes_in_by_ticket_and_comes_out_the_same(library: Library, item: int) -> None:
    ticket = library.ticket(item, FILM, "video/mp4")
    assert ticket["Method"] == "PUT"
    assert ticket["ExpiresAt"] == "2026-11-23T09:05:00.000000Z"
    assert ticket["Headers"] == {
        "Content-Length": str(len(FILM)),
        "Content-Type": "video/mp4",
        "If-None-Match": "*",
        CHECKSUM_HEADER: hex_to_base64(sha256_of(FILM)),
    }
    assert send(library, ticket) == 200
    file = library.editor.call_tool("attach_media_file", **arguments(item, ticket)).result["MediaFile"]
    assert (file["MimeType"], file["Size"], file["Sha256"]) == ("video/mp4", len(FILM), sha256_of(FILM))
    assert library.world.files.answer_download(file["Url"]).content == FILM
    (key,) = library.world.files.keys
    assert key.startswith(f"media/{item}/"), "the upload itself is gone"


def test_a_ticket_is_used_once(library: Library, item: int) -> None:
    ticket = library.ticket(item, FILM, "video/mp4")
    send(library, ticket)
    library.editor.call_tool("attach_media_file", **arguments(item, ticket))
    renamed = arguments(item, ticket) | {"FileName": "another.mp4"}
    error = library.editor.call_tool("attach_media_file", **renamed).error
    assert (error["type"], error["details"]["argument"]) == ("invalid_state", "UploadToken")
    other = library.item()
    assert library.editor.call_tool("attach_media_file", **arguments(other, ticket)).error["type"] == "validation_error"


def test_the_same_call_is_answered_with_its_file(world: World, library: Library, item: int) -> None:
    """The upload itself is gone by then; a rehearsal of the call is another call."""
    ticket = library.ticket(item, FILM, "video/mp4")
    send(library, ticket)
    first = library.editor.call_tool("attach_media_file", **arguments(item, ticket)).result
    world.clock.move(minutes=30)
    again = library.editor.call_tool("attach_media_file", **arguments(item, ticket)).result
    assert (codes(first), codes(again)) == ([], ["REPLAYED"])
    assert again["Warnings"][0]["Argument"] == "UploadToken"
    assert again["MediaFile"] | {"Url": ""} == first["MediaFile"] | {"Url": ""}
    assert world.files.answer_download(again["MediaFile"]["Url"]).content == FILM
    assert len(world.files.keys) == 1
    rehearsed = library.editor.call_tool("attach_media_file", **arguments(item, ticket), DryRun=True)
    assert rehearsed.error["type"] == "invalid_state"
    library.attach(item, png())
    library.editor.call_tool("delete_media_file", MediaFileCode=first["MediaFile"]["MediaFileCode"])
    assert library.editor.call_tool("attach_media_file", **arguments(item, ticket)).error["type"] == "invalid_state"


@pytest.mark.parametrize("fault", [StoreFault.LOST, StoreFault.VANISHED])
def test_an_attachment_whose_answer_was_lost_is_found_by_its_ticket(
    world: World, library: Library, item: int, fault: StoreFault
) -> None:
    world.watched.inner = faulty = FaultyDatabase(world.database)
    other = library.item()
    library.attach(library.item(), png())  # so that the process knows the last code
    tickets = [library.ticket(each, FILM, "video/mp4") for each in (other, item)]
    assert [send(library, ticket) for ticket in tickets] == [200, 200]
    faulty.arm({})
    library.editor.call_tool("attach_media_file", **arguments(other, tickets[0]))
    number = [method for method, _ in faulty.calls].index("transact")
    faulty.arm({number: fault}, lasting=True)
    answer = library.editor.call_tool("attach_media_file", **arguments(item, tickets[1]))
    assert (answer.status, answer.document["error"]["data"]["type"]) == (503, "outcome_unknown")
    faulty.arm({})
    again = library.editor.call_tool("attach_media_file", **arguments(item, tickets[1])).result
    assert ("REPLAYED" in codes(again)) == (fault is StoreFault.LOST)
    (file,) = library.editor.call_tool("list_media_files", MediaFileItemCode=item).result["Files"]
    assert file["MediaFileCode"] == again["MediaFile"]["MediaFileCode"]


def test_the_same_call_with_its_key_is_answered_again(library: Library, item: int) -> None:
    ticket = library.ticket(item, FILM, "video/mp4")
    send(library, ticket)
    asked = arguments(item, ticket) | {"IdempotencyKey": "film"}
    first = library.editor.call_tool("attach_media_file", **asked).result["MediaFile"]
    library.world.clock.move(minutes=6)
    again = library.editor.call_tool("attach_media_file", **asked).result["MediaFile"]
    assert again | {"Url": ""} == first | {"Url": ""}
    assert library.world.files.answer_download(first["Url"]).status == 403
    assert library.world.files.answer_download(again["Url"]).content == FILM


def test_a_ticket_is_for_one_person_one_profile_and_one_item(world: World, library: Library, item: int) -> None:
    ticket = library.ticket(item, FILM, "video/mp4")
    send(library, ticket)
    elsewhere = world.create_profile("another")
    edna = world.people.find_user_code("edna.editor@affino.example")
    assert edna
    through = WorldClient(world, library.handler, world.log_in(elsewhere, edna))
    for client, code in ((library.publisher, item), (through, item), (library.editor, library.item())):
        error = client.call_tool("attach_media_file", **arguments(code, ticket)).error
        assert (error["type"], error["details"]["argument"]) == ("validation_error", "UploadToken")
    assert library.editor.call_tool("attach_media_file", **arguments(item, ticket)).result


def test_a_ticket_ends_after_five_minutes(world: World, library: Library, item: int) -> None:
    ticket = library.ticket(item, FILM, "video/mp4")
    send(library, ticket)
    world.clock.move(minutes=5)
    error = library.editor.call_tool("attach_media_file", **arguments(item, ticket)).error
    assert (error["type"], "expired" in error["message"]) == ("invalid_state", True)


UPLOADS: dict[str, tuple[bytes, dict[str, str], int]] = {
    "other bytes": (FILM[:-1] + b"!", {}, 400),
    "fewer bytes": (FILM[:-1], {}, 403),
    "another type": (FILM, {"Content-Type": "text/html"}, 403),
    "another checksum": (FILM[:-1] + b"!", {CHECKSUM_HEADER: hex_to_base64(sha256_of(FILM[:-1] + b"!"))}, 403),
}


@pytest.mark.parametrize(("data", "headers", "status"), UPLOADS.values(), ids=UPLOADS)
def test_nothing_else_can_be_uploaded(
    library: Library, item: int, data: bytes, headers: dict[str, str], status: int
) -> None:
    ticket = library.ticket(item, FILM, "video/mp4")
    assert library.world.files.accept_upload(ticket["Url"], ticket["Headers"] | headers, data) == status
    error = library.editor.call_tool("attach_media_file", **arguments(item, ticket)).error
    assert (error["type"], "Nothing has been uploaded" in error["message"]) == ("invalid_state", True)


def test_content_of_another_type_is_refused(library: Library, item: int) -> None:
    ticket = library.ticket(item, png(), "video/mp4")
    assert send(library, ticket, png()) == 200
    error = library.editor.call_tool("attach_media_file", **arguments(item, ticket)).error
    assert (error["type"], error["details"]["argument"]) == ("unsupported_media", "MimeType")
    assert library.editor.call_tool("list_media_files", MediaFileItemCode=item).result["Files"] == []


ASKED: dict[str, tuple[dict[str, Any], str]] = {
    "too large": ({"Size": 104857601}, "too_large"),
    "empty": ({"Size": 0}, "validation_error"),
    "no type of ours": ({"MimeType": "text/html"}, "unsupported_media"),
    "SVG": ({"MimeType": "image/svg+xml"}, "unsupported_media"),
    "no checksum": ({"Sha256": "abc"}, "validation_error"),
    "no such item": ({"MediaFileItemCode": 999}, "not_found"),
}


@pytest.mark.parametrize(("changed", "kind"), ASKED.values(), ids=ASKED)
def test_what_no_ticket_is_given_for(library: Library, item: int, changed: dict[str, Any], kind: str) -> None:
    asked = {"MediaFileItemCode": item, "FileName": "a.mp4", "MimeType": "video/mp4", "Size": 1, "Sha256": "0" * 64}
    assert library.editor.call_tool("request_media_upload", **(asked | changed)).error["type"] == kind


def test_a_rehearsed_ticket_opens_nothing(world: World, library: Library, item: int) -> None:
    before = len(world.database.list_rows(world.settings.records_table))
    ticket = library.ticket(item, FILM, "video/mp4", DryRun=True)
    assert (ticket["UploadToken"], ticket["Url"], ticket["DryRun"]) == (None, None, True)
    assert len(world.database.list_rows(world.settings.records_table)) == before


def test_a_token_stands_nowhere_in_the_clear(world: World, library: Library, item: int) -> None:
    ticket = library.ticket(item, FILM, "video/mp4")
    send(library, ticket)
    library.editor.call_tool("attach_media_file", **arguments(item, ticket))
    tables = (world.settings.records_table, world.settings.audit_table)
    kept = json.dumps([world.database.list_rows(table) for table in tables])
    assert ticket["UploadToken"] not in kept
    assert ticket["Url"].partition("?")[2] not in kept
    assert [row["record"] for row in world.audit_rows()[-2:]] == [f"R#media_items#{item}"] * 2


def test_two_at_once_with_one_ticket_make_one_file(world: World, library: Library, item: int) -> None:
    ticket = library.ticket(item, FILM, "video/mp4")
    send(library, ticket)
    other = WorldClient(world, world.new_handler(), library.editor.headers)
    inner, answers = world.database.transact, list[Response]()

    def overtaken(ops: Sequence[WriteOp], token: str) -> None:
        if not answers:
            answers.append(Response(0, {}, {}))
            faster = Thread(
                target=lambda: answers.append(other.call_tool("attach_media_file", **arguments(item, ticket)))
            )
            faster.start()
            faster.join()
        inner(ops, token)

    world.database.transact = overtaken  # type: ignore[method-assign]
    slower = library.editor.call_tool("attach_media_file", **arguments(item, ticket)).result
    assert slower["MediaFile"]["MediaFileCode"] == answers[1].result["MediaFile"]["MediaFileCode"]
    assert (codes(slower), answers[1].result["MediaFile"]["Version"]) == (["REPLAYED"], 1)
    assert len(world.files.keys) == 1
    assert len(library.editor.call_tool("list_media_files", MediaFileItemCode=item).result["Files"]) == 1
    other.handler.close()
