"""A thread's counters of its posts: the last number given, how many are public and pending, and the last public post.

The counters are in the thread's own row and change with the post in one transaction, so two writers can neither take
the same number nor lose a count. A post that is not public changes nothing that other readers could see: no date, no
editor, no history.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from affino_mcp.catalogue.families.forums import POST
from affino_mcp.clock import format_iso
from affino_mcp.instance.builtin.engine.change import Change
from affino_mcp.instance.builtin.engine.document import Document, RecordState, actor_stamp
from affino_mcp.instance.builtin.engine.index import facet_partition, sortable_code
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.engine.write_step import ConcurrentWrite
from affino_mcp.instance.builtin.forums.forum_access import PENDING, is_public, moderation_state
from affino_mcp.instance.port import Call, RecordRef
from affino_mcp.store.ops import Query, SortSpan

LAST_NUMBER: Final = "LastNumber"
POST_COUNT: Final = "PostCount"
PENDING_COUNT: Final = "PendingPostCount"
LAST_POST: Final = "LastPost"


def public_posts_facet(thread: int) -> str:
    """The facet of a thread's public posts."""
    return f"shown={thread}"


def is_held(document: Document) -> bool:
    """True when a thread or post waits for a moderator's approval."""
    state = moderation_state(document)
    return state["Status"] == PENDING and not state["Hidden"] and not document.deleted


def first_counts(code: int, call: Call) -> dict[str, Any]:
    """The counters of a new thread, which has only its opening post."""
    last = {POST.code: code, "Number": 1, "Author": actor_stamp(call), "Date": format_iso(call.at)}
    return {LAST_NUMBER: 1, POST_COUNT: 1, PENDING_COUNT: 0, LAST_POST: last, "FirstPostCode": code}


def as_last_post(post: Document) -> dict[str, Any]:
    """A post as the LastPost attribute of its thread."""
    stamps = {"Author": post.system["CreatedBy"], "Date": post.system["CreatedDate"]}
    return {POST.code: post.code, "Number": post.values["Number"], **stamps}


def save_reply(
    records: Records, change: Change, thread: RecordState, before: RecordState | None, after: RecordState
) -> RecordState:
    """Adds a reply's new state to the change, with the thread's counters; returns the thread's new state."""
    records.save_record(change, before, after)
    counted = _new_counts(records, thread.document, before.document if before else None, after.document)
    if counted.items() <= thread.document.system.items():
        change.require_version(thread.document)
        return thread
    now = replace(thread, document=_next_version(change.call, thread.document, counted))
    records.save_without_history(change, thread, now)
    return now


def _next_version(call: Call, thread: Document, counted: dict[str, Any]) -> Document:
    """The thread's next version; its dates and editor change only when public counters do."""
    if any(counted[name] != thread.system[name] for name in (POST_COUNT, LAST_POST)):
        return thread.next_version(call, {}, **counted)
    return replace(thread, version=thread.version + 1, system={**thread.system, **counted})


def _new_counts(records: Records, thread: Document, before: Document | None, after: Document) -> dict[str, Any]:
    was, now = before is not None and is_public(before), is_public(after)
    waited, waits = before is not None and is_held(before), is_held(after)
    return {
        LAST_NUMBER: max(thread.system[LAST_NUMBER], after.values["Number"]),
        POST_COUNT: thread.system[POST_COUNT] + now - was,
        PENDING_COUNT: thread.system[PENDING_COUNT] + waits - waited,
        LAST_POST: _new_last_post(records, thread, after),
    }


def _new_last_post(records: Records, thread: Document, after: Document) -> dict[str, Any]:
    last: dict[str, Any] = thread.system[LAST_POST]
    if is_public(after):
        return as_last_post(after) if after.code > last[POST.code] else last
    return _previous_public_post(records, thread, after.code) if after.code == last[POST.code] else last


def _previous_public_post(records: Records, thread: Document, code: int) -> dict[str, Any]:
    """The last public post ahead of the given one; the opening post is always one."""
    place, span = facet_partition(POST.family, public_posts_facet(thread.code)), SortSpan(high=sortable_code(code - 1))
    rows = records.db.query(Query(records.table, place, span=span, forward=False, limit=1)).items
    for post in records.load_documents(RecordRef(POST.family, row["code"]) for row in rows).values():
        return as_last_post(post)
    raise ConcurrentWrite
