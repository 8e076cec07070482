"""Splits a thread: its moderators move replies into a new thread of the same forum; an undo moves them back.

The first of them opens the new thread, and its author is the new thread's. Each moved reply notes where it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from affino_mcp.catalogue.families.forum_threads import MAX_MOVED_POSTS, MOVED_POSTS
from affino_mcp.catalogue.families.forums import FORUM, POST, THREAD
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import Method
from affino_mcp.instance.builtin.access import guards
from affino_mcp.instance.builtin.engine.change import Change
from affino_mcp.instance.builtin.engine.document import Document, RecordState, new_document
from affino_mcp.instance.builtin.engine.index import facet_partition
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.forums import forum_access, forum_approval, forum_view, thread_counts
from affino_mcp.instance.builtin.forums.forum_access import (
    MODERATION_ATTRIBUTE,
    NEW_THREAD_STATE,
    OpenThread,
    is_public,
)
from affino_mcp.instance.builtin.references import references
from affino_mcp.instance.port import Call, Done, RecordRef
from affino_mcp.store.ops import Query
from affino_mcp.tool_errors import Conflict, InvalidArgument, NotFound

SPLIT_METHOD: Final = "split_forum_thread"
THREAD_CODE: Final = THREAD.code
NUMBER: Final = "Number"
FORMER_PLACE: Final = "FormerPlace"
"""What a moved reply notes: the thread that it was in, and its number there."""
_TOO_LARGE: Final = (
    "These posts are more than can be moved at once. Move the first of them, then split the rest off again."
)


def split_forum_thread(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Moves replies of a thread into a new thread, which the first of them opens."""
    before = forum_access.open_thread(records, call, values[THREAD_CODE])
    before.forum.require_moderator(call)
    change = records.start_change(method, values, call)
    change.too_large = Conflict(_TOO_LARGE, argument=MOVED_POSTS.name)
    posts = _load_replies(records, before, values[MOVED_POSTS.name])
    checked, known = references.check_references(records, change, THREAD, values)
    code = records.codes.take_code(THREAD.family, change)
    moved = [_move(call, post, code, number) for number, post in enumerate(posts, 1)]
    after = RecordState(_new_thread(change, before, code, checked, moved))
    guards.require_unchanged(change, before.forum.document)
    records.save_record(change, None, after)
    for post, there in zip(posts, moved, strict=True):
        _save_moved(records, change, post, there)
    _save_counts(records, change, before.stored, posts, -1)
    found = OpenThread(after, before.forum, is_moderator=True)
    answer = forum_view.render_thread(records, call, found, moved[0], known)
    return change.commit({"Thread": answer})


def _load_replies(records: Records, thread: OpenThread, codes: Sequence[int]) -> list[Document]:
    """The replies in the order of the thread. Raises NotFound or InvalidArgument for what cannot be moved."""
    found = records.load_documents(RecordRef(POST.family, code) for code in codes)
    posts = sorted(found.values(), key=lambda post: post.code)
    if len(posts) < len(codes) or any(post.system[THREAD_CODE] != thread.document.code for post in posts):
        raise NotFound(MOVED_POSTS.name, "reply of this thread")
    if not posts or posts[0].values[NUMBER] == 1:
        text = f"{MOVED_POSTS.name} must name replies: the opening post stays with its thread."
        raise InvalidArgument(MOVED_POSTS.name, text)
    if not is_public(posts[0]):
        text = "The first of these posts would open the thread, and not every reader sees it: approve it first."
        raise InvalidArgument(MOVED_POSTS.name, text)
    return posts


def _move(call: Call, post: Document, thread: int, number: int) -> Document:
    was = {THREAD_CODE: post.system[THREAD_CODE], NUMBER: post.values[NUMBER]}
    return post.next_version(call, {NUMBER: number}, **{THREAD_CODE: thread, FORMER_PLACE: was})


def _new_thread(change: Change, before: OpenThread, code: int, checked: Values, moved: Sequence[Document]) -> Document:
    """The new thread in the forum of the former one, with its replies counted."""
    call = change.call
    place, public = before.document.values[FORUM.code], [post for post in moved if is_public(post)]
    state = {MODERATION_ATTRIBUTE: NEW_THREAD_STATE | forum_approval.decision_stamps(call, None)}
    counts = {
        thread_counts.LAST_NUMBER: len(moved),
        thread_counts.POST_COUNT: len(public),
        thread_counts.PENDING_COUNT: sum(map(thread_counts.is_held, moved)),
        thread_counts.LAST_POST: thread_counts.as_last_post(public[-1]),
        "FirstPostCode": moved[0].code,
    }
    thread = new_document(THREAD.family, code, call, checked | {FORUM.code: place} | state, **counts)
    return replace(thread, system={**thread.system, "CreatedBy": moved[0].system["CreatedBy"]})


def _save_moved(records: Records, change: Change, before: Document, after: Document) -> None:
    places = before.system[THREAD_CODE], after.system[THREAD_CODE]
    records.save_record(change, RecordState(before), RecordState(after), **{THREAD_CODE: places})


def _save_counts(
    records: Records, change: Change, thread: RecordState, posts: Sequence[Document], sign: int
) -> RecordState:
    """Adds a thread's counters to the change when posts leave it (`sign` -1) or come back (1); gives its new state."""
    system, public = thread.document.system, [post for post in posts if is_public(post)]
    counted: dict[str, Any] = {
        thread_counts.POST_COUNT: system[thread_counts.POST_COUNT] + sign * len(public),
        thread_counts.PENDING_COUNT: system[thread_counts.PENDING_COUNT]
        + sign * sum(map(thread_counts.is_held, posts)),
        thread_counts.LAST_POST: _find_last_post(records, thread.document, posts, sign),
    }
    after = replace(thread, document=thread.document.next_version(change.call, {}, **counted))
    records.save_without_history(change, thread, after)
    return after


def _find_last_post(records: Records, thread: Document, posts: Sequence[Document], sign: int) -> dict[str, Any]:
    """The last post that every reader sees once the posts have left the thread, or have come back."""
    last: dict[str, Any] = thread.system[thread_counts.LAST_POST]
    if sign > 0:
        back = [thread_counts.as_last_post(post) for post in posts if is_public(post)]
        return max([last, *back], key=lambda entry: int(entry[POST.code]))
    gone = {post.code for post in posts}
    if last[POST.code] not in gone:
        return last
    place = facet_partition(POST.family, thread_counts.public_posts_facet(thread.code))
    rows = records.db.query(Query(records.table, place, forward=False, limit=len(posts) + 1)).items
    left = next(RecordRef(POST.family, row["code"]) for row in rows if row["code"] not in gone)
    return thread_counts.as_last_post(records.load_documents([left])[left])


def join_threads(records: Records, method: Method, values: Values, call: Call, made: RecordState) -> Done:
    """Moves all posts of a thread that a split made back to where they were, and deletes the thread.

    Raises Conflict when the thread was written in or changed since, or the former thread is not there.
    """
    found = forum_access.open_thread(records, call, made.document.code)
    found.forum.require_moderator(call)
    change, posts = records.start_change(method, values, call), _load_posts(records, made.document)
    former = posts[0].system[FORMER_PLACE][THREAD_CODE]
    before = records.load_record(THREAD.family, former)
    if before is None:
        raise Conflict(f"Thread {former}, which the posts come from, is not there any more.", argument="Version")
    back = [_move_back(call, post) for post in posts]
    for post, there in zip(posts, back, strict=True):
        _save_moved(records, change, post, there)
    _save_counts(records, change, before, back, 1)
    guards.require_unchanged(change, found.forum.document)
    records.save_record(change, made, made.deleted_by(call))
    return change.commit({THREAD_CODE: made.document.code, "Deleted": True})


def _load_posts(records: Records, thread: Document) -> list[Document]:
    """The posts of a thread that a split made. Raises Conflict when others were written, or some changed, since."""
    place = facet_partition(POST.family, f"thread={thread.code}")
    rows = records.db.query(Query(records.table, place, limit=MAX_MOVED_POSTS + 1)).items
    posts = sorted(records.load_documents(RecordRef(POST.family, row["code"]) for row in rows).values(), key=_code_of)
    moved = all(post.system.get(FORMER_PLACE) for post in posts)
    if not moved or thread.version > 1 or len(posts) != thread.system[thread_counts.LAST_NUMBER]:
        text = "The thread was changed or written in since it was split off. Move or delete what is wrong by hand."
        raise Conflict(text, argument="Version")
    return posts


def _code_of(post: Document) -> int:
    return post.code


def _move_back(call: Call, post: Document) -> Document:
    was = post.system[FORMER_PLACE]
    return post.next_version(call, {NUMBER: was[NUMBER]}, **{THREAD_CODE: was[THREAD_CODE], FORMER_PLACE: None})
