"""The Runtime API on loopback: an event goes out with its deadline, an answer comes back, and silence is told."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from affino_mcp.http.answer_bound import MAX_ANSWER_BYTES
from scripts.prove.runtime_api import CutOff, RuntimeApi

PATH = "/2018-06-01/runtime"


@pytest.fixture
def api() -> Iterator[RuntimeApi]:
    made = RuntimeApi()
    yield made
    made.close()


@pytest.fixture
def lambda_side() -> Iterator[ThreadPoolExecutor]:
    """The thread that waits for answers, as Lambda does."""
    with ThreadPoolExecutor(1) as pool:
        yield pool


def take_event(api: RuntimeApi) -> tuple[str, int, Any]:
    """What a runtime client reads: the id, the deadline in milliseconds and the event."""
    connection = http.client.HTTPConnection(api.address, timeout=60)
    connection.request("GET", f"{PATH}/invocation/next")
    answer = connection.getresponse()
    event = json.loads(answer.read())
    headers = answer.headers
    connection.close()
    return headers["Lambda-Runtime-Aws-Request-Id"], int(headers["Lambda-Runtime-Deadline-Ms"]), event


def send(api: RuntimeApi, path: str, *parts: bytes) -> int:
    """Sends a body, in chunks when there is more than one part; gives the status."""
    connection = http.client.HTTPConnection(api.address, timeout=60)
    body: Any = iter(parts) if len(parts) > 1 else parts[0]
    connection.request("POST", f"{PATH}/{path}", body, encode_chunked=len(parts) > 1)
    status = connection.getresponse().status
    connection.close()
    return status


def invoke(api: RuntimeApi, pool: ThreadPoolExecutor) -> Future[dict[str, Any]]:
    return pool.submit(api.invoke, {"n": 1}, 10)


@pytest.mark.parametrize("parts", [(b'{"done": true}',), (b'{"done"', b": true}")], ids=["whole", "in chunks"])
def test_an_answer_comes_back(api: RuntimeApi, lambda_side: ThreadPoolExecutor, parts: tuple[bytes, ...]) -> None:
    waiting = invoke(api, lambda_side)
    request_id, _, event = take_event(api)
    assert event == {"n": 1}
    assert send(api, f"invocation/{request_id}/response", *parts) == 202
    assert waiting.result(10) == {"done": True}


@pytest.mark.parametrize("path", ["invocation/{id}/error", "init/error", "invocation/another/response"])
def test_a_function_that_fails_is_told(api: RuntimeApi, lambda_side: ThreadPoolExecutor, path: str) -> None:
    waiting = invoke(api, lambda_side)
    request_id, _, _ = take_event(api)
    send(api, path.replace("{id}", request_id), b"{}")
    with pytest.raises(CutOff):
        waiting.result(10)


def test_an_answer_over_6_mb_is_refused(api: RuntimeApi, lambda_side: ThreadPoolExecutor) -> None:
    waiting = invoke(api, lambda_side)
    request_id, _, _ = take_event(api)
    assert send(api, f"invocation/{request_id}/response", b'"' + b"a" * MAX_ANSWER_BYTES + b'"') == 413
    with pytest.raises(CutOff, match="too large"):
        waiting.result(10)


def test_a_function_waits_in_its_snapshot_until_it_is_restored(
    api: RuntimeApi, lambda_side: ThreadPoolExecutor
) -> None:
    connection = http.client.HTTPConnection(api.address, timeout=60)
    connection.request("GET", f"{PATH}/restore/next")
    api.wait_for_snapshot(10)
    answer = lambda_side.submit(connection.getresponse)
    assert not answer.done()
    api.restore()
    assert answer.result(10).status == 200
    connection.close()


def test_a_function_that_is_never_ready_is_cut_off(api: RuntimeApi) -> None:
    with pytest.raises(CutOff, match="no snapshot"):
        api.wait_for_snapshot(0.01)


def test_a_function_may_be_told_of_less_time_than_it_has(api: RuntimeApi, lambda_side: ThreadPoolExecutor) -> None:
    waiting = lambda_side.submit(api.invoke, {}, 600, 1)
    request_id, deadline, _ = take_event(api)
    assert deadline / 1000 < time.time() + 300
    send(api, f"invocation/{request_id}/response", b"{}")
    assert waiting.result(10) == {}


def test_silence_is_a_cut_off(api: RuntimeApi) -> None:
    with pytest.raises(CutOff):
        api.invoke({}, 0.01)
