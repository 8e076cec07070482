"""What the schema of a tool allows, the check takes: every type, every word of a choice, null where it says null."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affino_mcp.catalogue.kinds import MAX_CODE
from affino_mcp.catalogue.matching import match_arguments
from affino_mcp.catalogue.method import FIELDS, Method
from affino_mcp.catalogue.record import Field
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.catalogue.tool_view import GUIDES
from tests.security.generated_arguments import BY_KIND, CODES, Stage
from tests.world import World

EVERY_METHOD: Final = [*METHODS.values(), *GUIDES.values()]
OWN_FORM: Final = (
    "e-mail",
    "web address",
    "country",
    "SHA-256",
    "file in Base64",
    "amount",
    "date, or date and time",
    "object",
    "list of objects",
)
"""Kinds whose values have a form that a schema does not say."""
TEXTS: Final = st.text("abc ÄßñЖ中'\"=+-@%_/.,;:()[]&", max_size=30).map(lambda text: f"a{text}z")
OF_TYPE: Final[dict[str, st.SearchStrategy[Any]]] = {
    "boolean": st.booleans(),
    "null": st.none(),
    "object": st.dictionaries(st.text(max_size=5), st.integers(), max_size=2),
}


def values_of(schema: dict[str, Any], limits: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Values that the listed schema allows; `limits` are those of the kind, which a refusal says and the schema does not."""
    if "anyOf" in schema:
        return st.one_of(*(values_of(part, limits) for part in schema["anyOf"]))
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if schema["type"] == "array":
        entries = values_of(schema["items"], {"minimum": 1})
        return st.lists(entries, min_size=1, max_size=min(5, limits["maxItems"]))
    if schema["type"] == "integer":
        low, high = schema.get("minimum", limits.get("minimum")), schema.get("maximum", limits.get("maximum", MAX_CODE))
        return st.integers(low, high)
    if schema["type"] == "string":
        return _texts(schema, limits)
    return _parts(schema) if schema.get("properties") else OF_TYPE[schema["type"]]


def _parts(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Objects with the fields that the schema names."""
    fields = {name: values_of(part, {"minimum": 1, "maxLength": 30}) for name, part in schema["properties"].items()}
    needed = {name: fields.pop(name) for name in schema["required"]}
    return st.fixed_dictionaries(needed, optional=fields)


def _texts(schema: dict[str, Any], limits: dict[str, Any]) -> st.SearchStrategy[str]:
    if schema.get("format") == "date":
        return st.dates().map(str)
    if schema.get("format") == "date-time":
        return st.datetimes(timezones=st.just(None)).map(lambda moment: f"{moment.isoformat()}Z")
    return TEXTS.map(lambda text: text[: limits.get("maxLength", 30)])


def values_for(method: Method, field: Field) -> st.SearchStrategy[Any]:
    """Values for an argument, from the schema that tools/list sends."""
    schema, kind = method.input_schema()["properties"][field.name], field.kind
    if field.name == FIELDS.name:
        names = [each.attribute for each in method.record.attributes] if method.record else []
        return st.lists(st.sampled_from(names), min_size=1) if names else st.just([])
    own = BY_KIND.get(kind.display_name.partition(",")[0])
    if own is None or not kind.display_name.startswith(OWN_FORM):
        return values_of(schema, kind.schema)
    return own | st.none() if "anyOf" in schema else own


@pytest.mark.parametrize("method", EVERY_METHOD, ids=lambda method: method.name)
def test_what_the_schema_allows_the_check_takes(method: Method) -> None:
    fields = method.all_arguments
    needed = {field.name: values_for(method, field) for field in fields if field.required}
    free = {field.name: values_for(method, field) for field in fields if not field.required}

    @settings(max_examples=25, deadline=None)
    @given(arguments=st.fixed_dictionaries(needed, optional=free))
    def check(arguments: dict[str, Any]) -> None:
        assert match_arguments(method, arguments).values.keys() <= arguments.keys()

    check()


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    world = World()
    handler = world.new_handler()
    made = Stage(world, handler)
    made.office.call("link_contact_to_account", {"UserCode": "$jane", "AccountCode": "$account"})
    yield made
    handler.close()


def takes_null(method: Method, field: Field) -> bool:
    """True when null clears the argument: its listed schema says so, or it is a plain text, which an empty text clears too."""
    schema = method.input_schema()["properties"][field.name]
    is_plain = schema.get("type") == "string" and "enum" not in schema
    return {"type": "null"} in schema.get("anyOf", ()) or (
        is_plain and method.can_clear(field) and not method.must_have(field)
    )


CLEARED: Final = [
    (method, field) for method in METHODS.values() for field in method.all_arguments if takes_null(method, field)
]


@pytest.mark.parametrize(("method", "field"), CLEARED, ids=[f"{method.name}-{field.name}" for method, field in CLEARED])
def test_null_is_taken_where_the_schema_says_so(stage: Stage, method: Method, field: Field) -> None:
    needed = {each.name: (CODES.get(each.name) or ["Text"])[0] for each in method.all_arguments if each.required}
    answer, _ = stage.send(method, needed | {field.name: None, "DryRun": True})
    assert answer.result.keys() >= {"Warnings"}


REFUSED: Final = [
    (method, field)
    for method in METHODS.values()
    for field in method.all_arguments
    if method.can_clear(field) and not takes_null(method, field)
]


@pytest.mark.parametrize(("method", "field"), REFUSED, ids=[f"{method.name}-{field.name}" for method, field in REFUSED])
def test_null_is_refused_in_an_update_where_the_schema_does_not_say_it(
    stage: Stage, method: Method, field: Field
) -> None:
    needed = {each.name: (CODES.get(each.name) or ["Text"])[0] for each in method.all_arguments if each.required}
    answer, _ = stage.send(method, needed | {field.name: None})
    assert answer.error["message"] == f"{field.name} must not be empty."


def test_a_whole_number_is_still_taken_where_the_schema_says_text(stage: Stage) -> None:
    made = stage.office.call("create_account", {"Name": "By code", "IndustryCode": 3})
    assert made["Account"]["Industry"]["Code"] == 3
