"""A body of any shape is answered below 500 in our words, and does nothing that a proper message would not have done."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.security.figures import Figures
from tests.world import World, WorldClient

CALL: dict[str, Any] = {
    "jsonrpc": "2.0",
    "id": 7,
    "method": "tools/call",
    "params": {"name": "create_account", "arguments": {"Name": "SHAPED"}},
}
TEXT = json.dumps(CALL)
SHAPES: dict[str, str] = {
    "nothing": "",
    "a blank": " ",
    "null": "null",
    "true": "true",
    "a number": "7",
    "a text": '"tools/call"',
    "an empty list": "[]",
    "a batch": json.dumps([CALL]),
    "a batch of many": json.dumps([CALL] * 50),
    "an empty object": "{}",
    "half of it": TEXT[:-10],
    "two messages": TEXT + TEXT,
    "two lines": f"{TEXT}\n{TEXT}",
    "something behind": TEXT + "x",
    "single quotes": TEXT.replace('"', "'"),
    "a comment": TEXT + "// x",
    "a comma too many": TEXT[:-1] + ",}",
    "not a number": TEXT.replace("7", "NaN"),
    "infinity": TEXT.replace("7", "1e999"),
    "a form": "jsonrpc=2.0&id=7&method=tools/call",
    "XML": '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
    "without a version": json.dumps({name: value for name, value in CALL.items() if name != "jsonrpc"}),
    "version 1.0": json.dumps(CALL | {"jsonrpc": "1.0"}),
    "a version that is a number": json.dumps(CALL | {"jsonrpc": 2.0}),
    "an id that is null": json.dumps(CALL | {"id": None}),
    "an id that is a flag": json.dumps(CALL | {"id": True}),
    "an id that is a list": json.dumps(CALL | {"id": [7]}),
    "an id that is an object": json.dumps(CALL | {"id": {"a": 7}}),
    "an id of a fraction": json.dumps(CALL | {"id": 1.5}),
    "a method that is a list": json.dumps(CALL | {"method": ["tools/call"]}),
    "a method that is null": json.dumps(CALL | {"method": None}),
    "no method": json.dumps({name: value for name, value in CALL.items() if name != "method"}),
    "a method in capitals": json.dumps(CALL | {"method": "TOOLS/CALL"}),
    "parameters that are a list": json.dumps(CALL | {"params": ["create_account"]}),
    "parameters that are a text": json.dumps(CALL | {"params": "create_account"}),
    "a result": json.dumps({"jsonrpc": "2.0", "id": 7, "result": {"Name": "SHAPED"}}),
    "an error": json.dumps({"jsonrpc": "2.0", "id": 7, "error": {"code": 1, "message": "SHAPED"}}),
    "deep lists": "[" * 5_000 + "]" * 5_000,
    "deep objects": '{"a":' * 5_000 + "1" + "}" * 5_000,
    "half a pair": TEXT.replace("SHAPED", "\\ud800SHAPED"),
}


@pytest.fixture(scope="module")
def client() -> Iterator[WorldClient]:
    world = World()
    handler = world.new_handler()
    headers = world.log_in(world.create_profile(), world.create_person("Sam", "Manager", "Sales Managers"))
    yield WorldClient(world, handler, headers)
    handler.close()


@pytest.mark.parametrize("body", SHAPES.values(), ids=SHAPES)
def test_a_body_of_another_shape_does_nothing(client: WorldClient, figures: Figures, body: str) -> None:
    client.world.clock.move(seconds=60)
    answer = client.send(body)
    told = json.dumps(answer.document)
    assert answer.status in {200, 202, 400}
    assert not [word for word in ("Traceback", "pydantic", "Exception", "affino_mcp", "root:") if word in told]
    stored = client.world.database.list_rows(client.world.settings.records_table)
    assert not [row for row in stored if "SHAPED" in str(row)]
    assert [row["outcome"] for row in client.world.audit_rows() if row["outcome"] == "ok"] == []
    figures.record("shapes of a message", tried=1, of=len(SHAPES))


NAMED_TWICE = {
    "the name": '{"name": "list_accounts", "name": "create_account", "arguments": {"Name": "TWICE"}}',
    "the arguments": '{"name": "create_account", "arguments": {"Name": "A"}, "arguments": {"Name": "TWICE"}}',
}


@pytest.mark.parametrize("params", NAMED_TWICE.values(), ids=NAMED_TWICE)
def test_the_row_says_what_was_done_when_something_is_named_twice(client: WorldClient, params: str) -> None:
    """Gate, row and tool read one message: none of them takes another of two equal names."""
    client.world.clock.move(seconds=60)
    before = len(client.world.audit_rows())
    answer = client.send('{"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": ' + params + "}")
    (row,) = client.world.audit_rows()[before:]
    if row["outcome"] == "ok":
        assert (row["method"], row["arguments"]) == ("create_account", {"Name": "TWICE"})
        assert answer.result["Account"]["Name"] == "TWICE"
    client.world.database.clear_table(client.world.settings.audit_table)
