"""What agents send that means one thing: JSON as text, printed money, wrapped files, empty texts. Each leaves its row."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest

from tests.flow import crm
from tests.flow.media import Library, jpeg, png
from tests.world import World, WorldClient


def told(answer: dict[str, Any], code: str = "STORED_DIFFERENTLY") -> list[str]:
    """The arguments of the warnings with this code."""
    return [warning["Argument"] for warning in answer["Warnings"] if warning["Code"] == code]


MONEY: list[tuple[Any, Any, str, list[str]]] = [
    # what is sent, the Value and the Currency that are stored, what is told
    ("40000", 40000, "GBP", []),
    ("1250.5", 1250.5, "GBP", []),
    ("£40,000", 40000, "GBP", ["Value", "Currency"]),
    ("1,250.00", 1250, "GBP", ["Value"]),
    ("1.250,00", 1250, "GBP", ["Value"]),
    ("1.250,00 €", 1250, "EUR", ["Value", "Currency"]),
    ("1\u202f250,50 EUR", 1250.5, "EUR", ["Value", "Currency"]),
    ("1'250.00", 1250, "GBP", ["Value"]),
    ("$1,234,567.89", 1234567.89, "USD", ["Value", "Currency"]),
    ("1,25,000", 125000, "GBP", ["Value"]),
]


@pytest.mark.parametrize(("sent", "value", "currency", "warned"), MONEY, ids=[repr(m[0]) for m in MONEY])
def test_money_as_it_is_printed(
    world: World, manager: WorldClient, sent: Any, value: Any, currency: str, warned: list[str]
) -> None:
    at = crm.account(manager)
    answer = manager.call_tool("create_opportunity", AccountCode=at, Title="Expansion", Value=sent).result
    made = answer["Opportunity"]
    assert (made["Value"], made["Currency"], told(answer)) == (value, currency, warned)
    row = world.audit_rows()[-1]
    assert (row["outcome"], row["arguments"]["Value"]) == ("ok", sent)
    assert [w["Argument"] for w in row["warnings"] if w["Code"] == "STORED_DIFFERENTLY"] == warned


NO_MONEY: list[tuple[str, dict[str, Any], str]] = [
    ("two readings", {"Value": "40.000"}, "Value can be 40 or 40000"),
    ("three decimals", {"Value": "1234.125"}, "Value must have at most two decimals."),
    ("another currency", {"Value": "£40", "Currency": "EUR"}, "Value is in GBP, and Currency says another"),
    ("a currency that is not offered", {"Value": "CHF 40.-"}, "Value is in CHF; Currency can be GBP, EUR, USD."),
    ("two currencies", {"Value": "£40 USD"}, "Value must name one currency."),
    ("a debt", {"Value": "(40,000)"}, "Value must be zero or more"),
    ("thousands", {"Value": "40k"}, "Value must be written in full"),
    ("words", {"Value": "plenty"}, "Value must be a number, like 40000"),
]


@pytest.mark.parametrize(("sent", "says"), [n[1:] for n in NO_MONEY], ids=[n[0] for n in NO_MONEY])
def test_money_that_is_refused(world: World, manager: WorldClient, sent: dict[str, Any], says: str) -> None:
    at = crm.account(manager)
    error = manager.call_tool("create_opportunity", AccountCode=at, Title="Expansion", **sent).error
    assert (error["code"], error["details"]["argument"], error["message"].startswith(says)) == (-10, "Value", True), (
        error
    )
    assert (world.audit_rows()[-1]["outcome"], world.audit_rows()[-1]["status"]) == ("error", 400)
    assert manager.call_tool("list_opportunities").result["Items"] == []


def test_the_currency_of_an_amount_replaces_the_records(manager: WorldClient) -> None:
    deal = crm.opportunity(manager, crm.account(manager), Value=10, Currency="EUR")
    answer = manager.call_tool("update_opportunity", OpportunityCode=deal, Value="£1,200").result
    assert (answer["Opportunity"]["Value"], answer["Opportunity"]["Currency"]) == (1200, "GBP")
    assert told(answer) == ["Value", "Currency"]


def test_json_as_text_is_what_it_says(world: World, manager: WorldClient) -> None:
    jane, joe = crm.contact(manager, "Jane"), crm.contact(manager, "Joe")
    made = manager.call_tool("create_contact_list", Title="Spring", TopicCodes="[1, 2]").result["ContactList"]
    added = manager.call_tool(
        "add_contact_list_members", ContactListCode=str(made["ContactListCode"]), UserCodes=f"[{jane}, {joe}]"
    ).result
    assert added["Warnings"] == []
    assert [topic["TopicCode"] for topic in made["Topics"]] == [1, 2]
    page = manager.call_tool("list_contacts", ContactListCode=float(made["ContactListCode"]), PageSize="1").result
    assert (len(page["Items"]), page["Warnings"]) == (1, [])
    rehearsed = manager.call_tool("create_account", Name="Rehearsed", DryRun="true").result
    assert rehearsed["DryRun"] is True
    assert world.audit_rows()[-1]["dry_run"] is True


FORMS: dict[str, Callable[[str], str]] = {
    "plain": lambda text: text,
    "in lines": lambda text: "\r\n".join(text[n : n + 76] for n in range(0, len(text), 76)) + "\n",
    "without padding": lambda text: text.rstrip("="),
    "of URLs": lambda text: text.replace("+", "-").replace("/", "_"),
    "as a data: URL": lambda text: f"data:image/jpeg;base64,{text}",
    "as a data: URL with blanks": lambda text: f"  data:IMAGE/JPEG;charset=utf-8;base64,\n{text}\n",
}


@pytest.mark.parametrize("form", FORMS)
def test_files_as_tools_print_them(library: Library, form: str) -> None:
    data = jpeg(before=16 + len(form) % 3)
    sent = FORMS[form](base64.b64encode(data).decode())
    given = {"MediaFileItemCode": library.item(), "FileName": "a.jpg", "ContentBase64": sent}
    file = library.editor.call_tool("attach_media_file", **given).result["MediaFile"]
    assert (file["Size"], file["MimeType"]) == (len(data), "image/jpeg")


DATA_URLS = [
    ("another type", "data:image/gif;base64,{}", {"MimeType": "image/png"}, "ContentBase64"),
    ("no Base64", "data:image/png,{}", {}, "ContentBase64"),
    ("no data", "data:", {}, "ContentBase64"),
]


@pytest.mark.parametrize(("form", "more", "argument"), [d[1:] for d in DATA_URLS], ids=[d[0] for d in DATA_URLS])
def test_data_urls_that_are_refused(library: Library, form: str, more: dict[str, str], argument: str) -> None:
    sent = form.format(base64.b64encode(png()).decode())
    given = {"MediaFileItemCode": library.item(), "FileName": "a.png", "ContentBase64": sent, **more}
    error = library.editor.call_tool("attach_media_file", **given).error
    assert (error["code"], error["details"]["argument"]) == (-10, argument)


WORDS: list[tuple[dict[str, Any], dict[str, Any], list[str]]] = [
    ({"Priority": "medium"}, {"Priority": "normal"}, ["Priority"]),
    ({"Priority": "Critical"}, {"Priority": "urgent"}, ["Priority"]),
    ({"Status": "done"}, {"Status": "completed"}, ["Status"]),
    ({"Status": "In-Progress"}, {"Status": "in_progress"}, []),
]


@pytest.mark.parametrize(("sent", "stored", "warned"), WORDS, ids=[str(w[0]) for w in WORDS])
def test_common_words_for_choices(
    manager: WorldClient, sent: dict[str, Any], stored: dict[str, Any], warned: list[str]
) -> None:
    code = manager.call_tool("create_task", Title="Call").result["Task"]["AppUserTaskCode"]
    answer = manager.call_tool("update_task", AppUserTaskCode=code, **sent).result
    assert {name: answer["Task"][name] for name in stored} == stored
    assert told(answer) == warned


def test_a_word_that_means_no_choice_is_told_them_all(manager: WorldClient) -> None:
    error = manager.call_tool("create_task", Title="Call", Priority="someday").error
    assert error["message"] == "Priority must be one of low, normal, high or urgent."
    lost = manager.call_tool("list_opportunities", Stage="Closed Lost").result
    assert told(lost) == ["Stage"]
    error = manager.call_tool("list_accounts", IndustryCode="Software").error
    assert all(name in error["message"] for name in ("Technology", "Energy", "Other", "list_account_lookups"))


def test_an_unknown_attribute_is_told_first_and_before_the_record(world: World, manager: WorldClient) -> None:
    at = crm.account(manager)
    answer = manager.call_tool("create_opportunity", AccountCode=at, Title="Expansion", Amount=40000).result
    assert list(answer) == ["Warnings", "Opportunity"]
    first = answer["Warnings"][0]
    assert (first["Code"], first["Argument"]) == ("UNKNOWN_ARGUMENT", "Amount")
    assert first["Message"].endswith("Did you mean Value?")
    assert world.audit_rows()[-1]["warnings"][0]["Argument"] == "Amount"


def test_a_read_with_an_unknown_filter_reads_nothing(world: World, manager: WorldClient) -> None:
    crm.account(manager)
    error = manager.call_tool("list_accounts", Owner="Sam Manager").error
    assert (error["code"], error["details"]["argument"]) == (-10, "Owner")
    assert error["details"]["did_you_mean"] == ["AccountManagerCode", "Mine"]
    assert (world.audit_rows()[-1]["outcome"], world.audit_rows()[-1]["status"]) == ("error", 400)
    listed = manager.call_tool("list_accounts", toolCallId="call_1", sessionId="x").result
    assert (len(listed["Items"]), told(listed, "UNKNOWN_ARGUMENT")) == (1, ["toolCallId", "sessionId"])
