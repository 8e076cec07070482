"""The lane against the MCP library: recorded and generated messages get the same answers from both."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affino_mcp.mcp_edge.lane import answers, header_rules, lane, plain_shapes, protocol
from tests.unit.mcp_edge.edge import EVENTS, load
from tests.unit.mcp_edge.lane.both import Outcome, Server
from tests.unit.mcp_edge.lane.differences import WANTED, find_difference
from tests.unit.mcp_edge.lane.messages import Event, directed_events, draw_event

EXAMPLES: Final = {"hunt": 4_000}
"""Messages of one run by hypothesis's profile: `make hunt` has five rounds, so 20,000."""
RECORDED: Final = [path.stem for path in sorted(EVENTS.glob("mcp_*.json"))]


@pytest.fixture(scope="module")
def open_lane() -> Iterator[Server]:
    server = Server(lane=True)
    yield server
    server.close()


@pytest.fixture(scope="module")
def library() -> Iterator[Server]:
    server = Server(lane=False)
    yield server
    server.close()


@pytest.fixture(scope="module")
def samples(library: Server) -> list[tuple[Event, Outcome]]:
    """Recorded and drawn messages, always the same, each with the library's answer."""
    rng = Random(20)
    events = [load(name) for name in RECORDED] + directed_events() + [draw_event(rng) for _ in range(250)]
    return [(event, library.answer(event)) for event in events]


def differences(server: Server, samples: list[tuple[Event, Outcome]]) -> list[str]:
    return [found for event, outcome in samples if (found := find_difference(event, server.answer(event), outcome))]


def test_the_samples_are_answered_alike(open_lane: Server, samples: list[tuple[Event, Outcome]]) -> None:
    assert differences(open_lane, samples) == []


@settings(max_examples=EXAMPLES.get(settings.get_current_profile_name(), 150))
@given(rng=st.randoms(use_true_random=False))
def test_drawn_messages_are_answered_alike(open_lane: Server, library: Server, rng: Random) -> None:
    event = draw_event(rng)
    assert find_difference(event, open_lane.answer(event), library.answer(event)) == ""


def test_every_wanted_difference_is_there(open_lane: Server, samples: list[tuple[Event, Outcome]]) -> None:
    seen = [(event, open_lane.answer(event), outcome) for event, outcome in samples]
    differing = [each for each in seen if each[1] != each[2]]
    assert [wanted.what for wanted in WANTED if not any(wanted.is_this(*each) for each in differing)] == []


def test_what_every_client_sends_needs_no_library(samples: list[tuple[Event, Outcome]]) -> None:
    server = Server(lane=True)
    loaded = [server.answer_and_tell(load(name)) for name in RECORDED]
    assert not any(loaded)
    assert any(server.answer_and_tell(event) for event, _ in samples)
    server.close()


FAULTS: Final[dict[str, tuple[Any, str, Any]]] = {
    "no cache hint": (lane, "CACHE_HINT", {}),
    "no stamp": (answers, "_STAMP", '"resultType":"complete"}'),
    "more offered": (lane, "TOOLS_ALONE", {"tools": {}, "prompts": {}}),
    "name header not compared": (header_rules, "CALL_TOOL", "none"),
    "encoded header not read": (header_rules, "decode_header", lambda value: value),
    "every version spoken": (lane, "find_version_fault", lambda _: None),
    "handshake in both eras": (lane, "_MODERN_METHODS", lane._MODERN_METHODS | {"ping", "initialize"}),
    "oldest version negotiated": (lane, "HANDSHAKE_VERSIONS", protocol.HANDSHAKE_VERSIONS[:-1]),
    "every handshake is plain": (lane, "is_plain_handshake", lambda _: True),
    "every _meta is plain": (plain_shapes, "is_plain_meta", lambda *_, **__: True),
    "the library's name of the token is not known": (plain_shapes, "_PYTHON_TOKEN", "none"),
    "every client is plain": (plain_shapes, "is_plain_info", lambda _: True),
    "every capability is plain": (plain_shapes, "is_plain_capabilities", lambda _: True),
    "Accept not read": (lane, "NotAcceptable", lambda: None),
    "legacy errors with a status": (lane, "error_reply", lambda *a, **_: answers.error_reply(*a, modern=True)),
}
"""Faults put into the lane: the module, the name in it, and what stands there instead."""


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_in_the_lane_is_found(
    name: str, samples: list[tuple[Event, Outcome]], monkeypatch: pytest.MonkeyPatch
) -> None:
    module, part, fault = FAULTS[name]
    monkeypatch.setattr(module, part, fault)
    server = Server(lane=True)
    assert differences(server, samples)
    server.close()
