"""The methods that version 1 can carry out, each as one request of it, and what its answers say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import quote, urlencode

from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import CURSOR
from affino_mcp.catalogue.version1 import format_moment
from affino_mcp.instance.remote.answers import NEXT_CURSOR, AnswerUnusable
from affino_mcp.instance.remote.exchange import InstanceRequest
from affino_mcp.instance.remote.version1.names import (
    ACCOUNTS,
    CONTACTS,
    RecordNames,
    read_values,
    write_values,
)
from affino_mcp.value_class import value_class

BASE: Final = "/crm/v1"
PAGE_ROWS: Final = 20
"""The most rows of a page of version 1."""
_LIST_ARGUMENTS: Final = frozenset({"Search", "DateFilter", "StartCode", CURSOR.name})

Body = dict[str, Any]


@value_class
class Version1Call:
    """A method over version 1: its arguments, the request that it is, and the body that its answer becomes."""

    arguments: frozenset[str]
    request: Callable[[Values], InstanceRequest]
    read: Callable[[Values, Mapping[str, Any]], Body]


def _list(names: RecordNames) -> Version1Call:
    def request(values: Values) -> InstanceRequest:
        start = values.get(CURSOR.name) or values.get("StartCode")
        since = values.get("DateFilter")
        asked = {"StartCode": start, "Search": values.get("Search"), "DateFilter": since and format_moment(since)}
        path, query = f"{BASE}/{names.path}", urlencode({k: v for k, v in asked.items() if v}, quote_via=quote)
        return InstanceRequest("GET", f"{path}?{query}" if query else path, signed_path=path)

    def read(_: Values, found: Mapping[str, Any]) -> Body:
        rows = found.get(names.rows)
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise AnswerUnusable("wrong_type")
        last = str(found.get("LastRecordCode") or "")
        more = last if len(rows) >= PAGE_ROWS and last.isdecimal() else None
        items = [read_values(names, row) for row in rows]
        return {"Items": items, "LastRecordCode": last if rows and last.isdecimal() else None, NEXT_CURSOR: more}

    return Version1Call(_LIST_ARGUMENTS, request, read)


def _get(names: RecordNames) -> Version1Call:
    def read(_: Values, found: Mapping[str, Any]) -> Body:
        return {names.record.name: _read_record(names, found)}

    return Version1Call(frozenset({names.code}), lambda values: InstanceRequest("GET", _place(names, values)), read)


def _create(names: RecordNames) -> Version1Call:
    def request(values: Values) -> InstanceRequest:
        return InstanceRequest("POST", f"{BASE}/{names.path}", write_values(names, values))

    def read(_: Values, found: Mapping[str, Any]) -> Body:
        return {names.record.name: {names.code: _read_code(found, names.code)}}

    return Version1Call(frozenset(names.fields), request, read)


def _update(names: RecordNames) -> Version1Call:
    def request(values: Values) -> InstanceRequest:
        return InstanceRequest("PUT", _place(names, values), write_values(names, values))

    def read(values: Values, _: Mapping[str, Any]) -> Body:
        return {names.record.name: {names.code: values[names.code]}}

    return Version1Call(frozenset({names.code, *names.fields}), request, read)


def _delete(names: RecordNames) -> Version1Call:
    return Version1Call(
        frozenset({names.code}),
        lambda values: InstanceRequest("DELETE", _place(names, values)),
        lambda values, _: {names.code: values[names.code], "Deleted": True},
    )


def _consent(verb: str, status: str) -> Version1Call:
    def request(values: Values) -> InstanceRequest:
        return InstanceRequest(verb, f"{_place(CONTACTS, values)}?permissions={values['PermissionCode']}")

    def read(values: Values, _: Mapping[str, Any]) -> Body:
        return {"Permission": {"PermissionCode": values["PermissionCode"], "Status": status}}

    return Version1Call(frozenset({"UserCode", "PermissionCode"}), request, read)


def _link() -> Version1Call:
    def request(values: Values) -> InstanceRequest:
        codes = {"AccountCode": values["AccountCode"], "UserCode": values["UserCode"]}
        return InstanceRequest("POST", f"{BASE}/useraccounts", {**codes, "LeftCompany": 0})

    def read(values: Values, found: Mapping[str, Any]) -> Body:
        codes = {"UserCode": values["UserCode"], "AccountCode": values["AccountCode"]}
        return {"Link": {"UserAccountCode": _read_code(found, "UserAccountCode"), **codes, "LeftCompany": False}}

    return Version1Call(frozenset({"UserCode", "AccountCode"}), request, read)


def _place(names: RecordNames, values: Values) -> str:
    return f"{BASE}/{names.path}/{values[names.code]}"


def _read_code(found: Mapping[str, Any], name: str) -> int:
    code = str(found.get(name, ""))
    if not (code.isascii() and code.isdecimal() and len(code) < 16):
        raise AnswerUnusable("no_code")
    return int(code)


def _read_record(names: RecordNames, found: Mapping[str, Any]) -> Body:
    """A record with the structures of a user under the catalogue's names."""
    record = read_values(names, found)
    links, consents = record.pop("UserAccounts", None), record.pop("UserPermissions", None)
    if isinstance(links, list):
        record["Accounts"] = [
            {**link, "LeftCompany": str(link.get("LeftCompany")) == "1"} for link in links if isinstance(link, dict)
        ]
    if isinstance(consents, list):
        record["Permissions"] = consents
    return record


CALLS: Final[Mapping[str, Version1Call]] = {
    "list_accounts": _list(ACCOUNTS),
    "get_account": _get(ACCOUNTS),
    "create_account": _create(ACCOUNTS),
    "update_account": _update(ACCOUNTS),
    "delete_account": _delete(ACCOUNTS),
    "list_contacts": _list(CONTACTS),
    "get_contact": _get(CONTACTS),
    "create_contact": _create(CONTACTS),
    "update_contact": _update(CONTACTS),
    "delete_contact": _delete(CONTACTS),
    "link_contact_to_account": _link(),
    "grant_contact_permission": _consent("POST", "granted"),
    "revoke_contact_permission": _consent("DELETE", "revoked"),
}
"""Every method that version 1 can carry out in one request, by the catalogue's name."""
