"""From what an agent sends to checked arguments: tolerant of names, strict about values, never surprised."""

from __future__ import annotations

import json
import math
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affino_mcp.catalogue.matching import MatchedArguments, match_arguments
from affino_mcp.catalogue.method import DRY_RUN, IDEMPOTENCY_KEY, Effect, Method
from affino_mcp.catalogue.record import Field, fold_name, snake_case
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.tool_errors import InvalidArgument
from affino_mcp.zones import require_zone

CREATE, UPDATE, LIST = METHODS["create_account"], METHODS["update_account"], METHODS["list_accounts"]
MANY = sorted(METHODS.values(), key=lambda m: m.name)

SPELLINGS = [
    "AccountTypeCode",
    "accounttypecode",
    "account_type_code",
    "ACCOUNT-TYPE-CODE",
    "accountTypeCode",
    "_accountTypeCode_",
]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_names_match_whatever_their_case_and_strokes(spelling: str) -> None:
    found = match_arguments(CREATE, {"name": "Orbital Labs", spelling: "Prospect"})
    assert found.values == {"Name": "Orbital Labs", "AccountTypeCode": "Prospect"}
    assert found.warnings == ()


def test_the_guides_own_spelling() -> None:
    values = match_arguments(METHODS["create_article"], {"Title": "x", "StandardSectionCode": 3}).values
    assert values["standardSectionCode"] == 3


NAMES = [
    ("VATNumber", "vat_number"),
    ("CountryISO", "country_iso"),
    ("AppUserTaskCode", "app_user_task_code"),
    ("Address1", "address_1"),
    ("standardSectionCode", "standard_section_code"),
    ("UIDString", "uid_string"),
    ("ContentBase64", "content_base_64"),
    ("IfUpdated", "if_updated"),
]


@pytest.mark.parametrize(("name", "inside"), NAMES)
def test_affinos_names_outside_pythons_inside(name: str, inside: str) -> None:
    assert snake_case(name) == inside
    assert fold_name(name) == fold_name(inside)


@pytest.mark.parametrize("method", MANY, ids=lambda m: m.name)
def test_no_two_arguments_of_a_method_look_alike(method: Method) -> None:
    assert len({fold_name(f.name) for f in method.all_arguments}) == len(method.all_arguments)


def any_value(field: Field) -> Any:
    return {"integer": 7, "array": [7]}.get(field.kind.schema.get("type", ""), "jane@orbital.example")


@pytest.mark.parametrize("first", ["x", None], ids=["text", "null"])
@pytest.mark.parametrize("method", [CREATE, UPDATE], ids=["create", "update"])
def test_one_argument_under_two_spellings(method: Method, first: str | None) -> None:
    with pytest.raises(InvalidArgument) as error:
        match_arguments(method, {"AccountCode": 7, "Name": first, "name": "y"})
    assert error.value.details["argument"] == "Name"


def test_all_faults_are_named_at_once() -> None:
    with pytest.raises(InvalidArgument) as error:
        match_arguments(CREATE, {"Email": "nobody", "CompanySize": "many", "TopicCodes": [1, 0.5]})
    assert error.value.message == "Name is required."
    assert error.value.details["also"] == [
        "Email must be one e-mail address, like jane@orbital.example.",
        "CompanySize must be a whole number.",
        "TopicCodes, entry 2, must be a whole number.",
    ]


NULLS: list[tuple[str, Method, dict[str, Any], dict[str, Any] | str]] = [
    ("a create does not see null", CREATE, {"Name": "x", "City": None}, {"Name": "x"}),
    ("a required argument of a create", CREATE, {"Name": None}, "Name is required."),
    ("an update clears", UPDATE, {"AccountCode": 7, "City": None}, {"AccountCode": 7, "City": None}),
    ("a reference is cleared", UPDATE, {"AccountCode": 7, "ParentCode": None}, {"AccountCode": 7, "ParentCode": None}),
    ("a lookup is cleared", UPDATE, {"AccountCode": 7, "IndustryCode": None}, {"AccountCode": 7, "IndustryCode": None}),
    ("a list is cleared", UPDATE, {"AccountCode": 7, "TopicCodes": None}, {"AccountCode": 7, "TopicCodes": None}),
    ("what a record must have", UPDATE, {"AccountCode": 7, "Name": None}, "Name must not be empty."),
    ("what has a default", UPDATE, {"AccountCode": 7, "Active": None}, "Active must not be empty."),
    ("the code of an update", UPDATE, {"AccountCode": None}, "AccountCode is required."),
    ("no version seen", UPDATE, {"AccountCode": 7, "IfUpdated": None}, {"AccountCode": 7}),
    ("no key, no rehearsal", UPDATE, {"AccountCode": 7, "IdempotencyKey": None, "DryRun": None}, {"AccountCode": 7}),
    ("a list does not see null", LIST, {"Search": None, "Cursor": None, "PageSize": None}, {}),
    ("a deletion of nothing", METHODS["delete_account"], {"AccountCode": None}, "AccountCode is required."),
    ("blanks are empty", CREATE, {"Name": " \t "}, "Name must not be empty."),
    ("blanks do not clear", UPDATE, {"AccountCode": 7, "Name": ""}, "Name must not be empty."),
    ("an empty key", CREATE, {"Name": "x", "IdempotencyKey": " "}, {"Name": "x"}),
    ("an empty rehearsal", CREATE, {"Name": "x", "DryRun": ""}, {"Name": "x"}),
    ("empty filters", LIST, {"Search": "", "DateFilter": "", "SortBy": " ", "IndustryCode": "", "PageSize": ""}, {}),
    ("empty attributes", CREATE, {"Name": "x", "ExternalID": "", "CountryISO": "", "TopicCodes": ""}, {"Name": "x"}),
    ("an empty text clears", UPDATE, {"AccountCode": 7, "City": ""}, {"AccountCode": 7, "City": None}),
    ("what shows nothing clears", UPDATE, {"AccountCode": 7, "City": "\u200b"}, {"AccountCode": 7, "City": None}),
    ("what shows nothing is not made", CREATE, {"Name": "x", "City": "\u200b \u2060"}, {"Name": "x"}),
    ("an empty code clears", UPDATE, {"AccountCode": 7, "ParentCode": ""}, {"AccountCode": 7, "ParentCode": None}),
    ("null in JSON text", UPDATE, {"AccountCode": 7, "ParentCode": "null"}, {"AccountCode": 7, "ParentCode": None}),
    ("a text that says null", UPDATE, {"AccountCode": 7, "City": "null"}, {"AccountCode": 7, "City": "null"}),
    ("no text for what has a default", UPDATE, {"AccountCode": 7, "Active": ""}, "Active must not be empty."),
    ("an empty code", UPDATE, {"AccountCode": ""}, "AccountCode must not be empty."),
]


@pytest.mark.parametrize(("method", "given_", "expected"), [n[1:] for n in NULLS], ids=[n[0] for n in NULLS])
def test_null_and_empty(method: Method, given_: dict[str, Any], expected: dict[str, Any] | str) -> None:
    if isinstance(expected, dict):
        assert match_arguments(method, given_).values == expected
    else:
        with pytest.raises(InvalidArgument) as error:
            match_arguments(method, given_)
        assert error.value.message == expected


@pytest.mark.parametrize(("text", "kept"), [("  Orbital ", "Orbital"), ("Zoe\u0308", "Zoë"), ("Orbital", "Orbital")])
def test_what_is_stored_otherwise_is_said(text: str, kept: str) -> None:
    found = match_arguments(CREATE, {"Name": text})
    assert found.values == {"Name": kept}
    assert [w["Code"] for w in found.warnings] == (["STORED_DIFFERENTLY"] if text != kept else [])


ZONES = [
    ("2026-12-24T09:30:00Z", False),
    ("2026-12-24T09:30+01:00", False),
    ("2026-12-24T09:30:00.5-0500", False),
    ("2026-12-24T09:30", True),
    ("2026-12-24", True),
    (None, False),
]


@pytest.mark.parametrize(("due", "told"), ZONES)
@pytest.mark.parametrize("zone", ["UTC", "Europe/London", "America/Sao_Paulo"])
def test_a_moment_without_a_zone_is_the_persons_and_said(due: str | None, told: bool, zone: str) -> None:
    sent = {"StandardItemCode": 7, "LiveDate": due}
    found = match_arguments(METHODS["update_article"], sent, require_zone(zone), zone)
    assert [(w["Code"], w["Argument"]) for w in found.warnings] == [("DEFAULTED", "LiveDate")] * told
    assert all(zone in w["Message"] for w in found.warnings)
    if due is not None:
        local = datetime.fromisoformat(found.values["LiveDate"]).astimezone(require_zone(zone))
        assert local.isoformat().startswith(due[:16] if told else "2026")


def test_a_search_is_not_stored() -> None:
    assert match_arguments(LIST, {"Search": "  Orbital "}).warnings == ()


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["1", "", " ", "\x00", "\ud800", "x" * 9000, 2**53, 10**40, -1, 0, math.inf, math.nan]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@st.composite
def calls(draw: st.DrawFn) -> tuple[Method, dict[str, Any]]:
    method = draw(st.sampled_from(MANY))
    names = st.sampled_from([f.name for f in method.all_arguments] or ["x"]) | st.text(max_size=20)
    return method, draw(st.dictionaries(names, JSON, max_size=6))


def try_match(method: Method, sent: dict[str, Any]) -> MatchedArguments | InvalidArgument:
    try:
        return match_arguments(method, sent)
    except InvalidArgument as error:
        return error


@given(calls())
def test_any_json_is_taken_or_refused_in_our_own_words(call: tuple[Method, dict[str, Any]]) -> None:
    method, sent = call
    known = {f.name: f for f in method.all_arguments}
    found = try_match(method, sent)
    if isinstance(found, InvalidArgument):
        strange = method.effect is Effect.READ and not {*map(fold_name, sent)} <= method.argument_names.keys()
        assert found.details["argument"] in known or strange
        assert found.message.startswith(found.details["argument"])
        assert len(found.message) < 800
        json.dumps(found.details).encode()
        return
    assert found.values.keys() <= known.keys()
    assert all(field.name in found.values for field in known.values() if field.required)
    json.dumps(found.values, allow_nan=False, ensure_ascii=False).encode()
    again = match_arguments(method, found.values)
    assert (again.values, again.warnings) == (found.values, ())


@given(st.sampled_from([m for m in MANY if m.effect is not Effect.READ]), st.booleans(), st.text("abc", min_size=1))
def test_every_write_takes_a_rehearsal_and_a_key(method: Method, rehearse: bool, key: str) -> None:
    needed = {f.name: any_value(f) for f in method.all_arguments if f.required}
    found = try_match(method, {**needed, "dry_run": rehearse, "idempotency_key": key})
    if isinstance(found, MatchedArguments):
        assert (found.values[DRY_RUN.name], found.values[IDEMPOTENCY_KEY.name]) == (rehearse, key)
    else:
        assert found.details["argument"] not in (DRY_RUN.name, IDEMPOTENCY_KEY.name)
