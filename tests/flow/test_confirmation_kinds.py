"""Which calls a confirming profile asks about: publishing, moderating, undoing, in compact mode and with keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from affino_mcp.catalogue.list_mode import ListMode
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
from tests.flow import crm
from tests.flow.community import Community
from tests.flow.confirming import YES, Modern, Scene
from tests.world import World, WorldClient


@pytest.fixture
def scene(world: World, handler: LambdaHandler) -> Scene:
    return Scene(world, handler)


def asks(client: WorldClient, tool: str, **arguments: Any) -> bool:
    """Whether an older client is refused because the confirmation is missing; any other refusal fails the test."""
    result: dict[str, Any] = client.call_tool(tool, **arguments).document["result"]
    error = result["structuredContent"].get("error", {}).get("type") if result.get("isError") else None
    assert error in {None, "confirmation_required"}, result
    return error is not None


def drafted(scene: Scene, **arguments: Any) -> int:
    given = {"Title": "Spring", "standardSectionCode": scene.website.marketing} | arguments
    code: int = scene.free.call_tool("create_article", **given).result["Article"]["StandardItemCode"]
    return code


Told = tuple[dict[str, Any], dict[str, Any], bool]
PUBLISHING: dict[str, Told] = {
    # the article's state, the change, whether it needs confirmation
    "a draft goes live": ({}, {"Live": True}, True),
    "a draft is to go live later": ({}, {"Live": True, "LiveDate": "2027-01-01T00:00:00Z"}, True),
    "a draft stays one": ({}, {"Teaser": "T", "Live": False}, False),
    "a live article changes": ({"Live": True}, {"Teaser": "T", "Live": True}, False),
    "a live article is taken back": ({"Live": True}, {"Live": False}, False),
    "a rehearsal": ({}, {"Live": True, "DryRun": True}, False),
}


@pytest.mark.parametrize(("made", "change", "expected"), PUBLISHING.values(), ids=list(PUBLISHING))
def test_publishing_is_asked_about(scene: Scene, made: dict[str, Any], change: dict[str, Any], expected: bool) -> None:
    code = drafted(scene, **made)
    assert asks(scene.old, "update_article", StandardItemCode=code, **change) == expected
    if expected:
        assert scene.old.call_tool("get_article", StandardItemCode=code).result["Article"]["Live"] is False
        done = scene.modern.agreed("update_article", StandardItemCode=code, **change).result
        assert done["Article"]["Live"] is True


@pytest.mark.parametrize("live", [True, False], ids=["live", "draft"])
def test_a_new_article_is_asked_about_when_it_is_live(scene: Scene, live: bool) -> None:
    given = {"Title": "Spring", "standardSectionCode": scene.website.marketing, "Live": live}
    before = scene.stored()
    assert asks(scene.old, "create_article", **given) == live
    if live:
        assert [row for row in scene.stored() if row["pk"].startswith("articles#")] == []
        message = scene.modern.asked("create_article", **given)["inputRequests"]["confirm"]["params"]["message"]
        assert "create_article on the article 'Spring'." in message
        assert scene.old.call_tool("create_article", **given, Confirm=True).result["Article"]["Live"] is True
        assert len(scene.stored()) > len(before)


def test_who_may_not_publish_keeps_a_draft_without_a_question(scene: Scene) -> None:
    given = {"Title": "Spring", "standardSectionCode": scene.website.marketing, "Live": True}
    answer = scene.website.editor.call_tool("create_article", **given).result
    assert answer["Article"]["Live"] is False
    assert crm.codes(answer["Warnings"]) == ["LIVE_NOT_PERMITTED"]


def test_moderating_is_asked_about_unless_it_changes_nothing(scene: Scene) -> None:
    forums = Community(scene.world, scene.handler, scene.profile)
    thread = forums.thread()["ForumThreadCode"]
    post = forums.post(thread)["ForumPostCode"]
    modern = Modern(scene.world, scene.handler, forums.mina.headers)
    for tool, which in (
        ("moderate_forum_post", {"ForumPostCode": post}),
        ("moderate_forum_thread", {"ForumThreadCode": thread}),
    ):
        assert asks(forums.mina, tool, **which, Action="hide")
        assert modern.agreed(tool, **which, Action="hide").result.keys() >= {"Warnings"}
        assert scene.row()["confirmed"] == "by form"
        assert not asks(forums.mina, tool, **which, Action="hide")
        assert forums.max.call_tool(tool, **which, Action="unhide").error["type"] in {"permission_denied", "not_found"}
        assert asks(forums.mina, tool, **which, Action="unhide")


def test_moderating_a_comment_is_asked_about_and_writing_one_is_not(scene: Scene) -> None:
    code = drafted(scene, Live=True)
    comment = scene.old.call_tool("create_article_comment", StandardItemCode=code, Body="Nice").result["Comment"][
        "CommentCode"
    ]
    moderator = scene.website.client("Mod", "Erator", "Publishers", "Community", "Editors")
    tool, given = "moderate_article_comment", {"CommentCode": comment, "Action": "hide"}
    assert asks(moderator, tool, **given)
    assert moderator.call_tool(tool, **given, Confirm=True).result["Comment"]["Status"] == "hidden"
    assert not asks(moderator, tool, **given)


Undoable = Callable[[Scene], tuple[int, str]]


def _made(scene: Scene) -> tuple[int, str]:
    return drafted(scene), "create"


def _renamed(scene: Scene) -> tuple[int, str]:
    code = drafted(scene)
    scene.free.call_tool("update_article", StandardItemCode=code, Title="Summer").result  # noqa: B018
    return code, "change"


def _taken_back(scene: Scene) -> tuple[int, str]:
    code = drafted(scene, Live=True)
    scene.free.call_tool("update_article", StandardItemCode=code, Live=False).result  # noqa: B018
    return code, "unpublish"


def _gone(scene: Scene) -> tuple[int, str]:
    code = drafted(scene)
    scene.free.call_tool("delete_article", StandardItemCode=code).result  # noqa: B018
    return code, "delete"


def _gone_live(scene: Scene) -> tuple[int, str]:
    code = drafted(scene, Live=True)
    scene.free.call_tool("delete_article", StandardItemCode=code).result  # noqa: B018
    return code, "delete"


UNDOING: dict[str, tuple[Undoable, bool]] = {
    "deletes what was created": (_made, True),
    "changes a name back": (_renamed, False),
    "makes an article live again": (_taken_back, True),
    "restores a draft": (_gone, False),
    "restores a live article": (_gone_live, True),
}


@pytest.mark.parametrize(("done", "expected"), UNDOING.values(), ids=list(UNDOING))
def test_undoing_is_asked_about_when_it_deletes_or_publishes(scene: Scene, done: Undoable, expected: bool) -> None:
    done(scene)
    (change,) = scene.free.call_tool("list_my_changes", PageSize=1).result["Items"][0]["Records"]
    which = {name: change[name] for name in ("Family", "Code", "Version")}
    assert asks(scene.old, "undo_change", **which) == expected
    if expected:
        assert scene.modern.agreed("undo_change", **which).result["Undone"]["Code"] == change["Code"]


def test_confirm_is_listed_on_confirming_profiles_only(scene: Scene) -> None:
    plain, asking = (
        {tool["name"]: tool for tool in client.send_rpc("tools/list").document["result"]["tools"]}
        for client in (scene.free, scene.old)
    )
    assert list(plain) == list(asking) == list(METHODS)
    for name, method in METHODS.items():
        properties = asking[name]["inputSchema"].get("properties", {})
        assert ("Confirm" in properties) == method.may_need_confirmation
        assert "Confirm" not in plain[name]["inputSchema"].get("properties", {})
        properties.pop("Confirm", None)
        assert asking[name] == plain[name]
    again = scene.modern.send_rpc("tools/list").document["result"]["tools"]
    assert [tool["name"] for tool in again if "Confirm" in tool["inputSchema"].get("properties", {})] == [
        name for name, method in METHODS.items() if method.may_need_confirmation
    ]


def test_confirm_is_unknown_where_nothing_is_asked(scene: Scene) -> None:
    answer = scene.old.call_tool("create_account", Name="Orbital Labs", Confirm=True).result
    assert crm.codes(answer["Warnings"]) == ["UNKNOWN_ARGUMENT"]
    assert scene.row()["confirmed"] == ""
    code = drafted(scene)
    assert (
        scene.old.call_tool("update_article", StandardItemCode=code, Teaser="T", Confirm=True).result["Warnings"] == []
    )
    assert scene.row()["confirmed"] == ""


def test_compact_mode_asks_as_well(world: World, handler: LambdaHandler) -> None:
    scene = Scene(world, handler, mode=ListMode.COMPACT)
    account = crm.account(scene.free)
    described = scene.old.call_tool("describe_tool", Name="delete_account").result["Tool"]
    assert "Confirm" in described["InputSchema"]["properties"]
    inner: dict[str, Any] = {"Name": "delete_account", "Arguments": {"AccountCode": account}}
    assert asks(scene.old, "call_tool", **inner)
    asked = scene.modern.asked("call_tool", **inner)
    assert (scene.row()["method"], scene.row()["status"]) == ("delete_account", 409)
    assert scene.modern.answered("call_tool", YES, asked["requestState"], **inner).result["Deleted"] is True
    other = {"Name": "delete_account", "Arguments": {"AccountCode": crm.account(scene.free, "Other"), "Confirm": True}}
    assert scene.old.call_tool("call_tool", **other).result["Deleted"] is True


def test_a_key_that_was_used_answers_without_a_question(scene: Scene) -> None:
    account = crm.account(scene.free)
    given = {"AccountCode": account, "IdempotencyKey": "k"}
    first = scene.modern.agreed("delete_account", **given).result
    again = scene.modern.call_tool("delete_account", **given).result
    assert again["Deleted"] == first["Deleted"]
    assert crm.codes(again["Warnings"]) == ["REPLAYED"]
    assert scene.old.call_tool("delete_account", **given, Confirm=True).result["Deleted"] is True


def test_every_asking_counts_as_a_call(scene: Scene) -> None:
    account = crm.account(scene.free)
    scene.modern.agreed("delete_account", AccountCode=account)
    assert scene.world.profiles.get(scene.profile.key).usage.today(scene.world.clock()) == 2
    assert [row["status"] for row in scene.world.audit_rows()[-2:]] == [409, 200]


def test_a_confirmed_call_costs_what_a_free_one_does(scene: Scene) -> None:
    calls = []
    for client, confirm in ((scene.free, {}), (scene.old, {"Confirm": True})):
        client.call_tool("list_accounts")
        account = crm.account(scene.free)
        scene.world.own.calls.clear()
        client.call_tool("delete_account", AccountCode=account, **confirm).result  # noqa: B018
        calls.append(sorted(scene.world.own.calls))
    assert calls[0] == calls[1]
