"""The question that the person reads: it shows the values that would be carried out, and none can hide another."""

from __future__ import annotations

from typing import Any

import pytest

from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
from tests.flow import crm
from tests.flow.confirming import Scene
from tests.world import World


@pytest.fixture
def scene(world: World, handler: LambdaHandler) -> Scene:
    return Scene(world, handler)


def drafted(scene: Scene) -> int:
    given = {"Title": "Spring", "standardSectionCode": scene.website.marketing}
    code: int = scene.free.call_tool("create_article", **given).result["Article"]["StandardItemCode"]
    return code


def message(scene: Scene, tool: str, **arguments: Any) -> str:
    text: str = scene.modern.asked(tool, **arguments)["inputRequests"]["confirm"]["params"]["message"]
    return text


def test_long_arguments_do_not_push_the_others_out_of_the_question(scene: Scene) -> None:
    given = {"Title": "T" * 190, "Teaser": "x" * 190, "Body": "<p>" + "y" * 900 + "</p>"}
    noise = {f"Nothing{n}": "z" * 40 for n in range(40)}
    code = drafted(scene)
    text = message(scene, "update_article", **noise, **given, StandardItemCode=code, Live=True)
    assert f'"StandardItemCode": {code}' in text
    assert '"Live": true' in text
    assert "article 1 'Spring'" in text, "the title that it has, not the one that it would get"
    assert "Nothing" not in text, "what is ignored is not shown"
    assert text.endswith("and more that is not shown.")


def test_a_short_question_is_whole(scene: Scene) -> None:
    account = crm.account(scene.free)
    assert message(scene, "delete_account", AccountCode=account).endswith(f'Arguments: {{"AccountCode": {account}}}')


def test_a_question_is_read_in_the_order_in_which_it_is_written(scene: Scene) -> None:
    """No control character reverses a text on the person's screen."""
    code = drafted(scene)
    text = message(scene, "update_article", StandardItemCode=code, Title="now \u202eevil\u2066 \u200bgood", Live=True)
    assert text.isprintable()
