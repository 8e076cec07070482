"""Many writers at once: every record gets a code of its own, no change is lost, no cycle of parents arises."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.flow import crm
from tests.security.figures import Figures
from tests.world import Response, World, WorldClient


@pytest.fixture
def crowd(world: World, manager: WorldClient) -> Iterator[list[WorldClient]]:
    """Several warm processes of the same service on the same stores."""
    handlers = [world.new_handler() for _ in range(4)]
    yield [WorldClient(world, handler, manager.headers) for handler in handlers]
    for handler in handlers:
        handler.close()


def together(crowd: list[WorldClient], do: Callable[[WorldClient, int], Response]) -> list[Response]:
    """The answers of all processes that make the call at the same time."""
    start = threading.Barrier(len(crowd))

    def one(place: int) -> list[Response]:
        start.wait()
        return [do(crowd[place], place * 100 + n) for n in range(6)]

    with ThreadPoolExecutor(len(crowd)) as pool:
        return [answer for answers in pool.map(one, range(len(crowd))) for answer in answers]


def test_a_storm_of_creates_gives_every_record_its_own_code(
    world: World, manager: WorldClient, crowd: list[WorldClient], figures: Figures
) -> None:
    at = crm.account(manager)
    answers = together(
        crowd,
        lambda c, n: c.call_tool(
            "create_contact", Email=f"p{n}@o.example", FirstName="P", LastName=str(n), AccountCode=at
        ),
    )
    codes = [answer.result["Contact"]["UserCode"] for answer in answers]
    assert len(set(codes)) == 24  # after clashes codes are reserved ahead, and one may stay unused
    assert len({answer.result["Contact"]["Accounts"][0]["UserAccountCode"] for answer in answers}) == 24
    assert manager.call_tool("get_account", AccountCode=at).result["Account"]["ContactCount"] == 24
    assert len(manager.call_tool("list_contacts", AccountCode=at, PageSize=100).result["Items"]) == 24
    assert sum(row["method"] == "create_contact" for row in world.audit_rows()) == 24
    figures.record("writers at once: a storm of creates gives every record its own code", tried=len(answers))


def test_one_email_in_a_storm_is_taken_once(crowd: list[WorldClient], figures: Figures) -> None:
    answers = together(
        crowd, lambda c, _: c.call_tool("create_contact", Email="j@o.example", FirstName="J", LastName="D")
    )
    made = [answer for answer in answers if not answer.document["result"]["isError"]]
    assert len(made) == 1
    assert {a.error["type"] for a in answers if a not in made} == {"conflict"}
    figures.record("writers at once: one email in a storm is taken once", tried=len(answers))


def test_one_key_in_a_storm_is_good_for_one_record(
    world: World, manager: WorldClient, crowd: list[WorldClient], figures: Figures
) -> None:
    answers = together(crowd, lambda c, _: c.call_tool("create_task", Title="x", IdempotencyKey="k"))
    assert {answer.result["Task"]["AppUserTaskCode"] for answer in answers} == {1}
    assert len(manager.call_tool("list_tasks").result["Items"]) == 1
    figures.record("writers at once: one key in a storm is good for one record", tried=len(answers))


def test_no_update_is_lost(manager: WorldClient, crowd: list[WorldClient], figures: Figures) -> None:
    at = crm.account(manager)
    names = ["City", "Address1", "Address2", "Telephone"]
    answers = together(
        crowd, lambda c, n: c.call_tool("update_account", AccountCode=at, **{names[n // 100]: f"change {n}"})
    )
    assert all(answer.result for answer in answers)
    found = manager.call_tool("get_account", AccountCode=at).result["Account"]
    assert [found[name] for name in names] == [f"change {n * 100 + 5}" for n in range(4)]
    figures.record("writers at once: no update is lost", tried=len(answers))


def test_of_those_who_saw_the_same_only_one_writes(
    manager: WorldClient, crowd: list[WorldClient], figures: Figures
) -> None:
    at = crm.account(manager)
    seen = manager.call_tool("get_account", AccountCode=at).result["Account"]["UpdatedDate"]
    answers = together(
        crowd, lambda c, n: c.call_tool("update_account", AccountCode=at, City=f"City {n}", IfUpdated=seen)
    )
    written = [answer for answer in answers if not answer.document["result"]["isError"]]
    assert len(written) == 1
    assert {a.error["details"]["argument"] for a in answers if a not in written} == {"IfUpdated"}
    figures.record("writers at once: of those who saw the same only one writes", tried=len(answers))


def test_parents_that_change_at_once_never_make_a_circle(manager: WorldClient, crowd: list[WorldClient]) -> None:
    places = [crm.account(manager, f"A{n}") for n in range(4)]
    together(
        crowd,
        lambda c, n: c.call_tool("update_account", AccountCode=places[n // 100], ParentCode=places[(n // 100 + 1) % 4]),
    )
    parents = {}
    for place in places:
        parents[place] = manager.call_tool("get_account", AccountCode=place).result["Account"]["Parent"]
    at, steps = places[0], 0
    while parents.get(at):
        at, steps = parents[at]["AccountCode"], steps + 1
        assert steps < 5


def test_a_parent_does_not_go_while_a_child_comes(manager: WorldClient, crowd: list[WorldClient]) -> None:
    for round_ in range(5):
        top = crm.account(manager, f"Top {round_}")
        together(
            crowd[:2],
            lambda c, n, top=top: (  # type: ignore[misc]
                c.call_tool("delete_account", AccountCode=top)
                if n == 3
                else c.call_tool("create_account", Name=f"Low {n}", ParentCode=top)
            ),
        )
        gone = manager.call_tool("get_account", AccountCode=top).document["result"]["isError"]
        below = manager.call_tool("list_accounts", ParentCode=top).result["Items"]
        assert not (gone and below)
