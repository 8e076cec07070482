"""Forums: records of the operator, with the groups that they are open to and their moderators."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from affino_mcp.catalogue.families.forums import FORUM, THREAD
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import Method
from affino_mcp.instance.builtin.access import record_security
from affino_mcp.instance.builtin.engine.document import Document
from affino_mcp.instance.builtin.engine.index import Facets, count_key
from affino_mcp.instance.builtin.engine.record_state import Stored
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.engine.search_words import words
from affino_mcp.instance.builtin.forums import forum_access, forum_moderators
from affino_mcp.instance.builtin.forums.forum_access import PEOPLE, may_post
from affino_mcp.instance.builtin.listing import pages
from affino_mcp.instance.builtin.references.rendering import summary
from affino_mcp.instance.builtin.website import operator_records
from affino_mcp.instance.port import Call, Done

FAMILY: Final = FORUM.family
CODE: Final = FORUM.code
Groups = Sequence[str]


def facets(stored: Stored) -> Facets:
    """Facets of a forum: the groups that it is open to, and its moderators."""
    return Facets((), (*record_security.tags(stored.document), *map(forum_access.moderator_tag, stored.to(PEOPLE))))


def place_forum(
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
    groups = {record_security.READ: list(read), record_security.POST: list(post)}
    return operator_records.place(records, FORUM, values | groups, at)


def list_forums(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Lists all forums that the person may read, by code: there are at most 90."""
    asked = words(values.get("Search", ""))
    seen = forum_access.sight(records, call)
    known = records.documents((FAMILY, code) for code in sorted(seen.readable)).values()
    found = [forum for forum in known if record_security.may_read(call.actor, forum) and _fits(forum, asked)]
    found.sort(key=lambda forum: forum.code)
    items = _shown(records, call, found, seen.moderated)
    last = found[-1].code if found else None
    return Done(pages.answer(call, values, items, None, TotalRecords=len(items), LastRecordCode=last))


def _fits(forum: Document, asked: list[str]) -> bool:
    own = words(forum.label, str(forum.values.get("Description", "")))
    return all(any(word.startswith(part) for word in own) for part in asked)


def _shown(
    records: Records, call: Call, forums: Sequence[Document], moderated: Collection[int]
) -> list[dict[str, Any]]:
    keys = {forum.code: count_key(forum.ref) for forum in forums}
    counts = records.db.get_many(records.table, list(keys.values())) if keys else {}
    return [
        summary(
            call,
            forum,
            {},
            ThreadCount=counts.get(keys[forum.code], {}).get(THREAD.family, 0),
            CanPost=may_post(call, forum) and forum.values["Open"],
            IsModerator=forum.code in moderated,
        )
        for forum in forums
    ]


def get_forum(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Answers one forum with its moderators."""
    found = forum_access.forum(records, call, CODE, values[CODE])
    mine = [found.document.code] if found.moderated_by(call) else []
    (answer,) = _shown(records, call, [found.document], mine)
    return Done({"Forum": answer | {"Moderators": forum_moderators.named(records, call, found)}}, found.document.ref)
