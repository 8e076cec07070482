"""One confirmation by the person is valid for one write."""

from __future__ import annotations

import pytest

from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
from tests.flow import crm
from tests.flow.confirming import YES, Scene
from tests.world import World


@pytest.fixture
def scene(world: World, handler: LambdaHandler) -> Scene:
    return Scene(world, handler)


def articles(scene: Scene) -> int:
    return len([row for row in scene.stored() if row["pk"].startswith("articles#") and row["sk"] == "A"])


def test_one_yes_publishes_one_article(scene: Scene) -> None:
    """When a network or an agent repeats the call, it gets the same answer again."""
    given = {"Title": "Spring", "standardSectionCode": scene.website.marketing, "Live": True}
    state = scene.modern.asked("create_article", **given)["requestState"]
    first, again = (scene.modern.answered("create_article", YES, state, **given).result for _ in range(2))
    assert again["Article"] == first["Article"]
    assert crm.codes(again["Warnings"]) == ["REPLAYED"]
    assert articles(scene) == 1


def test_one_yes_deletes_once_even_after_an_undo(scene: Scene) -> None:
    account = crm.account(scene.free)
    state = scene.modern.asked("delete_account", AccountCode=account)["requestState"]
    scene.modern.answered("delete_account", YES, state, AccountCode=account).result  # noqa: B018
    undo = {"Family": "accounts", "Code": account, "Version": 2}
    scene.free.call_tool("undo_change", **undo).result  # noqa: B018
    again = scene.modern.answered("delete_account", YES, state, AccountCode=account).result
    assert crm.codes(again["Warnings"]) == ["REPLAYED"]
    assert scene.free.call_tool("get_account", AccountCode=account).result["Account"]["AccountCode"] == account


def test_a_record_that_changed_in_between_is_what_the_yes_is_for(scene: Scene) -> None:
    """A yes is for the call: it counts for the record as it is then, and not for one that is gone."""
    first, other = crm.account(scene.free), crm.account(scene.free, "Other")
    states = [scene.modern.asked("delete_account", AccountCode=code)["requestState"] for code in (first, other)]
    scene.free.call_tool("update_account", AccountCode=first, Name="Nova").result  # noqa: B018
    scene.free.call_tool("delete_account", AccountCode=other).result  # noqa: B018
    answers = [
        scene.modern.answered("delete_account", YES, state, AccountCode=code)
        for code, state in zip((first, other), states, strict=True)
    ]
    assert answers[0].result["Deleted"] is True
    assert answers[1].error["type"] == "not_found"
