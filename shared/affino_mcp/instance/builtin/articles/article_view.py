"""Renders an article for callers with its steps, categories and media, within the budget of one answer."""

from __future__ import annotations

import re
from typing import Any, Final

from affino_mcp.catalogue.families.article_comments import COMMENT
from affino_mcp.catalogue.families.articles import ARTICLE
from affino_mcp.catalogue.families.website import CATEGORY
from affino_mcp.instance.builtin.articles import article_media, article_steps
from affino_mcp.instance.builtin.articles.article_access import SECTIONS, Opened
from affino_mcp.instance.builtin.engine import long_texts
from affino_mcp.instance.builtin.engine.document import Document
from affino_mcp.instance.builtin.engine.index import count_key
from affino_mcp.instance.builtin.engine.records import Known, Records
from affino_mcp.instance.builtin.engine.response_budget import Room
from affino_mcp.instance.builtin.engine.search_words import plain
from affino_mcp.instance.builtin.references.rendering import full
from affino_mcp.instance.port import Call, RecordRef

FAMILY: Final = ARTICLE.family
_NOT_SLUG: Final = re.compile(r"[^a-z0-9]+")


def bare(records: Records, call: Call, found: Opened, body: str | None) -> dict[str, Any]:
    """Renders a new article, which has no steps, media or comments yet."""
    answer = _base(call, found, found.known) | {"Steps": [], "Categories": [], "Media": [], "CommentCount": 0}
    return answer | {"Body": Room(answer).shown(call, body, "Body")}


def whole(
    records: Records, call: Call, found: Opened, *, body: str | None = None, bodies: bool = True, start: int = 0
) -> dict[str, Any]:
    """Renders the full article.

    `body` is the text when it is loaded already; `bodies` says whether the steps come with their bodies; `start` is the
    position in the body.
    """
    document = found.document
    attached = article_media.attached(records, call, document.code)
    known = records.documents(categories_of(document), found.known)
    answer = _base(call, found, known) | {
        "Categories": categories(document, known),
        "Media": [entry for entry in attached if entry["Target"] == "article"],
        "CommentCount": comment_count(records, document.code),
    }
    room = Room(answer)
    kept = document.values.get("Body")
    text = (
        body
        if body is not None
        else long_texts.read(records, [(FAMILY, document.code, kept)])[0]
        if kept is not None
        else None
    )
    answer["Body"] = room.shown(call, text, "Body", start)
    answer["Steps"] = article_steps.pages(records, call, document, attached, room, bodies=bodies)
    return answer


def _base(call: Call, found: Opened, known: Known) -> dict[str, Any]:
    return full(call, found.document, known, Url=url(found.document, known), Body=None)


def url(document: Document, known: Known) -> str:
    """The article's path on the website."""
    section = known.get((SECTIONS, document.values["standardSectionCode"]))
    return f"/{_slug(section.label if section else '')}/{_slug(document.label)}-{document.code}"


def _slug(text: str) -> str:
    return _NOT_SLUG.sub("-", plain(text)).strip("-")[:80] or "article"


def categories_of(document: Document) -> list[tuple[str, int]]:
    """`(family, code)` of the article's categories."""
    return [(CATEGORY.family, code) for code in document.values.get("Categories", ())]


def categories(document: Document, known: Known) -> list[dict[str, Any]]:
    """The article's categories by code."""
    return [
        {CATEGORY.code: code, "Name": known[place].label}
        for place in sorted(categories_of(document))
        if place in known
        for code in (place[1],)
    ]


def comment_count(records: Records, code: int) -> int:
    """The number of the article's approved comments."""
    row = records.db.get(records.table, count_key(str(RecordRef(FAMILY, code))))
    return int((row or {}).get(COMMENT.family, 0))
