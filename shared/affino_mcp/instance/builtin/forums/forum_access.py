"""Decides who may see, write and moderate in a forum; every forum tool uses these functions.

A forum that does not name one of the person's groups for reading, and everything in it, is reported as not found. In a
forum, what is approved and not hidden is public; what is pending or rejected is visible to its author and the forum's
moderators; what is hidden is visible to the moderators only. The forum itself names its moderators one by one; no right
replaces that.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from affino_mcp.catalogue.families.forums import FORUM, FORUM_POST_RIGHT, MANAGE_MODERATORS_RIGHT, POST, THREAD
from affino_mcp.instance.builtin.access import record_security
from affino_mcp.instance.builtin.engine.document import Document, RecordState
from affino_mcp.instance.builtin.engine.index import facet_partition
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.port import Call
from affino_mcp.store.ops import Contains, Query, any_of
from affino_mcp.tool_errors import InvalidState, NotFound, PermissionDenied
from affino_mcp.value_class import value_class

APPROVED, PENDING, REJECTED = "approved", "pending", "rejected"
MODERATION_ATTRIBUTE: Final = "Moderation"
PEOPLE_FAMILY: Final = "contacts"
NEW_POST_STATE: Final[dict[str, Any]] = {"Hidden": False, "Status": APPROVED, "By": None, "At": None, "Reason": None}
"""The moderation state of a new post; a new thread is, besides, neither pinned nor locked."""
NEW_THREAD_STATE: Final = NEW_POST_STATE | {"Pinned": False, "Locked": False}


def moderation_state(document: Document) -> dict[str, Any]:
    """The moderation state of a thread or post."""
    found: dict[str, Any] = document.values[MODERATION_ATTRIBUTE]
    return found


def author_code(document: Document) -> int:
    """The UserCode of the author of a thread or post."""
    return document.creator or 0


def is_public(document: Document) -> bool:
    """True when every reader of the forum sees the thread or post."""
    state = moderation_state(document)
    return state["Status"] == APPROVED and not state["Hidden"] and not document.deleted


def is_visible_to(call: Call, document: Document, *, moderator: bool) -> bool:
    """True when the person sees this thread or post of a forum that the person may read."""
    mine = author_code(document) == call.actor.user_code and not moderation_state(document)["Hidden"]
    return moderator or mine or is_public(document)


def visibility_facet(document: Document, everybody: str, own_: str) -> tuple[str, ...]:
    """The facet for readers: `everybody` when public, `own_` when only the author sees it, none when hidden."""
    if is_public(document):
        return (everybody,)
    return () if moderation_state(document)["Hidden"] else (own_,)


def own_threads_facet(call: Call) -> str:
    """The facet of the threads that the person wrote and that are not public."""
    return f"own={call.actor.user_code}"


@value_class
class OpenForum:
    """A forum that the person may read, with its moderators."""

    stored: RecordState

    @property
    def document(self) -> Document:
        """The forum's document."""
        return self.stored.document

    def is_moderated_by(self, call: Call) -> bool:
        """True when the person moderates the forum."""
        return call.actor.user_code in self.stored.relations_to(PEOPLE_FAMILY)

    def require_moderator(self, call: Call) -> None:
        """Raises PermissionDenied unless the person moderates the forum."""
        if not self.is_moderated_by(call):
            text = (
                "The person you act for does not moderate this forum, so this is not theirs to do. That is not a fault."
            )
            raise not_moderator_error(self.document.code, text)

    def require_open(self) -> None:
        """Raises InvalidState when the forum is closed to new threads and posts."""
        if not self.document.values["Open"]:
            raise InvalidState("This forum is closed: it can be read, but nothing new is written in it.")

    def require_post_right(self, call: Call) -> None:
        """Raises PermissionDenied unless the person may write in the forum."""
        if not may_post_in(call, self.document):
            text = (
                f"The person you act for may read this forum, but needs the right '{FORUM_POST_RIGHT}' in it to write."
            )
            raise PermissionDenied(FORUM_POST_RIGHT, text)


def may_post_in(call: Call, forum: Document) -> bool:
    """True when the person may write in the forum while it is open."""
    return call.actor.has_right(FORUM_POST_RIGHT, call.at) and record_security.may_post(call.actor, forum)


def not_moderator_error(forum: int | None, text: str) -> PermissionDenied:
    """The refusal of what only a moderator may do; its next step names who can change that."""
    next_step = (
        f"Tell the person; somebody with the right '{MANAGE_MODERATORS_RIGHT}' can make them a moderator of the forum."
    )
    rule = f"moderator of forum {forum}" if forum else "moderator of a forum"
    return PermissionDenied(rule, text, next_step=next_step)


@value_class
class OpenThread:
    """A thread that the person may see, with its forum."""

    stored: RecordState
    forum: OpenForum
    is_moderator: bool

    @property
    def document(self) -> Document:
        """The thread's document."""
        return self.stored.document

    def require_replies_open(self) -> None:
        """Raises InvalidState when the forum is closed, or the thread is locked or not public."""
        self.forum.require_open()
        if moderation_state(self.document)["Locked"]:
            raise InvalidState("This thread is locked: it takes no replies.", argument=THREAD.code)
        if not is_public(self.document):
            raise InvalidState("This thread takes no replies before a moderator shows it to all.", argument=THREAD.code)

    def require_change_right(self, call: Call, document: Document) -> None:
        """Raises unless the person may change this thread or post: a moderator, or the author while all is open."""
        if self.is_moderator:
            return
        if author_code(document) != call.actor.user_code:
            text = f"This {document.record.words} is somebody else's: only a moderator of the forum may change it."
            raise not_moderator_error(self.forum.document.code, text)
        self.forum.require_open()
        if moderation_state(self.document)["Locked"]:
            raise InvalidState("This thread is locked: only a moderator can change it.", argument=THREAD.code)

    def require_edit_right(self, call: Call, document: Document) -> None:
        """Raises as `require_change_right`, and also when the author may no longer write in the forum."""
        self.require_change_right(call, document)
        if not self.is_moderator:
            self.forum.require_post_right(call)


@value_class
class OpenPost:
    """A post that the person may see, with its thread."""

    stored: RecordState
    thread: OpenThread

    @property
    def document(self) -> Document:
        """The post's document."""
        return self.stored.document

    @property
    def is_opening(self) -> bool:
        """True for the first post of a thread; it is deleted and restored with the thread."""
        return bool(self.document.values["Number"] == 1)


def open_forum(records: Records, call: Call, argument: str, code: int, what: str = FORUM.words) -> OpenForum:
    """Loads a forum that the person may read. Raises NotFound with the given argument and word."""
    stored = records.load_record(FORUM.family, code)
    if stored is None or not record_security.may_read(call.actor, stored.document):
        raise NotFound(argument, what)
    return OpenForum(stored)


def open_thread(
    records: Records, call: Call, code: int, argument: str = THREAD.code, what: str = THREAD.words
) -> OpenThread:
    """Loads a thread that the person may see. Raises NotFound with the given argument and word."""
    stored = records.load_record(THREAD.family, code)
    if stored is None:
        raise NotFound(argument, what)
    place = open_forum(records, call, argument, stored.document.values[FORUM.code], what)
    moderator = place.is_moderated_by(call)
    if not is_visible_to(call, stored.document, moderator=moderator):
        raise NotFound(argument, what)
    return OpenThread(stored, place, moderator)


def open_post(records: Records, call: Call, code: int) -> OpenPost:
    """Loads a post that the person may see. Raises NotFound."""
    stored = records.load_record(POST.family, code)
    if stored is None:
        raise NotFound(POST.code, POST.words)
    above = open_thread(records, call, stored.document.system[THREAD.code], POST.code, POST.words)
    if not is_visible_to(call, stored.document, moderator=above.is_moderator):
        raise NotFound(POST.code, POST.words)
    return OpenPost(stored, above)


@value_class
class ForumVisibility:
    """The forums that the person may read, and those among them that the person moderates."""

    readable: Collection[int]
    moderated: Collection[int]

    def moderated_only(self) -> ForumVisibility:
        """The moderated forums only: in these the person sees pending and hidden threads of others."""
        return ForumVisibility(self.moderated, self.moderated)

    def thread_facets(self, call: Call) -> tuple[str, ...]:
        """The facets of which a thread must have one to be listed."""
        read = [code for code in self.readable if code not in self.moderated]
        mine = (own_threads_facet(call),) if read else ()
        return (*(f"open={code}" for code in read), *(f"forum={code}" for code in self.moderated), *mine)

    def may_see_thread(self, call: Call, document: Document) -> bool:
        """True when the person may see the thread in its current forum and state: the final check before it is shown."""
        place = document.values[FORUM.code]
        return place in self.readable and is_visible_to(call, document, moderator=place in self.moderated)


def load_visibility(records: Records, call: Call, code: int | None = None) -> ForumVisibility:
    """What the person may see in one forum or in all, in one query. Raises NotFound for a closed forum."""
    if code is not None:
        found = open_forum(records, call, FORUM.code, code)
        return ForumVisibility((code,), (code,) if found.is_moderated_by(call) else ())
    open_to_them = any_of(*(Contains("facets", tag) for tag in record_security.person_tags(call.actor)))
    query = Query(records.table, facet_partition(FORUM.family, "all"), where=open_to_them, limit=1000)
    rows = {row["code"]: row["facets"] for row in records.db.query(query).items}
    duty = moderator_tag(call.actor.user_code)
    return ForumVisibility(tuple(rows), tuple(code for code, found in rows.items() if duty in found))


def moderator_tag(user_code: int) -> str:
    """The index tag of a forum for one of its moderators."""
    return f"moderator={user_code}"
