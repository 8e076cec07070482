"""The list cursor: its text is one for each position, and nothing but that text is taken."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

import pytest

from affino_mcp.instance.builtin.engine.cursor import decode_cursor, encode_cursor
from affino_mcp.instance.builtin.engine.operator_call import make_operator_call
from affino_mcp.instance.port import Call
from affino_mcp.tool_errors import InvalidArgument

CALL: Final = replace(
    make_operator_call(datetime(2026, 11, 22, tzinfo=UTC)),
    profile="demo",
    method="list_accounts",
    cursor_key=bytes(range(32)),
)
QUERY: Final[dict[str, Any]] = {"SortBy": "Name", "Mine": True}
POSITION: Final = {"pk": "F#accounts#all", "sk": "Lunar Ärzte"}
TEXT: Final = "PA8ckuTDNVXgO49rxyidk85cUXx7KdQT4MFJXcd3yqwpSRJo81XDm4NbX1mMWS2ojVovL2mlfrtmpcc"


def refused(call: Call, query: dict[str, Any]) -> str:
    with pytest.raises(InvalidArgument) as error:
        decode_cursor(call, query)
    return error.value.message


def test_a_position_has_one_text_that_stays_the_same_from_release_to_release() -> None:
    assert encode_cursor(CALL, QUERY, POSITION) == TEXT
    assert decode_cursor(CALL, {**QUERY, "PageSize": 7, "Cursor": TEXT}) == POSITION


def test_every_changed_letter_is_refused() -> None:
    for at, letter in enumerate(TEXT):
        changed = TEXT[:at] + ("A" if letter != "A" else "B") + TEXT[at + 1 :]
        assert "not one that this list gave you" in refused(CALL, {**QUERY, "Cursor": changed})


@pytest.mark.parametrize("size", [0, 1, 15, 16, 17, 200])
def test_bytes_of_any_size_are_refused(size: int) -> None:
    text = base64.urlsafe_b64encode(bytes(size)).decode().rstrip("=") or "="
    assert "not one that this list gave you" in refused(CALL, {**QUERY, "Cursor": text})


@pytest.mark.parametrize(
    "other", [{"profile": "other"}, {"method": "list_notes"}, {"cursor_key": b"another key"}], ids=str
)
def test_another_call_is_refused(other: dict[str, Any]) -> None:
    assert "not one that this list gave you" in refused(replace(CALL, **other), {**QUERY, "Cursor": TEXT})


def test_a_cursor_of_the_former_cipher_is_refused() -> None:
    """Until AES-SIV: a MAC of 96 bits, then the position under a key stream of SHAKE-256."""
    position = json.dumps(POSITION, separators=(",", ":"), ensure_ascii=False).encode()
    bound = json.dumps([0, CALL.profile, CALL.method, QUERY], sort_keys=True).encode()
    mac = hmac.new(CALL.cursor_key, bound + b"|" + position, hashlib.sha256).digest()[:12]
    key = hashlib.sha256(CALL.cursor_key + b"|veil|").digest()
    stream = hashlib.shake_256(key + mac).digest(len(position))
    raw = mac + bytes(a ^ b for a, b in zip(position, stream, strict=True))
    text = base64.urlsafe_b64encode(raw).decode().rstrip("=")
    assert "not one that this list gave you" in refused(CALL, {**QUERY, "Cursor": text})
