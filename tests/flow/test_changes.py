"""The API Log row of a call holds what the call changed: the answer and the row, in every family."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

import pytest

from affino_mcp import call_audit
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
from affino_mcp.store.faults import StoreUnavailable
from tests.flow.media import png
from tests.flow.office import Fields, Office, Told, changes, staffed
from tests.world import World

LONG = "<p>" + "A long step. " * 500 + "</p>"
CANARY = "hunter2-Kx9vQ7"


@pytest.fixture
def office(world: World, handler: LambdaHandler, profile: Profile) -> Office:
    return staffed(world, handler, profile)


def pair(before: Any, after: Any) -> Fields:
    return {"before": before, "after": after}


DEEDS: dict[str, tuple[str, Fields, str, list[Told]]] = {
    # the tool, its arguments, the result, and the changes that the row must hold (it may hold more)
    "account changed": (
        "update_account",
        {"AccountCode": "$account", "City": "York", "Website": "orbital.example"},
        "account $account changed",
        [
            (
                "accounts#$account",
                "changed",
                {"City": pair("Leeds", "York"), "Website": {"after": "orbital.example"}},
            )
        ],
    ),
    "contact linked": (
        "link_contact_to_account",
        {"UserCode": "$jane", "AccountCode": "$account", "JobTitle": "CTO"},
        "contact $jane changed",
        [("contacts#$jane", "changed", {"accounts#$account JobTitle": {"after": "CTO"}})],
    ),
    "consent given": (
        "grant_contact_permission",
        {"UserCode": "$jane", "PermissionCode": 1},
        "contact $jane changed",
        [("contacts#$jane", "changed", {"permissions#1 Status": {"after": "granted"}})],
    ),
    "member added": (
        "add_contact_list_members",
        {"ContactListCode": "$list", "UserCodes": ["$jane"]},
        "contact list $list changed",
        [("contact_lists#$list", "changed", {"Members": {"after": "$jane"}})],
    ),
    "topics added": (
        "add_opportunity_topics",
        {"OpportunityCode": "$deal", "TopicCodes": [1, 2]},
        "opportunity $deal changed",
        [("opportunities#$deal", "changed", {"TopicCodes": {"after": "1, 2"}})],
    ),
    "task done": (
        "update_task",
        {"AppUserTaskCode": "$task", "Status": "completed"},
        "task $task changed",
        [("tasks#$task", "changed", {"Status": pair("pending", "completed")})],
    ),
    "note deleted": ("delete_note", {"NoteCode": "$note"}, "note $note deleted", [("notes#$note", "deleted", {})]),
    "article published": (
        "update_article",
        {"StandardItemCode": "$article", "Live": True},
        "article $article changed",
        [("articles#$article", "changed", {"Live": pair(False, True)})],
    ),
    "long text": (
        "update_article_step",
        {"StandardStepByStepCode": "$step", "Body": LONG},
        "step $step changed",
        [("article_steps#$step", "changed", {"Body": {"after": f"({len(LONG):,} characters)"}})],
    ),
    "comment moderated": (
        "moderate_article_comment",
        {"CommentCode": "$comment", "Action": "hide", "Reason": "rude"},
        "comment $comment changed",
        [("article_comments#$comment", "changed", {"Status": pair("approved", "hidden"), "Reason": {"after": "rude"}})],
    ),
    "media changed": (
        "update_media_item",
        {"MediaFileItemCode": "$item", "AltText": "A cover"},
        "media item $item changed",
        [("media_items#$item", "changed", {"AltText": {"after": "A cover"}})],
    ),
    "thread moderated": (
        "moderate_forum_thread",
        {"ForumThreadCode": "$thread", "Action": "pin"},
        "thread $thread changed",
        [("forum_threads#$thread", "changed", {"Moderation Pinned": pair(False, True)})],
    ),
    "thread deleted": (
        "delete_forum_thread",
        {"ForumThreadCode": "$thread"},
        "thread $thread deleted",
        [("forum_threads#$thread", "deleted", {})],
    ),
    "undone": (
        "undo_change",
        {"Family": "contacts", "Code": "$jane", "Version": 1},
        "contact $jane deleted",
        [("contacts#$jane", "deleted", {})],
    ),
}


@pytest.mark.parametrize(("tool", "arguments", "result", "expected"), DEEDS.values(), ids=DEEDS)
def test_a_write_tells_what_it_changed(
    world: World, office: Office, tool: str, arguments: Fields, result: str, expected: list[Told]
) -> None:
    assert office.call(tool, arguments)
    row = world.audit_rows()[-1]
    assert (row["method"], row["result"]) == (tool, office.named(result))
    wanted = json.loads(office.named(json.dumps(expected)))
    assert [[record, deed] for record, deed, _ in changes(row)] == [[record, deed] for record, deed, _ in wanted]
    for (_, _, fields), (_, _, some) in zip(changes(row), wanted, strict=True):
        assert some.items() <= fields.items()


def test_what_is_made_is_told_field_by_field(world: World, office: Office) -> None:
    made = office.call("create_account", {"Name": "New", "PrimaryContactCode": "$jane"})["Account"]["AccountCode"]
    row = world.audit_rows()[-1]
    assert row["result"] == f"account {made} created, with 1 other record"
    (account, created, fields), (contact, changed, links) = changes(row)
    assert (account, created, contact, changed) == (
        f"accounts#{made}",
        "created",
        office.named("contacts#$jane"),
        "changed",
    )
    assert fields["Name"] == {"after": "New"}
    assert links[f"accounts#{made} Primary"] == {"after": True}


def test_an_upload_tells_the_file_and_neither_its_bytes_nor_the_ticket(world: World, office: Office) -> None:
    file, item = png(), {"MediaFileItemCode": "$item", "FileName": "c.png"}
    asked = {"MimeType": "image/png", "Size": len(file), "Sha256": hashlib.sha256(file).hexdigest()}
    ticket = office.call("request_media_upload", item | asked)
    assert world.audit_rows()[-1]["result"] == office.named("media item $item: done")
    inline = base64.b64encode(file).decode()
    office.call("attach_media_file", item | {"ContentBase64": inline})
    row = world.audit_rows()[-1]
    assert row["result"] == office.named("media item $item changed, with 1 other record")
    assert ("created", {"after": "image/png"}) in [(deed, found.get("MimeType")) for _, deed, found in changes(row)]
    told = json.dumps(world.audit_rows())
    assert [secret for secret in (ticket["UploadToken"], inline, ticket["Url"]) if secret in told] == []


def test_a_write_that_the_store_loses_claims_no_change(
    world: World, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(*_: Any) -> None:
        raise StoreUnavailable

    with monkeypatch.context() as patch:
        patch.setattr(world.watched, "transact", lost)
        assert office.client.call_tool("update_account", AccountCode=office.codes["account"], City="York").status == 503
    row = world.audit_rows()[-1]
    assert (row["status"], row["result"], row["changes"]) == (503, "failed: unavailable", [])


def test_one_store_call_writes_the_change_and_tells_it(world: World, office: Office) -> None:
    world.watched.calls.clear()
    office.call("update_task", {"AppUserTaskCode": "$task", "Status": "completed"})
    writes = [call for call, _ in world.watched.calls if call in ("put", "transact")]
    assert writes == ["transact"]
    assert changes(world.audit_rows()[-1])


def test_a_fault_in_the_telling_never_fails_the_call(
    world: World, office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: Any) -> Any:
        raise ValueError(CANARY)

    monkeypatch.setattr(call_audit, "redact_changes", broken)
    monkeypatch.setattr(call_audit, "summarise_result", broken)
    assert office.call("update_account", {"AccountCode": "$account", "City": "York"})["Account"]["City"] == "York"
    row = world.audit_rows()[-1]
    assert (row["status"], row["result"], row["changes"]) == (200, "", [])
    assert "audit row incomplete" in caplog.messages
    assert CANARY not in repr([vars(record) for record in caplog.records])


@pytest.mark.parametrize(
    "text",
    [f"password: {CANARY}", f"Bearer {CANARY}", "$secret", "$token"],
    ids=["password", "token", "the profile's secret", "the caller's token"],
)
def test_no_secret_in_a_row_and_no_value_in_the_line(
    world: World, office: Office, profile: Profile, caplog: pytest.LogCaptureFixture, text: str
) -> None:
    own = {"$secret": profile.secret, "$token": office.client.headers["Authorization"].removeprefix("Bearer ")}
    canary = own.get(text, CANARY)
    office.client.call_tool("update_note", NoteCode=office.codes["note"], Body=f"Hear: {own.get(text, text)}")
    row = world.audit_rows()[-1]
    assert "[withheld]" in json.dumps(row["changes"])
    assert canary not in json.dumps(row)
    line = next(vars(record) for record in reversed(caplog.records) if record.message == "call")
    assert not {"result", "changes", "arguments"} & set(line)
    assert "Hear" not in repr(line)
