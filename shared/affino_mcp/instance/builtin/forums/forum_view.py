"""Renders threads and posts for callers, without references to posts that the caller may not see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from affino_mcp.catalogue.answer_fields import wants
from affino_mcp.catalogue.families.forums import BODY_FIELD, POST, THREAD
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.instance.builtin.engine import long_texts
from affino_mcp.instance.builtin.engine.document import Document
from affino_mcp.instance.builtin.engine.records import KnownRecords, Records
from affino_mcp.instance.builtin.engine.response_budget import MOST_CHARACTERS_PER_TOKEN, ResponseBudget
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
    have: KnownRecords | None = None,
) -> dict[str, Any]:
    """Renders the full thread with its opening post, whose body is as it is stored.

    `first` is that post when it is loaded already; `have` are other documents that are known.
    """
    document = found.document
    place = RecordRef(POST.family, document.system["FirstPostCode"])
    wanted = [*reference_targets(call, [document]), *([] if first else [place])]
    known = records.load_documents(wanted, have)
    post = first or known[place]
    answer = render_record(call, document, known, **render_thread_attributes(document, moderator=found.is_moderator))
    return answer | {FIRST_POST_ATTRIBUTE: _render_entry(call, found, post, {})}


def read_thread(records: Records, call: Call, found: OpenThread, values: Values) -> dict[str, Any]:
    """Renders the full thread for a call that reads it, as far as the call asks for it."""
    answer = render_thread(records, call, found)
    opening = answer[FIRST_POST_ATTRIBUTE]
    if not wants(values, f"{FIRST_POST_ATTRIBUTE}.{BODY_FIELD.name}"):
        return answer
    where = f"get_forum_post {POST.code}={opening[POST.code]}"
    return answer | {FIRST_POST_ATTRIBUTE: _read_body(records, call, opening, answer, where=where)}


def render_post(records: Records, call: Call, found: OpenPost) -> dict[str, Any]:
    """Renders the full post, with its body as it is stored."""
    post = found.document
    return _render_entry(call, found.thread, post, records.load_documents(parent_refs(post)))


def read_post(records: Records, call: Call, found: OpenPost, values: Values) -> dict[str, Any]:
    """Renders the full post for a call that reads it, as far as the call asks for it."""
    entry = render_post(records, call, found)
    if not wants(values, BODY_FIELD.name):
        return entry
    return _read_body(records, call, entry, entry, values.get(BODY_FIELD.position.name, 0))


def _read_body(
    records: Records, call: Call, entry: dict[str, Any], begun: dict[str, Any], start: int = 0, where: str = ""
) -> dict[str, Any]:
    """The post with as much of its body as fits beside what is begun. `where` says how to read on, see ResponseBudget."""
    (text,) = _read_bodies(records, [entry])
    room = ResponseBudget([{**begun, BODY_FIELD.name: None}, entry[POST.code]])
    return room.show_text(call, entry, BODY_FIELD.name, text, start, where)


def render_posts(
    records: Records, call: Call, thread: OpenThread, posts: Sequence[Document], values: Values
) -> list[dict[str, Any]]:
    """Renders as many posts as fit into one answer, at least one; warns when that is not all."""
    known = records.load_documents(
        (place for post in posts for place in parent_refs(post)),
        {RecordRef(POST.family, post.code): post for post in posts},
    )
    entries = [_render_entry(call, thread, post, known) for post in posts]
    shown = _read_entries(records, call, entries) if wants(values, BODY_FIELD.name) else entries
    if len(shown) < len(posts):
        text = f"Only {len(shown)} of these posts fit into one answer: go on with NextCursor."
        call.warn(WarningCode.TRUNCATED, "Items", text)
    return shown


def _read_entries(records: Records, call: Call, entries: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The posts from the first on that fit with their bodies; of a first one that does not, the beginning."""
    shown, room = list[dict[str, Any]](), ResponseBudget({})
    likely = entries[: _count_likely(entries)]
    for entry, text in zip(likely, _read_bodies(records, likely), strict=True):
        whole = entry | {BODY_FIELD.name: text}
        if not room.try_add(whole):
            break
        shown.append(whole)
    if shown or not entries:
        return shown
    return [
        _read_body(records, call, entries[0], entries[0], where=f"get_forum_post {POST.code}={entries[0][POST.code]}")
    ]


def _count_likely(entries: Sequence[dict[str, Any]]) -> int:
    """The maximum number of posts that can fit, estimated before their long texts are read."""
    left = ResponseBudget({}).left
    for place, entry in enumerate(entries):
        left -= long_texts.text_length(entry[BODY_FIELD.name]) // MOST_CHARACTERS_PER_TOKEN
        if left < 0:
            return place
    return len(entries)


def parent_refs(post: Document) -> list[RecordRef]:
    """`(family, code)` of the post that a post replies to, as a list of at most one."""
    above = post.values.get(REPLY_TO_ATTRIBUTE)
    return [RecordRef(POST.family, above)] if above else []


def _is_beside(above: Document, post: Document) -> bool:
    """True for a post in the same thread; one that was moved to another thread is named no more."""
    return bool(above.system[THREAD.code] == post.system[THREAD.code])


def _read_bodies(records: Records, entries: Sequence[dict[str, Any]]) -> list[str]:
    return long_texts.read_texts(records, [(POST.family, each[POST.code], each[BODY_FIELD.name]) for each in entries])


def _render_entry(call: Call, thread: OpenThread, post: Document, known: KnownRecords) -> dict[str, Any]:
    """Renders a post, with its body as it is stored.

    An opening post has its thread's moderation state; the post it replies to is named only when the person may see that
    post.
    """
    stands = thread.document if post.values["Number"] == 1 else post
    above = [
        known[p]
        for p in parent_refs(post)
        if p in known and _is_beside(known[p], post) and is_visible_to(call, known[p], moderator=thread.is_moderator)
    ]
    derived: dict[str, Any] = {REPLY_TO_ATTRIBUTE: above[0].code if above else None}
    derived |= {"Number": post.values["Number"], "Author": post.system["CreatedBy"]}
    return render_record(
        call,
        post,
        {},
        **derived,
        **{MODERATION_ATTRIBUTE: {name: moderation_state(stands)[name] for name in NEW_POST_STATE}},
    )
