"""Store failures during a confirmation: the caller gets 503, nothing is written, and the confirmation is not used up."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
from tests.flow import crm
from tests.flow.confirming import YES, Modern, Scene
from tests.world import Response, World, WorldClient


@pytest.fixture
def scene(world: World, handler: LambdaHandler) -> Scene:
    return Scene(world, handler)


Send = Callable[[], Response]


def _question(scene: Scene, account: int) -> Send:
    return lambda: scene.modern.call_tool("delete_account", AccountCode=account)


def _yes(scene: Scene, account: int) -> Send:
    state = scene.modern.asked("delete_account", AccountCode=account)["requestState"]
    return lambda: scene.modern.answered("delete_account", YES, state, AccountCode=account)


def _word(scene: Scene, account: int) -> Send:
    return lambda: scene.old.call_tool("delete_account", AccountCode=account, Confirm=True)


def _former(scene: Scene, account: int) -> Send:
    if scene.world.profiles.get(scene.profile.key).profile.former is None:
        scene.world.profiles.regenerate_secret(scene.profile.key, overlap=timedelta(hours=1))
    return lambda: scene.old.call_tool("delete_account", AccountCode=account, Confirm=True)


WAYS = {"a question": _question, "a yes": _yes, "an agent's word": _word, "in an overlap": _former}


@pytest.mark.parametrize("way", WAYS.values(), ids=list(WAYS))
def test_any_store_call_may_fail(scene: Scene, way: Callable[[Scene, int], Send]) -> None:
    world = scene.world
    way(scene, crm.account(scene.free, "First"))()
    send = way(scene, crm.account(scene.free, "Other"))
    world.watched.calls.clear()
    send()
    places = {(method, table) for method, tables in world.watched.calls for table in tables.split("+")}
    send, before = way(scene, crm.account(scene.free)), scene.stored()
    for place in sorted(places):
        world.clock.move(seconds=1)
        world.watched.broken = {place}
        assert send().status == 503, place
        world.watched.broken = set()
        assert scene.stored() == before, place
    assert send().status == 200
    assert scene.row()["confirmed"] == ("" if way is _question else "by form" if way is _yes else "by argument")


def test_one_yes_from_many_sides_at_once_publishes_once(scene: Scene) -> None:
    given = {"Title": "Spring", "standardSectionCode": scene.website.marketing, "Live": True}
    state = scene.modern.asked("create_article", **given)["requestState"]
    handlers = [scene.world.new_handler() for _ in range(6)]
    clients = [Modern(scene.world, handler, scene.modern.headers) for handler in handlers]
    with ThreadPoolExecutor(len(clients)) as pool:
        answers = list(pool.map(lambda client: client.answered("create_article", YES, state, **given), clients))
    for handler in handlers:
        handler.close()
    codes = {answer.result["Article"]["StandardItemCode"] for answer in answers}
    assert len(codes) == 1
    assert len([row for row in scene.stored() if row["pk"].startswith("articles#") and row["sk"] == "A"]) == 1


def test_a_yes_is_only_for_its_person_also_when_it_was_used(scene: Scene) -> None:
    account = crm.account(scene.free)
    state = scene.modern.asked("delete_account", AccountCode=account)["requestState"]
    scene.modern.answered("delete_account", YES, state, AccountCode=account).result  # noqa: B018
    olga = scene.world.create_person("Olga", "Other", "Sales Managers")
    stranger = Modern(scene.world, scene.handler, scene.world.log_in(scene.profile, olga))
    assert stranger.answered("delete_account", YES, state, AccountCode=account).error["type"] == "not_found"
    with_key = WorldClient(scene.world, scene.handler, scene.world.log_in(scene.profile, olga))
    answer = with_key.call_tool("delete_account", AccountCode=account, IdempotencyKey=state, Confirm=True)
    assert answer.error["type"] == "not_found"
