"""A service in front of an independent version 1 instance: it reads; it writes only where that is accepted, and says so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from tests.remote.version1 import Version1Stage
from tests.version1.habits import Habits
from tests.version1.seed import ACCOUNTS, USERS

SAID = "ATTRIBUTED_HERE_ONLY"
SEEDS = [pytest.param(seed, id=f"seed {seed}") for seed in range(4)]


@pytest.fixture(params=SEEDS, scope="module", name="reading")
def read_only(request: pytest.FixtureRequest) -> Iterator[Version1Stage]:
    made = Version1Stage(Habits.of_seed(request.param), writes="as-person")
    yield made
    made.handler.close()


@pytest.fixture(name="writing")
def key_only() -> Iterator[Version1Stage]:
    made = Version1Stage(Habits(0), writes="key-only")
    yield made
    made.handler.close()


def call(stage: Version1Stage, method: str, **arguments: Any) -> dict[str, Any]:
    return stage.client.call_tool(method, **arguments).result


def walk(stage: Version1Stage, method: str, **arguments: Any) -> list[dict[str, Any]]:
    page = call(stage, method, **arguments)
    rows: list[dict[str, Any]] = page["Items"]
    while page["NextCursor"] is not None:
        page = call(stage, method, **arguments, Cursor=page["NextCursor"])
        rows += page["Items"]
    return rows


@pytest.mark.parametrize(
    ("method", "code", "total"),
    [
        pytest.param("list_accounts", "AccountCode", ACCOUNTS, id="accounts"),
        pytest.param("list_contacts", "UserCode", USERS, id="contacts"),
    ],
)
def test_every_record_is_listed_once(reading: Version1Stage, method: str, code: str, total: int) -> None:
    shelf = reading.instance.records.accounts if code == "AccountCode" else reading.instance.records.users
    assert len(shelf.rows) == total
    assert [row[code] for row in walk(reading, method)] == sorted(shelf.rows)


def test_account_is_read(reading: Version1Stage) -> None:
    code = min(reading.instance.records.accounts.rows)
    held = reading.instance.records.accounts.rows[code].values
    read = call(reading, "get_account", AccountCode=code)["Account"]
    for name in ("Name", "ExternalID", "City", "PostCode", "CompanySize", "Telephone", "Email", "Address1"):
        assert (read.get(name) or "") == held[name], name
    assert (read["AccountCode"], read["CountryISO"], read["Active"]) == (code, "GB", True)


def test_contact_is_read(reading: Version1Stage) -> None:
    records = reading.instance.records
    code = sorted(records.users.rows)[7]
    held = records.users.rows[code].values
    read = call(reading, "get_contact", UserCode=code)["Contact"]
    for name in ("FirstName", "LastName", "JobTitle", "ExternalID", "TownCity", "Postcode"):
        assert (read.get(name) or "") == held[name], name
    assert (read["UserCode"], read["Email"]) == (code, held["PrimaryEmail"])
    assert sorted(link["AccountCode"] for link in read["Accounts"]) == sorted(
        link.account for link in records.links.values() if link.user == code
    )
    granted = [row["PermissionCode"] for row in read["Permissions"]]
    assert granted == [one for user, one in records.consents if user == code]


def test_search_and_date(reading: Version1Stage) -> None:
    found = walk(reading, "list_accounts", Search="Orbital")
    assert found
    assert all("Orbital" in row["Name"] for row in found)
    assert walk(reading, "list_accounts", DateFilter="2026-11-20T00:00:00Z") == []


def test_what_is_not_there(reading: Version1Stage) -> None:
    assert reading.client.call_tool("get_account", AccountCode=987654321).error["type"] == "not_found"


WRITES: list[tuple[str, dict[str, Any], str]] = [
    ("create_account", {"Name": "Tern Ltd", "City": "Cork", "CountryISO": "IE"}, "create account"),
    ("update_account", {"AccountCode": "$account", "City": "Cork"}, "update account"),
    ("delete_account", {"AccountCode": "$account"}, "delete account"),
    ("create_contact", {"Email": "ida@tern.example", "FirstName": "Ida", "LastName": "Tern"}, "create user"),
    ("update_contact", {"UserCode": "$user", "JobTitle": "Editor"}, "update user"),
    ("delete_contact", {"UserCode": "$user"}, "delete user"),
    ("link_contact_to_account", {"UserCode": "$user", "AccountCode": "$other"}, "create useraccount"),
    ("grant_contact_permission", {"UserCode": "$user", "PermissionCode": 15}, "grant permission"),
    ("revoke_contact_permission", {"UserCode": "$user", "PermissionCode": 15}, "revoke permission"),
]
CASES = [pytest.param(*case, id=case[0]) for case in WRITES]


def fill(stage: Version1Stage, arguments: dict[str, Any]) -> dict[str, Any]:
    """The arguments with codes of the instance: a user, an account where that user is, and one where it is not."""
    link = stage.instance.records.links[2]
    other = next(code for code in stage.instance.records.accounts.rows if code != link.account)
    codes = {"$user": link.user, "$account": link.account, "$other": other}
    return {name: codes.get(str(value), value) for name, value in arguments.items()}


@pytest.mark.parametrize(("method", "arguments", "kind"), CASES)
def test_nothing_is_written_unless_it_is_accepted(
    reading: Version1Stage, method: str, arguments: dict[str, Any], kind: str
) -> None:
    before = len(reading.instance.requests)
    answer = reading.client.call_tool(method, **fill(reading, arguments))
    assert answer.error["type"] == "not_offered"
    assert reading.instance.records.writes == []
    assert {request.method for request in reading.instance.requests[before:]} <= {"GET"}


@pytest.mark.parametrize(("method", "arguments", "kind"), CASES)
def test_a_write_is_made_once_and_says_whose_name_it_lacks(
    writing: Version1Stage, method: str, arguments: dict[str, Any], kind: str
) -> None:
    told = call(writing, method, **fill(writing, arguments))
    assert SAID in {warning["Code"] for warning in told["Warnings"]}
    assert writing.instance.records.count_writes() == Counter({kind: 1})
    assert writing.instance.records.unknown_names == set()
    rows = writing.world.audit_rows()
    assert [(row["method"], row["outcome"], row["person_code"]) for row in rows] == [
        (method, outcome, 1) for outcome in ("begun", "ok")
    ]


@pytest.mark.parametrize(("fault", "made"), [("before", 0), ("after", 1)])
def test_a_lost_answer_is_unknown_and_never_sent_again(writing: Version1Stage, fault: Any, made: int) -> None:
    writing.client.list_tool_names()
    writing.instance.faults.append(fault)
    lost = writing.client.call_tool("create_account", Name="Tern Ltd").document["error"]["data"]
    assert lost["type"] == "outcome_unknown"
    assert writing.instance.records.count_writes()["create account"] == made


def test_codes_are_numbers_where_version_1_says_texts() -> None:
    stage = Version1Stage(Habits(0, codes_as="strings"), writes="key-only")
    records = stage.instance.records
    link, account = records.links[2], max(records.accounts.rows)
    records.accounts.rows[account].values |= {"ParentCode": link.account, "PrimaryContactCode": link.user}
    records.consents.add((link.user, 15))
    read = call(stage, "get_account", AccountCode=account)["Account"]
    assert (read["ParentCode"], read["PrimaryContactCode"]) == (link.account, link.user)
    contact = call(stage, "get_contact", UserCode=link.user)["Contact"]
    assert (2, link.account) in [(each["UserAccountCode"], each["AccountCode"]) for each in contact["Accounts"]]
    assert 15 in [each["PermissionCode"] for each in contact["Permissions"]]
    stage.handler.close()


@pytest.mark.parametrize("held", ["IRL", "IE"], ids=["three letters", "two letters"])
def test_countries_are_read_in_two_letters_and_written_in_three(writing: Version1Stage, held: str) -> None:
    rows = writing.instance.records.accounts.rows
    rows[60].values["CountryISO"] = held
    assert call(writing, "get_account", AccountCode=60)["Account"]["CountryISO"] == "IE"
    call(writing, "update_account", AccountCode=60, CountryISO="Poland")
    assert rows[60].values["CountryISO"] == "POL"


@pytest.mark.parametrize("missing", [400, 404])
@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("grant_contact_permission", {"UserCode": "$user", "PermissionCode": 99}),
        ("link_contact_to_account", {"UserCode": "$user", "AccountCode": 987654321}),
    ],
    ids=["permission", "account"],
)
def test_which_of_two_records_is_missing_is_not_guessed(missing: Any, method: str, arguments: dict[str, Any]) -> None:
    stage = Version1Stage(Habits(0, missing=missing), writes="key-only")
    error = stage.client.call_tool(method, **fill(stage, arguments)).error
    assert error["details"].get("argument", "") != "UserCode"
    assert stage.instance.records.writes == []
    stage.handler.close()


def test_last_page_says_the_code_of_its_last_row(writing: Version1Stage) -> None:
    code = max(writing.instance.records.accounts.rows)
    page = call(writing, "list_accounts", StartCode=code - 1)
    assert ([row["AccountCode"] for row in page["Items"]], page["LastRecordCode"]) == ([code], code)
    assert page["NextCursor"] is None
