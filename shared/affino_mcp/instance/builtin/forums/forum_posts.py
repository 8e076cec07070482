"""Posts of forums: numbered in their thread without gaps, in the transaction that counts them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from affino_mcp.catalogue.families.forums import BODY_FIELD, POST, REASON_FIELD, THREAD
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import Method
from affino_mcp.clock import format_iso
from affino_mcp.instance.builtin.access import guards
from affino_mcp.instance.builtin.engine import html_policy, long_texts
from affino_mcp.instance.builtin.engine.change import Change
from affino_mcp.instance.builtin.engine.document import Document, RecordState, actor_stamp, new_document
from affino_mcp.instance.builtin.engine.index import WAITS, Facets
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.forums import forum_access, forum_approval, forum_view, thread_counts
from affino_mcp.instance.builtin.forums.forum_access import (
    MODERATION_ATTRIBUTE,
    OpenPost,
    OpenThread,
    author_code,
    is_visible_to,
    moderation_state,
    visibility_facet,
)
from affino_mcp.instance.builtin.forums.forum_view import REPLY_TO_ATTRIBUTE
from affino_mcp.instance.builtin.listing import listing, pages, partition_merge
from affino_mcp.instance.port import Call, Done, RecordRef
from affino_mcp.store.ops import Item, QueryPage
from affino_mcp.tool_errors import Conflict, InvalidArgument, NotFound
from affino_mcp.value_class import value_class

FAMILY: Final = POST.family
CODE: Final = POST.code
THREAD_CODE: Final = THREAD.code
_NOT_EDITED: Final[Mapping[str, Any]] = {"EditedDate": None, "EditedBy": None, "EditReason": None}


def facets(stored: RecordState) -> Facets:
    """Facets of a post: all posts of its thread for moderators, the public ones, and those that only their author sees."""
    thread = stored.document.system[THREAD_CODE]
    own = _own_posts_facet(thread, author_code(stored.document))
    seen = visibility_facet(stored.document, thread_counts.public_posts_facet(thread), own)
    return Facets((f"thread={thread}", *seen, *((WAITS,) if thread_counts.is_held(stored.document) else ())))


@value_class
class PostPlace:
    """Where the index row of a post says that it is, and for whom: every reader of the `thread`, or its `writer` alone."""

    thread: int
    is_shown: bool
    writer: int | None

    def is_seen_by(self, call: Call) -> bool:
        """True when the person sees the post without being a moderator, if the person sees the thread."""
        return self.is_shown or self.writer == call.actor.user_code


def read_place(row: Item) -> PostPlace:
    """Reads the facets of the index row of a post."""
    facets = dict(facet.split("=", 1) for facet in row["facets"] if "=" in facet)
    writer = facets.get("own", "").rpartition(":")[2]
    return PostPlace(int(facets["thread"]), "shown" in facets, int(writer) if writer else None)


def _own_posts_facet(thread: int, user_code: int) -> str:
    return f"own={thread}:{user_code}"


def sanitise_body(call: Call, values: Values) -> str:
    """The sanitised body to store. Raises InvalidArgument when sanitising leaves nothing."""
    body = html_policy.sanitise_argument(call, BODY_FIELD, values[BODY_FIELD.name])
    if not body.strip():
        raise InvalidArgument(BODY_FIELD.name, "Nothing is left of Body without the HTML that is not allowed here.")
    return body


def new_post(
    change: Change, codes: tuple[int, int], number: int, body: str, state: dict[str, Any], reply_to: int | None = None
) -> RecordState:
    """Makes a new post. `codes` are the codes of the thread and of the post."""
    thread, code = codes
    values = {"Number": number, REPLY_TO_ATTRIBUTE: reply_to, MODERATION_ATTRIBUTE: state}
    post = new_document(FAMILY, code, change.call, values, **{THREAD_CODE: thread}, **_NOT_EDITED)
    return RecordState(long_texts.put_text(change, post, BODY_FIELD.name, body))


def list_forum_posts(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Lists a thread's posts in order, as many as fit into one answer."""
    found = forum_access.open_thread(records, call, values[THREAD_CODE])
    rows, more = _read_rows(records, found, values, call)
    known = records.load_documents(RecordRef(FAMILY, row["code"]) for row in rows)
    posts = [post for row in rows if (post := known.get(RecordRef(FAMILY, row["code"])))]
    posts = [post for post in posts if is_visible_to(call, post, moderator=found.is_moderator)]
    items = forum_view.render_posts(records, call, found, posts, values)
    if len(items) < len(posts):
        more = next({"pk": row["pk"], "sk": row["sk"]} for row in rows if row["code"] == items[-1][CODE])
    total = len(items) if more is None and not values.get("Cursor") else None
    last = items[-1][CODE] if items else None
    body = pages.answer_list(call, values, items, more, TotalRecords=total, LastRecordCode=last)
    return Done(body, found.document.ref)


def _read_rows(records: Records, found: OpenThread, values: Values, call: Call) -> tuple[list[Item], Item | None]:
    thread = found.document.code
    seen = (thread_counts.public_posts_facet(thread), _own_posts_facet(thread, call.actor.user_code))
    plan = listing.ListPlan(POST, leads=(f"thread={thread}",) if found.is_moderator else seen)
    query, size = (
        listing.build_index_query(records, plan, values, call),
        values.get("PageSize", listing.DEFAULT_PAGE_SIZE),
    )
    places = partition_merge.plan_partitions(plan, query)

    def read(start: Item | None) -> QueryPage:
        return partition_merge.read_merged_page(records.db, replace(query, start=start), places)

    return listing.collect_rows(read, query.start, size, query.sort)


def get_forum_post(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Answers one post."""
    found = forum_access.open_post(records, call, values[CODE])
    return Done({"Post": forum_view.read_post(records, call, found, values)}, found.document.ref)


def create_forum_post(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Creates a reply; in a moderated forum the reply is held for approval."""
    found = forum_access.open_thread(records, call, values[THREAD_CODE])
    found.forum.require_post_right(call)
    found.require_replies_open()
    change = records.start_change(method, values, call)
    reply_to = _require_parent(records, change, found, values)
    body = sanitise_body(call, values)
    codes = found.document.code, records.codes.take_code(FAMILY, change)
    number = found.document.system[thread_counts.LAST_NUMBER] + 1
    post = new_post(change, codes, number, body, forum_approval.new_state(call, found.forum), reply_to)
    return save_post(records, change, OpenPost(post, found), None)


def _require_parent(records: Records, change: Change, found: OpenThread, values: Values) -> int | None:
    code: int | None = values.get(REPLY_TO_ATTRIBUTE)
    if code is None:
        return None
    post = records.load_documents([RecordRef(FAMILY, code)]).get(RecordRef(FAMILY, code))
    inside = post is not None and post.system[THREAD_CODE] == found.document.code
    if post is None or not inside or not is_visible_to(change.call, post, moderator=found.is_moderator):
        raise NotFound(REPLY_TO_ATTRIBUTE, POST.words)
    change.require_existing(post.key, lambda _: NotFound(REPLY_TO_ATTRIBUTE, POST.words))
    return code


def save_post(records: Records, change: Change, found: OpenPost, before: RecordState | None) -> Done:
    """Writes a reply's new state with its thread's counters, unless the forum has changed; answers the full post."""
    guards.require_unchanged(change, found.thread.forum.document)
    thread_counts.save_reply(records, change, found.thread.stored, before, found.stored)
    if found.document.deleted:
        return change.commit({CODE: found.document.code, "Deleted": True})
    return change.commit({"Post": forum_view.render_post(records, change.call, found)})


def update_forum_post(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Updates a post's text: for moderators, and for the author while forum and thread are open."""
    before = forum_access.open_post(records, call, values[CODE])
    before.thread.require_edit_right(call, before.document)
    change, body = records.start_change(method, values, call), sanitise_body(call, values)
    written = long_texts.put_text(change, before.document, BODY_FIELD.name, body)
    if written.values == before.document.values:
        return change.no_change({"Post": forum_view.render_post(records, call, before)}, before.document.ref)
    stamps = {
        "EditedDate": format_iso(call.at),
        "EditedBy": actor_stamp(call),
        "EditReason": values.get(REASON_FIELD.name),
    }
    if before.is_opening:
        after = written.next_version(call, {}, **stamps)
        return _save_opening(records, change, before, after)
    state = forum_approval.state_after_edit(call, before.thread, before.document)
    after = written.next_version(call, {MODERATION_ATTRIBUTE: state}, **stamps)
    found = replace(before, stored=replace(before.stored, document=after))
    return save_post(records, change, found, before.stored)


def _save_opening(records: Records, change: Change, before: OpenPost, after: Document) -> Done:
    """Writes the opening post, which has its thread's moderation state: both are held for approval together."""
    thread, call = before.thread, change.call
    state = forum_approval.state_after_edit(call, thread, thread.document)
    guards.require_unchanged(change, thread.forum.document, thread.document)
    post = replace(before.stored, document=after)
    records.save_record(change, before.stored, post)
    if state != moderation_state(thread.document):
        moved = replace(thread.stored, document=thread.document.next_version(call, {MODERATION_ATTRIBUTE: state}))
        records.save_record(change, thread.stored, moved)
        thread = replace(thread, stored=moved)
    found = OpenPost(post, thread)
    return change.commit({"Post": forum_view.render_post(records, call, found)})


def delete_forum_post(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Deletes a reply: for moderators, and for the author while forum and thread are open."""
    before = forum_access.open_post(records, call, values[CODE])
    before.thread.require_change_right(call, before.document)
    if before.is_opening:
        raise Conflict("This is the opening post: delete the thread with delete_forum_thread.", argument=CODE)
    change = records.start_change(method, values, call)
    state = {
        MODERATION_ATTRIBUTE: forum_approval.state_after_decision(call, before.document, values.get(REASON_FIELD.name))
    }
    return save_post(records, change, replace(before, stored=before.stored.deleted_by(call, state)), before.stored)
