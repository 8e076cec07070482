"""Who may see, write and moderate in a forum: the one place that every forum tool asks (R115, R119, threat 51).

A forum that does not name one of the person's groups for reading does not exist for them, and neither does anything in it.
In it, what is approved and not hidden is public; what is pending or rejected is there for its author and the forum's
moderators, what is hidden for the moderators alone. Moderators are named by the forum itself, one by one: no right replaces it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from affino_mcp.catalogue.families.forums import FORUM, MANAGE, POST, POST_RIGHT, THREAD
from affino_mcp.errors import InvalidState, NotFound, PermissionDenied
from affino_mcp.instance.builtin.access import record_security
from affino_mcp.instance.builtin.engine.document import Document
from affino_mcp.instance.builtin.engine.index import facet_partition
from affino_mcp.instance.builtin.engine.record_state import Stored
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.port import Call
from affino_mcp.store.ops import Contains, Query, any_of

APPROVED, PENDING, REJECTED = "approved", "pending", "rejected"
MODERATION: Final = "Moderation"
PEOPLE: Final = "contacts"
FRESH: Final[dict[str, Any]] = {"Hidden": False, "Status": APPROVED, "By": None, "At": None, "Reason": None}
"""How a new post stands; a thread is neither pinned nor locked besides."""


def moderation(document: Document) -> dict[str, Any]:
    """How a thread or post stands with the moderators."""
    found: dict[str, Any] = document.values[MODERATION]
    return found


def author(document: Document) -> int:
    """Who wrote the thread or post."""
    return int(document.system["CreatedBy"]["UserCode"])


def public(document: Document) -> bool:
    """Whether everybody who reads the forum sees it."""
    state = moderation(document)
    return state["Status"] == APPROVED and not state["Hidden"] and not document.deleted


def visible(call: Call, document: Document, *, moderator: bool) -> bool:
    """Whether the person sees this thread or post of a forum that they may read."""
    mine = author(document) == call.actor.user_code and not moderation(document)["Hidden"]
    return moderator or mine or public(document)


def standing(document: Document, everybody: str, own_: str) -> tuple[str, ...]:
    """The facet under which readers find a thread or post: that of all, that of its author, or none."""
    if public(document):
        return (everybody,)
    return () if moderation(document)["Hidden"] else (own_,)


def own(call: Call) -> str:
    """The facet of threads that the person wrote and not everybody sees."""
    return f"own={call.actor.user_code}"


@dataclass(frozen=True)
class OpenForum:
    """A forum that the person may read, with its moderators."""

    stored: Stored

    @property
    def document(self) -> Document:
        """The forum's document."""
        return self.stored.document

    def moderated_by(self, call: Call) -> bool:
        """Whether the person moderates it."""
        return call.actor.user_code in self.stored.to(PEOPLE)

    def must_moderate(self, call: Call) -> None:
        """Raises PermissionDenied unless the person moderates it: that is correct behaviour (R119)."""
        if not self.moderated_by(call):
            text = (
                "The person you act for does not moderate this forum, so this is not theirs to do. That is not a fault."
            )
            raise not_moderator(self.document.code, text)

    def must_be_open(self) -> None:
        """Raises InvalidState when it takes no threads and posts."""
        if not self.document.values["Open"]:
            raise InvalidState("This forum is closed: it can be read, but nothing new is written in it.")

    def must_post(self, call: Call) -> None:
        """Raises PermissionDenied unless the person may write in it."""
        if not may_post(call, self.document):
            text = f"The person you act for may read this forum, but needs the right '{POST_RIGHT}' in it to write."
            raise PermissionDenied(POST_RIGHT, text)


def may_post(call: Call, forum: Document) -> bool:
    """Whether the person may write in the forum while it is open."""
    return call.actor.has(POST_RIGHT, call.at) and record_security.may_post(call.actor, forum)


def not_moderator(forum: int | None, text: str) -> PermissionDenied:
    """The refusal of what only a moderator may do, with who can change that."""
    next_step = f"Tell the person; somebody with the right '{MANAGE}' can make them a moderator of the forum."
    rule = f"moderator of forum {forum}" if forum else "moderator of a forum"
    return PermissionDenied(rule, text, next_step=next_step)


@dataclass(frozen=True)
class OpenThread:
    """A thread that the person may see, with its forum."""

    stored: Stored
    forum: OpenForum
    moderator: bool

    @property
    def document(self) -> Document:
        """The thread's document."""
        return self.stored.document

    def must_take_replies(self) -> None:
        """Raises InvalidState when the forum is closed, or the thread locked or not public."""
        self.forum.must_be_open()
        if moderation(self.document)["Locked"]:
            raise InvalidState("This thread is locked: it takes no replies.", argument=THREAD.code)
        if not public(self.document):
            raise InvalidState("This thread takes no replies before a moderator shows it to all.", argument=THREAD.code)

    def must_change(self, call: Call, document: Document) -> None:
        """Raises unless the person may change this thread or post of it: a moderator, or its author while all is open."""
        if self.moderator:
            return
        if author(document) != call.actor.user_code:
            text = f"This {document.record.words} is somebody else's: only a moderator of the forum may change it."
            raise not_moderator(self.forum.document.code, text)
        self.forum.must_be_open()
        if moderation(self.document)["Locked"]:
            raise InvalidState("This thread is locked: only a moderator can change it.", argument=THREAD.code)

    def must_edit(self, call: Call, document: Document) -> None:
        """Raises as `must_change`, and when the author may no longer write in the forum."""
        self.must_change(call, document)
        if not self.moderator:
            self.forum.must_post(call)


@dataclass(frozen=True)
class OpenPost:
    """A post that the person may see, with its thread."""

    stored: Stored
    thread: OpenThread

    @property
    def document(self) -> Document:
        """The post's document."""
        return self.stored.document

    @property
    def opening(self) -> bool:
        """Whether it is the post that opens the thread: it stands and falls with it."""
        return bool(self.document.values["Number"] == 1)


def forum(records: Records, call: Call, argument: str, code: int, what: str = FORUM.words) -> OpenForum:
    """The forum, or NotFound under the argument and word by which it was asked for."""
    stored = records.load(FORUM.family, code)
    if stored is None or not record_security.may_read(call.actor, stored.document):
        raise NotFound(argument, what)
    return OpenForum(stored)


def thread(
    records: Records, call: Call, code: int, argument: str = THREAD.code, what: str = THREAD.words
) -> OpenThread:
    """The thread, or NotFound."""
    stored = records.load(THREAD.family, code)
    if stored is None:
        raise NotFound(argument, what)
    place = forum(records, call, argument, stored.document.values[FORUM.code], what)
    moderator = place.moderated_by(call)
    if not visible(call, stored.document, moderator=moderator):
        raise NotFound(argument, what)
    return OpenThread(stored, place, moderator)


def post(records: Records, call: Call, code: int) -> OpenPost:
    """The post, or NotFound."""
    stored = records.load(POST.family, code)
    if stored is None:
        raise NotFound(POST.code, POST.words)
    above = thread(records, call, stored.document.system[THREAD.code], POST.code, POST.words)
    if not visible(call, stored.document, moderator=above.moderator):
        raise NotFound(POST.code, POST.words)
    return OpenPost(stored, above)


@dataclass(frozen=True)
class Sight:
    """The forums that the person may read, and those among them that they moderate."""

    readable: Collection[int]
    moderated: Collection[int]

    def moderated_only(self) -> Sight:
        """The part in which pending and hidden threads of others are seen."""
        return Sight(self.moderated, self.moderated)

    def facets(self, call: Call) -> tuple[str, ...]:
        """The facets of which a thread must have one to be listed."""
        read = [code for code in self.readable if code not in self.moderated]
        mine = (own(call),) if read else ()
        return (*(f"open={code}" for code in read), *(f"forum={code}" for code in self.moderated), *mine)

    def shows(self, call: Call, document: Document) -> bool:
        """The last look at a thread: where it is now, and how it stands now."""
        place = document.values[FORUM.code]
        return place in self.readable and visible(call, document, moderator=place in self.moderated)


def sight(records: Records, call: Call, code: int | None = None) -> Sight:
    """What the person may see in one forum (NotFound when they may not read it), or in all: one query."""
    if code is not None:
        found = forum(records, call, FORUM.code, code)
        return Sight((code,), (code,) if found.moderated_by(call) else ())
    open_to_them = any_of(*(Contains("facets", tag) for tag in record_security.tags_of(call.actor)))
    query = Query(records.table, facet_partition(FORUM.family, "all"), where=open_to_them, limit=1000)
    rows = {row["code"]: row["facets"] for row in records.db.query(query).items}
    duty = moderator_tag(call.actor.user_code)
    return Sight(tuple(rows), tuple(code for code, found in rows.items() if duty in found))


def moderator_tag(user_code: int) -> str:
    """What the index row of a forum carries for each of its moderators."""
    return f"moderator={user_code}"
