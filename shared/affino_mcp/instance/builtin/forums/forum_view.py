"""Renders threads and posts for callers, without references to posts that the caller may not see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from affino_mcp.catalogue.families.forums import BODY, POST
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.instance.builtin.engine import long_texts
from affino_mcp.instance.builtin.engine.document import Document
from affino_mcp.instance.builtin.engine.record_state import Stored
from affino_mcp.instance.builtin.engine.records import Known, Place, Records
from affino_mcp.instance.builtin.engine.response_budget import Room
from affino_mcp.instance.builtin.forums.forum_access import FRESH, MODERATION, OpenPost, OpenThread, moderation, visible
from affino_mcp.instance.builtin.forums.thread_counts import COUNT, HELD, LAST
from affino_mcp.instance.builtin.references.rendering import full
from affino_mcp.instance.port import Call
from affino_mcp.instance.response_limits import length

REPLY_TO: Final = "ReplyToPostCode"
FIRST: Final = "FirstPost"


def thread_attributes(document: Document, *, moderator: bool) -> dict[str, Any]:
    """The attributes of a thread besides its fields, for lists too.

    The number of pending posts is for moderators only.
    """
    system = document.system
    counts = {COUNT: system[COUNT], HELD: system[HELD] if moderator else None}
    return {"Author": system["CreatedBy"], **counts, LAST: system[LAST], MODERATION: moderation(document)}


def whole_thread(
    records: Records, call: Call, found: OpenThread, first: Document | None = None, body: str | None = None
) -> dict[str, Any]:
    """Renders the full thread with its opening post.

    `first` and `body` are that post and its text when loaded already.
    """
    document = found.document
    place = (POST.family, document.system["FirstPostCode"])
    post = first or records.documents([place])[place]
    answer = full(call, document, {}, **thread_attributes(document, moderator=found.moderator))
    opening = _entry(call, found, post, {})
    text = body if body is not None else _bodies(records, [post])[0]
    shown = Room([answer, opening]).shown(call, text, f"{FIRST}.{BODY.name}")
    return answer | {FIRST: opening | {BODY.name: shown}}


def whole_post(
    records: Records, call: Call, found: OpenPost, *, body: str | None = None, start: int = 0
) -> dict[str, Any]:
    """Renders the full post; `body` is its text when loaded already, `start` the position in the text."""
    post = found.document
    answer = _entry(call, found.thread, post, records.documents(parents(post)))
    text = body if body is not None else _bodies(records, [post])[0]
    return answer | {BODY.name: Room(answer).shown(call, text, BODY.name, start)}


def page(records: Records, call: Call, thread: OpenThread, posts: Sequence[Document]) -> list[dict[str, Any]]:
    """Renders as many posts as fit into one answer, at least one; warns when that is not all."""
    known = records.documents(
        (place for post in posts for place in parents(post)), {(POST.family, post.code): post for post in posts}
    )
    entries = [_entry(call, thread, post, known) for post in posts]
    likely = _likely(posts, entries)
    shown, room = list[dict[str, Any]](), Room({})
    for entry, text in zip(entries, _bodies(records, posts[:likely]), strict=False):
        whole = entry | {BODY.name: text}
        if not room.takes(whole):
            break
        shown.append(whole)
    if posts and not shown:
        shown.append(whole_post(records, call, OpenPost(Stored(posts[0]), thread)))
    if len(shown) < len(posts):
        text = f"Only {len(shown)} of these posts fit into one answer: go on with NextCursor."
        call.warn(WarningCode.TRUNCATED, "Items", text)
    return shown


def _likely(posts: Sequence[Document], entries: Sequence[dict[str, Any]]) -> int:
    """The maximum number of posts that can fit, estimated before their long texts are read."""
    left = Room({}).left
    for place, (post, entry) in enumerate(zip(posts, entries, strict=True)):
        left -= length(entry) + long_texts.length(post.values[BODY.name])
        if left < 0:
            return place
    return len(posts)


def parents(post: Document) -> list[Place]:
    """`(family, code)` of the post that a post replies to, as a list of at most one."""
    above = post.values.get(REPLY_TO)
    return [(POST.family, above)] if above else []


def _bodies(records: Records, posts: Sequence[Document]) -> list[str]:
    return long_texts.read(records, [(POST.family, post.code, post.values[BODY.name]) for post in posts])


def _entry(call: Call, thread: OpenThread, post: Document, known: Known) -> dict[str, Any]:
    """Renders a post without its body.

    An opening post has its thread's moderation state; the post it replies to is named only when the person may see that
    post.
    """
    stands = thread.document if post.values["Number"] == 1 else post
    above = [known[p] for p in parents(post) if p in known and visible(call, known[p], moderator=thread.moderator)]
    derived: dict[str, Any] = {BODY.name: None, REPLY_TO: above[0].code if above else None}
    derived |= {"Number": post.values["Number"], "Author": post.system["CreatedBy"]}
    return full(call, post, {}, **derived, **{MODERATION: {name: moderation(stands)[name] for name in FRESH}})
