"""Every store call of every exchange of an app fails in every way: no good code or token is ever called invalid."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from affino_mcp.store.faults import TransactionFailed
from affino_mcp.store.testing.faulty_database import FaultyDatabase, StoreFault
from tests.oauth_stage import OAuthStage, error_of, oauth_world


class FaultyStage(OAuthStage):
    """The stage on a store whose calls can fail."""

    def __init__(self) -> None:
        world = oauth_world()
        self.db = FaultyDatabase(world.database)
        world.watched.inner = self.db
        super().__init__(world)


def redeeming(stage: FaultyStage) -> Callable[[], Any]:
    code = stage.consent()
    return lambda: stage.redeem(code)


def refreshing(stage: FaultyStage) -> Callable[[], Any]:
    token = stage.connect()["refresh_token"]
    return lambda: stage.refresh(token)


def revoking(stage: FaultyStage) -> Callable[[], Any]:
    token = stage.connect()["refresh_token"]
    return lambda: stage.revoke(token)


Exchange = Callable[[FaultyStage], Callable[[], Any]]
ISSUE = "get get get get query transact"
EXCHANGES: dict[str, tuple[Exchange, str]] = {
    "redeem": (redeeming, ISSUE),
    "refresh": (refreshing, ISSUE),
    "revoke": (revoking, "get get transact"),
}
TRIALS = [
    pytest.param(exchange, number, fault, id=f"{name}, {number} {method}, {fault}")
    for name, (exchange, store) in EXCHANGES.items()
    for number, method in enumerate(store.split())
    for fault in StoreFault
    if fault in {StoreFault.BEFORE, StoreFault.RESEND} or method == "transact"
]


@pytest.mark.parametrize(("exchange", "number", "fault"), TRIALS)
def test_one_fault(exchange: Exchange, number: int, fault: StoreFault) -> None:
    stage = FaultyStage()
    send = exchange(stage)
    stage.db.arm({number: fault})
    answer = send()
    stage.db.arm({})
    if answer.status_code != 200:
        assert error_of(answer) == (503, "temporarily_unavailable")
        answer = send()
    assert answer.status_code == 200
    if exchange is revoking:
        assert stage.grants.list_of_person(stage.edith) == []
        return
    assert stage.session(answer.json()["access_token"])
    assert stage.refresh(answer.json()["refresh_token"]).status_code == 200


@pytest.mark.parametrize("name", EXCHANGES)
def test_a_write_that_arrives_after_its_repeat_changes_nothing(name: str) -> None:
    stage = FaultyStage()
    exchange, store = EXCHANGES[name]
    send = exchange(stage)
    stage.db.arm({store.split().index("transact"): StoreFault.VANISHED})
    assert error_of(send()) == (503, "temporarily_unavailable")
    stage.db.arm({})
    assert send().status_code == 200
    repeated = stage.world.database.list_rows(stage.world.settings.gate_table)
    ((operations, token),) = stage.db.vanished
    with suppress(TransactionFailed):
        stage.world.database.transact(operations, token)
    assert stage.world.database.list_rows(stage.world.settings.gate_table) == repeated
