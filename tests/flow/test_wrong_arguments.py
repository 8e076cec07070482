"""Wrong arguments of every write tool: an error that names the argument, nothing changed, an audit row, never a 5xx."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from affino_mcp.catalogue.capability import Access
from affino_mcp.catalogue.kinds import lookup_kind
from affino_mcp.catalogue.method import Method
from affino_mcp.catalogue.record import Field
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.gate.identity.permissions import SECURITY_GROUPS
from tests.world import World, WorldClient

WRITES = [method for method in METHODS.values() if method.access is Access.WRITE]
FORBIDDEN = ("Traceback", "pydantic", "Exception", "affino_mcp", "site-packages", "SECRETVALUE")
NUMBERS: list[Any] = [0, -1, 1.5, True, "SECRETVALUE", "1.5", 2**53, 10**40, [1], {"a": 1}]
WRONG: dict[str, list[Any]] = {
    "string": [7, 1.5, True, ["SECRETVALUE"], {"a": "SECRETVALUE"}, "a\x00b", "a\x1bb"],
    "integer": NUMBERS,
    "number": [-1, True, "40.000", "40k", "(40)", "40 CHF", "-1", 10**40, 1.005, [1]],
    "array": [True, {"a": 1}, "[1", "[[1]]", [0], [-1], ["SECRETVALUE"], [None], [True], [1.5], [2**53], [[1]]],
    "boolean": ["yes", "SECRETVALUE", 0, 1, [True]],
    "object": [7, "SECRETVALUE", [1]],
    "lookup": [True, -1, 0, 10**40, 1.5, [1], {"a": 1}, "x" * 201, "a\x00b"],
    "enum": ["SECRETVALUE", 7, True, ["SECRETVALUE"]],
    "date": ["SECRETVALUE", "2026-02-30", 20261224, "x" * 41],
    "date-time": [
        "SECRETVALUE",
        "2026-12-24T25:00Z",
        1795426200,
        "2026-12-24T09:00 Atlantis/Town",
        "x" * 41,
        "0001-01-01T00:00:00+14:00",
    ],
    "email": ["SECRETVALUE", "a@b", "a@b.example c@d.example", "<a@b.example>"],
    "web address": ["SECRETVALUE", "javascript:alert(1)", "https://a:b@c.example"],
}
LOOKUP = lookup_kind().display_name
LITERALS = ["NaN", "Infinity", "-Infinity", "1e999", "1e-999", "[" * 40 + "]" * 40]
"""What JSON texts can hold and Python's own writer would not write."""

MOST_BYTES = 104_857_600
LATER = ("ContentBase64", "Size")
"""Arguments of which some values are refused in other words: too large, or not what the file's name says."""

OURS = ("accounts", "contacts", "tasks", "notes")


def _kinds(field: Field) -> Iterator[str]:
    schema = field.kind.schema
    if field.kind.display_name == LOOKUP:
        yield "lookup"
    elif "enum" in schema:
        yield "enum"
    elif "format" in schema and schema["format"] in WRONG:
        yield str(schema["format"])
    else:
        yield str(schema["type"])
    yield from (
        word for word in ("email", "web address") if field.kind.display_name.replace("e-mail", "email").startswith(word)
    )


def _wrong(field: Field) -> list[Any]:
    schema, found = field.kind.schema, [value for kind in _kinds(field) for value in WRONG[kind]]
    if "maxLength" in schema and schema["maxLength"] < 100_000:
        found.append("x" * (schema["maxLength"] + 1))
    if "maxItems" in schema:
        found.append([n + 1 for n in range(schema["maxItems"] + 1)])
    found += [schema["minimum"] - 1] if schema.get("minimum", 1) != 1 else []
    found += [schema["maximum"] + 1] if "maximum" in schema else []
    return [value for value in found if not _is_right(field, value)]


def holds_arguments(field: Field) -> bool:
    """Whether the argument holds the arguments of another method; its schema says that it is a text."""
    return field.kind.display_name.startswith(("object", "list of objects"))


def _is_right(field: Field, value: Any) -> bool:
    """Whether the schema accepts the value: a number within bounds, texts in a list of texts, a file of any letters."""
    if holds_arguments(field):
        return isinstance(value, dict)  # one for a list of one too
    if field.kind.schema.get("items", {}).get("type") == "string" and value == ["SECRETVALUE"]:
        return True
    if field.name in LATER:
        return isinstance(value, str) or value == MOST_BYTES + 1
    low = field.kind.schema.get("minimum")
    return type(value) is int and isinstance(low, int) and low <= value <= field.kind.schema.get("maximum", 2**53 - 1)


def _needed(method: Method) -> dict[str, Any]:
    """Arguments that pass the check of the schema."""
    right = {"string": "jane@orbital.example", "integer": 1, "array": [1], "boolean": True, "number": 1, "object": {}}
    found: dict[str, Any] = {}
    for field in method.all_arguments:
        if field.required:
            schema = field.kind.schema
            found[field.name] = schema["enum"][0] if "enum" in schema else right[schema.get("type", "integer")]
            found |= {field.name: ["forum_posts#1"]} if schema.get("items") == {"type": "string"} else {}
            found |= {field.name: [{}]} if holds_arguments(field) and "items" in schema else {}
    return found | ({"Sha256": "0" * 64} if "Sha256" in found else {})


@pytest.fixture(scope="module")
def world() -> World:
    return World()


@pytest.fixture(scope="module")
def client(world: World) -> Iterator[WorldClient]:
    handler = world.new_handler()
    yield WorldClient(
        world, handler, world.log_in(world.create_profile(), world.create_person("Una", "Mighty", *SECURITY_GROUPS))
    )
    handler.close()


@pytest.fixture(autouse=True)
def _empty_log(world: World) -> None:
    """Empties the log before every test."""
    world.database.clear_table(world.settings.audit_table)


def _body(tool: str, name: str, literal: str, arguments: dict[str, Any]) -> str:
    message = {"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {"name": tool, "arguments": arguments}}
    arguments[name] = "THE LITERAL"
    return json.dumps(message).replace('"THE LITERAL"', literal)


def _records(world: World) -> str:
    return json.dumps(world.database.list_rows(world.settings.records_table))


@pytest.mark.parametrize("method", WRITES, ids=lambda method: method.name)
def test_every_wrong_value_of_every_argument(world: World, client: WorldClient, method: Method) -> None:
    before, count = _records(world), 0
    for field in method.all_arguments:
        for value in _wrong(field)[:: 1 if method.family in OURS else 4]:
            count += 1
            world.clock.move(seconds=0.02)
            answer = client.call_tool(method.name, **{**_needed(method), field.name: value})
            _is_clear(answer.error, field.name, repr(value)[:60])
            assert not [word for word in FORBIDDEN if word in json.dumps(answer.document)]
    rows = world.audit_rows()
    assert len(rows) == count
    assert {(row["method"], row["outcome"], row["status"], row["person_name"]) for row in rows} == {
        (method.name, "error", 400, "Una Mighty")
    }
    assert _records(world) == before


def _is_clear(error: dict[str, Any], name: str, case: str) -> None:
    assert (error["type"], error["code"]) == ("validation_error", -10), (name, case, error)
    assert error["details"]["argument"] == name, (name, case, error)
    assert error["message"].startswith(name), (name, case, error)
    assert error["details"]["who_can_fix"] == "caller"


@pytest.mark.parametrize("method", WRITES, ids=lambda method: method.name)
def test_every_required_argument_left_out_null_or_empty(world: World, client: WorldClient, method: Method) -> None:
    before = _records(world)
    for field in method.all_arguments:
        if not field.required:
            continue
        others = {name: value for name, value in _needed(method).items() if name != field.name}
        wrong: list[dict[str, Any]] = [{}, {field.name: None}]
        is_text = field.kind.schema.get("type") == "string" and "enum" not in field.kind.schema
        wrong += [{field.name: ""}, {field.name: "  "}] if is_text else []
        wrong += [{field.name: []}] if field.kind.schema.get("type") == "array" else []
        for arguments in wrong:
            world.clock.move(seconds=0.02)
            _is_clear(client.call_tool(method.name, **others, **arguments).error, field.name, repr(arguments))
    assert _records(world) == before


@pytest.mark.parametrize("literal", LITERALS)
@pytest.mark.parametrize("name", ["CompanySize", "Name", "AccountManagerCode", "TopicCodes", "Active", "IndustryCode"])
def test_numbers_that_are_none(world: World, client: WorldClient, name: str, literal: str) -> None:
    if (name, literal) == ("CompanySize", "1e-999"):
        literal = "1e999"  # readers of JSON give nought for the other, which is a whole number
    before = _records(world)
    answer = client.send(_body("create_account", name, literal, {"Name": "Orbital Labs"}))
    _is_clear(answer.error, name, literal)
    assert world.audit_rows()[-1]["status"] == 400
    assert _records(world) == before


def test_a_number_of_five_thousand_digits_is_no_message(world: World, client: WorldClient) -> None:
    answer = client.send(_body("create_account", "CompanySize", "9" * 5000, {"Name": "Orbital Labs"}))
    assert answer.status == 400
    assert answer.document["error"]["code"] == -32700


@pytest.mark.parametrize("half", ["\\ud800", "\\udc00", "\\udc00\\ud800"])
@pytest.mark.parametrize("name", ["Name", "Website", "IndustryCode"])
def test_half_a_surrogate_pair(world: World, client: WorldClient, name: str, half: str) -> None:
    before = _records(world)
    answer = client.send(_body("create_account", name, f'"a{half}b"', {"Name": "Orbital Labs"}))
    text = json.dumps(answer.document)
    assert answer.status in (200, 400)
    assert name in text
    assert not [word for word in FORBIDDEN if word in text]
    assert len(world.audit_rows()) == 1
    assert _records(world) == before


def test_a_whole_pair_is_a_letter_like_any_other(world: World, client: WorldClient) -> None:
    answer = client.send(_body("create_note", "Body", '"\\ud83d\\ude42"', {"DryRun": True, "AccountCode": 99}))
    assert answer.error["type"] == "not_found"


@pytest.mark.parametrize("arguments", [[], "x", 7, [{"Name": "x"}]], ids=repr)
def test_arguments_that_are_no_object(world: World, client: WorldClient, arguments: Any) -> None:
    before = _records(world)
    answer = client.send_rpc("tools/call", name="create_account", arguments=arguments)
    assert answer.status in (200, 400)
    assert "error" in answer.document
    assert not [word for word in FORBIDDEN if word in json.dumps(answer.document)]
    assert _records(world) == before


@pytest.mark.parametrize("method", WRITES, ids=lambda method: method.name)
def test_two_spellings_of_one_argument(world: World, client: WorldClient, method: Method) -> None:
    field = next((field for field in method.all_arguments if field.required), method.arguments[0])
    world.clock.move(seconds=0.02)
    needed = _needed(method) or {field.name: [{}]}
    arguments = {**needed, field.name.upper() + "_": needed[field.name]}
    answer = client.call_tool(method.name, **arguments)
    assert answer.error["details"]["argument"] == field.name
    assert "twice" in answer.error["message"]


def test_a_flood_of_unknown_arguments_fits_into_its_row(world: World, client: WorldClient) -> None:
    flood = {f"Unknown{n}": "x" * 50 for n in range(3000)}
    answer = client.call_tool("create_account", Name="Flooded", **flood)
    assert len(answer.result["Warnings"]) < 30
    row = world.audit_rows()[-1]
    assert (row["status"], len(json.dumps(row)) < 8192) == (200, True)
