"""E-mail addresses of contacts: both are the person's, in any spelling, and no two contacts have one of them."""

from __future__ import annotations

from typing import Any

import idna
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from affino_mcp.text import fold, fold_address
from tests.flow import crm
from tests.world import World, WorldClient

SPELLINGS = {
    "as it is": "jane@exämple.example",
    "in capitals": "JANE@EXÄMPLE.EXAMPLE",
    "in ASCII": "jane@xn--exmple-cua.example",
    "in ASCII capitals": "Jane@XN--EXMPLE-CUA.example",
    "decomposed": "jane@exa\u0308mple.example",
}
ATTRIBUTES = ("Email", "SecondaryEmail")


def _new(client: WorldClient, name: str, **more: Any) -> int:
    return crm.contact(client, name, **more)


@pytest.mark.parametrize("second", SPELLINGS.values(), ids=SPELLINGS)
@pytest.mark.parametrize("first", SPELLINGS.values(), ids=SPELLINGS)
@pytest.mark.parametrize("held", ATTRIBUTES)
def test_an_address_is_found_however_it_is_written(manager: WorldClient, held: str, first: str, second: str) -> None:
    jane = _new(manager, "Jane", **{held: first})
    assert manager.call_tool("get_contact", Email=second).result["Contact"]["UserCode"] == jane
    listed = manager.call_tool("list_contacts", Email=second).result
    assert ([row["UserCode"] for row in listed["Items"]], listed["TotalRecords"]) == ([jane], 1)


@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS)
@pytest.mark.parametrize("given_as", ATTRIBUTES)
@pytest.mark.parametrize("held", ATTRIBUTES)
@pytest.mark.parametrize("tool", ["create_contact", "update_contact"])
def test_no_two_contacts_have_one_address(
    world: World, manager: WorldClient, tool: str, held: str, given_as: str, spelling: str
) -> None:
    jane = _new(manager, "Jane", **{held: "jane@exämple.example"})
    other = {"Email": "joe@o.example", "FirstName": "Joe", "LastName": "Doe"}
    at = {"UserCode": _new(manager, "Joe")} if tool == "update_contact" else other
    error = manager.call_tool(tool, **{**at, given_as: spelling}).error
    assert (error["type"], error["details"]["argument"]) == ("conflict", given_as)
    assert error["details"]["existing"] == {"UserCode": jane}
    assert world.audit_rows()[-1]["status"] == 409


def test_addresses_change_places_and_are_free_again(manager: WorldClient) -> None:
    def found(email: str) -> int | None:
        answer = manager.call_tool("list_contacts", Email=email).result["Items"]
        return answer[0]["UserCode"] if answer else None

    one, two = "one@o.example", "two@o.example"
    jane = _new(manager, "Jane", Email=one, SecondaryEmail=two)
    assert manager.call_tool("update_contact", UserCode=jane, Email=two, SecondaryEmail=one).result
    assert (found(one), found(two)) == (jane, jane)
    assert manager.call_tool("update_contact", UserCode=jane, SecondaryEmail=None).result
    assert (found(one), found(two)) == (None, jane)
    joe = _new(manager, "Joe", SecondaryEmail=one)
    assert manager.call_tool("delete_contact", UserCode=jane).result
    assert (found(one), found(two)) == (joe, None)
    jim = _new(manager, "Jim", SecondaryEmail=two)
    error = manager.call_tool("undo_change", Family="contacts", Code=jane, Version=4).error
    assert (error["type"], found(two)) == ("conflict", jim)


def test_a_contact_may_have_one_address_twice(manager: WorldClient) -> None:
    jane = _new(manager, "Jane", Email="one@o.example", SecondaryEmail="ONE@o.example")
    assert manager.call_tool("update_contact", UserCode=jane, SecondaryEmail=None).result
    assert manager.call_tool("get_contact", Email="one@o.example").result["Contact"]["UserCode"] == jane


def test_a_person_who_logs_in_has_one_address_too(world: World) -> None:
    world.people.create(77, "Jane Doe", "jane@exämple.example", groups=())
    for spelling in SPELLINGS.values():
        assert world.people.find_user_code(spelling) == 77


@given(st.text(max_size=40), st.text(alphabet="abäöüß-éж日", min_size=1, max_size=20))
@settings(deadline=None)
def test_both_forms_of_a_domain_are_one(name: str, label: str) -> None:
    ascii_form = "xn--" + fold_address(label).encode("punycode").decode()
    assert (
        fold_address(f"{name}@{ascii_form}.example") == fold_address(f"{name}@{label}.example") or fold(label).isascii()
    )


DEVIATIONS = ("ß", "ẞ", "ς", "Σ", "क्\u200dष", "ක්\u200dර", "نامه\u200cای")
"""Letters of UTS #46, section 7, that IDNA 2008 keeps and IDNA 2003 does not, with joiners where RFC 5892 allows them."""


@given(st.lists(st.sampled_from([*DEVIATIONS, *"aäσж日1"]), min_size=1, max_size=8).map("".join))
@settings(deadline=None)
def test_both_forms_of_letters_that_deviate_are_one(label: str) -> None:
    """A library's ASCII form, made as a registry has it, of letters as they are typed."""
    try:
        ascii_form = idna.encode(label, uts46=True, transitional=False).decode()
    except idna.IDNAError:
        assume(False)
    assert fold_address(f"jane@{ascii_form}.example") == fold_address(f"jane@{label}.example")


@given(st.text(max_size=60))
@settings(deadline=None)
def test_any_text_folds_to_one_form(text: str) -> None:
    assert fold_address(fold_address(text)) == fold_address(text)
