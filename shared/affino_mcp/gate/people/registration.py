"""Makes people who can log in: a contact of the instance, whose code is the user code, and the gate's person with a link.

A contact that an agent has made is made a login only when the operator says so: it keeps what was written about it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field

from affino_mcp.clock import Clock
from affino_mcp.gate.identity.permissions import CONTROL_ACCESS, PROFILES_MANAGE
from affino_mcp.gate.identity.person import Person
from affino_mcp.gate.people.password_links import PasswordLink, PasswordLinks
from affino_mcp.gate.people.people import ADDRESS_TAKEN_TEXT, People
from affino_mcp.instance.upkeep import KnownContact, StaffContacts
from affino_mcp.settings import Settings
from affino_mcp.store.commit import Commit
from affino_mcp.store.ops import Database, WriteOp
from affino_mcp.tool_errors import Conflict
from affino_mcp.value_class import value_class

CodedCommit = Callable[[Sequence[WriteOp], int], None]
"""Commits the writes of a new person; also takes the person's code."""


class ContactExists(Conflict):
    """The address is that of a contact, which nobody has said is to become a login."""

    def __init__(self, contact: KnownContact) -> None:
        super().__init__(
            f"{contact.name} ({contact.code}) is a contact already, made by {contact.made_by} on {contact.made_on}: "
            "make this contact a login?",
            argument="email",
            existing={"UserCode": contact.code},
        )
        self.contact = contact


@value_class
class NewPerson:
    """A person to be made. `is_existing`: the address may be that of a contact, who becomes the person."""

    name: str
    email: str
    groups: Sequence[str] = ()
    rights: Mapping[str, str | None] = field(default_factory=dict)
    is_existing: bool = False


class Registration:
    """Makes people, alone or with a link by which they set their password."""

    def __init__(self, staff: StaffContacts, db: Database, settings: Settings, clock: Clock) -> None:
        self._staff, self._clock = staff, clock
        self._people, self._links = People(db, settings, clock), PasswordLinks(db, settings, clock)

    def check(self, wanted: NewPerson) -> None:
        """Writes nothing. Raises InvalidArgument and Conflict as `register`, ContactExists among them."""
        address = self._people.draft_person(wanted.name, wanted.email, wanted.groups, wanted.rights).email
        if self._people.find_user_code(address) is not None:
            raise Conflict(ADDRESS_TAKEN_TEXT, argument="email")
        contact = None if wanted.is_existing else self._staff.find_contact(address)
        if contact is not None and not contact.is_staff:
            raise ContactExists(contact)

    def register(self, wanted: NewPerson, commit: CodedCommit) -> Person:
        """Makes the person; `commit` carries out the last step, the person's own rows.

        Raises InvalidArgument (name, email, groups, rights), Conflict and ContactExists before anything is written.
        """
        self.check(wanted)
        drafted = self._people.draft_person(wanted.name, wanted.email, wanted.groups, wanted.rights)
        code = self._staff.enrol(drafted.name, drafted.email, self._clock())
        return self._people.create(
            code, drafted.name, drafted.email, drafted.groups, drafted.rights, lambda ops: commit(ops, code)
        )

    def invite(self, wanted: NewPerson, commit: Commit) -> tuple[Person, PasswordLink]:
        """Makes the person, with a link; raises as `register`."""
        made: list[PasswordLink] = []

        def commit_with_link(ops: Sequence[WriteOp], code: int) -> None:
            made[:] = [self._links.new_link(code)]
            commit([*ops, self._links.build_put(made[0])])

        return self.register(wanted, commit_with_link), made[0]


def find_operators(people: Sequence[Person], clock: Clock) -> list[Person]:
    """Gives those who are active and may give rights to others in the Control Centre."""
    now = clock()
    return [
        person
        for person in people
        if person.active and all(person.has_right(right, now) for right in (CONTROL_ACCESS, PROFILES_MANAGE))
    ]
