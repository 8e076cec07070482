"""A confirmation state is valid for five minutes, for one person, profile, tool and arguments."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
from tests.flow import crm
from tests.flow.confirming import YES, Modern, Scene
from tests.security.figures import Figures
from tests.world import EVERYTHING, World


@pytest.fixture
def scene(world: World, handler: LambdaHandler) -> Scene:
    return Scene(world, handler)


@pytest.fixture(scope="module")
def lasting() -> Iterator[Scene]:
    """One scene for all examples; no example changes anything in it."""
    world = World()
    handler = world.new_handler()
    yield Scene(world, handler)
    handler.close()


def asks_again(client: Modern, state: Any, **arguments: Any) -> bool:
    """Whether a retry with this state and the person's consent is asked about again, with a new state."""
    result = client.answered("delete_account", YES, state, **arguments).document["result"]
    return result["resultType"] == "input_required" and bool(result["requestState"])


@pytest.mark.parametrize(("seconds", "again"), [(0, False), (299, False), (300, True), (86_400, True)])
def test_an_answer_is_good_for_five_minutes(scene: Scene, seconds: int, again: bool) -> None:
    account = crm.account(scene.free)
    state = scene.modern.asked("delete_account", AccountCode=account)["requestState"]
    scene.world.clock.move(seconds=seconds)
    headers = scene.headers(scene.profile)
    assert asks_again(Modern(scene.world, scene.handler, headers), state, AccountCode=account) == again


Foreign = Callable[[Scene, int], Modern]


def _other_person(scene: Scene, _: int) -> Modern:
    code = scene.world.create_person("Olga", "Other", "Sales Managers")
    return Modern(scene.world, scene.handler, scene.world.log_in(scene.profile, code))


def _other_profile(scene: Scene, _: int) -> Modern:
    profile = scene.world.profiles.create("other", EVERYTHING, 6000, confirm=True)
    return Modern(scene.world, scene.handler, scene.headers(profile))


def _new_secret(scene: Scene, _: int) -> Modern:
    scene.profile = scene.world.profiles.regenerate_secret(scene.profile.key)
    return Modern(scene.world, scene.handler, scene.headers(scene.profile))


FOREIGN = {"another person": _other_person, "another profile": _other_profile, "a new secret": _new_secret}


@pytest.mark.parametrize("foreign", FOREIGN.values(), ids=list(FOREIGN))
def test_a_foreign_state_is_asked_again(scene: Scene, foreign: Foreign, figures: Figures) -> None:
    account = crm.account(scene.free)
    state = scene.modern.asked("delete_account", AccountCode=account)["requestState"]
    assert asks_again(foreign(scene, account), state, AccountCode=account)
    assert scene.free.call_tool("get_account", AccountCode=account).result["Account"]["AccountCode"] == account
    figures.record("foreign confirmations", tried=1, of=len(FOREIGN))


def test_a_yes_is_for_the_call_that_was_asked_about(scene: Scene) -> None:
    account, other = crm.account(scene.free), crm.account(scene.free, "Other")
    task = scene.free.call_tool("create_task", Title="x").result["Task"]["AppUserTaskCode"]
    state = scene.modern.asked("delete_account", AccountCode=account)["requestState"]
    assert asks_again(scene.modern, state, AccountCode=other)
    assert asks_again(scene.modern, state, AccountCode=account, IdempotencyKey="k")
    answer = scene.modern.answered("delete_task", YES, state, AppUserTaskCode=task).document["result"]
    assert answer["resultType"] == "input_required"
    assert not asks_again(scene.modern, state, AccountCode=account)


def test_a_yes_given_twice_deletes_once(scene: Scene) -> None:
    account = crm.account(scene.free)
    state = scene.modern.asked("delete_account", AccountCode=account)["requestState"]
    answers = [scene.modern.answered("delete_account", YES, state, AccountCode=account) for _ in range(2)]
    assert [answer.result["Deleted"] for answer in answers] == [True, True]
    assert [crm.codes(answer.result["Warnings"]) for answer in answers] == [[], ["REPLAYED"]]
    assert (scene.row()["result"], scene.row()["changes"]) == ("nothing changed", [])


def test_another_warm_process_takes_the_answer(scene: Scene) -> None:
    account = crm.account(scene.free)
    state = scene.modern.asked("delete_account", AccountCode=account)["requestState"]
    elsewhere = scene.world.new_handler()
    client = Modern(scene.world, elsewhere, scene.modern.headers)
    assert client.answered("delete_account", YES, state, AccountCode=account).result["Deleted"] is True
    elsewhere.close()


def _mutated(state: str, place: int, letter: str) -> str:
    place %= len(state)
    return state[:place] + letter + state[place + 1 :]


@settings(max_examples=120, deadline=None)
@given(place=st.integers(0, 200), letter=st.characters(codec="utf-8"), cut=st.integers(0, 90))
def test_a_state_that_was_touched_is_asked_again(lasting: Scene, place: int, letter: str, cut: int) -> None:
    account = _standing(lasting)
    state: str = lasting.modern.asked("delete_account", AccountCode=account)["requestState"]
    for wrong in (_mutated(state, place, letter), state[:cut], state[cut:], state + letter):
        assert wrong == state or asks_again(lasting.modern, wrong, AccountCode=account)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=80),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=120, deadline=None)
@given(state=JSON, answers=JSON | st.fixed_dictionaries({"confirm": JSON | st.just(YES)}))
def test_whatever_comes_back_nothing_is_done_without_a_question_of_ours(
    lasting: Scene, state: Any, answers: Any
) -> None:
    account = _standing(lasting)
    params = {"name": "delete_account", "arguments": {"AccountCode": account}}
    answer = lasting.modern.send_rpc("tools/call", **params, inputResponses=answers, requestState=state)
    assert answer.status == 200
    assert answer.document["result"]["resultType"] == "input_required"


def _standing(scene: Scene) -> int:
    """The account of the lasting scene, which no example may delete.

    One second later, so that the rate limit is never reached.
    """
    scene.world.clock.move(seconds=1)
    found = scene.free.call_tool("list_accounts").result["Items"]
    code: int = found[0]["AccountCode"] if found else crm.account(scene.free)
    return code
