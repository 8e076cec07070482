"""Posts of forums: numbered in their thread without gaps, in the transaction that counts them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from affino_mcp.catalogue.families.forum_threads import BODY_FROM
from affino_mcp.catalogue.families.forums import BODY, POST, REASON, THREAD
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import Method
from affino_mcp.clock import iso
from affino_mcp.instance.builtin.access import guards
from affino_mcp.instance.builtin.engine import html_policy, long_texts
from affino_mcp.instance.builtin.engine.change import Change
from affino_mcp.instance.builtin.engine.cursor import encode_cursor
from affino_mcp.instance.builtin.engine.document import Document, actor, created
from affino_mcp.instance.builtin.engine.index import Facets
from affino_mcp.instance.builtin.engine.record_state import Stored
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.forums import forum_access, forum_approval, forum_view, thread_counts
from affino_mcp.instance.builtin.forums.forum_access import (
    MODERATION,
    OpenPost,
    OpenThread,
    author,
    moderation,
    standing,
    visible,
)
from affino_mcp.instance.builtin.forums.forum_view import REPLY_TO
from affino_mcp.instance.builtin.listing import listing, partition_merge
from affino_mcp.instance.port import Call, Done
from affino_mcp.store.ops import Item, Page
from affino_mcp.tool_errors import Conflict, InvalidArgument, NotFound

FAMILY: Final = POST.family
CODE: Final = POST.code
ABOVE: Final = THREAD.code
_NOT_EDITED: Final[Mapping[str, Any]] = {"EditedDate": None, "EditedBy": None, "EditReason": None}


def facets(stored: Stored) -> Facets:
    """Facets of a post: all posts of its thread for moderators, the public ones, and those that only their author sees."""
    thread = stored.document.system[ABOVE]
    own = _own(thread, author(stored.document))
    return Facets((f"thread={thread}", *standing(stored.document, thread_counts.shown_facet(thread), own)))


def _own(thread: int, user_code: int) -> str:
    return f"own={thread}:{user_code}"


def cleaned(call: Call, values: Values) -> str:
    """The sanitised body to store. Raises InvalidArgument when sanitising leaves nothing."""
    body = html_policy.cleaned(call, BODY.name, values[BODY.name])
    if not body.strip():
        raise InvalidArgument(BODY.name, "Nothing is left of Body without the HTML that is not allowed here.")
    return body


def written(
    change: Change, codes: tuple[int, int], number: int, body: str, state: dict[str, Any], reply_to: int | None = None
) -> Stored:
    """Makes a new post. `codes` are the codes of the thread and of the post."""
    thread, code = codes
    kept = long_texts.keep(change, FAMILY, code, BODY.name, body)
    values = {BODY.name: kept, "Number": number, REPLY_TO: reply_to, MODERATION: state}
    return Stored(created(FAMILY, code, change.call, values, **{ABOVE: thread}, **_NOT_EDITED))


def list_forum_posts(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Lists a thread's posts in order, as many as fit into one answer."""
    found = forum_access.thread(records, call, values[ABOVE])
    rows, more = _rows(records, found, values, call)
    known = records.documents((FAMILY, row["code"]) for row in rows)
    posts = [post for row in rows if (post := known.get((FAMILY, row["code"])))]
    posts = [post for post in posts if visible(call, post, moderator=found.moderator)]
    items = forum_view.page(records, call, found, posts)
    if len(items) < len(posts):
        more = next({"pk": row["pk"], "sk": row["sk"]} for row in rows if row["code"] == items[-1][CODE])
    return Done(_answer(call, values, items, more), found.document.ref)


def _rows(records: Records, found: OpenThread, values: Values, call: Call) -> tuple[list[Item], Item | None]:
    thread = found.document.code
    seen = (thread_counts.shown_facet(thread), _own(thread, call.actor.user_code))
    plan = listing.Plan(POST, leads=(f"thread={thread}",) if found.moderator else seen)
    query, size = listing.index_query(records, plan, values, call), values.get("PageSize", listing.DEFAULT_PAGE)
    places = partition_merge.partitions(plan, query)

    def read(start: Item | None) -> Page:
        return partition_merge.read(records.db, replace(query, start=start), places)

    return listing.collect(read, query.start, size, query.sort)


def _answer(call: Call, values: Values, items: list[dict[str, Any]], more: Item | None) -> dict[str, Any]:
    return {
        "Items": items,
        "TotalRecords": len(items) if more is None and not values.get("Cursor") else None,
        "LastRecordCode": items[-1][CODE] if items else None,
        "NextCursor": encode_cursor(call, values, more) if more else None,
        "CurrentDate": iso(call.at),
    }


def get_forum_post(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Answers one post."""
    found = forum_access.post(records, call, values[CODE])
    start = values.get(BODY_FROM.name, 0)
    return Done({"Post": forum_view.whole_post(records, call, found, start=start)}, found.document.ref)


def create_forum_post(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Creates a reply; in a moderated forum the reply is held for approval."""
    found = forum_access.thread(records, call, values[ABOVE])
    found.forum.must_post(call)
    found.must_take_replies()
    change = records.change(method, values, call)
    reply_to = _answered(records, change, found, values)
    body = cleaned(call, values)
    codes = found.document.code, records.codes.take(FAMILY, change)
    number = found.document.system[thread_counts.LAST_NUMBER] + 1
    post = written(change, codes, number, body, forum_approval.new(call, found.forum), reply_to)
    return save(records, change, OpenPost(post, found), None, body)


def _answered(records: Records, change: Change, found: OpenThread, values: Values) -> int | None:
    code: int | None = values.get(REPLY_TO)
    if code is None:
        return None
    post = records.documents([(FAMILY, code)]).get((FAMILY, code))
    inside = post is not None and post.system[ABOVE] == found.document.code
    if post is None or not inside or not visible(change.call, post, moderator=found.moderator):
        raise NotFound(REPLY_TO, POST.words)
    change.must_exist(post.key, lambda _: NotFound(REPLY_TO, POST.words))
    return code


def save(records: Records, change: Change, found: OpenPost, before: Stored | None, body: str | None = None) -> Done:
    """Writes a reply's new state with its thread's counters, unless the forum has changed; answers the full post."""
    guards.still(change, found.thread.forum.document)
    thread_counts.save(records, change, found.thread.stored, before, found.stored)
    if found.document.deleted:
        return change.commit({CODE: found.document.code, "Deleted": True})
    return change.commit({"Post": forum_view.whole_post(records, change.call, found, body=body)})


def update_forum_post(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Updates a post's text: for moderators, and for the author while forum and thread are open."""
    before = forum_access.post(records, call, values[CODE])
    before.thread.must_edit(call, before.document)
    change, body = records.change(method, values, call), cleaned(call, values)
    kept = long_texts.keep(change, FAMILY, before.document.code, BODY.name, body)
    if kept == before.document.values[BODY.name]:
        return change.nothing({"Post": forum_view.whole_post(records, call, before, body=body)}, before.document.ref)
    stamps = {"EditedDate": iso(call.at), "EditedBy": actor(call), "EditReason": values.get(REASON.name)}
    if before.opening:
        after = before.document.changed(call, {BODY.name: kept}, **stamps)
        return _save_opening(records, change, before, after, body)
    state = forum_approval.edited(call, before.thread, before.document)
    after = before.document.changed(call, {BODY.name: kept, MODERATION: state}, **stamps)
    found = replace(before, stored=replace(before.stored, document=after))
    return save(records, change, found, before.stored, body)


def _save_opening(records: Records, change: Change, before: OpenPost, after: Document, body: str) -> Done:
    """Writes the opening post, which has its thread's moderation state: both are held for approval together."""
    thread, call = before.thread, change.call
    state = forum_approval.edited(call, thread, thread.document)
    guards.still(change, thread.forum.document, thread.document)
    post = replace(before.stored, document=after)
    records.save(change, before.stored, post)
    if state != moderation(thread.document):
        moved = replace(thread.stored, document=thread.document.changed(call, {MODERATION: state}))
        records.save(change, thread.stored, moved)
        thread = replace(thread, stored=moved)
    found = OpenPost(post, thread)
    return change.commit({"Post": forum_view.whole_post(records, call, found, body=body)})


def delete_forum_post(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Deletes a reply: for moderators, and for the author while forum and thread are open."""
    before = forum_access.post(records, call, values[CODE])
    before.thread.must_change(call, before.document)
    if before.opening:
        raise Conflict("This is the opening post: delete the thread with delete_forum_thread.", argument=CODE)
    change = records.change(method, values, call)
    state = {MODERATION: forum_approval.decided(call, before.document, values.get(REASON.name))}
    gone = replace(before.document.changed(call, state), deleted=True)
    return save(records, change, replace(before, stored=replace(before.stored, document=gone)), before.stored)
