"""The moderators of a forum: relations of the forum to people, written by people who may manage moderators."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from affino_mcp.catalogue.families.forums import FORUM, USER
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import Method
from affino_mcp.clock import iso
from affino_mcp.instance.builtin.engine.document import Document, actor
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.forums import forum_access
from affino_mcp.instance.builtin.forums.forum_access import PEOPLE, OpenForum
from affino_mcp.instance.port import Call, Done, RecordRef
from affino_mcp.tool_errors import Conflict, InvalidArgument, NotFound

CODE: Final = FORUM.code
WHO: Final = USER.name
MOST: Final = 50
Duty = Mapping[str, Any]


def named(records: Records, call: Call, found: OpenForum) -> list[dict[str, Any]]:
    """A forum's moderators with their names, by code."""
    duties = found.stored.to(PEOPLE)
    known = records.documents((PEOPLE, code) for code in duties)
    people = {code: known.get((PEOPLE, code)) for code in sorted(duties)}
    return [_shown(code, person, duties[code]) for code, person in people.items()]


def _shown(code: int, person: Document | None, duty: Duty) -> dict[str, Any]:
    return {WHO: code, "Name": person.label if person else None, "Since": duty["Since"], "AddedBy": duty["AddedBy"]}


def list_forum_moderators(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Lists the moderators of a forum that the person may read."""
    found = forum_access.forum(records, call, CODE, values[CODE])
    return Done({"Moderators": named(records, call, found)}, found.document.ref)


def add_forum_moderator(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Makes a person who can log in a moderator. Warns when the person moderates the forum already."""
    found = forum_access.forum(records, call, CODE, values[CODE])
    person = _person(records, values[WHO])
    change, duties = records.change(method, values, call), found.stored.to(PEOPLE)
    if person.code in duties:
        body = _answer(found, person, duties[person.code])
        return change.nothing(body, found.document.ref, "This person moderates the forum already.")
    if person.system.get("Disabled") or not person.system.get("Staff"):
        raise InvalidArgument(WHO, "A moderator must be a person who can log in to this instance.")
    if len(duties) >= MOST:
        raise Conflict(f"A forum can have at most {MOST} moderators.", argument=CODE)
    change.must_exist(person.key, lambda _: NotFound(WHO, "person"))
    duty = {"Since": iso(call.at), "AddedBy": actor(call)}
    after = replace(found.stored, document=found.document.changed(call, {})).related(person.ref, duty)
    records.save(change, found.stored, after)
    return change.commit(_answer(found, person, duty))


def _person(records: Records, code: int) -> Document:
    found = records.documents([(PEOPLE, code)]).get((PEOPLE, code))
    if found is None:
        raise NotFound(WHO, "person")
    return found


def _answer(found: OpenForum, person: Document, duty: Duty) -> dict[str, Any]:
    return {"Moderator": {CODE: found.document.code, **_shown(person.code, person, duty)}}


def remove_forum_moderator(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Ends a person's moderation.

    From the next call on the person is refused. Warns when the person is no moderator.
    """
    found = forum_access.forum(records, call, CODE, values[CODE])
    change, code = records.change(method, values, call), values[WHO]
    body = {CODE: found.document.code, WHO: code, "Moderator": False}
    if code not in found.stored.to(PEOPLE):
        _person(records, code)
        return change.nothing(body, found.document.ref, "This person does not moderate the forum.")
    document = found.document.changed(call, {})
    after = replace(found.stored, document=document).related(str(RecordRef(PEOPLE, code)), None)
    records.save(change, found.stored, after)
    return change.commit(body)
