"""A thread's counters of its posts: the last number given, how many are public and pending, and the last public post.

The counters are in the thread's own row and change with the post in one transaction, so two writers can neither take
the same number nor lose a count. A post that is not public changes nothing that other readers could see: no date, no
editor, no history.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from affino_mcp.catalogue.families.forums import POST
from affino_mcp.clock import iso
from affino_mcp.instance.builtin.engine.change import Change, Clash
from affino_mcp.instance.builtin.engine.document import Document, actor
from affino_mcp.instance.builtin.engine.index import facet_partition, padded
from affino_mcp.instance.builtin.engine.record_state import Stored
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.forums.forum_access import PENDING, moderation, public
from affino_mcp.instance.port import Call
from affino_mcp.store.ops import Query, Span

LAST_NUMBER: Final = "LastNumber"
COUNT: Final = "PostCount"
HELD: Final = "PendingPostCount"
LAST: Final = "LastPost"


def shown_facet(thread: int) -> str:
    """The facet of a thread's public posts."""
    return f"shown={thread}"


def held(document: Document) -> bool:
    """True when a post waits for a moderator's approval."""
    state = moderation(document)
    return state["Status"] == PENDING and not state["Hidden"] and not document.deleted


def first(code: int, call: Call) -> dict[str, Any]:
    """The counters of a new thread, which has only its opening post."""
    last = {POST.code: code, "Number": 1, "Author": actor(call), "Date": iso(call.at)}
    return {LAST_NUMBER: 1, COUNT: 1, HELD: 0, LAST: last, "FirstPostCode": code}


def as_last(post: Document) -> dict[str, Any]:
    """A post as the LastPost attribute of its thread."""
    stamps = {"Author": post.system["CreatedBy"], "Date": post.system["CreatedDate"]}
    return {POST.code: post.code, "Number": post.values["Number"], **stamps}


def save(records: Records, change: Change, thread: Stored, before: Stored | None, after: Stored) -> Stored:
    """Adds a reply's new state to the change, with the thread's counters; returns the thread's new state."""
    records.save(change, before, after)
    counted = _counted(records, thread.document, before.document if before else None, after.document)
    if counted.items() <= thread.document.system.items():
        change.unchanged(thread.document)
        return thread
    now = replace(thread, document=_next(change.call, thread.document, counted))
    records.restate(change, thread, now)
    return now


def _next(call: Call, thread: Document, counted: dict[str, Any]) -> Document:
    """The thread's next version; its dates and editor change only when public counters do."""
    if any(counted[name] != thread.system[name] for name in (COUNT, LAST)):
        return thread.changed(call, {}, **counted)
    return replace(thread, version=thread.version + 1, system={**thread.system, **counted})


def _counted(records: Records, thread: Document, before: Document | None, after: Document) -> dict[str, Any]:
    was, now = before is not None and public(before), public(after)
    waited, waits = before is not None and held(before), held(after)
    return {
        LAST_NUMBER: max(thread.system[LAST_NUMBER], after.values["Number"]),
        COUNT: thread.system[COUNT] + now - was,
        HELD: thread.system[HELD] + waits - waited,
        LAST: _last(records, thread, after),
    }


def _last(records: Records, thread: Document, after: Document) -> dict[str, Any]:
    last: dict[str, Any] = thread.system[LAST]
    if public(after):
        return as_last(after) if after.code > last[POST.code] else last
    return _before(records, thread, after.code) if after.code == last[POST.code] else last


def _before(records: Records, thread: Document, code: int) -> dict[str, Any]:
    """The last public post ahead of the given one; the opening post is always one."""
    place, span = facet_partition(POST.family, shown_facet(thread.code)), Span(high=padded(code - 1))
    rows = records.db.query(Query(records.table, place, span=span, forward=False, limit=1)).items
    for post in records.documents((POST.family, row["code"]) for row in rows).values():
        return as_last(post)
    raise Clash
