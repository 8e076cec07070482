"""The people on an opportunity: contacts with their roles, and the team of staff with their splits.

Both are relations of the opportunity (`contacts#7`, `team#3`). Contacts find the opportunity through its index rows, so
the contacts' own rows never change. The opportunity names its primary contact and its owner, who are always among these
people.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from affino_mcp.catalogue.families.opportunities import OPPORTUNITY, PRIMARY_CONTACT
from affino_mcp.catalogue.families.opportunity_parts import OPPORTUNITY_ROLE, TEAM_SPLIT
from affino_mcp.catalogue.families.shared import CONTACT_CODES
from affino_mcp.catalogue.families.tasks import OWNER
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import Method
from affino_mcp.instance.builtin.access.ownership import require_ownership
from affino_mcp.instance.builtin.crm import contact_account_links
from affino_mcp.instance.builtin.crm.opportunity_roles import (
    CONTACTS_RELATION,
    EMPTY_LINK,
    TEAM_RELATION,
    is_owner_role,
    member_ref,
)
from affino_mcp.instance.builtin.engine.change import Change
from affino_mcp.instance.builtin.engine.document import Document, RecordState, record_key
from affino_mcp.instance.builtin.engine.records import KnownRecords, Records
from affino_mcp.instance.builtin.references.references import STAFF_WORDS, render_code_and_name
from affino_mcp.instance.port import Call, Done, RecordRef
from affino_mcp.tool_errors import Conflict, InvalidArgument, NotFound

CODE: Final = OPPORTUNITY.code
PERSON_ARGUMENT: Final = "UserCode"
MAX_PEOPLE: Final = {CONTACTS_RELATION: 20, TEAM_RELATION: 10}
"""Maximum number of people per kind: each change of an opportunity writes all of them in one transaction."""


def participant_codes(stored: RecordState) -> set[int]:
    """The UserCodes of the staff who take part in an opportunity: creator, owner and team."""
    creator = stored.document.creator
    return {code for code in (creator, stored.document.values[OWNER.name], *stored.relations_to(TEAM_RELATION)) if code}


def may_take_part(call: Call, stored: RecordState) -> bool:
    """True when the person takes part in the opportunity, or may change everybody's."""
    everybody = call.actor.has_right(f"{OPPORTUNITY.family}.all", call.at)
    return everybody or call.actor.user_code in participant_codes(stored)


def require_participation(call: Call, stored: RecordState) -> None:
    """Raises PermissionDenied unless the person takes part, or may change everybody's opportunities."""
    if call.actor.user_code not in stored.relations_to(TEAM_RELATION):
        require_ownership(call, stored.document)


def people_refs(call: Call, stored: RecordState) -> list[RecordRef]:
    """`(family, code)` of the people's own records, without the acting person's."""
    codes = dict.fromkeys((*stored.relations_to(CONTACTS_RELATION), *stored.relations_to(TEAM_RELATION)))
    return [RecordRef(CONTACTS_RELATION, code) for code in codes if code != call.actor.user_code]


def render_contacts(records: Records, call: Call, stored: RecordState, known: KnownRecords) -> list[dict[str, Any]]:
    """The contacts for callers; deleted ones are left out, and who has left the opportunity's account is marked."""
    links = {c: link for c, link in sorted(stored.relations_to(CONTACTS_RELATION).items()) if _exists(call, c, known)}
    account = stored.document.values["AccountCode"]
    left = contact_account_links.find_leavers(records, account, links) if call.may_read("accounts") else set()
    rows = {code: _render_contact(call, stored, code, link, known) for code, link in links.items()}
    return [row | ({"LeftCompany": True} if code in left else {}) for code, row in rows.items()]


def render_team(call: Call, stored: RecordState, known: KnownRecords) -> list[dict[str, Any]]:
    """The team for callers."""
    return [
        _render_member(call, code, link, known) for code, link in sorted(stored.relations_to(TEAM_RELATION).items())
    ]


def _exists(call: Call, code: int, known: KnownRecords) -> bool:
    return code == call.actor.user_code or (CONTACTS_RELATION, code) in known


def _render_contact(
    call: Call, stored: RecordState, code: int, link: Mapping[str, Any], known: KnownRecords
) -> dict[str, Any]:
    primary = stored.document.values.get(PRIMARY_CONTACT.name) == code
    return {
        **render_code_and_name(call, CONTACTS_RELATION, code, known),
        OPPORTUNITY_ROLE.name: link[OPPORTUNITY_ROLE.name],
        "Primary": primary,
    }


def _render_member(call: Call, code: int, link: Mapping[str, Any], known: KnownRecords) -> dict[str, Any]:
    return {
        **render_code_and_name(call, CONTACTS_RELATION, code, known, always=True),
        **{n: link[n] for n in (OPPORTUNITY_ROLE.name, TEAM_SPLIT.name)},
    }


def with_contacts(records: Records, change: Change, stored: RecordState, codes: Sequence[int]) -> RecordState:
    """A new opportunity with these contacts on it. Raises NotFound for one that is not there."""
    known = records.load_documents(RecordRef(CONTACTS_RELATION, code) for code in codes)
    for code in codes:
        if (CONTACTS_RELATION, code) not in known:
            raise NotFound(CONTACT_CODES.name, "contact")
        key = record_key(CONTACTS_RELATION, code)
        change.require_existing(key, lambda _: NotFound(CONTACT_CODES.name, "contact"))
        stored = stored.with_relation(str(RecordRef(CONTACTS_RELATION, code)), EMPTY_LINK)
    return stored


def _require_opportunity(records: Records, values: Values) -> RecordState:
    return records.require_record(OPPORTUNITY.family, CODE, values[CODE], OPPORTUNITY.words)


def list_opportunity_contacts(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Lists the contacts on one opportunity."""
    stored = _require_opportunity(records, values)
    known = records.load_documents(people_refs(call, stored))
    return Done({"Contacts": render_contacts(records, call, stored, known)}, stored.document.ref)


def list_opportunity_team_members(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Lists the team of one opportunity."""
    stored = _require_opportunity(records, values)
    known = records.load_documents(people_refs(call, stored))
    return Done({"TeamMembers": render_team(call, stored, known)}, stored.document.ref)


def add_opportunity_contact(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Adds a contact to the opportunity, or changes the role or primacy of a contact that is on it."""
    before, code = _open_opportunity(records, values, call), values[PERSON_ARGUMENT]
    change, person = _start_change(records, method, values, call, "contact")
    if values.get("Primary"):
        contact_account_links.require_working_there(records, code, before.document.values["AccountCode"], "Primary")
    link = {
        **(before.relations_to(CONTACTS_RELATION).get(code) or EMPTY_LINK),
        **_given_values(values, OPPORTUNITY_ROLE.name),
    }
    after = _set_primary(before, call, code, values.get("Primary")).with_relation(
        str(RecordRef(CONTACTS_RELATION, code)), link
    )
    shown = {
        CODE: values[CODE],
        **_render_contact(call, after, code, link, {RecordRef(CONTACTS_RELATION, code): person}),
    }
    return _save_people(records, change, before, after, {"Contact": shown})


def _set_primary(stored: RecordState, call: Call, code: int, primary: bool | None) -> RecordState:
    chosen = stored.document.values.get(PRIMARY_CONTACT.name)
    if primary:
        chosen = code
    elif primary is False and chosen == code:
        chosen = None
    return replace(stored, document=stored.document.next_version(call, {PRIMARY_CONTACT.name: chosen}))


def remove_opportunity_contact(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Removes a contact from the opportunity, which has no primary contact any more when this was the primary one."""
    before, code = _open_opportunity(records, values, call), values[PERSON_ARGUMENT]
    after = _set_primary(before, call, code, primary=False).with_relation(str(RecordRef(CONTACTS_RELATION, code)), None)
    body = {CODE: values[CODE], PERSON_ARGUMENT: code, "Linked": False}
    return _save_people(records, records.start_change(method, values, call), before, after, body)


def add_opportunity_team_member(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Adds a member of staff to the team, or changes the role or split of a team member."""
    before, code = _open_opportunity(records, values, call), values[PERSON_ARGUMENT]
    change, person = _start_change(records, method, values, call, STAFF_WORDS)
    if not person.system.get("Staff"):
        raise NotFound(PERSON_ARGUMENT, STAFF_WORDS)
    _require_role(before, code, values.get(OPPORTUNITY_ROLE.name))
    link = {
        OPPORTUNITY_ROLE.name: None,
        TEAM_SPLIT.name: None,
        **before.relations_to(TEAM_RELATION).get(code, {}),
        **_given_values(values, OPPORTUNITY_ROLE.name, TEAM_SPLIT.name),
    }
    after = _next_version(call, before).with_relation(member_ref(code), link)
    if sum(other[TEAM_SPLIT.name] or 0 for other in after.relations_to(TEAM_RELATION).values()) > 100:
        raise InvalidArgument(TEAM_SPLIT.name, "The splits of the team would add up to more than 100.")
    shown = {CODE: values[CODE], **_render_member(call, code, link, {RecordRef(CONTACTS_RELATION, code): person})}
    return _save_people(records, change, before, after, {"TeamMember": shown})


def _require_role(stored: RecordState, code: int, role: str | None) -> None:
    if is_owner_role(role) and code != stored.document.values[OWNER.name]:
        text = f"An opportunity has one owner: set {OWNER.name} with update_opportunity instead."
        raise InvalidArgument(OPPORTUNITY_ROLE.name, text)


def remove_opportunity_team_member(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Removes a member of staff from the team. Raises Conflict for the owner."""
    before, code = _open_opportunity(records, values, call), values[PERSON_ARGUMENT]
    if code == before.document.values[OWNER.name]:
        text = "The owner is always on the team. Give the opportunity another owner first, with update_opportunity."
        raise Conflict(text, argument=PERSON_ARGUMENT)
    after = _next_version(call, before).with_relation(member_ref(code), None)
    body = {CODE: values[CODE], PERSON_ARGUMENT: code, "Member": False}
    return _save_people(records, records.start_change(method, values, call), before, after, body)


def _open_opportunity(records: Records, values: Values, call: Call) -> RecordState:
    stored = _require_opportunity(records, values)
    require_participation(call, stored)
    return stored


def _next_version(call: Call, stored: RecordState) -> RecordState:
    return replace(stored, document=stored.document.next_version(call, {}))


def _given_values(values: Values, *names: str) -> Values:
    return {name: values[name] for name in names if values.get(name) is not None}


def _start_change(records: Records, method: Method, values: Values, call: Call, what: str) -> tuple[Change, Document]:
    """Starts a change that fails when the call's person is deleted meanwhile; returns it with that person's record.

    Raises NotFound when there is no such person.
    """
    place, change = RecordRef(CONTACTS_RELATION, values[PERSON_ARGUMENT]), records.start_change(method, values, call)
    person = records.load_documents([place]).get(place)
    if person is None:
        raise NotFound(PERSON_ARGUMENT, what)
    change.require_existing(record_key(*place), lambda _: NotFound(PERSON_ARGUMENT, what))
    return change, person


def _save_people(
    records: Records, change: Change, before: RecordState, after: RecordState, body: dict[str, Any]
) -> Done:
    if after.history_values() == before.history_values():
        return change.no_change(body, before.document.ref, "It was so already; nothing was changed.")
    for kind, most in MAX_PEOPLE.items():
        if len(after.relations_to(kind)) > max(most, len(before.relations_to(kind))):
            raise Conflict(f"An opportunity can have at most {most} {kind} entries.", argument=PERSON_ARGUMENT)
    records.save_record(change, before, after)
    return change.commit(body)
