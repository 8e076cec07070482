"""Confirmation in front of an instance elsewhere: what is sent to it, what the person is asked, and what a wrong answer does."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from tests.flow import crm
from tests.flow.confirming import NO, YES, Scene
from tests.remote.hostile import Forge, acting_as, forged
from tests.remote.stage import RemoteStage
from tests.remote.version1 import Version1Stage
from tests.version1.habits import Habits

ASKS = json.dumps(
    {"error": {"code": "-132", "type": "confirmation_required", "message": "Ask.", "details": {}}}
).encode()
STORE_CALLS = 5
"""Calls of the own stores: those of the gate, the row that a call is begun, and the row of its end."""


@dataclass
class CarefulStage:
    """Sam behind a confirming profile, the way to the instance, and an account and a draft that are there."""

    stage: RemoteStage = field(default_factory=RemoteStage)

    def __post_init__(self) -> None:
        self.way, self.scene = self.stage.way, Scene(self.stage.world, self.stage.handler)
        self.way.times = 0
        self.account = crm.account(self.scene.free)
        given = {"Title": "Spring", "standardSectionCode": self.scene.website.marketing}
        made = self.scene.free.call_tool("create_article", **given).result["Article"]
        self.article: int = made["StandardItemCode"]
        for client in (self.scene.modern, self.scene.old):
            client.call_tool("list_accounts").result  # noqa: B018

    def forge(self, after: Forge | Exception, only: str = "/v2/accounts", times: int = 1) -> None:
        """Has the instance's next answers forged."""
        self.way.after, self.way.only, self.way.times = after, only, times

    def count(self, work: Callable[[], object]) -> tuple[int, int]:
        """How many requests to the instance and how many calls of the own stores some work takes."""
        self.way.seen.clear()
        self.scene.world.own.calls.clear()
        work()
        return len(self.way.seen), len(self.scene.world.own.calls)

    def is_there(self) -> bool:
        """Whether the account is still there."""
        self.way.times = 0
        found = self.scene.free.call_tool("get_account", AccountCode=self.account).document["result"]
        return not found.get("isError")


@pytest.fixture
def careful() -> Iterator[CarefulStage]:
    made = CarefulStage()
    yield made
    made.stage.handler.close()


def message_of(asked: dict[str, Any]) -> str:
    text: str = asked["inputRequests"]["confirm"]["params"]["message"]
    return text


def test_what_a_confirmation_costs(careful: CarefulStage) -> None:
    """One request to the instance for a question and for an answer; two for an agent's word where only some calls are grave."""
    modern, old, draft = careful.scene.modern, careful.scene.old, {"StandardItemCode": careful.article}
    delete, publish = {"AccountCode": careful.account}, {**draft, "Live": True}
    agreed = modern.asked("delete_account", **delete)["requestState"]
    live = modern.asked("update_article", **publish)["requestState"]
    asked: list[tuple[str, int, Callable[[], object]]] = [
        ("a refusal", 1, lambda: modern.call_tool("delete_account", AccountCode=4711).error),
        ("a question", 1, lambda: modern.asked("delete_account", **delete)),
        ("a question to an agent", 1, lambda: old.call_tool("delete_account", **delete).error),
        ("a no", 1, lambda: modern.answered("delete_account", NO["decline"], agreed, **delete).error),
        ("a yes", 1, lambda: modern.answered("delete_account", YES, agreed, **delete).result),
        ("the same yes again", 1, lambda: modern.answered("delete_account", YES, agreed, **delete).result),
        ("a yes to publishing", 1, lambda: modern.answered("update_article", YES, live, **publish).result),
        ("nothing to ask", 1, lambda: modern.call_tool("update_article", **draft, Teaser="T").result),
        ("a word that was not needed", 1, lambda: old.call_tool("update_article", **draft, Live=False, Confirm=True)),
        ("an agent's word for publishing", 2, lambda: old.call_tool("update_article", **publish, Confirm=True).result),
        ("an agent's word for deleting", 1, lambda: old.call_tool("delete_article", **draft, Confirm=True).result),
    ]
    found = [(name, *careful.count(work)) for name, _, work in asked]
    assert found == [(name, requests, STORE_CALLS) for name, requests, _ in asked]
    confirmed = [row["confirmed"] for row in careful.scene.world.audit_rows()[-4:]]
    assert confirmed == ["", "", "by argument", "by argument"]


def test_nothing_is_asked_in_the_name_of_somebody_else(careful: CarefulStage) -> None:
    careful.forge(forged(409, ASKS, ActedAs="99"))
    answer = careful.scene.modern.call_tool("delete_account", AccountCode=careful.account)
    assert (answer.status, answer.document["error"]["data"]["type"]) == (503, "instance_failed")
    assert careful.scene.row()["outcome"] == "refused"
    assert careful.is_there()


def test_an_instance_that_asks_again_is_of_no_use(careful: CarefulStage) -> None:
    """The person's yes is sent once and not again and again."""
    given = {"AccountCode": careful.account}
    state = careful.scene.modern.asked("delete_account", **given)["requestState"]
    careful.forge(forged(409, ASKS), times=9)
    careful.way.seen.clear()
    assert careful.scene.modern.answered("delete_account", YES, state, **given).status == 503
    assert len(careful.way.seen) == 1


def test_a_lost_question_is_asked_anew(careful: CarefulStage) -> None:
    careful.forge(httpx.ReadError("the connection is gone"))
    lost = careful.scene.modern.call_tool("delete_account", AccountCode=careful.account)
    assert (lost.status, lost.document["error"]["data"]["type"]) == (503, "instance_failed")
    assert careful.is_there()
    assert careful.scene.modern.agreed("delete_account", AccountCode=careful.account).result["Deleted"] is True


@pytest.mark.parametrize(
    ("about", "shown"),
    [
        pytest.param("account 1 'Orbital'\u202e\n", "account 1 'Orbital'", id="signs that turn the text"),
        pytest.param("x" * 5000, "x" * 200 + ".", id="endless"),
        pytest.param(["x"], "account 1", id="no text"),
        pytest.param(None, "account 1", id="nothing"),
    ],
)
def test_what_the_instance_says_of_a_record_cannot_deface_the_question(
    careful: CarefulStage, about: Any, shown: str
) -> None:
    error = {"type": "confirmation_required", "message": "Ask.", "details": {"about": about}}
    careful.forge(forged(409, json.dumps({"error": error}).encode()))
    text = message_of(careful.scene.modern.asked("delete_account", AccountCode=careful.account))
    assert f"delete_account on the {shown}" in text
    assert text.isprintable()
    assert len(text) < 500


def test_a_profile_that_asks_nobody_confirms_nothing(careful: CarefulStage) -> None:
    """Where the instance wants a confirmation and the profile here has not the option, no word is made up."""
    careful.forge(forged(409, ASKS), times=9)
    careful.way.seen.clear()
    error = careful.scene.free.call_tool("delete_account", AccountCode=careful.account).error
    assert (error["type"], error["details"]["who_can_fix"]) == ("not_offered", "operator")
    assert len(careful.way.seen) == 1


def without_confirm(answer: httpx.Response) -> httpx.Response:
    """The offer of an instance that does not take Confirm."""
    document = json.loads(answer.content)
    for method in document["Methods"].values():
        method["Arguments"] = [name for name in method["Arguments"] if name != "Confirm"]
    return httpx.Response(answer.status_code, json=document)


@pytest.fixture
def older() -> Iterator[CarefulStage]:
    """An instance that takes no Confirm."""
    made = CarefulStage()
    handler = made.scene.world.new_handler()
    made.forge(without_confirm, only="/v2")
    for client in (made.scene.modern, made.scene.old):
        client.handler = handler
        client.list_tool_names()
    yield made
    handler.close()
    made.stage.handler.close()


def test_of_an_instance_that_takes_no_confirm_a_dry_run_comes_first_and_then_the_question(older: CarefulStage) -> None:
    given = {"AccountCode": older.account}
    older.way.seen.clear()
    asked = older.scene.modern.asked("delete_account", **given)
    assert f"delete_account on the account {older.account}." in message_of(asked)
    assert older.way.seen == [f"DELETE /rest/demo/v2/accounts/{older.account}"]
    assert older.is_there()
    assert older.scene.modern.call_tool("delete_account", AccountCode=4711).error["type"] == "not_found"
    assert older.scene.modern.answered("delete_account", YES, asked["requestState"], **given).result["Deleted"] is True
    assert older.scene.row()["confirmed"] == "by form"


def test_a_dry_run_in_another_name_is_of_no_use(older: CarefulStage) -> None:
    older.forge(acting_as("99"))
    answer = older.scene.modern.call_tool("delete_account", AccountCode=older.account)
    assert (answer.status, answer.document["error"]["data"]["type"]) == (503, "instance_failed")
    assert older.is_there()


def test_a_call_with_a_key_of_its_own_is_not_rehearsed(older: CarefulStage) -> None:
    """Its answer may be there already, which no dry run says."""
    given = {"AccountCode": older.account, "IdempotencyKey": "k"}
    older.way.seen.clear()
    older.scene.modern.asked("delete_account", **given)
    assert older.way.seen == []
    older.scene.modern.agreed("delete_account", **given).result  # noqa: B018
    again = older.scene.modern.agreed("delete_account", **given).result
    assert crm.codes(again["Warnings"]) == ["REPLAYED"]


def test_version_1_is_asked_about_before_anything_is_sent() -> None:
    stage = Version1Stage(Habits(0), writes="key-only")
    stage.world.profiles.change(stage.profile.key, confirm=True)
    code, client = next(iter(stage.instance.records.accounts.rows)), stage.client
    assert client.call_tool("delete_account", AccountCode=code).error["type"] == "confirmation_required"
    assert stage.instance.records.writes == []
    assert client.call_tool("delete_account", AccountCode=code, Confirm=True).result["Warnings"]
    assert stage.instance.records.count_writes() == {"delete account": 1}
    assert stage.world.audit_rows()[-1]["confirmed"] == "by argument"
    stage.handler.close()
