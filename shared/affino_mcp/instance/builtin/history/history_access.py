"""Decides who may read a record's history: readers of the record, narrowed to author, owner or moderator.

History shows more than the record does: drafts, texts that were withdrawn, texts from before a moderator changed them.
So the history of an article is for people who write articles and for its owners; the history of comments, threads and
posts is for their author and the moderators. The same people may read the history of a deleted record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from affino_mcp.catalogue.capability import Family
from affino_mcp.catalogue.families.article_comments import COMMENT
from affino_mcp.catalogue.families.article_media import ATTACHMENT
from affino_mcp.catalogue.families.article_steps import STEP
from affino_mcp.catalogue.families.articles import ARTICLE
from affino_mcp.catalogue.families.forums import FORUM, POST, THREAD
from affino_mcp.catalogue.families.media_files import MEDIA_FILE
from affino_mcp.catalogue.families.media_items import MEDIA_ITEM
from affino_mcp.instance.builtin.access import guards, record_security
from affino_mcp.instance.builtin.articles import article_access
from affino_mcp.instance.builtin.engine.document import Document
from affino_mcp.instance.builtin.engine.records import KnownRecords, Records
from affino_mcp.instance.builtin.forums import forum_access
from affino_mcp.instance.builtin.forums.forum_access import OpenForum
from affino_mcp.instance.port import Call, RecordRef
from affino_mcp.value_class import value_class

ARTICLE_MODERATE_RIGHT: Final = "articles.moderate"


@value_class
class HistoryRule:
    """The history rule of one kind of record.

    `guard_refs` returns the records to load before the decision; `may_follow` decides with them.
    """

    guard_refs: Callable[[Document], list[RecordRef]]
    may_follow: Callable[[Records, Call, Document, KnownRecords], bool]


def parent_refs(document: Document) -> list[RecordRef]:
    """`(family, code)` of the record that a part belongs to, as a list of at most one; a record that is no part has none."""
    family, name = _PARENT_OF_PART.get(document.family, ("", ""))
    code = document.system.get(name) or document.values.get(name)
    return [RecordRef(family, code)] if code else []


def _find_parent(document: Document, known: KnownRecords) -> Document | None:
    return next((known[place] for place in parent_refs(document) if place in known), None)


def _may_follow_article(_: Records, call: Call, document: Document, known: KnownRecords) -> bool:
    mine = call.actor.user_code in article_access.article_owner_codes(document)
    return article_access.may_see_article(call, document, known) and (mine or article_access.may_see_drafts(call))


def _may_follow_part(records: Records, call: Call, document: Document, known: KnownRecords) -> bool:
    article = _find_parent(document, known)
    return article is not None and _may_follow_article(records, call, article, known)


def _may_follow_comment(_: Records, call: Call, document: Document, known: KnownRecords) -> bool:
    article, author = _find_parent(document, known), document.creator
    mine = author == call.actor.user_code or call.actor.has_right(ARTICLE_MODERATE_RIGHT, call.at)
    return article is not None and mine and article_access.may_see_article(call, article, known)


def _may_follow_item(_: Records, call: Call, document: Document, known: KnownRecords) -> bool:
    return guards.may_read_security(call.actor, document, known)


def _may_follow_file(records: Records, call: Call, document: Document, known: KnownRecords) -> bool:
    item = _find_parent(document, known)
    return item is not None and _may_follow_item(records, call, item, known)


def _may_follow_forum(_: Records, call: Call, document: Document, known: KnownRecords) -> bool:
    return record_security.may_read(call.actor, document)


def _may_follow_thread(records: Records, call: Call, document: Document, known: KnownRecords) -> bool:
    return _is_author_or_moderator(records, call, document, _find_parent(document, known))


def _may_follow_post(records: Records, call: Call, document: Document, known: KnownRecords) -> bool:
    thread = _find_parent(document, known)
    forum = _find_parent(thread, known) if thread else None
    return (
        thread is not None
        and _may_see(records, call, thread, forum)
        and _is_author_or_moderator(records, call, document, forum)
    )


def _may_see(records: Records, call: Call, document: Document, forum: Document | None) -> bool:
    if forum is None or not record_security.may_read(call.actor, forum):
        return False
    return forum_access.is_visible_to(call, document, moderator=_is_moderator(records, call, forum))


def _is_author_or_moderator(records: Records, call: Call, document: Document, forum: Document | None) -> bool:
    if forum is None or not _may_see(records, call, document, forum):
        return False
    return forum_access.author_code(document) == call.actor.user_code or _is_moderator(records, call, forum)


def _is_moderator(records: Records, call: Call, forum: Document) -> bool:
    stored = records.load_record(forum.family, forum.code)
    return stored is not None and OpenForum(stored).is_moderated_by(call)


_PARENT_OF_PART: Final = {
    STEP.family: (ARTICLE.family, ARTICLE.code),
    COMMENT.family: (ARTICLE.family, ARTICLE.code),
    ATTACHMENT.family: (ARTICLE.family, ARTICLE.code),
    MEDIA_FILE.family: (MEDIA_ITEM.family, MEDIA_ITEM.code),
    THREAD.family: (FORUM.family, FORUM.code),
    POST.family: (THREAD.family, THREAD.code),
}
_OPEN_TO_READERS: Final = HistoryRule(lambda _: [], lambda _records, _call, _document, _known: True)
"""Whoever may read the records of the kind may read their history."""

HISTORY_RULES: Final[Mapping[str, HistoryRule]] = {
    Family.ACCOUNTS: _OPEN_TO_READERS,
    Family.CONTACTS: _OPEN_TO_READERS,
    Family.CONTACT_LISTS: _OPEN_TO_READERS,
    Family.ACCOUNT_LISTS: _OPEN_TO_READERS,
    Family.OPPORTUNITIES: _OPEN_TO_READERS,
    Family.TASKS: _OPEN_TO_READERS,
    Family.NOTES: _OPEN_TO_READERS,
    ARTICLE.family: HistoryRule(article_access.guard_refs, _may_follow_article),
    STEP.family: HistoryRule(parent_refs, _may_follow_part),
    ATTACHMENT.family: HistoryRule(parent_refs, _may_follow_part),
    COMMENT.family: HistoryRule(parent_refs, _may_follow_comment),
    MEDIA_ITEM.family: HistoryRule(guards.security_refs, _may_follow_item),
    MEDIA_FILE.family: HistoryRule(parent_refs, _may_follow_file),
    FORUM.family: HistoryRule(lambda _: [], _may_follow_forum),
    THREAD.family: HistoryRule(parent_refs, _may_follow_thread),
    POST.family: HistoryRule(parent_refs, _may_follow_post),
}
"""The history rule of each kind of record; the history of a kind without a rule is closed to everybody."""


def filter_followable(records: Records, call: Call, documents: Iterable[Document]) -> list[Document]:
    """The documents, deleted ones too, whose history the person may read: at most three reads for all."""
    asked = [document for document in documents if document.family in HISTORY_RULES]
    known: KnownRecords = {}
    level = asked
    while level:
        wanted = [place for d in level if d.family in HISTORY_RULES for place in HISTORY_RULES[d.family].guard_refs(d)]
        before, known = known, records.load_documents(wanted, known)
        level = [document for place, document in known.items() if place not in before]
    return [d for d in asked if HISTORY_RULES[d.family].may_follow(records, call, d, known)]
