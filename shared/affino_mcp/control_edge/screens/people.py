"""People: groups, effective rights and why, live sessions, the switch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from starlette.responses import Response

from affino_mcp.control_edge.ask import Ask
from affino_mcp.control_edge.effective import explained
from affino_mcp.control_edge.journal import Subject, recorded
from affino_mcp.errors import InvalidArgument, NotFound
from affino_mcp.gate import rows
from affino_mcp.gate.groups import GROUPS
from affino_mcp.gate.person import Person
from affino_mcp.store.ops import Key, Query

PAGE: Final = 100


def keys(given: Mapping[str, str]) -> Sequence[Key]:
    """The row of the person that the path names."""
    code = given["code"]
    return (rows.person(int(code)),) if code.isascii() and code.isdecimal() and len(code) < 16 else ()


def listed(ask: Ask) -> Response:
    """Everybody, a page at a time, by code; with `q`, the person of this e-mail address."""
    table, after = ask.centre.settings.gate_table, ask.query.get("after")
    start = {"pk": rows.PERSON_LIST, "sk": after} if after else None
    found = ask.centre.database.query(Query(table, rows.PERSON_LIST, limit=PAGE, start=start))
    places = [rows.person(item["user_code"]) for item in found.items]
    items = ask.centre.database.get_many(table, places) if places else {}
    people = [Person.from_json(items[place]) for place in places if place in items]
    words = ask.query.get("q", "").casefold().split()
    kept = [p for p in people if all(w in f"{p.name} {p.email} {p.user_code} {p.groups}".casefold() for w in words)]
    next_ = str(found.next["sk"]) if found.next else None
    return ask.page("people.html", here="/people", people=kept, next=next_, q=ask.query.get("q", ""))


def shown(ask: Ask) -> Response:
    """One person."""
    return _page(ask, the(ask))


def the(ask: Ask) -> Person:
    """The person that the path names; raises NotFound."""
    row = next((ask.rows[key] for key in keys(ask.path) if key in ask.rows), None)
    if row is None:
        raise NotFound("code", "person")
    return Person.from_json(row)


def groups(ask: Ask) -> Response:
    """Put the person in the ticked groups and out of all others."""
    person, ticked = the(ask), [group for group in GROUPS if group in ask.ticked.get("group", ())]
    if _own_access(ask, person) and "Operators" in person.groups and "Operators" not in ticked:
        return _page(ask, person, "You cannot take yourself out of Operators. Ask another operator.")
    with recorded(ask, "change_groups", Subject.person(person), {"groups": list(person.groups)}, {"groups": ticked}):
        ask.centre.people.change(person.user_code, groups=ticked)
    return ask.go(f"/people/{person.user_code}?done=groups")


def disable(ask: Ask) -> Response:
    """Stop everything in the person's name, from the next call on."""
    person = the(ask)
    if _own_access(ask, person):
        return _page(ask, person, "You cannot disable yourself. Ask another operator.")
    with recorded(ask, "disable_person", Subject.person(person), {"active": person.active}, {"active": False}):
        ask.centre.people.disable(person.user_code)
    return ask.go(f"/people/{person.user_code}?done=disabled")


def enable(ask: Ask) -> Response:
    """Let the person act again."""
    person = the(ask)
    with recorded(ask, "enable_person", Subject.person(person), {"active": person.active}, {"active": True}):
        ask.centre.people.enable(person.user_code)
    return ask.go(f"/people/{person.user_code}?done=enabled")


def end_session(ask: Ask) -> Response:
    """End one session, named by its fingerprint."""
    person, mark = the(ask), ask.form.get("session", "")
    live = [session for session in ask.centre.sessions.list_of(person.user_code) if session.fingerprint == mark]
    if not live:
        raise InvalidArgument("session", "This session is over already.")
    with recorded(ask, "end_session", Subject.person(person), {"session": mark}, {}):
        ask.centre.sessions.end(person.user_code, live[0].digest)
    return ask.go(f"/people/{person.user_code}?done=session")


def end_all(ask: Ask) -> Response:
    """Log the person out everywhere."""
    person = the(ask)
    with recorded(ask, "end_all_sessions", Subject.person(person), {}, {}):
        ask.centre.sessions.end_all(person.user_code)
    return ask.go(f"/people/{person.user_code}?done=sessions")


def _own_access(ask: Ask, person: Person) -> bool:
    return person.user_code == ask.visit.person.user_code


def _page(ask: Ask, person: Person, wrong: str = "") -> Response:
    sessions = ask.centre.sessions.list_of(person.user_code)
    families: dict[str, list[object]] = {}
    for one in explained(person, ask.centre.clock()):
        families.setdefault(one.family, []).append(one)
    return ask.page(
        "person.html",
        409 if wrong else 200,
        here="/people",
        person=person,
        sessions=sorted(sessions, key=lambda session: session.issued, reverse=True),
        rights=families,
        groups=list(GROUPS),
        itself=_own_access(ask, person),
        done=ask.query.get("done", ""),
        wrong=wrong,
    )
