"""What pydantic reads and writes is what the standard library reads and writes, but for how a small float looks."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as some

from affino_mcp.catalogue.capability import Access, Family
from affino_mcp.compact_json import from_json, to_json, to_json_bytes

SCALARS = some.none() | some.booleans() | some.integers()
TEXTS = some.text(some.characters(exclude_categories=()))


def documents(scalars: some.SearchStrategy[Any], names: some.SearchStrategy[str]) -> some.SearchStrategy[Any]:
    return some.recursive(
        scalars, lambda inner: some.lists(inner) | some.tuples(inner) | some.dictionaries(names, inner), max_leaves=12
    )


def write_compactly(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@given(documents(SCALARS | TEXTS, TEXTS))
@example({Family.ACCOUNTS: [Access.READ], "\ud800": '\udfff \x00\x1f\x7f\u2028 "\\/\b\f\n\r\t'})
@example({7: 10**60, False: -(10**40)})
def test_a_value_is_written_as_the_standard_library_writes_it(value: Any) -> None:
    assert to_json(value) == write_compactly(value)


@given(some.floats())
@example(1e-07)
@example(1e16)
def test_a_float_is_written_as_the_same_number(value: float) -> None:
    assert repr(json.loads(to_json(value))) == repr(value)
    assert 0 < abs(value) < 1e-4 or to_json(value) == json.dumps(value)


@given(documents(SCALARS | TEXTS, TEXTS))
@example("\ud83d\ude00 \u00e9")
def test_bytes_say_the_same_value(value: Any) -> None:
    assert json.loads(to_json_bytes(value)) == json.loads(json.dumps(value))


@pytest.mark.parametrize("levels", [1, 254, 300])
def test_a_deep_value_is_written(levels: int) -> None:
    text = "[" * levels + "]" * levels
    assert to_json(json.loads(text)) == to_json_bytes(json.loads(text)).decode() == text


@given(documents(SCALARS | some.text() | some.floats(), some.text()), some.booleans(), some.sampled_from([None, 1]))
@example({"a": 1e400, "b": -0.0, "c": [float("nan")]}, True, None)
def test_a_text_is_read_as_the_standard_library_reads_it(value: Any, ascii_only: bool, indent: int | None) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    assert repr(from_json(text)) == repr(from_json(text.encode())) == repr(json.loads(text))


@given(some.binary(max_size=8) | some.text('{}[]",:0123456789.eE+-aNfnulltrs \\', max_size=8).map(str.encode))
@example(b'{"a":1,"a":2}')
@example(b'"\\ud800"')
@example(b"\xef\xbb\xbf{}")
@example(b"[1,]")
@example(b"")
@example(b"[" * 300 + b"]" * 300)
def test_any_other_bytes_are_refused_or_read_alike(text: bytes) -> None:
    try:
        found = from_json(text)
    except ValueError:
        return
    assert repr(found) == repr(json.loads(text))
