"""The record keeps the kinds of keys, and reads back what it writes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affino_mcp.store.ops import Check, Delete, Key, Put, Update, WriteOp, absent, all_of, any_of, equals
from tests.roles.operation import Operation, kind_of_key, named_attributes

KINDS = {
    "PROFILES": "PROFILES",
    "PROFILE#k-1": "PROFILE#*",
    "GUARD#PAIR#198.51.100.7#jane": "GUARD#PAIR#*",
    "contacts#7": "contacts#*",
    "F#contacts#all": "F#contacts#all",
    "F#articles#section=3": "F#articles#section=*",
    "F#forum_threads#forum=3#x": "F#forum_threads#forum=*",
    "N#contacts": "N#contacts",
    "U#sections#news": "U#sections#*",
    "H#begun": "H#begun",
    "H#hours#2026-11-23T09": "H#hours#*",
    "U#7": "U#*",
    "D#20261123": "D#*",
    "I#7#K1#x": "I#*",
    "0": "*",
    "7f3a": "*",
}


@pytest.mark.parametrize(("key", "kind"), KINDS.items(), ids=KINDS)
def test_kinds_of_keys(key: str, kind: str) -> None:
    assert kind_of_key(key) == kind


@given(st.sampled_from(list(KINDS.values())))
def test_a_kind_is_its_own_kind(kind: str) -> None:
    assert kind_of_key(kind) == kind


KEY = Key("PERSON#7", "A")
WRITES: dict[str, tuple[WriteOp, str]] = {
    "put": (Put("t", {**KEY._asdict(), "digest": "x"}, absent()), "digest,pk,sk"),
    "update": (
        Update("t", KEY, {"ended": True}, {"logins": 1}, ("x",), equals("epoch", 1)),
        "ended,epoch,logins,pk,sk,x",
    ),
    "delete": (Delete("t", KEY, any_of(absent("a"), equals("b", 1))), "a,b,pk,sk"),
    "check": (Check("t", KEY, all_of(equals("version", 1), equals("logins", 2))), "logins,pk,sk,version"),
}


@pytest.mark.parametrize(("op", "names"), WRITES.values(), ids=WRITES)
def test_attributes_that_a_write_names(op: WriteOp, names: str) -> None:
    assert ",".join(named_attributes(op)) == names


PERSON = Operation("builtin", "LoginProxy", "dynamodb:PutItem", "GateTable", ("PERSON#7",), ("digest", "pk", "sk"))
SESSION = Operation("builtin", "LoginProxy", "dynamodb:PutItem", "GateTable", ("SESSION#7",), ("person", "pk", "sk"))
LISTING = Operation("builtin", "Housekeeping", "s3:ListBucket", "MediaBucket", ("media/*",))


@pytest.mark.parametrize("operation", [PERSON, SESSION, LISTING], ids=str)
def test_a_line_is_read_back(operation: Operation) -> None:
    assert Operation.read(str(operation)) == operation


def test_attributes_are_kept_where_conditions_name_them() -> None:
    assert PERSON.generalise().attributes == PERSON.attributes
    assert PERSON.generalise().keys == ("PERSON#*",)
    assert SESSION.generalise().attributes == ()
    assert LISTING.generalise() == LISTING
