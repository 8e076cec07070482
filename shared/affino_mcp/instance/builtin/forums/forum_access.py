"""Decides who may see, write and moderate in a forum; every forum tool uses these functions.

A forum that does not name one of the person's groups for reading, and everything in it, is reported as not found. In a
forum, what is approved and not hidden is public; what is pending or rejected is visible to its author and the forum's
moderators; what is hidden is visible to the moderators only. The forum itself names its moderators one by one; no right
replaces that.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from affino_mcp.catalogue.families.forums import FORUM, MANAGE, POST, POST_RIGHT, THREAD
from affino_mcp.instance.builtin.access import record_security
from affino_mcp.instance.builtin.engine.document import Document
from affino_mcp.instance.builtin.engine.index import facet_partition
from affino_mcp.instance.builtin.engine.record_state import Stored
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.port import Call
from affino_mcp.store.ops import Contains, Query, any_of
from affino_mcp.tool_errors import InvalidState, NotFound, PermissionDenied

APPROVED, PENDING, REJECTED = "approved", "pending", "rejected"
MODERATION: Final = "Moderation"
PEOPLE: Final = "contacts"
FRESH: Final[dict[str, Any]] = {"Hidden": False, "Status": APPROVED, "By": None, "At": None, "Reason": None}
"""The moderation state of a new post; a new thread is, besides, neither pinned nor locked."""


def moderation(document: Document) -> dict[str, Any]:
    """The moderation state of a thread or post."""
    found: dict[str, Any] = document.values[MODERATION]
    return found


def author(document: Document) -> int:
    """The UserCode of the author of a thread or post."""
    return document.creator or 0


def public(document: Document) -> bool:
    """True when every reader of the forum sees the thread or post."""
    state = moderation(document)
    return state["Status"] == APPROVED and not state["Hidden"] and not document.deleted


def visible(call: Call, document: Document, *, moderator: bool) -> bool:
    """True when the person sees this thread or post of a forum that the person may read."""
    mine = author(document) == call.actor.user_code and not moderation(document)["Hidden"]
    return moderator or mine or public(document)


def standing(document: Document, everybody: str, own_: str) -> tuple[str, ...]:
    """The facet for readers: `everybody` when public, `own_` when only the author sees it, none when hidden."""
    if public(document):
        return (everybody,)
    return () if moderation(document)["Hidden"] else (own_,)


def own(call: Call) -> str:
    """The facet of the threads that the person wrote and that are not public."""
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
        """True when the person moderates the forum."""
        return call.actor.user_code in self.stored.to(PEOPLE)

    def must_moderate(self, call: Call) -> None:
        """Raises PermissionDenied unless the person moderates the forum."""
        if not self.moderated_by(call):
            text = (
                "The person you act for does not moderate this forum, so this is not theirs to do. That is not a fault."
            )
            raise not_moderator(self.document.code, text)

    def must_be_open(self) -> None:
        """Raises InvalidState when the forum is closed to new threads and posts."""
        if not self.document.values["Open"]:
            raise InvalidState("This forum is closed: it can be read, but nothing new is written in it.")

    def must_post(self, call: Call) -> None:
        """Raises PermissionDenied unless the person may write in the forum."""
        if not may_post(call, self.document):
            text = f"The person you act for may read this forum, but needs the right '{POST_RIGHT}' in it to write."
            raise PermissionDenied(POST_RIGHT, text)


def may_post(call: Call, forum: Document) -> bool:
    """True when the person may write in the forum while it is open."""
    return call.actor.has(POST_RIGHT, call.at) and record_security.may_post(call.actor, forum)


def not_moderator(forum: int | None, text: str) -> PermissionDenied:
    """The refusal of what only a moderator may do; its next step names who can change that."""
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
        """Raises InvalidState when the forum is closed, or the thread is locked or not public."""
        self.forum.must_be_open()
        if moderation(self.document)["Locked"]:
            raise InvalidState("This thread is locked: it takes no replies.", argument=THREAD.code)
        if not public(self.document):
            raise InvalidState("This thread takes no replies before a moderator shows it to all.", argument=THREAD.code)

    def must_change(self, call: Call, document: Document) -> None:
        """Raises unless the person may change this thread or post: a moderator, or the author while all is open."""
        if self.moderator:
            return
        if author(document) != call.actor.user_code:
            text = f"This {document.record.words} is somebody else's: only a moderator of the forum may change it."
            raise not_moderator(self.forum.document.code, text)
        self.forum.must_be_open()
        if moderation(self.document)["Locked"]:
            raise InvalidState("This thread is locked: only a moderator can change it.", argument=THREAD.code)

    def must_edit(self, call: Call, document: Document) -> None:
        """Raises as `must_change`, and also when the author may no longer write in the forum."""
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
        """True for the first post of a thread; it is deleted and restored with the thread."""
        return bool(self.document.values["Number"] == 1)


def forum(records: Records, call: Call, argument: str, code: int, what: str = FORUM.words) -> OpenForum:
    """Loads a forum that the person may read. Raises NotFound with the given argument and word."""
    stored = records.load(FORUM.family, code)
    if stored is None or not record_security.may_read(call.actor, stored.document):
        raise NotFound(argument, what)
    return OpenForum(stored)


def thread(
    records: Records, call: Call, code: int, argument: str = THREAD.code, what: str = THREAD.words
) -> OpenThread:
    """Loads a thread that the person may see. Raises NotFound with the given argument and word."""
    stored = records.load(THREAD.family, code)
    if stored is None:
        raise NotFound(argument, what)
    place = forum(records, call, argument, stored.document.values[FORUM.code], what)
    moderator = place.moderated_by(call)
    if not visible(call, stored.document, moderator=moderator):
        raise NotFound(argument, what)
    return OpenThread(stored, place, moderator)


def post(records: Records, call: Call, code: int) -> OpenPost:
    """Loads a post that the person may see. Raises NotFound."""
    stored = records.load(POST.family, code)
    if stored is None:
        raise NotFound(POST.code, POST.words)
    above = thread(records, call, stored.document.system[THREAD.code], POST.code, POST.words)
    if not visible(call, stored.document, moderator=above.moderator):
        raise NotFound(POST.code, POST.words)
    return OpenPost(stored, above)


@dataclass(frozen=True)
class Sight:
    """The forums that the person may read, and those among them that the person moderates."""

    readable: Collection[int]
    moderated: Collection[int]

    def moderated_only(self) -> Sight:
        """The moderated forums only: in these the person sees pending and hidden threads of others."""
        return Sight(self.moderated, self.moderated)

    def facets(self, call: Call) -> tuple[str, ...]:
        """The facets of which a thread must have one to be listed."""
        read = [code for code in self.readable if code not in self.moderated]
        mine = (own(call),) if read else ()
        return (*(f"open={code}" for code in read), *(f"forum={code}" for code in self.moderated), *mine)

    def shows(self, call: Call, document: Document) -> bool:
        """True when the person may see the thread in its current forum and state: the final check before it is shown."""
        place = document.values[FORUM.code]
        return place in self.readable and visible(call, document, moderator=place in self.moderated)


def sight(records: Records, call: Call, code: int | None = None) -> Sight:
    """What the person may see in one forum or in all, in one query. Raises NotFound for a closed forum."""
    if code is not None:
        found = forum(records, call, FORUM.code, code)
        return Sight((code,), (code,) if found.moderated_by(call) else ())
    open_to_them = any_of(*(Contains("facets", tag) for tag in record_security.tags_of(call.actor)))
    query = Query(records.table, facet_partition(FORUM.family, "all"), where=open_to_them, limit=1000)
    rows = {row["code"]: row["facets"] for row in records.db.query(query).items}
    duty = moderator_tag(call.actor.user_code)
    return Sight(tuple(rows), tuple(code for code, found in rows.items() if duty in found))


def moderator_tag(user_code: int) -> str:
    """The index tag of a forum for one of its moderators."""
    return f"moderator={user_code}"
