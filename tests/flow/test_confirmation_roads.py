"""Ways of publishing without setting Live: the dates of a live article, its section and its security."""

from __future__ import annotations

from typing import Any

import pytest

from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
from tests.flow.confirming import Scene
from tests.world import World

LATER, EARLIER = "2027-01-01T00:00:00Z", "2026-01-01T00:00:00Z"


@pytest.fixture
def scene(world: World, handler: LambdaHandler) -> Scene:
    return Scene(world, handler)


def published(scene: Scene, **arguments: Any) -> int:
    """A live article in the open section."""
    given = {"Title": "Spring", "standardSectionCode": scene.website.marketing, "Live": True} | arguments
    code: int = scene.free.call_tool("create_article", **given).result["Article"]["StandardItemCode"]
    return code


PLANNED = {"LiveDate": LATER}
OVER = {"LiveDate": EARLIER, "ExpiryDate": "2026-06-01T00:00:00Z"}
ENDING = {"LiveDate": EARLIER, "ExpiryDate": LATER}
DATES: dict[str, tuple[dict[str, Any], dict[str, Any], bool]] = {
    # a live article's dates, the change, whether readers see it at times when they did not before
    "planned, now at once": (PLANNED, {"LiveDate": None}, True),
    "planned, now earlier": (PLANNED, {"LiveDate": "2026-12-01T00:00:00Z"}, True),
    "planned, now later": (PLANNED, {"LiveDate": "2027-02-01T00:00:00Z"}, False),
    "over, now without an end": (OVER, {"ExpiryDate": None}, True),
    "over, now with a later end": (OVER, {"ExpiryDate": LATER}, True),
    "over, now with another past end": (OVER, {"ExpiryDate": "2026-07-01T00:00:00Z"}, False),
    "ending, now without an end": (ENDING, {"ExpiryDate": None}, True),
    "ending, now sooner": (ENDING, {"ExpiryDate": "2026-12-01T00:00:00Z"}, False),
    "ending, begun at another past time": (ENDING, {"LiveDate": "2026-02-01T00:00:00Z"}, False),
    "ending, its dates given again": (ENDING, ENDING, False),
}


@pytest.mark.parametrize(("made", "change", "expected"), DATES.values(), ids=list(DATES))
def test_a_date_that_publishes_is_asked_about(
    scene: Scene, made: dict[str, Any], change: dict[str, Any], expected: bool
) -> None:
    given = {"StandardItemCode": published(scene, **made)} | change
    before, answer = scene.stored(), scene.old.call_tool("update_article", **given)
    if expected:
        assert answer.error["type"] == "confirmation_required"
        assert scene.stored() == before
        assert scene.modern.agreed("update_article", **given).result["Article"]["Live"] is True
    else:
        assert answer.result["Article"]["Live"] is True
    assert scene.row()["confirmed"] == ("by form" if expected else "")


@pytest.mark.parametrize("live", [True, False], ids=["live", "draft"])
def test_a_live_article_that_moves_is_asked_about(scene: Scene, live: bool) -> None:
    """A move to another section, or the removal of its security, shows the article to new readers."""
    website = scene.website
    hidden = published(scene, SecurityCode=website.secret, Live=live)
    board = published(scene, standardSectionCode=website.board, Live=live)
    for code, change in ((hidden, {"SecurityCode": None}), (board, {"standardSectionCode": website.marketing})):
        result = scene.old.call_tool("update_article", StandardItemCode=code, **change).document["result"]
        assert result.get("isError", False) == live, result
        confirmed = scene.old.call_tool("update_article", StandardItemCode=code, **change, Confirm=True).result
        assert confirmed["Article"]["StandardItemCode"] == code


def test_an_undo_that_publishes_by_a_date_is_asked_about(scene: Scene) -> None:
    code = published(scene, LiveDate=EARLIER)
    scene.free.call_tool("update_article", StandardItemCode=code, ExpiryDate="2026-06-01T00:00:00Z").result  # noqa: B018
    undo = {"Family": "articles", "Code": code, "Version": 2}
    assert scene.old.call_tool("undo_change", **undo).error["type"] == "confirmation_required"
    assert scene.modern.agreed("undo_change", **undo).result["Undone"]["How"] == "changed back"
