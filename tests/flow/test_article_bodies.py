"""Bodies of steps that were not read are left out, with their length: null means that there is none."""

from __future__ import annotations

from typing import Any

import pytest

from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
from tests.flow.website import Website, codes
from tests.world import World

BODIES = {"none": None, "short": "<p>x</p>", "long": "é" * 30_000, "longer": "y" * 100_000}


@pytest.fixture
def site(world: World, handler: LambdaHandler, profile: Profile) -> Website:
    return Website(world, handler, profile)


def _told(steps: list[dict[str, Any]]) -> dict[str, Any]:
    """What the steps tell of their bodies: a length, for those that were not read."""
    assert all(("Body" in step) != ("BodyLength" in step) for step in steps)
    return {step["Title"]: step.get("BodyLength", step.get("Body")) for step in steps}


def _article(site: Website) -> int:
    code: int = site.article()["StandardItemCode"]
    for title, body in BODIES.items():
        site.step(code, title, **({"Body": body} if body else {}))
    return code


UNREAD = {"none": None, "short": 8, "long": 30_000, "longer": 100_000}


def test_bodies_that_were_not_asked_for_are_left_out(site: Website) -> None:
    code = _article(site)
    short = site.editor.call_tool("get_article", StandardItemCode=code, IncludeSteps=False).result
    changed = site.editor.call_tool("update_article", StandardItemCode=code, Teaser="t").result
    for answer in (short, changed):
        assert (_told(answer["Article"]["Steps"]), answer["Warnings"]) == (UNREAD, [])


@pytest.mark.parametrize("tool", ["get_article", "list_article_steps"])
def test_bodies_that_did_not_fit_are_left_out(site: Website, tool: str) -> None:
    code = _article(site)
    site.step(code, "last", Body="z" * 90_000)
    answer = site.editor.call_tool(tool, StandardItemCode=code).result
    told = _told(answer.get("Article", answer)["Steps"])
    assert {title: told[title] for title in ("none", "short", "last")} == {
        "none": None,
        "short": "<p>x</p>",
        "last": 90_000,
    }
    assert codes(answer["Warnings"]) == ["TRUNCATED"]
