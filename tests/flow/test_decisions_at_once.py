"""Several decisions in one call: what waits is approved or rejected, and articles are published."""

from __future__ import annotations

from typing import Any

import pytest

from tests.flow.community import Community, read_thread
from tests.flow.crm import codes
from tests.flow.test_pending import Queue, waiting
from tests.world import EVERYTHING, World, WorldClient


@pytest.fixture
def queue(world: World, community: Community) -> Queue:
    return Queue(world, community)


def outcomes(answer: dict[str, Any]) -> list[str]:
    return [item["Outcome"] for item in answer["Items"]]


def decide(client: WorldClient, refs: list[str], action: str = "approve", **more: Any) -> dict[str, Any]:
    return client.call_tool("moderate_pending", Refs=refs, Action=action, **more).result


def publish(client: WorldClient, articles: list[int], **more: Any) -> dict[str, Any]:
    return client.call_tool("publish_articles", StandardItemCodes=articles, **more).result


def status(client: WorldClient, article: int) -> str:
    return str(client.call_tool("get_article", StandardItemCode=article).result["Article"]["Status"])


def test_what_waits_is_approved_in_two_calls(queue: Queue) -> None:
    refs = queue.fill()
    answer = decide(queue.lead, waiting(queue.lead))
    assert [(item["Ref"], item["Outcome"]) for item in answer["Items"]] == [(ref, "done") for ref in refs]
    assert (answer["Totals"], waiting(queue.lead)) == ({"asked": 4, "done": 4}, [])
    comment, thread, post, article = (int(ref.partition("#")[2]) for ref in refs)
    seen = queue.community.ann
    assert (
        seen.call_tool("list_article_comments", StandardItemCode=queue.article).result["Items"][0]["CommentCode"]
        == comment
    )
    assert read_thread(seen, thread)["Moderation"]["Status"] == "approved"
    assert seen.call_tool("get_forum_post", ForumPostCode=post).result["Post"]["Moderation"]["Status"] == "approved"
    assert status(seen, article) == "live"


def test_what_is_rejected_waits_no_more(queue: Queue) -> None:
    refs = queue.fill()
    assert outcomes(decide(queue.lead, refs, "reject", Reason="Off topic")) == ["done"] * 4
    assert waiting(queue.lead) == []
    assert status(queue.lead, int(refs[3].partition("#")[2])) == "draft"
    assert outcomes(decide(queue.lead, refs)) == ["unchanged"] * 4


def test_each_is_decided_by_itself_with_a_row_and_a_history_of_its_own(queue: Queue) -> None:
    refs, world = queue.fill(), queue.world
    before = len(world.audit_rows())
    asked = [refs[0], "forum_posts#99", "contacts#1", "nonsense", refs[2]]
    answer = decide(queue.lead, asked)
    assert outcomes(answer) == ["done", "refused", "refused", "refused", "done"]
    assert [item["Error"]["type"] for item in answer["Items"][1:4]] == [
        "not_found",
        "validation_error",
        "validation_error",
    ]
    rows = world.audit_rows()[before:]
    assert {row["method"] for row in rows} == {"moderate_pending"}
    assert len([row for row in rows if row["share"]]) == 2
    code = int(refs[0].partition("#")[2])
    history = queue.lead.call_tool("list_record_history", Family="article_comments", Code=code).result["Items"]
    assert [entry["Tool"] for entry in history] == ["moderate_pending", "create_article_comment"]


def test_nobody_decides_on_what_is_not_theirs(queue: Queue) -> None:
    refs = queue.fill()
    assert outcomes(decide(queue.community.mina, refs)) == ["refused", "done", "done", "refused"]
    assert outcomes(decide(queue.community.max, refs)) == ["refused"] * 4
    families = dict(EVERYTHING) | {
        "articles": frozenset({next(iter(a for a in EVERYTHING["articles"] if a == "read"))})
    }
    headers = queue.world.log_in(queue.world.create_profile("reads", families), queue.community.codes["Lena"])
    reader = WorldClient(queue.world, queue.community.handler, headers)
    assert {item["Error"]["type"] for item in decide(reader, [refs[0], refs[3]])["Items"]} == {"tool_disabled"}


def test_a_rehearsal_decides_nothing_and_a_repeat_nothing_more(queue: Queue) -> None:
    refs = queue.fill()
    assert outcomes(decide(queue.lead, refs, DryRun=True)) == ["possible"] * 4
    assert waiting(queue.lead) == refs
    first = decide(queue.lead, refs, IdempotencyKey="k")
    again = decide(queue.lead, refs, IdempotencyKey="k")
    assert again["Items"] == first["Items"]


def test_a_release_is_planned_and_taken_back(queue: Queue) -> None:
    drafts = [queue.write(queue.lead, f"Part {n}")["StandardItemCode"] for n in range(3)]
    planned = publish(queue.lead, [*drafts, 999], LiveDate="2026-12-01T09:00 Europe/London")
    assert (outcomes(planned), [item.get("Name") for item in planned["Items"]]) == (
        ["done", "done", "done", "refused"],
        ["Part 0", "Part 1", "Part 2", None],
    )
    assert {status(queue.lead, draft) for draft in drafts} == {"scheduled"}
    assert "NOT_LIVE" in codes(planned["Warnings"])
    assert outcomes(publish(queue.lead, drafts, LiveDate="2026-12-01T09:00:00Z")) == ["unchanged"] * 3
    assert outcomes(publish(queue.lead, drafts[:2])) == ["done", "done"]
    assert [status(queue.community.ann, draft) for draft in drafts[:2]] == ["live", "live"]
    assert outcomes(publish(queue.lead, drafts)) == ["unchanged", "unchanged", "done"]
    assert outcomes(queue.lead.call_tool("undo_changes", Last=1).result) == ["done"]
    assert status(queue.lead, drafts[2]) == "scheduled"


def test_who_may_not_publish_is_refused_and_nothing_is_saved_as_a_draft(queue: Queue) -> None:
    draft = queue.write(queue.editor, "Agenda")["StandardItemCode"]
    refused = queue.editor.call_tool("publish_articles", StandardItemCodes=[draft]).error
    assert (refused["type"], refused["details"]["rule"]) == ("permission_denied", "articles.publish")
    queue.world.clock.move(seconds=1)
    queue.section("Events", read=("Everybody",), publish=("Board",))
    answer = publish(queue.lead, [draft])
    assert [item["Error"]["type"] for item in answer["Items"]] == ["permission_denied"]
    history = queue.lead.call_tool("list_record_history", Family="articles", Code=draft).result["Items"]
    assert len(history) == 1


def test_each_counts_for_the_limit(queue: Queue) -> None:
    drafts = [queue.write(queue.lead, f"Part {n}")["StandardItemCode"] for n in range(5)]
    profile = queue.world.create_profile("slow", EVERYTHING, 6000)
    client = WorldClient(
        queue.world, queue.community.handler, queue.world.log_in(profile, queue.community.codes["Lena"])
    )
    left = remaining(client)
    assert outcomes(publish(client, drafts)) == ["done"] * 5
    assert left - remaining(client) == 6


def remaining(client: WorldClient) -> int:
    """How many calls the profile has left after one more."""
    told = client.call_tool("get_current_user").headers["ratelimit"]
    return int(told.partition("r=")[2].partition(";")[0])


@pytest.mark.parametrize("tool", ["moderate_pending", "publish_articles"])
def test_a_profile_that_confirms_asks_once_for_all(queue: Queue, tool: str) -> None:
    refs = queue.fill()
    profile = queue.world.profiles.create("confirming", EVERYTHING, 6000, confirm=True)
    client = WorldClient(
        queue.world, queue.community.handler, queue.world.log_in(profile, queue.community.codes["Lena"])
    )
    asked = {"Refs": refs, "Action": "approve"} if tool == "moderate_pending" else {"StandardItemCodes": [2]}
    assert client.call_tool(tool, **asked).error["type"] == "confirmation_required"
    assert waiting(queue.lead) == refs
    assert set(outcomes(client.call_tool(tool, **asked, Confirm=True).result)) == {"done"}
