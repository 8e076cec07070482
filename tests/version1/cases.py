"""Calls with the answers that the public description promises: run in front of the independent instance and of the edge."""

from __future__ import annotations

from typing import Any

from tests.version1.shapes import (
    ERROR,
    Code,
    Holding,
    is_code,
    is_date,
    is_number,
    is_text_code,
)
from tests.version1.stage import ACCOUNTS, Step

USERS, LINKS = "/crm/v1/users", "/crm/v1/useraccounts"
NO_SUCH = "/crm/v1/accounts/987654321"
MISSING = frozenset({400, 404})
"""Which of the two a record that is not there gets, nothing public says."""


def make_account(name: str, **more: Any) -> Step:
    """Creates an account; its code is kept as `account`."""
    return Step("POST", ACCOUNTS, 201, {"AccountCode": is_text_code}, body={"Name": name, **more}, keep="account")


def make_user(first: str, last: str, **more: Any) -> Step:
    """Creates a contact; its code is kept as `user`."""
    body = {"FirstName": first, "LastName": last, "PrimaryEmail": f"{first}.{last}@tern.example".lower(), **more}
    return Step("POST", USERS, 201, {"UserCode": is_text_code}, body=body, keep="user")


def show(path: str, only: str, shape: dict[str, Any]) -> Step:
    """Reads what the shape says of one record."""
    return Step("GET", path, 200, shape, only=only)


def page(key: str, rows: list[Any], total: Any = is_number) -> dict[str, Any]:
    """The answer of a list with these rows."""
    return {"TotalRecords": total, "LastRecordCode": is_code, "CurrentDate": is_date, key: rows}


ACCOUNT = f"{ACCOUNTS}/$account"
USER = f"{USERS}/$user"
LINK = f"{LINKS}/$link"
LINKED = {"UserAccountCode": Code("link"), "AccountCode": Code("account")}
OWN_NAMES = {"PrimaryEmail": "new@tern.example", "TownCity": "Cork", "Postcode": "T12", "Mobile": "+353 87 1234567"}

CASES: dict[str, list[Step]] = {
    "account": [
        make_account(
            "Tern Ltd",
            City="Cork",
            PostCode="T12",
            ExternalID="E-1",
            Address1="1 Quay",
            CompanySize=40,
            CountryISO="IRL",
            Active=0,
        ),
        show(
            ACCOUNT,
            "AccountCode,Name,City,PostCode,ExternalID,Address1,CompanySize,CountryISO,Active",
            {
                "AccountCode": Code("account"),
                "Name": "Tern Ltd",
                "City": "Cork",
                "PostCode": "T12",
                "ExternalID": "E-1",
                "Address1": "1 Quay",
                "CompanySize": 40,
                "CountryISO": "IRL",
                "Active": 0,
            },
        ),
        Step("PUT", ACCOUNT, 200, body={"City": "Kerry"}),
        show(ACCOUNT, "Name,City", {"Name": "Tern Ltd", "City": "Kerry"}),
        Step("DELETE", ACCOUNT, 200),
        Step("GET", ACCOUNT, MISSING, ERROR),
    ],
    "user": [
        make_user("Ida", "Tern", JobTitle="Editor", ExternalID="U-1"),
        Step("PUT", USER, 200, body=OWN_NAMES),
        show(
            USER,
            "UserCode,FirstName,LastName,JobTitle,ExternalID,PrimaryEmail,TownCity,Postcode,Mobile",
            {
                "UserCode": Code("user"),
                "FirstName": "Ida",
                "LastName": "Tern",
                "JobTitle": "Editor",
                "ExternalID": "U-1",
                **OWN_NAMES,
            },
        ),
        Step("DELETE", USER, 200),
        Step("GET", USER, MISSING, ERROR),
    ],
    "lists": [
        make_account("Guillemot Ltd", ExternalID="E-2"),
        make_user("Uta", "Guillemot"),
        Step(
            "GET",
            ACCOUNTS,
            200,
            page("Accounts", [{"AccountCode": Code("account"), "ExternalID": "E-2", "Name": "Guillemot Ltd"}], 1),
            query="StartCode=0&Search=Guillemot",
        ),
        Step("GET", USERS, 200, page("Users", [Holding({"UserCode": Code("user")})], 1), query="Search=Guillemot"),
        Step("GET", USERS, 200, page("Users", [{"UserCode": Code("user")}], 1), query="Search=uta", only="UserCode"),
        Step("GET", USERS, 200, page("Users", [Holding({})], 1), query="Search=uta.guillemot%40tern.example"),
        Step("GET", ACCOUNTS, 200, page("Accounts", []), query="StartCode=$account&Search=Guillemot"),
    ],
    "dates": [
        make_account("Puffin Ltd"),
        Step(
            "GET",
            ACCOUNTS,
            200,
            page("Accounts", [Holding({})]),
            query="Search=Puffin&DateFilter=2020-Feb-01%2000:00:00",
        ),
        Step("GET", ACCOUNTS, 200, page("Accounts", []), query="Search=Puffin&DateFilter=2030-Feb-01%2000:00:00"),
        Step("GET", ACCOUNTS, 400, ERROR, query="DateFilter=soon"),
    ],
    "link": [
        make_account("Gannet Ltd"),
        make_user("Ana", "Gannet"),
        Step(
            "POST",
            LINKS,
            201,
            {"UserAccountCode": is_text_code},
            body={"AccountCode": "$account", "UserCode": "$user", "LeftCompany": 0},
            keep="link",
        ),
        show(USER, "UserAccounts", {"UserAccounts": [Holding({**LINKED, "LeftCompany": 0})]}),
        Step("PUT", LINK, 200, body={"LeftCompany": 1, "UserCode": 987654321, "accountcode": 987654321}),
        show(USER, "UserAccounts", {"UserAccounts": [Holding({**LINKED, "LeftCompany": 1})]}),
        Step("DELETE", LINK, 200),
        show(USER, "UserAccounts", {"UserAccounts": []}),
        Step("DELETE", LINK, MISSING, ERROR),
    ],
    "consent": [
        make_user("Kim", "Skua"),
        Step("POST", USER, 200, query="permissions=$permission"),
        show(USER, "UserPermissions", {"UserPermissions": [Holding({"PermissionCode": Code("permission")})]}),
        Step("DELETE", USER, 200, query="permissions=$permission"),
        show(USER, "UserPermissions", {"UserPermissions": []}),
        Step("POST", USER, MISSING, ERROR, query="permissions=987654321"),
    ],
    "account without a name": [Step("POST", ACCOUNTS, 400, ERROR, body={"City": "Cork"})],
    "user without a last name": [Step("POST", USERS, 400, ERROR, body={"FirstName": "Ida"})],
    "name too long": [Step("POST", ACCOUNTS, 400, ERROR, body={"Name": "x" * 256})],
    "email that is none": [
        Step("POST", USERS, 400, ERROR, body={"FirstName": "A", "LastName": "B", "PrimaryEmail": "nobody"})
    ],
    "number that is none": [Step("POST", ACCOUNTS, 400, ERROR, body={"Name": "A", "CompanySize": "many"})],
    "body that is no object": [Step("POST", ACCOUNTS, 400, ERROR, body=["Tern"])],
    "start that is no code": [Step("GET", ACCOUNTS, 400, ERROR, query="StartCode=first")],
    "link to nothing": [
        make_user("Pia", "Dunlin"),
        Step("POST", LINKS, MISSING, ERROR, body={"AccountCode": 987654321, "UserCode": "$user", "LeftCompany": 0}),
    ],
    "nothing there": [
        Step("GET", NO_SUCH, MISSING, ERROR),
        Step("PUT", NO_SUCH, MISSING, ERROR, body={"City": "Cork"}),
        Step("DELETE", NO_SUCH, MISSING, ERROR),
    ],
}

REFUSED = frozenset({400, 401, 403})
"""What a request without a User-Agent gets, nothing public says."""

_TAMPERED: dict[str, tuple[dict[str, str], int | frozenset[int]]] = {
    "no key": ({"APIKey": ""}, 401),
    "another key": ({"APIKey": "OTHERKEY01"}, 401),
    "no user agent": ({"User-Agent": ""}, REFUSED),
    "no time": ({"TimeStamp": ""}, 401),
    "a time long ago": ({"TimeStamp": "2021-09-02T12:45:31.000Z"}, 401),
    "a forged signature": ({"Signature": "0" * 128}, 401),
    "a hash of no body": ({"MD5": "0" * 32}, REFUSED),
}
CASES |= {
    name: [Step("GET", ACCOUNTS, status, ERROR, headers=headers)] for name, (headers, status) in _TAMPERED.items()
}
