"""The CRM calls: accounts and users, links between them, consents, subscriptions. All act as the key; there is no person."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qs

from tests.version1.habits import Habits, Json, read_date, write_date
from tests.version1.records import Link, Record, Records, Shelf
from tests.version1.replies import Failure, Reply, Request, write_json

PAGE = 20


def read_query(request: Request) -> dict[str, str]:
    """The arguments of the query; one that stands there without a value has the value ""."""
    return {name: values[0] for name, values in parse_qs(request.query, keep_blank_values=True).items()}


def read_body(request: Request) -> Json:
    """The object in the body. Raises Failure for anything else."""
    try:
        document = json.loads(request.body)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise Failure(400, -1, "Unknown exception")
    return document


def read_number(text: str) -> int:
    """A code out of the query; nothing is 0. Raises Failure."""
    if text and not text.isdecimal():
        raise Failure(400, -1, "Unknown exception")
    return int(text or 0)


def _read_since(text: str) -> datetime | None:
    since = read_date(text) if text else None
    if text and since is None:
        raise Failure(400, -1, "Unknown exception")
    return since


def trim(document: Json, request: Request) -> Json:
    """Of a document what the `Filter` header names; all without that header."""
    names = {name.strip().lower() for name in request.headers.get("filter", "").split(",")} - {""}
    return {name: value for name, value in document.items() if not names or name.lower() in names}


@dataclass
class Crm:
    """The handlers below /rest/{dbname}/crm/v1."""

    records: Records
    habits: Habits

    def list_records(self, shelf: Shelf, request: Request) -> Reply:
        """One page: at most 20 records with codes greater than `StartCode`."""
        asked = read_query(request)
        start, words = read_number(asked.get("StartCode", "")), asked.get("Search", "")
        since = _read_since(asked.get("DateFilter", ""))
        left = list(shelf.list_after(start, words, since))
        total = left if self.habits.total_of == "left" else list(shelf.list_after(0, words, since))
        page = left[:PAGE]
        last = page[-1].code if page else start
        return write_json(
            200,
            {
                "TotalRecords": len(total),
                "LastRecordCode": self.habits.write_code("LastRecordCode", last),
                "CurrentDate": write_date(self.records.clock()),
                f"{shelf.noun}s": [trim(self._listed(shelf, record), request) for record in page],
            },
        )

    def _listed(self, shelf: Shelf, record: Record) -> Json:
        named = {name: record.values.get(name, "") for name in shelf.listed}
        return {shelf.key: self.habits.write_code(shelf.key, record.code), **named}

    def get_record(self, shelf: Shelf, code: int, request: Request) -> Reply:
        """One whole record, or a user's subscriptions when the query asks for those."""
        record = shelf.find(code, self.habits.missing)
        if shelf is self.records.users and "subscriptions" in read_query(request):
            return write_json(200, {"Subscriptions": self._list_subscriptions(code)})
        return write_json(200, trim(self._written(shelf, record), request))

    def _written(self, shelf: Shelf, record: Record) -> Json:
        written: Json = {shelf.key: self.habits.write_code(shelf.key, record.code)}
        for field in shelf.fields.values():
            value = record.values.get(field.name, field.blank)
            if field.kind != "secret":
                written[field.name] = (
                    self.habits.write_code(field.name, value) if field.kind == "code" and value else value
                )
        return written | self._structures(record) if shelf is self.records.users else written

    def _structures(self, user: Record) -> Json:
        """What of a user's record is more than a value."""
        written = self.habits.write_code
        member_types = [part for part in str(user.values.get("MemberTypes", "")).split(",") if part]
        return {
            "UIDString": user.values.get("UIDString", ""),
            "UserAccounts": [
                {
                    "UserAccountCode": written("UserAccountCode", link.code),
                    "AccountCode": written("AccountCode", link.account),
                    "Name": self.records.accounts.rows[link.account].values["Name"],
                    "LeftCompany": link.left,
                }
                for link in self.records.links.values()
                if link.user == user.code
            ],
            "UserPermissions": [
                {"PermissionCode": written("PermissionCode", code), "Name": self.records.permissions[code]}
                for holder, code in sorted(self.records.consents)
                if holder == user.code
            ],
            "MemberTypes": [{"MemberTypeCode": written("MemberTypeCode", int(part))} for part in member_types],
        }

    def create_record(self, shelf: Shelf, request: Request) -> Reply:
        """A new record: 201 with its code as a string."""
        code = self.records.create(shelf, read_body(request), request.headers["apikey"])
        return write_json(201, {shelf.key: str(code)})

    def update_record(self, shelf: Shelf, code: int, request: Request) -> Reply:
        """Changes what the body names: 200 without a body."""
        record = shelf.find(code, self.habits.missing)
        self.records.update(shelf, record, read_body(request), request.headers["apikey"])
        return Reply(200)

    def delete_record(self, shelf: Shelf, code: int, request: Request) -> Reply:
        """Removes a record: 200 without a body."""
        self.records.delete(shelf, shelf.find(code, self.habits.missing), request.headers["apikey"])
        return Reply(200)

    def set_consent(self, code: int, request: Request) -> Reply:
        """Grants (POST) or revokes (DELETE) one permission of a user: 200 without a body."""
        self.records.users.find(code, self.habits.missing)
        permission = read_number(read_query(request).get("permissions", ""))
        if permission not in self.records.permissions:
            raise Failure(400, -1, "Permission not found.")
        change = self.records.consents.add if request.method == "POST" else self.records.consents.discard
        change((code, permission))
        kind = "grant permission" if request.method == "POST" else "revoke permission"
        self.records.note(kind, code, request.headers["apikey"], {"PermissionCode": permission})
        return Reply(200)

    def create_link(self, request: Request) -> Reply:
        """Puts a user at an account: 201 with the code of the link as a string."""
        body = read_body(request)
        account, user = (read_number(str(body.get(name, ""))) for name in ("AccountCode", "UserCode"))
        self.records.accounts.find(account, 400)
        self.records.users.find(user, 400)
        if any((link.account, link.user) == (account, user) for link in self.records.links.values()):
            raise Failure(400, -1, "The User is linked to this Account.")
        code = self.records.next_link
        self.records.links[code] = Link(code, account, user, _read_left(body))
        self.records.next_link += 1
        self.records.note("create useraccount", code, request.headers["apikey"], body)
        return write_json(201, {"UserAccountCode": str(code)})

    def change_link(self, code: int, request: Request) -> Reply:
        """Says whether the user has left the account (PUT), or removes the link (DELETE): 200 without a body."""
        if code not in self.records.links:
            raise Failure(self.habits.missing, -1, "UserAccount not found.")
        link, body = self.records.links[code], {}
        if request.method == "PUT":
            body = read_body(request)
            self.records.links[code] = Link(code, link.account, link.user, _read_left(body))
        else:
            del self.records.links[code]
        kind = "update useraccount" if request.method == "PUT" else "delete useraccount"
        self.records.note(kind, code, request.headers["apikey"], body)
        return Reply(200)

    def list_list_changes(self, pairs: dict[tuple[int, int], datetime], request: Request) -> Reply:
        """The subscriptions, or those given up, of these lists since a day."""
        asked = read_query(request)
        codes = {read_number(part.strip()) for part in asked.get("MailingListCodes", "").split(",")} - {0}
        since = _read_since(asked.get("DateFilter", ""))
        found = [
            self._list_change(user, one, at)
            for (user, one), at in sorted(pairs.items())
            if (not codes or one in codes) and (since is None or at > since)
        ]
        return write_json(200, {"CurrentDate": write_date(self.records.clock()), "Subscriptions": found})

    def _list_change(self, user: int, mailing_list: int, at: datetime) -> Json:
        written = self.habits.write_code
        codes = {"UserCode": written("UserCode", user), "MailingListCode": written("MailingListCode", mailing_list)}
        return {**codes, "Date": write_date(at)}

    def _list_subscriptions(self, user: int) -> list[Json]:
        return [
            {"MailingListCode": self.habits.write_code("MailingListCode", one), "Name": self.records.lists[one]}
            for holder, one in sorted(self.records.subscriptions)
            if holder == user
        ]


def _read_left(body: Json) -> int:
    left = str(body.get("LeftCompany", 0))
    if left not in {"0", "1"}:
        raise Failure(400, -1, "LeftCompany is invalid.")
    return int(left)
