"""Characters that cannot be seen: no name, address, file name or search holds them, and no old record fails for them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from affino_mcp.catalogue.method import Effect, Method
from affino_mcp.catalogue.record import Field
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.store.ops import Put
from affino_mcp.tool_errors import Conflict, InvalidArgument
from tests.flow.office import Office
from tests.security.figures import Figures
from tests.security.office_calls import open_office, required_arguments
from tests.world import WorldClient

UNSEEN = "\u202e\u2066\u200b\ufeff\u00ad\U000e0041\ue000\ufdd0\u3164"
PERSIAN = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"
APART = PERSIAN.replace("\u200c", "")
FLAG = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"


@pytest.fixture(scope="module")
def office() -> Iterator[Office]:
    with open_office() as made:
        yield made


@pytest.fixture
def client(office: Office) -> WorldClient:
    office.client.world.clock.move(seconds=1)
    return office.client


def told(answer: dict[str, Any]) -> list[tuple[str, str]]:
    return [(warning["Code"], warning["Argument"]) for warning in answer["Warnings"]]


PLAIN = {"text", "long text", "HTML"}
WRITTEN = [
    (method, field)
    for method in METHODS.values()
    if method.effect is Effect.CREATE and method.name != "request_media_upload"
    for field in method.arguments
    if field.kind.display_name.partition(",")[0] in PLAIN and int(field.kind.schema["maxLength"]) >= 50
    if field.name not in {"FileName", "MimeType"}  # they come with a file: tests/flow/test_new_media_items.py
]


def needed(office: Office, method: Method) -> dict[str, Any]:
    more = {"AccountCode": office.codes["account"]} if method.name == "create_note" else {}
    return required_arguments(office, method) | more | {"DryRun": True}


@pytest.mark.parametrize(("method", "field"), WRITTEN, ids=[f"{m.name} {f.name}" for m, f in WRITTEN])
def test_every_text_that_is_written_is_tidied(
    office: Office, client: WorldClient, method: Method, field: Field, figures: Figures
) -> None:
    answer = client.call_tool(method.name, **needed(office, method) | {field.name: f"{UNSEEN}{PERSIAN}{UNSEEN} {FLAG}"})
    assert ("STORED_DIFFERENTLY", field.name) in told(answer.result)
    (warning,) = [w for w in answer.result["Warnings"] if w["Argument"] == field.name]
    assert "Removed: characters that turn the reading direction, invisible characters" in warning["Message"]
    assert f'"{field.name}": "{PERSIAN} {FLAG}"' in json.dumps(answer.result, ensure_ascii=False)
    figures.record("texts with characters that cannot be seen", tried=1, of=len(WRITTEN))


REQUIRED = [(method, field) for method, field in WRITTEN if field.required]


@pytest.mark.parametrize(("method", "field"), REQUIRED, ids=[f"{m.name} {f.name}" for m, f in REQUIRED])
def test_nothing_is_not_enough(office: Office, client: WorldClient, method: Method, field: Field) -> None:
    error = client.call_tool(method.name, **needed(office, method) | {field.name: UNSEEN}).error
    assert (error["type"], error["message"]) == ("validation_error", f"{field.name} must not be empty.")


LINES = [(method, field) for method, field in WRITTEN if field.kind.display_name.startswith("text")]


@pytest.mark.parametrize(("method", "field"), LINES[:: max(1, len(LINES) // 12)], ids=lambda value: value.name)
@pytest.mark.parametrize("letter", ["\x85", "\x9b", "\u2028", "\u2029", "\x1b"], ids=ascii)
def test_a_line_holds_no_control_character(
    office: Office, client: WorldClient, method: Method, field: Field, letter: str
) -> None:
    error = client.call_tool(method.name, **needed(office, method) | {field.name: f"Orbital{letter}Labs"}).error
    assert (error["type"], error["details"]["argument"]) == ("validation_error", field.name)


def test_an_address_is_taken_whatever_is_hidden_in_it(client: WorldClient) -> None:
    given = {"FirstName": "Amy", "LastName": "Doe"}
    made = client.call_tool("create_contact", Email="amy\u200b@orbital.example", ExternalID="X\u00ad1", **given).result
    assert (made["Contact"]["Email"], made["Contact"]["ExternalID"]) == ("amy@orbital.example", "X1")
    for email in (
        "amy@orbital.example",
        "am\u200cy@orbital.example",
        "\uff21my@orbital.example",
        "AMY@orbital.example",
    ):
        assert client.call_tool("create_contact", Email=email, **given).error["type"] == "conflict", email
    again = client.call_tool("create_contact", Email="other@orbital.example", ExternalID="x\u200d1", **given)
    assert again.error["type"] == "conflict"
    assert client.call_tool("get_contact", Email="a\u2060my@orbital.example").result["Contact"]["FirstName"] == "Amy"


def test_a_letter_of_another_script_is_another_letter(client: WorldClient) -> None:
    given = {"FirstName": "Kim", "LastName": "Doe"}
    for email in ("kim@orbital.example", "k\u0456m@orbital.example"):
        assert client.call_tool("create_contact", Email=email, **given).result


def test_names_and_searches_are_read_alike(office: Office, client: WorldClient) -> None:
    assert client.call_tool("list_accounts", Search="Or\u200bbital").result["Items"]
    made = client.call_tool("create_account", Name="Lookup", IndustryCode="Tech\u200bnology", DryRun=True).result
    assert made["Account"]["Industry"]["Name"] == "Technology"
    topic = client.call_tool("list_topics").result["Items"][0]["Name"]
    added = {"OpportunityCode": office.codes["deal"], "TopicNames": [f"\u2066{topic}\u2069"]}
    assert "UNKNOWN_REFERENCE" not in [
        code for code, _ in told(client.call_tool("add_opportunity_topics", **added).result)
    ]


def test_what_grows_beyond_its_limit_is_told(client: WorldClient) -> None:
    error = client.call_tool("create_account", Name="\u0958" * 200).error
    assert error["message"] == (
        "Name must be at most 255 characters long as it is stored, and becomes 400 characters in normal Unicode form."
    )


def test_profile_names_are_one_name_whatever_is_hidden(office: Office) -> None:
    profiles = office.client.world.profiles
    made = profiles.create(f"Sales\u202e {PERSIAN}", {}, notes="a\u200bb\nc")
    assert (made.name, made.notes) == (f"Sales {PERSIAN}", "ab\nc")
    for name in (f"SALES {PERSIAN}", f"Sales {APART}", f"S\u200dales {PERSIAN}"):
        with pytest.raises(Conflict):
            profiles.create(name, {})
    for name in ("\u200b", "\u3164", "a\x85b", ""):
        with pytest.raises(InvalidArgument) as refused:
            profiles.create(name, {})
        assert refused.value.details["argument"] == "name"


def test_an_old_record_with_such_characters_is_read_and_changed(office: Office, client: WorldClient) -> None:
    records, code = client.world.records, office.codes["account"]
    before = records.load_record("accounts", code)
    assert before is not None
    hidden = replace(before.document, values={**before.document.values, "Name": f"Old\x85{UNSEEN}", "City": UNSEEN})
    client.world.database.transact([Put(records.table, hidden.to_row())], "old")
    assert client.call_tool("get_account", AccountCode=code).result["Account"]["Name"] == f"Old\x85{UNSEEN}"
    assert client.call_tool("update_account", AccountCode=code, Country="UK").result
    assert client.call_tool("list_record_history", Family="accounts", Code=code).result
    assert client.call_tool("list_accounts", PageSize=100).result["Items"]
    assert (
        client.call_tool("update_account", AccountCode=code, Name="New", City=None).result["Account"]["Name"] == "New"
    )


def test_an_old_address_does_not_free_that_of_another(client: WorldClient) -> None:
    """The old address was reserved when the character in it still counted; the key it has now is the other contact's."""
    given = {"FirstName": "Zoe", "LastName": "Doe"}
    first, second = (
        client.call_tool("create_contact", Email=f"{name}@orbital.example", **given).result["Contact"]["UserCode"]
        for name in ("zoe", "zoe2")
    )
    records = client.world.records
    stored = records.load_record("contacts", second)
    assert stored is not None
    hidden = replace(stored.document, values={**stored.document.values, "Email": "zo\u200be@orbital.example"})
    client.world.database.transact([Put(records.table, hidden.to_row())], "old address")
    client.call_tool("update_contact", UserCode=second, Email="zoe3@orbital.example").result  # noqa: B018
    error = client.call_tool("create_contact", Email="zoe@orbital.example", **given).error
    assert (error["type"], records.find_by_unique("contacts", "Email", "zoe@orbital.example")) == ("conflict", first)
