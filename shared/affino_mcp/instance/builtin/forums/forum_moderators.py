"""The moderators of a forum: relations of the forum to people, written by people who may manage moderators."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from affino_mcp.catalogue.families.forums import FORUM, USER_FIELD
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import Method
from affino_mcp.clock import format_iso
from affino_mcp.instance.builtin.engine.document import Document, actor_stamp
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.forums import forum_access
from affino_mcp.instance.builtin.forums.forum_access import PEOPLE_FAMILY, OpenForum
from affino_mcp.instance.builtin.references.references import STAFF_WORDS
from affino_mcp.instance.port import Call, Done, RecordRef
from affino_mcp.tool_errors import Conflict, InvalidArgument, NotFound

CODE: Final = FORUM.code
PERSON_ARGUMENT: Final = USER_FIELD.name
MAX_MODERATORS_PER_FORUM: Final = 50
ModeratorEntry = Mapping[str, Any]


def render_moderators(records: Records, call: Call, found: OpenForum) -> list[dict[str, Any]]:
    """A forum's moderators with their names, by code."""
    duties = found.stored.relations_to(PEOPLE_FAMILY)
    known = records.load_documents(RecordRef(PEOPLE_FAMILY, code) for code in duties)
    people = {code: known.get(RecordRef(PEOPLE_FAMILY, code)) for code in sorted(duties)}
    return [_render_moderator(code, person, duties[code]) for code, person in people.items()]


def _render_moderator(code: int, person: Document | None, duty: ModeratorEntry) -> dict[str, Any]:
    return {
        PERSON_ARGUMENT: code,
        "Name": person.label if person else None,
        "Since": duty["Since"],
        "AddedBy": duty["AddedBy"],
    }


def list_forum_moderators(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Lists the moderators of a forum that the person may read."""
    found = forum_access.open_forum(records, call, CODE, values[CODE])
    return Done({"Moderators": render_moderators(records, call, found)}, found.document.ref)


def add_forum_moderator(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Makes a person who can log in a moderator. Warns when the person moderates the forum already."""
    found = forum_access.open_forum(records, call, CODE, values[CODE])
    person = _require_staff(records, values[PERSON_ARGUMENT])
    change, duties = records.start_change(method, values, call), found.stored.relations_to(PEOPLE_FAMILY)
    if person.code in duties:
        body = _answer_moderator(found, person, duties[person.code])
        return change.no_change(body, found.document.ref, "This person moderates the forum already.")
    if person.system.get("Disabled"):
        raise InvalidArgument(PERSON_ARGUMENT, "A moderator must be a person who can log in to this instance.")
    if len(duties) >= MAX_MODERATORS_PER_FORUM:
        raise Conflict(f"A forum can have at most {MAX_MODERATORS_PER_FORUM} moderators.", argument=CODE)
    change.require_existing(person.key, lambda _: NotFound(PERSON_ARGUMENT, STAFF_WORDS))
    duty = {"Since": format_iso(call.at), "AddedBy": actor_stamp(call)}
    after = replace(found.stored, document=found.document.next_version(call, {})).with_relation(person.ref, duty)
    records.save_record(change, found.stored, after)
    return change.commit(_answer_moderator(found, person, duty))


def _require_staff(records: Records, code: int) -> Document:
    found = records.load_documents([RecordRef(PEOPLE_FAMILY, code)]).get(RecordRef(PEOPLE_FAMILY, code))
    if found is None or not found.system.get("Staff"):
        raise NotFound(PERSON_ARGUMENT, STAFF_WORDS)
    return found


def _answer_moderator(found: OpenForum, person: Document, duty: ModeratorEntry) -> dict[str, Any]:
    return {"Moderator": {CODE: found.document.code, **_render_moderator(person.code, person, duty)}}


def remove_forum_moderator(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Ends a person's moderation.

    From the next call on the person is refused. Warns when the person is no moderator.
    """
    found = forum_access.open_forum(records, call, CODE, values[CODE])
    change, code = records.start_change(method, values, call), values[PERSON_ARGUMENT]
    body = {CODE: found.document.code, PERSON_ARGUMENT: code, "Moderator": False}
    if code not in found.stored.relations_to(PEOPLE_FAMILY):
        return change.no_change(body, found.document.ref, "This person does not moderate the forum.")
    document = found.document.next_version(call, {})
    after = replace(found.stored, document=document).with_relation(str(RecordRef(PEOPLE_FAMILY, code)), None)
    records.save_record(change, found.stored, after)
    return change.commit(body)
