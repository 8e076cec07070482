"""The calls of version 1: each is a method of the catalogue, with version 1's own paging, names, forms and empty answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

from affino_mcp.catalogue.record import fold_name
from affino_mcp.catalogue.version1 import format_moment
from affino_mcp.dispatch import ToolAnswer
from affino_mcp.http.reply import Reply, json_reply
from affino_mcp.http.signing_headers import single_header
from affino_mcp.rest_edge.arguments import Arguments, read_object
from affino_mcp.rest_edge.refusals import BadCall, NoSuchRoute, WrongVerb
from affino_mcp.rest_edge.request import RestRequest
from affino_mcp.rest_edge.version1.link_codes import read_link_code, write_link_code
from affino_mcp.rest_edge.version1.names import COLLECTIONS, USERS, Collection, read_moment

PAGE_SIZE: Final = 20
LINKS: Final = "useraccounts"
PERMISSIONS: Final = "permissions"
SUBSCRIPTIONS: Final = "subscriptions"
Shape = Callable[[ToolAnswer], Reply]


class Performer(Protocol):
    """The part of `affino_mcp.rest_edge.calls.MethodCalls` that carries one method out."""

    def perform(
        self,
        request: RestRequest,
        body: bytes,
        name: str,
        read: Callable[[], Arguments],
        shape: Shape,
        *,
        counts: bool = False,
    ) -> Reply:
        """Admits the caller, carries the method out, and logs the call; `counts`: see CallMeta."""


class Version1Calls:
    """Answers the requests of version 1. One per process."""

    def __init__(self, performer: Performer) -> None:
        self._performer = performer

    def answer(self, request: RestRequest, path: str, body: bytes) -> Reply:
        """The answer to a request at this path behind the version. Raises Refusal for what no profile is known of."""
        kind, _, code = path.strip("/").partition("/")
        if kind == LINKS:
            return self._answer_link(request, code, body)
        collection = COLLECTIONS.get(kind)
        if collection is None or "/" in code:
            raise NoSuchRoute
        return (
            self._answer_record(request, collection, code, body)
            if code
            else self._answer_all(request, collection, body)
        )

    def _answer_all(self, request: RestRequest, collection: Collection, body: bytes) -> Reply:
        if request.method == "GET":
            read, shape = (
                lambda: _list_arguments(request, collection),
                lambda answer: _list_rows(request, collection, answer),
            )
            return self._performer.perform(request, body, f"list_{collection.plural}", read, shape, counts=True)
        if request.method != "POST":
            raise WrongVerb(("GET", "POST"))
        return self._performer.perform(
            request,
            body,
            f"create_{collection.singular}",
            lambda: collection.arguments(read_object(request, body)),
            lambda answer: _created(collection, answer),
        )

    def _answer_record(self, request: RestRequest, collection: Collection, code: str, body: bytes) -> Reply:
        named, query = {collection.record.code: code}, dict(request.read_query())
        if PERMISSIONS in query and collection.singular == "contact":
            verbs = {"POST": "grant_contact_permission", "DELETE": "revoke_contact_permission"}
            asked = named | {"PermissionCode": query[PERMISSIONS]}
            return self._perform_quietly(request, verbs, lambda: asked, body)
        if SUBSCRIPTIONS in query:
            raise NoSuchRoute
        if request.method == "GET":
            return self._performer.perform(
                request,
                body,
                f"get_{collection.singular}",
                lambda: named,
                lambda answer: json_reply(200, _trim(request, _whole(collection, answer))),
            )
        verbs = {"PUT": f"update_{collection.singular}", "DELETE": f"delete_{collection.singular}"}
        return self._perform_quietly(
            request, verbs, lambda: _at(named, collection.arguments(read_object(request, body))), body
        )

    def _answer_link(self, request: RestRequest, code: str, body: bytes) -> Reply:
        if not code:
            if request.method != "POST":
                raise WrongVerb(("POST",))
            name, read = "link_contact_to_account", lambda: _new_link_arguments(read_object(request, body))
            return self._performer.perform(request, body, name, read, _linked)
        verbs = {"PUT": "update_contact_account_link", "DELETE": "unlink_contact_from_account"}
        return self._perform_quietly(
            request, verbs, lambda: _at(read_link_code(code), _link_arguments(read_object(request, body))), body
        )

    def _perform_quietly(
        self, request: RestRequest, verbs: dict[str, str], read: Callable[[], Arguments], body: bytes
    ) -> Reply:
        """Carries out the method of the request's verb; the answer of a success has no body."""
        if request.method not in verbs:
            raise WrongVerb(tuple(sorted(verbs)))
        return self._performer.perform(request, body, verbs[request.method], read, lambda _: Reply(200, b"", ()))


def _list_arguments(request: RestRequest, collection: Collection) -> Arguments:
    given = dict(request.read_query())
    starts = {"StartCode": given["StartCode"]} if given.get("StartCode", "0") not in ("", "0") else {}
    words = {"Search": given["Search"]} if given.get("Search") else {}
    since = {"DateFilter": read_moment(given["DateFilter"])} if given.get("DateFilter") else {}
    return {**starts, **words, **since, "SortBy": "Code", "PageSize": PAGE_SIZE, "Fields": list(collection.listed)}


def _list_rows(request: RestRequest, collection: Collection, answer: ToolAnswer) -> Reply:
    body = answer.body
    rows = [_trim(request, collection.attributes(item)) for item in body["Items"]]
    start = dict(request.read_query()).get("StartCode", "")
    last = body.get("LastRecordCode") or (int(start) if start.isdecimal() else 0)
    told = {"TotalRecords": body.get("TotalRecords"), "LastRecordCode": last}
    return json_reply(200, {**told, "CurrentDate": format_moment(body["CurrentDate"]), collection.rows: rows})


def _whole(collection: Collection, answer: ToolAnswer) -> dict[str, Any]:
    document = next(part for part in answer.body.values() if isinstance(part, dict))
    whole = collection.attributes(document)
    return whole | _user_structures(document) if collection is USERS else whole


def _user_structures(document: Mapping[str, Any]) -> dict[str, Any]:
    """What of a contact's record is more than a value in version 1; its permissions are those that hold."""
    links = [
        {
            "UserAccountCode": write_link_code(link),
            "AccountCode": link["AccountCode"],
            "LeftCompany": int(bool(link["LeftCompany"])),
        }
        for link in document["Accounts"]
    ]
    granted = [
        {"PermissionCode": each["PermissionCode"], "Name": each["Name"]}
        for each in document["Permissions"]
        if each["Status"] == "granted"
    ]
    return {
        "UIDString": document["UIDString"],
        "UserAccounts": links,
        "UserPermissions": granted,
        "MemberTypes": document["MemberTypes"],
    }


def _trim(request: RestRequest, attributes: dict[str, Any]) -> dict[str, Any]:
    """The attributes that the header Filter names, separated by commas; all without it."""
    wanted = {name.strip().casefold() for name in (single_header(request.headers, "Filter") or "").split(",")} - {""}
    return {name: value for name, value in attributes.items() if not wanted or name.casefold() in wanted}


def _created(collection: Collection, answer: ToolAnswer) -> Reply:
    code = collection.record.code
    made = next(part for part in answer.body.values() if isinstance(part, dict) and code in part)
    return json_reply(201, {code: str(made[code])})


def _linked(answer: ToolAnswer) -> Reply:
    return json_reply(201, {"UserAccountCode": write_link_code(answer.body["Link"])})


def _at(place: Arguments, given: Arguments) -> Arguments:
    """The arguments of a body with those of the path, which no body changes."""
    fixed = {fold_name(name) for name in place}
    return {name: value for name, value in given.items() if fold_name(name) not in fixed} | place


def _new_link_arguments(given: Arguments) -> Arguments:
    """The arguments of a new link, which begins with somebody who works there. Raises BadCall for one who has left."""
    named = _link_arguments(given)
    if named.pop("LeftCompany", None) not in (None, "", False):
        raise BadCall("A new link has LeftCompany 0: make it, then set LeftCompany by PUT of its UserAccountCode.")
    return named


def _link_arguments(given: Arguments) -> Arguments:
    return {
        name: {"1": True, "0": False}.get(str(value), value) for name, value in given.items() if name == "LeftCompany"
    } | {name: value for name, value in given.items() if name != "LeftCompany"}
