"""Steps, categories, comments and media of articles."""

from __future__ import annotations

from typing import Any

import pytest

from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
from tests.flow.faulty_truth import record_transactions
from tests.flow.website import Website, codes, fake_media_item
from tests.world import EVERYTHING, World, WorldClient


@pytest.fixture
def site(world: World, handler: LambdaHandler, profile: Profile) -> Website:
    return Website(world, handler, profile)


@pytest.fixture
def article(site: Website) -> int:
    code: int = site.article()["StandardItemCode"]
    return code


def headings(client: WorldClient, article: int) -> list[str]:
    return [step["Title"] for step in client.call_tool("list_article_steps", StandardItemCode=article).result["Steps"]]


def test_steps_are_inserted_moved_and_closed_up(site: Website, article: int) -> None:
    one, two = (site.step(article, title)["StandardStepByStepCode"] for title in ("one", "two"))
    zero = site.step(article, "zero", SortOrder=1)
    assert zero["SortOrder"] == 1
    assert headings(site.editor, article) == ["zero", "one", "two"]
    far = site.editor.call_tool("create_article_step", StandardItemCode=article, Title="far", SortOrder=99).result
    assert (far["Step"]["SortOrder"], codes(far["Warnings"])) == (4, ["STORED_DIFFERENTLY"])
    moved = site.editor.call_tool("update_article_step", StandardStepByStepCode=two, SortOrder=1, Title="TWO").result[
        "Step"
    ]
    assert (moved["SortOrder"], moved["Title"]) == (1, "TWO")
    assert headings(site.editor, article) == ["TWO", "zero", "one", "far"]
    assert site.editor.call_tool("delete_article_step", StandardStepByStepCode=zero["StandardStepByStepCode"]).result
    steps = site.editor.call_tool("get_article", StandardItemCode=article).result["Article"]["Steps"]
    assert [(s["Title"], s["SortOrder"]) for s in steps] == [("TWO", 1), ("one", 2), ("far", 3)]
    wanted = [one, far["Step"]["StandardStepByStepCode"], two]
    order = site.editor.call_tool(
        "reorder_article_steps", StandardItemCode=article, StandardStepByStepCodes=wanted
    ).result
    assert [s["Title"] for s in order["Steps"]] == ["one", "far", "TWO"]


@pytest.mark.parametrize("wanted", [[1], [1, 2, 3], [2, 3]], ids=["missing", "too many", "foreign"])
def test_an_order_must_be_a_permutation(site: Website, article: int, wanted: list[int]) -> None:
    for title in ("one", "two"):
        site.step(article, title)
    refused = site.editor.call_tool(
        "reorder_article_steps", StandardItemCode=article, StandardStepByStepCodes=wanted
    ).error
    assert (refused["code"], refused["details"]["StandardStepByStepCodes"]) == (-10, [1, 2])


def test_a_step_is_one_transaction_with_its_order_and_its_row(world: World, site: Website, article: int) -> None:
    for title in ("one", "two", "three"):
        site.step(article, title)
    assert site.editor.call_tool(
        "reorder_article_steps", StandardItemCode=article, StandardStepByStepCodes=[3, 1, 2]
    ).result
    world.watched.calls.clear()
    assert site.editor.call_tool("create_article_step", StandardItemCode=article, Title="four", SortOrder=2).result
    assert len(record_transactions(world.watched.calls)) == 1
    assert world.audit_rows()[-1]["records"][:2] == ["article_steps#4", f"articles#{article}"]


def test_five_hundred_steps_and_no_more(world: World, site: Website, article: int) -> None:
    for place in range(500):
        site.step(article, f"step {place}", Body="<p>" + "x" * 700 + "</p>")
    refused = site.publisher.call_tool("create_article_step", StandardItemCode=article, Title="one more").error
    assert refused["code"] == -130
    answer = site.publisher.call_tool("list_article_steps", StandardItemCode=article).result
    assert len(str(answer)) < 165_000
    assert "TRUNCATED" in codes(answer["Warnings"])
    shown = len(answer["Steps"])
    more = site.publisher.call_tool("list_article_steps", StandardItemCode=article, FromSortOrder=shown + 1).result
    assert more["Steps"][0]["SortOrder"] == shown + 1


def test_categories_come_and_go_with_warnings(site: Website, article: int) -> None:
    def change(tool: str, *wanted: int) -> tuple[list[str], list[str]]:
        answer = site.editor.call_tool(tool, StandardItemCode=article, CategoryCodes=list(wanted)).result
        return [c["Name"] for c in answer["Categories"]], codes(answer["Warnings"])

    assert change("add_article_categories", site.news, 77) == (["News"], ["UNKNOWN_REFERENCE"])
    assert change("add_article_categories", site.news) == (["News"], ["NO_CHANGE"])
    assert change("add_article_categories", site.guides) == (["Guides", "News"], [])
    assert change("remove_article_categories", site.news) == (["Guides"], [])
    assert change("remove_article_categories", site.news) == (["Guides"], ["NO_CHANGE"])
    every = site.reader.call_tool("list_article_categories").result["Categories"]
    assert [c["Name"] for c in every] == ["Guides", "News"]
    assert site.reader.call_tool("list_article_categories", Search="gui").result["Categories"] == every[:1]


class Comments:
    """The comments of one article."""

    def __init__(self, site: Website, article: int) -> None:
        self.site, self.article = site, article

    def add(self, client: WorldClient, body: str = "Well said", **more: Any) -> dict[str, Any]:
        return client.call_tool("create_article_comment", StandardItemCode=self.article, Body=body, **more).result

    def seen(self, client: WorldClient, **more: Any) -> list[tuple[str, str]]:
        items = client.call_tool("list_article_comments", StandardItemCode=self.article, **more).result["Items"]
        return [(item["Body"], item["Status"]) for item in items]

    def count(self) -> int:
        found: int = self.site.publisher.call_tool("get_article", StandardItemCode=self.article).result["Article"][
            "CommentCount"
        ]
        return found


def test_comments_are_held_approved_and_hidden(site: Website) -> None:
    section = site.section("Moderated", ("Everybody",), comments="moderated")
    comments = Comments(site, site.article(standardSectionCode=section, Live=True)["StandardItemCode"])
    held = comments.add(site.reader)
    assert (held["Comment"]["Status"], codes(held["Warnings"])) == ("pending", ["PENDING_MODERATION"])
    code = held["Comment"]["CommentCode"]
    assert (comments.seen(site.reader), comments.count()) == ([], 0)
    assert comments.seen(site.editor, Status="pending") == [("Well said", "pending")]
    refused = site.reader.call_tool("list_article_comments", StandardItemCode=comments.article, Status="all").error
    assert refused["details"]["rule"] == "articles.moderate"
    approved = site.editor.call_tool("moderate_article_comment", CommentCode=code, Action="approve").result["Comment"]
    assert (approved["Status"], comments.count()) == ("approved", 1)
    again = site.editor.call_tool("moderate_article_comment", CommentCode=code, Action="approve").result
    assert codes(again["Warnings"]) == ["NO_CHANGE"]
    assert site.reader.call_tool("update_article_comment", CommentCode=code, Body="Better said").result
    assert (comments.seen(site.editor, Status="all"), comments.count()) == ([("Better said", "pending")], 0)
    assert site.editor.call_tool("moderate_article_comment", CommentCode=code, Action="approve").result
    assert site.editor.call_tool("moderate_article_comment", CommentCode=code, Action="hide", Reason="Spam").result
    assert (comments.seen(site.reader), comments.count()) == ([], 0)
    assert site.editor.call_tool("moderate_article_comment", CommentCode=code, Action="unhide").result
    assert comments.seen(site.reader) == [("Better said", "approved")]
    assert site.reader.call_tool("delete_article_comment", CommentCode=code).result
    assert comments.count() == 0


def test_comments_are_ones_own_or_a_moderators(site: Website) -> None:
    comments = Comments(site, site.article(Live=True)["StandardItemCode"])
    first = comments.add(site.reader)["Comment"]["CommentCode"]
    answer = comments.add(site.editor, "Thanks", ParentCommentCode=first)["Comment"]
    assert answer["ParentCommentCode"] == first
    other = site.client("Oto", "Other", "Registered User")
    for tool, more in (("update_article_comment", {"Body": "x"}), ("delete_article_comment", {})):
        assert other.call_tool(tool, CommentCode=first, **more).error["details"]["rule"] == "articles.moderate"
    assert other.call_tool("moderate_article_comment", CommentCode=first, Action="hide").error["code"] == -110
    assert (
        site.editor.call_tool("update_article_comment", CommentCode=first, Body="[cut]").result["Comment"]["Body"]
        == "[cut]"
    )
    missing = site.reader.call_tool("create_article_comment", StandardItemCode=1, Body="x", ParentCommentCode=99).error
    assert missing["details"]["argument"] == "ParentCommentCode"


def test_closed_comments(site: Website) -> None:
    section = site.section("Closed", ("Everybody",), comments="closed")
    code = site.article(standardSectionCode=section, Live=True)["StandardItemCode"]
    assert site.reader.call_tool("create_article_comment", StandardItemCode=code, Body="x").error["code"] == -131


def test_media_is_attached_once_and_detached(world: World, site: Website, article: int) -> None:
    item, step = fake_media_item(world, 7, "Cover"), site.step(article, "one")["StandardStepByStepCode"]
    put = {"MediaFileItemCode": item, "Role": "cover", "AltText": "A cover"}
    made = site.editor.call_tool("attach_article_media", StandardStepByStepCode=step, **put).result
    assert codes(made["Warnings"]) == ["NO_FILE"]
    shown = made["Attachment"]
    assert (shown["Target"], shown["Title"], shown["StandardStepByStepCode"], shown["SortOrder"]) == (
        "step",
        "Cover",
        step,
        1,
    )
    again = site.editor.call_tool("attach_article_media", StandardStepByStepCode=step, **put).result
    assert (again["Attachment"]["ArticleMediaCode"], "NO_CHANGE" in codes(again["Warnings"])) == (1, True)
    assert site.editor.call_tool("attach_article_media", StandardItemCode=article, **put).result
    seen = site.editor
    page = seen.call_tool("get_article", StandardItemCode=article).result["Article"]
    assert [m["Target"] for m in page["Media"]] == ["article"]
    assert [m["MediaFileItemCode"] for m in page["Steps"][0]["Media"]] == [item]
    assert len(seen.call_tool("list_article_media", StandardItemCode=article).result["Attachments"]) == 2
    assert site.editor.call_tool("detach_article_media", ArticleMediaCode=2).result["Attached"] is False
    assert site.editor.call_tool("delete_article_step", StandardStepByStepCode=step).result
    assert seen.call_tool("list_article_media", StandardItemCode=article).result["Attachments"] == []


@pytest.mark.parametrize(
    ("arguments", "kind"),
    [
        ({"MediaFileItemCode": 7}, "validation_error"),
        ({"MediaFileItemCode": 7, "StandardItemCode": 1, "StandardStepByStepCode": 1}, "validation_error"),
        ({"MediaFileItemCode": 8, "StandardItemCode": 1}, "not_found"),
        ({"MediaFileItemCode": 9, "StandardItemCode": 1}, "not_found"),
        ({"MediaFileItemCode": 7, "StandardStepByStepCode": 5}, "not_found"),
    ],
    ids=["no target", "two targets", "no item", "hidden item", "no step"],
)
def test_what_cannot_be_attached(
    world: World, site: Website, article: int, arguments: dict[str, Any], kind: str
) -> None:
    fake_media_item(world, 7, "Cover")
    fake_media_item(world, 9, "Secret", SecurityCode=site.secret)
    site.step(article, "one")
    assert site.editor.call_tool("attach_article_media", **arguments).error["type"] == kind


def test_attaching_needs_media_on_the_profile_and_for_the_person(world: World, site: Website, article: int) -> None:
    fake_media_item(world, 7, "Cover")
    put = {"StandardItemCode": article, "MediaFileItemCode": 7}
    assert site.editor.call_tool("attach_article_media", **put).result
    without = world.create_profile(
        "text only", {name: rights for name, rights in EVERYTHING.items() if name == "articles"}
    )
    client = WorldClient(world, site.handler, world.log_in(without, world.create_person("Ted", "Text", "Editors")))
    assert client.call_tool("attach_article_media", **put).error["type"] == "tool_disabled"
    (shown,) = client.call_tool("list_article_media", StandardItemCode=article).result["Attachments"]
    assert shown["Title"] is None
