"""The people on an opportunity: contacts with their roles, and the team of staff with their splits.

Both are relations of the opportunity (`contacts#7`, `team#3`). Contacts find the opportunity through its index rows, so
the contacts' own rows never change. The opportunity names its primary contact and its owner, who are always among these
people.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from affino_mcp.catalogue.families.opportunities import OPPORTUNITY, PRIMARY, ROLE, SPLIT
from affino_mcp.catalogue.families.tasks import OWNER
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import Method
from affino_mcp.instance.builtin.access.ownership import must_own
from affino_mcp.instance.builtin.engine.change import Change
from affino_mcp.instance.builtin.engine.document import Document, record_key
from affino_mcp.instance.builtin.engine.record_state import Stored
from affino_mcp.instance.builtin.engine.records import Known, Place, Records
from affino_mcp.instance.builtin.references.references import named
from affino_mcp.instance.port import Call, Done, RecordRef
from affino_mcp.tool_errors import Conflict, InvalidArgument, NotFound

CODE: Final = OPPORTUNITY.code
WHO: Final = "UserCode"
CONTACTS: Final = "contacts"
TEAM: Final = "team"
MOST: Final = {CONTACTS: 20, TEAM: 10}
"""Maximum number of people per kind: each change of an opportunity writes all of them in one transaction."""

NOBODY: Final[Mapping[str, Any]] = {ROLE.name: None}


def taking_part(stored: Stored) -> set[int]:
    """The UserCodes of the staff who take part in an opportunity: creator, owner and team."""
    creator = stored.document.creator
    return {code for code in (creator, stored.document.values[OWNER.name], *stored.to(TEAM)) if code}


def must_take_part(call: Call, stored: Stored) -> None:
    """Raises PermissionDenied unless the person takes part, or may change everybody's opportunities."""
    if call.actor.user_code not in stored.to(TEAM):
        must_own(call, stored.document)


def complete(stored: Stored) -> Stored:
    """A copy with the owner on the team and the primary contact among the contacts."""
    owner, primary = stored.document.values[OWNER.name], stored.document.values.get(PRIMARY.name)
    if owner not in stored.to(TEAM):
        stored = stored.related(str(RecordRef(TEAM, owner)), {ROLE.name: "Owner", SPLIT.name: None})
    if primary and primary not in stored.to(CONTACTS):
        stored = stored.related(str(RecordRef(CONTACTS, primary)), NOBODY)
    return stored


def places(call: Call, stored: Stored) -> list[Place]:
    """`(family, code)` of the people's own records, without the acting person's."""
    codes = dict.fromkeys((*stored.to(CONTACTS), *stored.to(TEAM)))
    return [(CONTACTS, code) for code in codes if code != call.actor.user_code]


def contacts(call: Call, stored: Stored, known: Known) -> list[dict[str, Any]]:
    """The contacts for callers; deleted ones are left out."""
    links = sorted(stored.to(CONTACTS).items())
    return [_contact(call, stored, code, link, known) for code, link in links if _is_there(call, code, known)]


def team(call: Call, stored: Stored, known: Known) -> list[dict[str, Any]]:
    """The team for callers."""
    return [_member(call, code, link, known) for code, link in sorted(stored.to(TEAM).items())]


def _is_there(call: Call, code: int, known: Known) -> bool:
    return code == call.actor.user_code or (CONTACTS, code) in known


def _contact(call: Call, stored: Stored, code: int, link: Mapping[str, Any], known: Known) -> dict[str, Any]:
    primary = stored.document.values.get(PRIMARY.name) == code
    return {**named(call, CONTACTS, code, known), ROLE.name: link[ROLE.name], "Primary": primary}


def _member(call: Call, code: int, link: Mapping[str, Any], known: Known) -> dict[str, Any]:
    return {**named(call, CONTACTS, code, known, always=True), **{n: link[n] for n in (ROLE.name, SPLIT.name)}}


def _require(records: Records, values: Values) -> Stored:
    return records.require(OPPORTUNITY.family, CODE, values[CODE], OPPORTUNITY.words)


def list_opportunity_contacts(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Lists the contacts on one opportunity."""
    stored = _require(records, values)
    known = records.documents(places(call, stored))
    return Done({"Contacts": contacts(call, stored, known)}, stored.document.ref)


def list_opportunity_team_members(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Lists the team of one opportunity."""
    stored = _require(records, values)
    known = records.documents(places(call, stored))
    return Done({"TeamMembers": team(call, stored, known)}, stored.document.ref)


def add_opportunity_contact(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Adds a contact to the opportunity, or changes the role or primacy of a contact that is on it."""
    before, code = _opened(records, values, call), values[WHO]
    change, person = _with_person(records, method, values, call, "contact")
    link = {**(before.to(CONTACTS).get(code) or NOBODY), **_given(values, ROLE.name)}
    after = _made_primary(before, call, code, values.get("Primary")).related(str(RecordRef(CONTACTS, code)), link)
    shown = {CODE: values[CODE], **_contact(call, after, code, link, {(CONTACTS, code): person})}
    return _save(records, change, before, after, {"Contact": shown})


def _made_primary(stored: Stored, call: Call, code: int, primary: bool | None) -> Stored:
    current = stored.document.values.get(PRIMARY.name)
    chosen = code if primary else None if primary is False and current == code else current
    return replace(stored, document=stored.document.changed(call, {PRIMARY.name: chosen}))


def remove_opportunity_contact(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Removes a contact from the opportunity, which has no primary contact any more when this was the primary one."""
    before, code = _opened(records, values, call), values[WHO]
    after = _made_primary(before, call, code, primary=False).related(str(RecordRef(CONTACTS, code)), None)
    body = {CODE: values[CODE], WHO: code, "Linked": False}
    return _save(records, records.change(method, values, call), before, after, body)


def add_opportunity_team_member(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Adds a member of staff to the team, or changes the role or split of a team member."""
    before, code = _opened(records, values, call), values[WHO]
    change, person = _with_person(records, method, values, call, "member of staff")
    if not person.system.get("Staff"):
        raise InvalidArgument(WHO, f"{WHO} must be the UserCode of a member of staff.")
    link = {ROLE.name: None, SPLIT.name: None, **before.to(TEAM).get(code, {}), **_given(values, ROLE.name, SPLIT.name)}
    after = _next(call, before).related(str(RecordRef(TEAM, code)), link)
    if sum(other[SPLIT.name] or 0 for other in after.to(TEAM).values()) > 100:
        raise InvalidArgument(SPLIT.name, "The splits of the team would add up to more than 100.")
    shown = {CODE: values[CODE], **_member(call, code, link, {(CONTACTS, code): person})}
    return _save(records, change, before, after, {"TeamMember": shown})


def remove_opportunity_team_member(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Removes a member of staff from the team. Raises Conflict for the owner."""
    before, code = _opened(records, values, call), values[WHO]
    if code == before.document.values[OWNER.name]:
        text = "The owner is always on the team. Give the opportunity another owner first, with update_opportunity."
        raise Conflict(text, argument=WHO)
    after = _next(call, before).related(str(RecordRef(TEAM, code)), None)
    body = {CODE: values[CODE], WHO: code, "Member": False}
    return _save(records, records.change(method, values, call), before, after, body)


def _opened(records: Records, values: Values, call: Call) -> Stored:
    stored = _require(records, values)
    must_take_part(call, stored)
    return stored


def _next(call: Call, stored: Stored) -> Stored:
    return replace(stored, document=stored.document.changed(call, {}))


def _given(values: Values, *names: str) -> Values:
    return {name: values[name] for name in names if values.get(name) is not None}


def _with_person(records: Records, method: Method, values: Values, call: Call, what: str) -> tuple[Change, Document]:
    """Starts a change that fails when the call's person is deleted meanwhile; returns it with that person's record.

    Raises NotFound when there is no such person.
    """
    place, change = (CONTACTS, values[WHO]), records.change(method, values, call)
    person = records.documents([place]).get(place)
    if person is None:
        raise NotFound(WHO, what)
    change.must_exist(record_key(*place), lambda _: NotFound(WHO, what))
    return change, person


def _save(records: Records, change: Change, before: Stored, after: Stored, body: dict[str, Any]) -> Done:
    if after.values() == before.values():
        return change.nothing(body, before.document.ref, "It was so already; nothing was changed.")
    for kind, most in MOST.items():
        if len(after.to(kind)) > max(most, len(before.to(kind))):
            raise Conflict(f"An opportunity can have at most {most} {kind} entries.", argument=WHO)
    records.save(change, before, after)
    return change.commit(body)
