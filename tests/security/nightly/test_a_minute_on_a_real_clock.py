"""A minute on a real clock: strangers and hammering clients never make the service refuse, or grant, what it should not.

Both storms wait for time to pass, so they run at night alone (`AFFINO_SUITE=nightly`).
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

import pytest

from affino_mcp.clock import utc_now
from affino_mcp.gate.identity.row_keys import new_token
from tests.clock import TestClock
from tests.security.figures import Figures
from tests.world import EVERYTHING, World, WorldClient

STRANGERS = 12
PROCESSES = 16
STORM_SECONDS = 60


class RealClock(TestClock):
    """A clock that goes as time does."""

    def __call__(self) -> datetime:
        return utc_now()


@contextmanager
def processes(how_many: int, rate: int, burst: int) -> Iterator[list[WorldClient]]:
    """Clients with one person's credentials, each in front of a process of its own."""
    world = World(clock=RealClock())
    profile = world.profiles.create("storm", EVERYTHING, rate, burst)
    headers = world.log_in(profile, world.create_person("Sam", "Manager", "Sales Managers"))
    handlers = [world.new_handler() for _ in range(how_many)]
    yield [WorldClient(world, handler, headers) for handler in handlers]
    for handler in handlers:
        handler.close()


def hammer(client: WorldClient, done: threading.Event) -> Counter[int]:
    """Calls without a pause; gives how often each status came."""
    found: Counter[int] = Counter()
    while not done.is_set():
        found[client.call_tool("list_accounts").status] += 1
    return found


@pytest.mark.slow
def test_a_good_caller_beside_strangers(figures: Figures) -> None:
    with processes(STRANGERS + 1, rate=60, burst=10) as (good, *others), ThreadPoolExecutor(STRANGERS) as pool:
        done = threading.Event()
        strangers = [other.with_headers(Authorization=f"Bearer {new_token()}") for other in others]
        storms = [pool.submit(hammer, stranger, done) for stranger in strangers]
        answered = []
        for _ in range(STORM_SECONDS):
            answered.append(good.call_tool("list_accounts").status)
            time.sleep(1)
        done.set()
        found = sum((storm.result() for storm in storms), Counter[int]())
    assert answered == [200] * STORM_SECONDS
    assert set(found) <= {401, 429}
    figures.record("good calls beside strangers on a real clock", tried=len(answered))


@pytest.mark.slow
def test_never_more_than_the_limit_and_a_retry_as_told_is_granted(figures: Figures) -> None:
    rate, burst = 120, 10
    with processes(PROCESSES, rate, burst) as clients, ThreadPoolExecutor(PROCESSES) as pool:
        done, began = threading.Event(), time.monotonic()
        storms = [pool.submit(hammer, replace(client), done) for client in clients]
        time.sleep(15)
        done.set()
        found = sum((storm.result() for storm in storms), Counter[int]())
        bound = burst + rate / 60 * (time.monotonic() - began)
        retried = [_retry_as_told(clients[0]) for _ in range(5)]
    assert set(found) == {200, 429}
    assert bound / 2 <= found[200] <= bound
    assert retried == [200] * 5
    figures.record("retries as told on a real clock", tried=len(retried))


def _retry_as_told(client: WorldClient) -> int:
    """Calls until it has to wait; gives the status of the call after the wait."""
    answer = client.call_tool("list_accounts")
    while answer.status == 200:
        answer = client.call_tool("list_accounts")
    time.sleep(int(answer.headers["retry-after"]))
    return client.call_tool("list_accounts").status
