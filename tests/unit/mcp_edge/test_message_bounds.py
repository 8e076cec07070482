"""The bounds of a message: told from the bytes exactly as from the parsed document, or later."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affino_mcp.http.json_bounds import MAX_NODES, find_excess, has_too_many_parts
from affino_mcp.mcp_edge.message import read_message
from affino_mcp.mcp_edge.message_bounds import guess_id

documents = st.dictionaries(
    st.text(max_size=8),
    st.recursive(
        st.none() | st.integers() | st.text(alphabet='[]{},:"\\a\u00e9', max_size=12),
        lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.text(max_size=3), inner, max_size=6),
        max_leaves=60,
    ),
)


def count_entries(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return len(inner) + sum(count_entries(part) for part in inner)


@settings(deadline=None)
@given(document=documents, limit=st.integers(1, 40), ascii_only=st.booleans())
def test_the_bytes_never_tell_of_more_than_there_is(document: dict[str, Any], limit: int, ascii_only: bool) -> None:
    entries, body = count_entries(document), json.dumps(document, ensure_ascii=ascii_only).encode()
    told = find_excess(document, may_hold_half_pairs=False, limit=limit)
    assert (told is not None) == (entries > limit)
    if has_too_many_parts(body, limit):
        assert entries > limit
    elif entries > 2 * limit:
        assert body.count(b",") + body.count(b"[") + body.count(b"{") <= 2 * limit


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"jsonrpc":"2.0","id":7,"params":', 7),
        (b'{"id" : "a-1", "x":', "a-1"),
        (b"x" * 500 + b',"id":12}', 12),
        (b"x" * 500 + b',"id":12' + b"y" * 500, None),
        (b'{"id":"\xff"}', None),
        (b'{"id":99999999999999999999}', None),
        (b"", None),
    ],
)
def test_the_id_of_a_message_that_is_not_parsed(body: bytes, expected: Any) -> None:
    assert guess_id(body) == expected


def test_a_huge_message_is_answered_with_its_id() -> None:
    body = json.dumps({"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {"x": [[]] * (2 * MAX_NODES + 9)}})
    received = read_message(body.encode())
    assert (received.id, received.is_charged) == (7, False)
    assert received.any_fault is not None
