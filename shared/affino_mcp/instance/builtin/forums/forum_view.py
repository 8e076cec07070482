"""Renders threads and posts for callers, without references to posts that the caller may not see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from affino_mcp.catalogue.families.forums import BODY_FIELD, POST
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.instance.answer_size import json_length
from affino_mcp.instance.builtin.engine import long_texts
from affino_mcp.instance.builtin.engine.document import Document, RecordState
from affino_mcp.instance.builtin.engine.records import KnownRecords, Records
from affino_mcp.instance.builtin.engine.response_budget import ResponseBudget
from affino_mcp.instance.builtin.forums.forum_access import (
    MODERATION_ATTRIBUTE,
    NEW_POST_STATE,
    OpenPost,
    OpenThread,
    is_visible_to,
    moderation_state,
)
from affino_mcp.instance.builtin.forums.thread_counts import LAST_POST, PENDING_COUNT, POST_COUNT
from affino_mcp.instance.builtin.references.references import reference_targets, render_record
from affino_mcp.instance.port import Call, RecordRef

REPLY_TO_ATTRIBUTE: Final = "ReplyToPostCode"
FIRST_POST_ATTRIBUTE: Final = "FirstPost"


def render_thread_attributes(document: Document, *, moderator: bool) -> dict[str, Any]:
    """The attributes of a thread besides its fields, for lists too.

    The number of pending posts is for moderators only.
    """
    system = document.system
    counts = {POST_COUNT: system[POST_COUNT], PENDING_COUNT: system[PENDING_COUNT] if moderator else None}
    return {
        "Author": system["CreatedBy"],
        **counts,
        LAST_POST: system[LAST_POST],
        MODERATION_ATTRIBUTE: moderation_state(document),
    }


def render_thread(
    records: Records,
    call: Call,
    found: OpenThread,
    first: Document | None = None,
    body: str | None = None,
    have: KnownRecords | None = None,
) -> dict[str, Any]:
    """Renders the full thread with its opening post.

    `first` and `body` are that post and its text when loaded already; `have` are other documents that are known.
    """
    document = found.document
    place = RecordRef(POST.family, document.system["FirstPostCode"])
    wanted = [*reference_targets(call, [document]), *([] if first else [place])]
    known = records.load_documents(wanted, have)
    post = first or known[place]
    answer = render_record(call, document, known, **render_thread_attributes(document, moderator=found.is_moderator))
    opening = _render_entry(call, found, post, {})
    text = body if body is not None else _read_bodies(records, [post])[0]
    shown = ResponseBudget([answer, opening]).cut_text(call, text, f"{FIRST_POST_ATTRIBUTE}.{BODY_FIELD.name}")
    return answer | {FIRST_POST_ATTRIBUTE: opening | {BODY_FIELD.name: shown}}


def render_post(
    records: Records, call: Call, found: OpenPost, *, body: str | None = None, start: int = 0
) -> dict[str, Any]:
    """Renders the full post; `body` is its text when loaded already, `start` the position in the text."""
    post = found.document
    answer = _render_entry(call, found.thread, post, records.load_documents(parent_refs(post)))
    text = body if body is not None else _read_bodies(records, [post])[0]
    return answer | {BODY_FIELD.name: ResponseBudget(answer).cut_text(call, text, BODY_FIELD.name, start)}


def render_posts(records: Records, call: Call, thread: OpenThread, posts: Sequence[Document]) -> list[dict[str, Any]]:
    """Renders as many posts as fit into one answer, at least one; warns when that is not all."""
    known = records.load_documents(
        (place for post in posts for place in parent_refs(post)),
        {RecordRef(POST.family, post.code): post for post in posts},
    )
    entries = [_render_entry(call, thread, post, known) for post in posts]
    likely = _count_likely(posts, entries)
    shown, room = list[dict[str, Any]](), ResponseBudget({})
    for entry, text in zip(entries, _read_bodies(records, posts[:likely]), strict=False):
        whole = entry | {BODY_FIELD.name: text}
        if not room.try_add(whole):
            break
        shown.append(whole)
    if posts and not shown:
        shown.append(render_post(records, call, OpenPost(RecordState(posts[0]), thread)))
    if len(shown) < len(posts):
        text = f"Only {len(shown)} of these posts fit into one answer: go on with NextCursor."
        call.warn(WarningCode.TRUNCATED, "Items", text)
    return shown


def _count_likely(posts: Sequence[Document], entries: Sequence[dict[str, Any]]) -> int:
    """The maximum number of posts that can fit, estimated before their long texts are read."""
    left = ResponseBudget({}).left
    for place, (post, entry) in enumerate(zip(posts, entries, strict=True)):
        left -= json_length(entry) + long_texts.text_length(post.values[BODY_FIELD.name])
        if left < 0:
            return place
    return len(posts)


def parent_refs(post: Document) -> list[RecordRef]:
    """`(family, code)` of the post that a post replies to, as a list of at most one."""
    above = post.values.get(REPLY_TO_ATTRIBUTE)
    return [RecordRef(POST.family, above)] if above else []


def _read_bodies(records: Records, posts: Sequence[Document]) -> list[str]:
    return long_texts.read_texts(records, [(POST.family, post.code, post.values[BODY_FIELD.name]) for post in posts])


def _render_entry(call: Call, thread: OpenThread, post: Document, known: KnownRecords) -> dict[str, Any]:
    """Renders a post without its body.

    An opening post has its thread's moderation state; the post it replies to is named only when the person may see that
    post.
    """
    stands = thread.document if post.values["Number"] == 1 else post
    above = [
        known[p]
        for p in parent_refs(post)
        if p in known and is_visible_to(call, known[p], moderator=thread.is_moderator)
    ]
    derived: dict[str, Any] = {BODY_FIELD.name: None, REPLY_TO_ATTRIBUTE: above[0].code if above else None}
    derived |= {"Number": post.values["Number"], "Author": post.system["CreatedBy"]}
    return render_record(
        call,
        post,
        {},
        **derived,
        **{MODERATION_ATTRIBUTE: {name: moderation_state(stands)[name] for name in NEW_POST_STATE}},
    )
