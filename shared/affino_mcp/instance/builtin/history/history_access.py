"""Decides who may read a record's history: readers of the record, narrowed to author, owner or moderator.

History shows more than the record does: drafts, texts that were withdrawn, texts from before a moderator changed them.
So the history of an article is for people who write articles and for its owners; the history of comments, threads and
posts is for their author and the moderators. The same people may read the history of a deleted record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
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
from affino_mcp.instance.builtin.engine.records import Known, Place, Records
from affino_mcp.instance.builtin.forums import forum_access
from affino_mcp.instance.builtin.forums.forum_access import OpenForum
from affino_mcp.instance.port import Call

MODERATE: Final = "articles.moderate"


@dataclass(frozen=True)
class Rule:
    """The history rule of one kind of record.

    `behind` returns the records to load before the decision; `follows` decides with them.
    """

    behind: Callable[[Document], list[Place]]
    follows: Callable[[Records, Call, Document, Known], bool]


def _above(document: Document) -> list[Place]:
    """`(family, code)` of the record that a part belongs to, as a list of at most one."""
    family, name = _PARTS[document.family]
    code = document.system.get(name) or document.values.get(name)
    return [(family, code)] if code else []


def _whole(document: Document, known: Known) -> Document | None:
    return next((known[place] for place in _above(document) if place in known), None)


def _article(_: Records, call: Call, document: Document, known: Known) -> bool:
    mine = call.actor.user_code in article_access.owners(document)
    return article_access.sees(call, document, known) and (mine or article_access.drafts_too(call))


def _of_article(records: Records, call: Call, document: Document, known: Known) -> bool:
    article = _whole(document, known)
    return article is not None and _article(records, call, article, known)


def _comment(_: Records, call: Call, document: Document, known: Known) -> bool:
    article, author = _whole(document, known), document.creator
    mine = author == call.actor.user_code or call.actor.has(MODERATE, call.at)
    return article is not None and mine and article_access.sees(call, article, known)


def _item(_: Records, call: Call, document: Document, known: Known) -> bool:
    return guards.passes_security(call.actor, document, known)


def _file(records: Records, call: Call, document: Document, known: Known) -> bool:
    item = _whole(document, known)
    return item is not None and _item(records, call, item, known)


def _forum(_: Records, call: Call, document: Document, known: Known) -> bool:
    return record_security.may_read(call.actor, document)


def _thread(records: Records, call: Call, document: Document, known: Known) -> bool:
    return _said(records, call, document, _whole(document, known))


def _post(records: Records, call: Call, document: Document, known: Known) -> bool:
    thread = _whole(document, known)
    forum = _whole(thread, known) if thread else None
    return thread is not None and _seen(records, call, thread, forum) and _said(records, call, document, forum)


def _seen(records: Records, call: Call, document: Document, forum: Document | None) -> bool:
    if forum is None or not record_security.may_read(call.actor, forum):
        return False
    return forum_access.visible(call, document, moderator=_moderates(records, call, forum))


def _said(records: Records, call: Call, document: Document, forum: Document | None) -> bool:
    if forum is None or not _seen(records, call, document, forum):
        return False
    return forum_access.author(document) == call.actor.user_code or _moderates(records, call, forum)


def _moderates(records: Records, call: Call, forum: Document) -> bool:
    stored = records.load(forum.family, forum.code)
    return stored is not None and OpenForum(stored).moderated_by(call)


_PARTS: Final = {
    STEP.family: (ARTICLE.family, ARTICLE.code),
    COMMENT.family: (ARTICLE.family, ARTICLE.code),
    ATTACHMENT.family: (ARTICLE.family, ARTICLE.code),
    MEDIA_FILE.family: (MEDIA_ITEM.family, MEDIA_ITEM.code),
    THREAD.family: (FORUM.family, FORUM.code),
    POST.family: (THREAD.family, THREAD.code),
}
_OPEN_TO_READERS: Final = Rule(lambda _: [], lambda _records, _call, _document, _known: True)
"""Whoever may read the records of the kind may read their history."""

RULES: Final[Mapping[str, Rule]] = {
    Family.ACCOUNTS: _OPEN_TO_READERS,
    Family.CONTACTS: _OPEN_TO_READERS,
    Family.CONTACT_LISTS: _OPEN_TO_READERS,
    Family.ACCOUNT_LISTS: _OPEN_TO_READERS,
    Family.OPPORTUNITIES: _OPEN_TO_READERS,
    Family.TASKS: _OPEN_TO_READERS,
    Family.NOTES: _OPEN_TO_READERS,
    ARTICLE.family: Rule(article_access.guards_of, _article),
    STEP.family: Rule(_above, _of_article),
    ATTACHMENT.family: Rule(_above, _of_article),
    COMMENT.family: Rule(_above, _comment),
    MEDIA_ITEM.family: Rule(guards.security_of, _item),
    MEDIA_FILE.family: Rule(_above, _file),
    FORUM.family: Rule(lambda _: [], _forum),
    THREAD.family: Rule(_above, _thread),
    POST.family: Rule(_above, _post),
}
"""The history rule of each kind of record; the history of a kind without a rule is closed to everybody."""


def followed(records: Records, call: Call, documents: Iterable[Document]) -> list[Document]:
    """The documents, deleted ones too, whose history the person may read: at most three reads for all."""
    asked = [document for document in documents if document.family in RULES]
    known: Known = {}
    level = asked
    while level:
        wanted = [place for d in level if d.family in RULES for place in RULES[d.family].behind(d)]
        before, known = known, records.documents(wanted, known)
        level = [document for place, document in known.items() if place not in before]
    return [d for d in asked if RULES[d.family].follows(records, call, d, known)]
