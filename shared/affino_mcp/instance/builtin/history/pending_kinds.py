"""The kinds of what waits, and which of them a person may decide on.

Comments wait in moderated sections for `articles.moderate`; threads and posts in moderated forums for the forum's moderators;
drafts that somebody without the right wanted live for those who may publish in the section.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from affino_mcp.catalogue.capability import Family
from affino_mcp.catalogue.families.article_comments import COMMENT
from affino_mcp.catalogue.families.articles import ARTICLE
from affino_mcp.catalogue.families.forums import FORUM, POST, THREAD
from affino_mcp.catalogue.families.review import PENDING_REF
from affino_mcp.catalogue.record import Record
from affino_mcp.instance.builtin.articles import article_access
from affino_mcp.instance.builtin.articles.article_comments import ARTICLE_MODERATE_RIGHT
from affino_mcp.instance.builtin.engine import long_texts
from affino_mcp.instance.builtin.engine.document import Document
from affino_mcp.instance.builtin.engine.html_words import read_words
from affino_mcp.instance.builtin.engine.records import KnownRecords, Records
from affino_mcp.instance.builtin.forums import forum_access
from affino_mcp.instance.port import Call, RecordRef
from affino_mcp.value_class import value_class

MAX_EXCERPT_CHARACTERS: Final = 200
Row = dict[str, Any]
Select = Callable[[Records, Call, Sequence[Document]], dict[int, Row]]
"""Gives the rows of those documents that the person decides on, by code."""


@value_class
class PendingKind:
    """A kind of record that can wait, and the family whose switches apply to it."""

    record: Record
    family: Family
    select: Select


def _select_comments(records: Records, call: Call, comments: Sequence[Document]) -> dict[int, Row]:
    if not call.actor.has_right(ARTICLE_MODERATE_RIGHT, call.at):
        return {}
    known = _load_articles(records, [RecordRef(ARTICLE.family, each.system[ARTICLE.code]) for each in comments])
    rows = {}
    for comment in comments:
        article = known.get(RecordRef(ARTICLE.family, comment.system[ARTICLE.code]))
        if article is not None and article_access.may_see_article(call, article, known):
            place = known[article_access.guard_refs(article)[0]].label
            rows[comment.code] = _render(comment, article.label, str(comment.values["Body"]), place)
    return rows


def _load_articles(records: Records, wanted: Iterable[RecordRef]) -> KnownRecords:
    """These articles, with the sections and securities that protect them."""
    known = records.load_documents(wanted)
    return records.load_documents(
        (place for each in list(known.values()) for place in article_access.guard_refs(each)), known
    )


def _select_articles(records: Records, call: Call, articles: Sequence[Document]) -> dict[int, Row]:
    known = _load_articles(records, [article.place for article in articles])
    rows = {}
    for article in articles:
        guarding = [known.get(place) for place in article_access.guard_refs(article)]
        if article_access.may_see_article(call, article, known) and article_access.may_publish_article(call, guarding):
            place = guarding[0].label if guarding[0] else ""
            rows[article.code] = _render(article, article.label, str(article.values.get("Teaser", "")), place)
    return rows


def _select_threads(records: Records, call: Call, threads: Sequence[Document]) -> dict[int, Row]:
    kept = _keep_moderated(records, call, {thread.code: thread for thread in threads})
    opening = {code: RecordRef(POST.family, thread.system["FirstPostCode"]) for code, thread in kept.items()}
    posts = records.load_documents([*opening.values(), *_forum_refs(kept.values())])
    texts = _read_bodies(records, [posts[place] for place in opening.values() if place in posts])
    return {
        code: _render(thread, thread.label, texts.get(opening[code].code, ""), _forum_name(posts, thread))
        for code, thread in kept.items()
    }


def _select_posts(records: Records, call: Call, posts: Sequence[Document]) -> dict[int, Row]:
    found = records.load_documents(RecordRef(THREAD.family, post.system[THREAD.code]) for post in posts)
    threads = {post.code: found.get(RecordRef(THREAD.family, post.system[THREAD.code])) for post in posts}
    kept = _keep_moderated(records, call, {code: thread for code, thread in threads.items() if thread})
    known, texts = (
        records.load_documents(_forum_refs(kept.values())),
        _read_bodies(records, [p for p in posts if p.code in kept]),
    )
    return {
        post.code: _render(post, kept[post.code].label, texts[post.code], _forum_name(known, kept[post.code]))
        for post in posts
        if post.code in kept
    }


def _keep_moderated(records: Records, call: Call, threads: Mapping[int, Document]) -> dict[int, Document]:
    """The threads, by whatever code, of forums that the person moderates."""
    moderated = forum_access.load_visibility(records, call).moderated if threads else ()
    return {code: thread for code, thread in threads.items() if thread.values[FORUM.code] in moderated}


def _forum_refs(threads: Iterable[Document]) -> list[RecordRef]:
    return [RecordRef(FORUM.family, thread.values[FORUM.code]) for thread in threads]


def _forum_name(known: KnownRecords, thread: Document) -> str:
    return known[RecordRef(FORUM.family, thread.values[FORUM.code])].label


def _read_bodies(records: Records, posts: Sequence[Document]) -> dict[int, str]:
    """The words of posts, by code; long texts are read together."""
    texts = long_texts.read_texts(records, [(POST.family, post.code, post.values["Body"]) for post in posts])
    return {post.code: " ".join(read_words(text)) for post, text in zip(posts, texts, strict=True)}


def _render(document: Document, title: str, text: str, place: str) -> Row:
    cut = text if len(text) <= MAX_EXCERPT_CHARACTERS else f"{text[:MAX_EXCERPT_CHARACTERS]}..."
    row = {PENDING_REF: document.ref, "Title": title, "Excerpt": cut, "Place": place}
    return row | {"Author": document.system["CreatedBy"], "CreatedDate": document.system["CreatedDate"]}


PENDING_KINDS: Final = (
    PendingKind(COMMENT, Family.ARTICLES, _select_comments),
    PendingKind(THREAD, Family.FORUMS, _select_threads),
    PendingKind(POST, Family.FORUMS, _select_posts),
    PendingKind(ARTICLE, Family.ARTICLES, _select_articles),
)
"""What can wait, in the order in which it is listed."""
