"""Forums: records of the operator, with the groups that they are open to and their moderators."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from affino_mcp.catalogue.families.forums import FORUM, THREAD
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import Method
from affino_mcp.instance.builtin.access import record_security
from affino_mcp.instance.builtin.engine.document import Document, RecordState
from affino_mcp.instance.builtin.engine.index import Facets, count_key
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.forums import forum_access, forum_moderators
from affino_mcp.instance.builtin.forums.forum_access import PEOPLE_FAMILY, may_post_in
from affino_mcp.instance.builtin.listing import pages
from affino_mcp.instance.builtin.references.references import render_summary
from affino_mcp.instance.builtin.website import operator_records
from affino_mcp.instance.port import Call, Done, RecordRef
from affino_mcp.search_words import ask_words, is_beginning, split_findable

FAMILY: Final = FORUM.family
CODE: Final = FORUM.code
Groups = Sequence[str]


def facets(stored: RecordState) -> Facets:
    """Facets of a forum: the groups that it is open to, and its moderators."""
    return Facets(
        (),
        (
            *record_security.guard_tags(stored.document),
            *map(forum_access.moderator_tag, stored.relations_to(PEOPLE_FAMILY)),
        ),
    )


def upsert_forum(
    records: Records,
    name: str,
    at: datetime,
    *,
    read: Groups,
    post: Groups,
    description: str = "",
    moderated: bool = False,
    is_open: bool = True,
) -> int:
    """Creates or updates the forum of this name; returns its code. Its moderators are not changed.

    The groups are names of security groups, or "Everybody"; only their members see the forum or post in it. Posts in a
    moderated forum are held for approval. Raises Conflict at 90 forums.
    """
    values = {"Name": name, "Description": description, "Moderated": moderated, "Open": is_open}
    groups = {record_security.READ_ACTION: list(read), record_security.POST_ACTION: list(post)}
    return operator_records.upsert_operator_record(records, FORUM, values | groups, at)


def list_forums(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Lists all forums that the person may read, in operators' order: there are at most 90."""
    asked = ask_words(values.get("Search", ""))
    seen = forum_access.load_visibility(records, call)
    known = records.load_documents(RecordRef(FAMILY, code) for code in sorted(seen.readable)).values()
    found = [forum for forum in known if record_security.may_read(call.actor, forum) and _matches(forum, asked)]
    found.sort(key=operator_records.place_in_list)
    items = _render_forums(records, call, found, seen.moderated)
    last = max((forum.code for forum in found), default=None)
    return Done(pages.answer_list(call, values, items, None, TotalRecords=len(items), LastRecordCode=last))


def _matches(forum: Document, asked: list[str]) -> bool:
    own = split_findable(f"{forum.label} {forum.values.get('Description', '')}")
    return all(any(is_beginning(word, part) for part in own) for word in asked)


def _render_forums(
    records: Records, call: Call, forums: Sequence[Document], moderated: Collection[int]
) -> list[dict[str, Any]]:
    keys = {forum.code: count_key(forum.ref) for forum in forums}
    counts = records.db.get_many(records.table, list(keys.values())) if keys else {}
    return [
        render_summary(
            call,
            forum,
            {},
            ThreadCount=counts.get(keys[forum.code], {}).get(THREAD.family, 0),
            CanPost=may_post_in(call, forum) and forum.values["Open"],
            IsModerator=forum.code in moderated,
        )
        for forum in forums
    ]


def get_forum(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Answers one forum with its moderators."""
    found = forum_access.open_forum(records, call, CODE, values[CODE])
    mine = [found.document.code] if found.is_moderated_by(call) else []
    (answer,) = _render_forums(records, call, [found.document], mine)
    return Done(
        {"Forum": answer | {"Moderators": forum_moderators.render_moderators(records, call, found)}}, found.document.ref
    )
