from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from affino_mcp.mcp_edge.message import CLIENT_INFO, read_message

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)
documents = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("jsonrpc", "id", "method", "params", "result"), json_values)
)


patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""Timing never decides a test."""


@patient
@given(st.binary())
def test_no_bytes_whatever_raise(body: bytes) -> None:
    read_message(body).loggable_arguments()


@patient
@given(documents)
def test_no_document_whatever_raises_and_every_answer_can_be_sent(document: dict[str, Any]) -> None:
    received = read_message(json.dumps(document).encode())
    json.dumps(
        [received.id, received.subject, received.loggable_arguments(), received.client, received.form.state],
        allow_nan=True,
    )
    assert received.id is None or isinstance(received.id, str | int)
    if received.fault is None:
        assert isinstance(document["method"], str)


@patient
@given(st.text() | st.integers())
def test_the_id_is_read_exactly_as_it_was_sent(message_id: str | int) -> None:
    body = json.dumps({"jsonrpc": "2.0", "id": message_id, "method": "ping"}).encode()
    assert read_message(body).id == message_id


@pytest.mark.parametrize(
    ("params", "client"),
    [
        pytest.param({"clientInfo": {"name": "codex", "version": "0.169"}}, ("codex", "0.169"), id="initialize"),
        pytest.param({"_meta": {CLIENT_INFO: {"name": "claude-code"}}}, ("claude-code", ""), id="2026-07-28"),
        pytest.param({"_meta": {CLIENT_INFO: {"name": "a" * 500}}}, ("a" * 100, ""), id="over-long"),
        pytest.param({"_meta": {CLIENT_INFO: {"name": "a\nb"}}}, ("", ""), id="line break"),
        pytest.param({"_meta": {CLIENT_INFO: "x"}}, ("", ""), id="no object"),
        pytest.param({"_meta": []}, ("", ""), id="meta is no object"),
        pytest.param({}, ("", ""), id="none"),
    ],
)
def test_the_client_introduces_itself(params: dict[str, Any], client: tuple[str, str]) -> None:
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}).encode()
    assert read_message(body).client == client
