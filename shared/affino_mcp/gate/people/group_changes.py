"""Changes of the security groups: what may be changed, who is concerned, and the one write that does it.

Groups are never renamed: sections, forums and securities name them. Nobody may take the last operator's rights away.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from affino_mcp.gate.identity import row_keys
from affino_mcp.gate.identity.entered_texts import tidy_entered_text
from affino_mcp.gate.identity.permissions import CONTROL_ACCESS, PERMISSIONS, PROFILES_MANAGE, STRUCTURE_MANAGE
from affino_mcp.gate.identity.person import Person
from affino_mcp.gate.identity.security_groups import SecurityGroup, SecurityGroups
from affino_mcp.store.ops import Database, Put, Query, absent, equals
from affino_mcp.text import fold
from affino_mcp.tool_errors import Conflict, InvalidArgument, NotFound
from affino_mcp.value_class import value_class

MAX_GROUPS: Final = 50
MAX_GROUP_NAME_CHARACTERS: Final = 100
MAX_COUNTED_PEOPLE: Final = 5000
"""Most people who are looked through for the members of a group."""
RESERVED_NAMES: Final = frozenset({"everybody"})
"""Folded names that mean something else where groups are named."""
OPERATOR_RIGHTS: Final = (PROFILES_MANAGE, STRUCTURE_MANAGE)
"""The rights that some active person must keep, together with the access to the Control Centre."""
NAME_FIELD: Final = "Name"
RIGHTS_FIELD: Final = "Rights"


@value_class
class CountedPeople:
    """The people of an instance by code; `complete` is False when there are more than are looked through."""

    people: Sequence[Person]
    complete: bool

    def members(self, group: str) -> list[Person]:
        """The people who are in a group."""
        return [person for person in self.people if group in person.groups]


def count_people(db: Database, gate_table: str) -> CountedPeople:
    """Gives the people, at most MAX_COUNTED_PEOPLE of them, without the rights of their groups. Raises StoreUnavailable."""
    listed = db.query(Query(gate_table, row_keys.PERSON_LIST_PARTITION, limit=MAX_COUNTED_PEOPLE + 1))
    keys = [row_keys.person_key(row["user_code"]) for row in listed.items[:MAX_COUNTED_PEOPLE]]
    rows = db.get_many(gate_table, keys) if keys else {}
    complete = listed.next is None and len(listed.items) <= MAX_COUNTED_PEOPLE
    return CountedPeople([Person.from_json(rows[key]) for key in keys if key in rows], complete)


def find_group(groups: SecurityGroups, code: int) -> SecurityGroup:
    """Gives the group of this code. Raises NotFound."""
    found = next((group for group in groups.groups if group.code == code), None)
    if found is None:
        raise NotFound("SecurityGroupCode", "security group")
    return found


def add_group(groups: SecurityGroups, name: str, rights: Collection[str]) -> tuple[SecurityGroups, SecurityGroup]:
    """Gives the groups with a new one, and that one. Raises InvalidArgument (Name, Rights) and Conflict."""
    tidied = tidy_entered_text(NAME_FIELD, name)
    if not 0 < len(tidied) <= MAX_GROUP_NAME_CHARACTERS or "," in tidied or fold(tidied) in RESERVED_NAMES:
        text = (
            f"The name must be 1 to {MAX_GROUP_NAME_CHARACTERS} visible characters without a comma, and not Everybody."
        )
        raise InvalidArgument(NAME_FIELD, text)
    if fold(tidied) in {fold(group.name) for group in groups.groups}:
        raise Conflict("Another security group has this name already.", argument=NAME_FIELD)
    if len(groups.groups) >= MAX_GROUPS:
        raise Conflict(f"There are {MAX_GROUPS} security groups already; that is as many as one instance can hold.")
    made = SecurityGroup(groups.last_code + 1, tidied, _require_known(rights))
    return replace(groups, groups=[*groups.groups, made], version=groups.version + 1, last_code=made.code), made


def set_group_rights(
    groups: SecurityGroups, code: int, rights: Collection[str]
) -> tuple[SecurityGroups, SecurityGroup]:
    """Gives the groups with other rights for one of them, and that one. Raises NotFound, InvalidArgument (Rights)."""
    changed = replace(find_group(groups, code), rights=_require_known(rights))
    kept = [changed if group.code == code else group for group in groups.groups]
    return replace(groups, groups=kept, version=groups.version + 1), changed


def remove_group(groups: SecurityGroups, code: int, people: CountedPeople, places: Collection[str]) -> SecurityGroups:
    """Gives the groups without one of them. Raises NotFound, and Conflict while people are in it or `places` name it."""
    group = find_group(groups, code)
    members = people.members(group.name)
    if members:
        raise Conflict(f"{len(members):,} {_are(members)} in this group. Take them out of it first.")
    if not people.complete:
        text = f"There are more than {MAX_COUNTED_PEOPLE:,} people: it is not known whether somebody is in this group."
        raise Conflict(f"{text} Take its rights away instead.")
    if places:
        raise Conflict(f"{len(places)} guards name this group: {name_some(places)}. Take it out of them first.")
    kept = [each for each in groups.groups if each.code != code]
    return replace(groups, groups=kept, version=groups.version + 1)


def require_operators_left(
    before: SecurityGroups, after: SecurityGroups, people: CountedPeople, at: datetime, acting: int | None
) -> None:
    """Raises Conflict when a change takes the last operator's rights away, or those of the operator who acts."""
    for right in OPERATOR_RIGHTS:
        if _holders(before, people, right, at) and not _holders(after, people, right, at):
            raise Conflict(f"Nobody would have the right {right} any more. Give it to somebody else first.")
    own = [person for person in people.people if person.user_code == acting]
    for right in (CONTROL_ACCESS, *OPERATOR_RIGHTS):
        if any(_may(before, person, right, at) and not _may(after, person, right, at) for person in own):
            raise Conflict(f"You cannot take the right {right} from yourself. Ask another operator.")


def write_groups(table: str, groups: SecurityGroups, seen: SecurityGroups) -> Put:
    """Gives the write of changed groups, unless they have been changed since they were `seen`."""
    unchanged = equals("version", seen.version) if seen.version else absent()
    return Put(table, groups.to_row(), unchanged)


def name_some(names: Iterable[str], most: int = 5) -> str:
    """The first of these names in running text: `Jane Doe, Joe Doe and 3 more`."""
    every = list(names)
    more = f" and {len(every) - most:,} more" if len(every) > most else ""
    return f"{', '.join(every[:most])}{more}"


def _are(members: Sequence[Person]) -> str:
    return "person is" if len(members) == 1 else "people are"


def _require_known(rights: Collection[str]) -> frozenset[str]:
    unknown = sorted(right for right in rights if right not in PERMISSIONS)
    if unknown:
        raise InvalidArgument(RIGHTS_FIELD, "There is no such right.", known=sorted(PERMISSIONS))
    return frozenset(rights)


def _holders(groups: SecurityGroups, people: CountedPeople, right: str, at: datetime) -> list[Person]:
    """The active people who may use a right in the Control Centre."""
    able = [p for p in people.people if p.active and _may(groups, p, CONTROL_ACCESS, at)]
    return [person for person in able if _may(groups, person, right, at)]


def _may(groups: SecurityGroups, person: Person, right: str, at: datetime) -> bool:
    return groups.grant(person).has_right(right, at)
