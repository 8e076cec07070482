"""The independent version 1 instance: what the public description says of its calls."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.version1 import instance as version1_instance
from tests.version1.habits import Habits, read_date, write_date
from tests.version1.in_memory import start_instance
from tests.version1.instance import KEY, SECRET, InstanceTransport, Version1Instance
from tests.version1.seed import ACCOUNTS, HAND_OFF_TOKEN, LOGIN, USERS
from tests.version1.signature import sign

SEEDS = [pytest.param(seed, id=f"seed {seed}") for seed in range(4)]


def first_user(instance: Version1Instance) -> int:
    return min(instance.records.users.rows)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("path", "rows", "key", "total"),
    [
        pytest.param("/crm/v1/accounts", "Accounts", "AccountCode", ACCOUNTS, id="accounts"),
        pytest.param("/crm/v1/users", "Users", "UserCode", USERS, id="users"),
    ],
)
def test_pages_have_each_record_once_in_the_order_of_codes(
    seed: int, path: str, rows: str, key: str, total: int
) -> None:
    _, client = start_instance(seed)
    first = client.call("GET", path).document
    codes = [int(row[key]) for row in client.walk(path, rows)]
    assert codes == sorted(set(codes))
    assert (len(codes), first["TotalRecords"], len(first[rows])) == (total, total, 20)
    assert int(first["LastRecordCode"]) == codes[19]
    assert first["CurrentDate"] == "2026-Nov-23 09:00:00"


def test_codes_are_numbers_and_strings() -> None:
    _, client = start_instance()
    assert {type(row["AccountCode"]) for row in client.walk("/crm/v1/accounts", "Accounts")} == {int, str}


@pytest.mark.parametrize(
    ("total_of", "total"), [pytest.param("all", ACCOUNTS, id="all"), pytest.param("left", ACCOUNTS - 20, id="left")]
)
def test_total_counts_all_or_what_is_left(total_of: Any, total: int) -> None:
    _, client = start_instance(habits=Habits(0, total_of=total_of))
    last = client.call("GET", "/crm/v1/accounts").document["LastRecordCode"]
    assert client.call("GET", "/crm/v1/accounts", f"StartCode={last}").document["TotalRecords"] == total


def test_search_and_date_filter() -> None:
    _, client = start_instance()
    found = client.walk("/crm/v1/users", "Users", "Search=o%27NEILL")
    assert found
    assert {row["LastName"] for row in found} == {"O'Neill"}
    since = "2026-Nov-23 08:59:59".replace(" ", "%20")
    assert client.walk("/crm/v1/accounts", "Accounts", f"DateFilter={since}") == []
    made = client.call("POST", "/crm/v1/accounts", body={"Name": "Late Ltd"}).document["AccountCode"]
    changed = client.walk("/crm/v1/accounts", "Accounts", f"DateFilter={since}")
    assert [str(row["AccountCode"]) for row in changed] == [made]
    assert client.call("GET", "/crm/v1/accounts", "DateFilter=2026-11-23").status == 400


def test_filter_header_trims_the_answer() -> None:
    instance, client = start_instance()
    row = client.call("GET", "/crm/v1/accounts", Filter="Name, externalid").document["Accounts"][0]
    assert set(row) == {"Name", "ExternalID"}
    assert set(client.call("GET", f"/crm/v1/users/{first_user(instance)}", Filter="FirstName").document) == {
        "FirstName"
    }


@pytest.mark.parametrize(
    ("path", "key", "body", "change"),
    [
        pytest.param("/crm/v1/accounts", "AccountCode", {"Name": "Tern Ltd"}, {"City": "Cork"}, id="account"),
        pytest.param(
            "/crm/v1/users",
            "UserCode",
            {"FirstName": "Ida", "LastName": "Tern", "DateOfBirth": "1980-Feb-03"},
            {"Disabled": 1},
            id="user",
        ),
    ],
)
def test_create_change_delete(path: str, key: str, body: dict[str, Any], change: dict[str, Any]) -> None:
    instance, client = start_instance()
    made = client.call("POST", path, body=body)
    code = made.document[key]
    assert (made.status, type(code)) == (201, str)
    changed = client.call("PUT", f"{path}/{code}", body=change)
    assert (changed.status, changed.text) == (200, "")
    read = client.call("GET", f"{path}/{code}").document
    assert {name: read[name] for name in change} == change
    assert read.get("DateOfBirth", "1980-Feb-03 00:00:00") == "1980-Feb-03 00:00:00"
    assert "Password" not in read
    removed = client.call("DELETE", f"{path}/{code}")
    assert (removed.status, removed.text, client.call("GET", f"{path}/{code}").status) == (200, "", 404)
    noun = "account" if key == "AccountCode" else "user"
    assert instance.records.count_writes() == {f"{verb} {noun}": 1 for verb in ("create", "update", "delete")}
    assert {write.api_key for write in instance.records.writes} == {KEY}


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        pytest.param("/crm/v1/accounts", {"City": "Cork"}, -1, id="no name"),
        pytest.param("/crm/v1/accounts", {"Name": "x" * 256}, -1, id="too long"),
        pytest.param("/crm/v1/accounts", {"Name": "A", "Active": "yes"}, -1, id="no bit"),
        pytest.param("/crm/v1/accounts", {"Name": "A", "Email": "nobody"}, "-10", id="no email"),
        pytest.param("/crm/v1/accounts", {"Name": "A", "ParentCode": 9}, -1, id="no such parent"),
        pytest.param("/crm/v1/users", {"FirstName": "Ida"}, -1, id="no last name"),
        pytest.param("/crm/v1/users", ["Ida"], -1, id="no object"),
    ],
)
def test_bad_values_change_nothing(path: str, body: Any, code: Any) -> None:
    instance, client = start_instance()
    refused = client.call("POST", path, body=body)
    assert (refused.status, refused.document["error"]["code"], instance.records.writes) == (400, code, [])


def test_links_are_records_of_their_own() -> None:
    instance, client = start_instance()
    user = client.call("POST", "/crm/v1/users", body={"FirstName": "Ida", "LastName": "Tern"}).document["UserCode"]
    body = {"AccountCode": str(min(instance.records.accounts.rows)), "UserCode": int(user), "LeftCompany": 0}
    made = client.call("POST", "/crm/v1/useraccounts", body=body)
    link = made.document["UserAccountCode"]
    assert (made.status, type(link)) == (201, str)
    assert client.call("POST", "/crm/v1/useraccounts", body=body).status == 400
    assert client.call("PUT", f"/crm/v1/useraccounts/{link}", body={"LeftCompany": 1}).text == ""
    shown = client.call("GET", f"/crm/v1/users/{user}").document["UserAccounts"]
    assert [(str(one["UserAccountCode"]), one["LeftCompany"]) for one in shown] == [(link, 1)]
    assert client.call("DELETE", f"/crm/v1/useraccounts/{link}").status == 200
    assert client.call("GET", f"/crm/v1/users/{user}").document["UserAccounts"] == []


def test_consents_and_lists() -> None:
    instance, client = start_instance()
    path = f"/crm/v1/users/{first_user(instance)}"
    for method, held in (("POST", ["15"]), ("DELETE", [])):
        assert client.call(method, path, "permissions=15").text == ""
        shown = client.call("GET", path).document["UserPermissions"]
        assert [str(one["PermissionCode"]) for one in shown] == held
    assert client.call("POST", path, "permissions=99").status == 400
    assert client.call("GET", path, "subscriptions").document["Subscriptions"][0]["Name"] == "Weekly digest"
    rows = client.call("GET", "/crm/v1/mailinglistsubscriptions", "MailingListCodes=3").document["Subscriptions"]
    assert {int(row["MailingListCode"]) for row in rows} == {3}


def test_login_renewal_and_user() -> None:
    instance, client = start_instance()
    pair = client.log_in(*LOGIN).document
    assert (set(pair), pair["Expires"]) == ({"AccessToken", "RefreshToken", "Expires"}, "3600")
    assert client.call("GET", "/user").document["SecurityGroups"] == "Editors"
    assert client.call("GET", "/userGroup").document == {"SecurityGroups": "7"}
    renewed = client.call("GET", "/token", RefreshToken=pair["RefreshToken"]).document
    assert not {pair["AccessToken"], pair["RefreshToken"]} & {renewed["AccessToken"], renewed["RefreshToken"]}
    assert client.call("GET", "/user").status == 401
    body = {"Token": HAND_OFF_TOKEN, "IPAddress": "203.0.113.7", "Browser": "test"}
    assert client.call("POST", "/tokenLogin", body=body).document["UserCode"] == str(first_user(instance))
    assert client.log_in(LOGIN[0], "wrong").status == 403
    assert client.log_in("nobody", "wrong").document["error"]["code"] == "-10"


def test_acts_as_the_key_and_has_no_version_2() -> None:
    _, client = start_instance()
    assert client.call("PUT", "/crm/v1/accounts/60", body={"City": "Cork"}).status == 200
    unknown = client.call("GET", "/v2")
    assert (unknown.status, unknown.document) == (404, None)
    assert unknown.headers["content-type"].startswith("text/html")


def test_faults_come_before_or_after_the_effect() -> None:
    instance, client = start_instance()
    instance.faults.extend(["before", "after"])
    for number in range(2):
        lost = client.call("POST", "/crm/v1/accounts", body={"Name": f"Tern {number}"})
        assert (lost.status, lost.text) == (500, "")
    assert [write.values["Name"] for write in instance.records.writes] == ["Tern 1"]


def test_dates_are_read_as_they_are_written() -> None:
    assert write_date(datetime(2026, 11, 2, 9, 0, 5, tzinfo=UTC)) == "2026-Nov-02 09:00:05"
    assert read_date("2026-Nov-02 09:00:05") == datetime(2026, 11, 2, 9, 0, 5, tzinfo=UTC)
    assert [read_date(text) for text in ("2026-11-22", "2026-Nov-31", "22-Nov-2026 9", "")] == [None] * 4


def ask(instance: Version1Instance, path: str) -> httpx.Request:
    headers = sign("GET", path, "", KEY, SECRET, instance.clock())
    return httpx.Request("GET", f"https://crm.example{path}?StartCode=61", headers=headers)


def test_the_same_by_asgi_and_by_transport() -> None:
    instance, _ = start_instance()
    path = "/rest/demo/crm/v1/users"

    async def by_asgi() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=instance)) as client:
            return await client.send(ask(instance, path))

    first = asyncio.run(by_asgi())
    with httpx.Client(transport=InstanceTransport(start_instance()[0])) as client:
        second = client.send(ask(instance, path))
    assert (first.status_code, first.json()) == (200, second.json())


def test_client_counts_calls_so_that_no_stamp_repeats() -> None:
    instance, client = start_instance()
    assert [client.call("GET", "/crm/v1/accounts").status for _ in range(3)] == [200] * 3
    assert len({request.headers["timestamp"] for request in instance.requests}) == 3


def test_shares_no_code_with_the_service() -> None:
    sources = sorted(Path(version1_instance.__file__).parent.glob("*.py"))
    assert len(sources) > 8
    assert [path.name for path in sources if "affino_mcp" in path.read_text()] == []
