"""Arguments that a tool does not have: refused on reads, told first on writes, with the name that was meant."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from affino_mcp.catalogue.matching import match_arguments
from affino_mcp.catalogue.method import Effect, Method
from affino_mcp.catalogue.name_synonyms import HOST_NAMES, SYNONYM_WORDS, can_narrow, synonym_arguments
from affino_mcp.catalogue.record import fold_name
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.catalogue.unknown_arguments import MAX_NAMED_UNKNOWN, find_meant
from affino_mcp.tool_errors import InvalidArgument
from tests.unit.catalogue.test_matching import CREATE, JSON, LIST, MANY, UPDATE, any_value, try_match

IGNORED: list[tuple[str, Method, str, str, str]] = [
    # what it says, method, what is sent, the warning's code, the end of its message
    ("misspelt", CREATE, "Nmae", "UNKNOWN_ARGUMENT", "Did you mean Name?"),
    ("nearly", CREATE, "IndustryCodes", "UNKNOWN_ARGUMENT", "Did you mean IndustryCode?"),
    ("nothing like it", CREATE, "Zzzzzz", "UNKNOWN_ARGUMENT", "it was ignored."),
    ("another word for it", CREATE, "phone", "UNKNOWN_ARGUMENT", "Did you mean Telephone?"),
    ("a word of people", METHODS["create_opportunity"], "Amount", "UNKNOWN_ARGUMENT", "Did you mean Value?"),
    (
        "a word of several",
        METHODS["create_contact"],
        "phone",
        "UNKNOWN_ARGUMENT",
        "Telephone or BusinessPhone or Mobile?",
    ),
    ("a code by its record", METHODS["create_task"], "deal_id", "UNKNOWN_ARGUMENT", "Did you mean OpportunityCode?"),
    ("put in by a host", CREATE, "toolCallId", "UNKNOWN_ARGUMENT", "It is no filter and no attribute."),
    ("put in by a host, in a read", LIST, "task_progress", "UNKNOWN_ARGUMENT", "It is no filter and no attribute."),
    ("the attribute's own name", CREATE, "Industry", "READ_ONLY", "Did you mean IndustryCode?"),
    ("the code of what is made", CREATE, "AccountCode", "READ_ONLY", "it was ignored."),
    ("who made it", CREATE, "CreatedBy", "READ_ONLY", "it was ignored."),
    ("who made it, spelt otherwise", UPDATE, "created_by", "READ_ONLY", "it was ignored."),
    ("when it was changed", UPDATE, "UpdatedDate", "READ_ONLY", "it was ignored."),
    ("a status that starts by itself", METHODS["create_task"], "Status", "READ_ONLY", "it was ignored."),
    ("staff", METHODS["create_contact"], "Staff", "READ_ONLY", "it was ignored."),
    ("consent", METHODS["update_contact"], "Permissions", "READ_ONLY", "it was ignored."),
    ("half a pair", CREATE, "\ud800", "UNKNOWN_ARGUMENT", "has no argument ?; it was ignored."),
    ("nothing", CREATE, "", "UNKNOWN_ARGUMENT", "has no argument ; it was ignored."),
    ("a novel", CREATE, "Q" * 100_000, "UNKNOWN_ARGUMENT", f"no argument {'Q' * 60}; it was ignored."),
]


@pytest.mark.parametrize(("method", "name", "code", "says"), [i[1:] for i in IGNORED], ids=[i[0] for i in IGNORED])
def test_what_is_ignored_is_said(method: Method, name: str, code: str, says: str) -> None:
    needed: dict[str, Any] = {f.name: any_value(f) for f in method.all_arguments if f.required}
    found = match_arguments(method, {**needed, name: "x"})
    assert fold_name(name) not in map(fold_name, found.values)
    (warning,) = [w for w in found.warnings if w["Code"] != "STORED_DIFFERENTLY"]
    assert (warning["Code"], warning["Message"].endswith(says)) == (code, True), warning
    json.dumps(found.warnings).encode()


def test_a_flood_of_unknown_arguments_is_told_shortly() -> None:
    found = match_arguments(CREATE, {"Name": "x"} | {f"Unknown{n}": n for n in range(5000)})
    assert len(found.warnings) == MAX_NAMED_UNKNOWN + 1
    assert found.warnings[-1]["Message"].startswith(f"{5000 - MAX_NAMED_UNKNOWN} more arguments")


def test_a_misspelt_required_argument_is_pointed_out() -> None:
    with pytest.raises(InvalidArgument) as error:
        match_arguments(CREATE, {"Nmae": "Orbital Labs"})
    assert error.value.message == "Name is required."
    assert error.value.details["ignored"] == ["create_account has no argument Nmae; it was ignored. Did you mean Name?"]


READS = [m for m in MANY if m.effect is Effect.READ]


@given(method=st.sampled_from(READS), name=st.text(max_size=30), value=JSON)
def test_a_read_refuses_every_name_that_it_does_not_know(method: Method, name: str, value: Any) -> None:
    assume(fold_name(name) not in method.argument_names and can_narrow(name))
    with pytest.raises(InvalidArgument) as error:
        match_arguments(method, {name: value})
    assert error.value.message.startswith(error.value.details["argument"])
    assert all(field.name in error.value.message for field in method.all_arguments)


@pytest.mark.parametrize("method", MANY, ids=lambda m: m.name)
@pytest.mark.parametrize("name", [*HOST_NAMES, "DryRun"])
def test_what_hosts_put_in_breaks_no_call(method: Method, name: str) -> None:
    needed: dict[str, Any] = {f.name: any_value(f) for f in method.all_arguments if f.required}
    plain = try_match(method, needed)
    if fold_name(name) in method.argument_names or isinstance(plain, InvalidArgument):
        return
    found = match_arguments(method, {name: "x", **needed})
    assert found.values == plain.values
    assert (found.warnings[0]["Code"], found.warnings[0]["Argument"]) == ("UNKNOWN_ARGUMENT", name)


MEANT: list[tuple[str, str, list[str]]] = [
    ("list_opportunities", "Owner", ["OwnerCode"]),
    ("list_opportunities", "owner_id", ["OwnerCode"]),
    ("list_opportunities", "Account", ["AccountCode"]),
    ("list_opportunities", "contact", ["UserCode"]),
    ("list_accounts", "Since", ["DateFilter"]),
    ("list_accounts", "updated_after", ["DateFilter"]),
    ("list_accounts", "Industry", ["IndustryCode"]),
    ("list_accounts", "limit", ["PageSize"]),
    ("list_accounts", "query", ["Search"]),
    ("list_accounts", "order_by", ["SortBy"]),
    ("list_accounts", "page", ["Cursor"]),
    ("list_accounts", "TopicCode", ["TopicCodes"]),
    ("list_contacts", "company_id", ["AccountCode"]),
    ("list_tasks", "assignee", ["OwnerCode"]),
    ("list_tasks", "due_before", ["DueTo"]),
    ("list_articles", "section", ["standardSectionCode"]),
    ("list_articles", "Author", ["AuthorCode"]),
    ("create_task", "deadline", ["DueDate"]),
    ("create_task", "description", ["Memo"]),
    ("create_contact", "surname", ["LastName"]),
    ("create_contact", "zip_code", ["Postcode"]),
    ("create_account", "zip_code", ["PostCode"]),
    ("create_account", "country", ["CountryISO"]),
    ("create_account", "employees", ["CompanySize"]),
    ("create_opportunity", "price", ["Value"]),
    ("create_opportunity", "expected_close_date", ["CloseDate"]),
    ("create_article", "content", ["Body"]),
    ("create_article", "publish_at", ["LiveDate"]),
    ("create_note", "text", ["Body"]),
]


@pytest.mark.parametrize(("tool", "name", "meant"), MEANT, ids=[f"{t}: {n}" for t, n, _ in MEANT])
def test_the_right_name_is_told(tool: str, name: str, meant: list[str]) -> None:
    assert find_meant(METHODS[tool], name)[: len(meant)] == meant


def test_every_synonym_means_an_argument_of_some_tool() -> None:
    known = {field.name for method in MANY for field in method.all_arguments}
    assert {argument for word in SYNONYM_WORDS for argument in synonym_arguments(word)} <= known
