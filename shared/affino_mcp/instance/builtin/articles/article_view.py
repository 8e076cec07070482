"""Renders an article for callers with its steps, categories and media, within the budget of one answer."""

from __future__ import annotations

import re
from typing import Any, Final

from affino_mcp.catalogue.families.article_comments import COMMENT
from affino_mcp.catalogue.families.articles import ARTICLE, ARTICLE_STATUS
from affino_mcp.catalogue.families.website import ARTICLE_CATEGORY
from affino_mcp.instance.builtin.articles import article_media, article_status, article_steps
from affino_mcp.instance.builtin.articles.article_access import SECTION_FAMILY, OpenArticle
from affino_mcp.instance.builtin.engine import long_texts
from affino_mcp.instance.builtin.engine.document import Document
from affino_mcp.instance.builtin.engine.index import count_key, fold_accents
from affino_mcp.instance.builtin.engine.records import KnownRecords, Records
from affino_mcp.instance.builtin.engine.response_budget import ResponseBudget
from affino_mcp.instance.builtin.references.references import render_record
from affino_mcp.instance.port import Call, RecordRef

FAMILY: Final = ARTICLE.family
_NOT_SLUG: Final = re.compile(r"[^a-z0-9]+")


def render_new_article(records: Records, call: Call, found: OpenArticle, body: str | None) -> dict[str, Any]:
    """Renders a new article, which has no steps, media or comments yet."""
    answer = _render_base(call, found, found.known) | {"Steps": [], "Categories": [], "Media": [], "CommentCount": 0}
    return answer | {"Body": ResponseBudget(answer).cut_text(call, body, "Body")}


def render_article(
    records: Records, call: Call, found: OpenArticle, *, body: str | None = None, bodies: bool = True, start: int = 0
) -> dict[str, Any]:
    """Renders the full article.

    `body` is the text when it is loaded already; `bodies` says whether the steps come with their bodies; `start` is the
    position in the body.
    """
    document = found.document
    attached = article_media.list_attachments(records, call, document.code)
    known = records.load_documents(category_refs(document), found.known)
    answer = _render_base(call, found, known) | {
        "Categories": render_categories(document, known),
        "Media": [entry for entry in attached if entry["Target"] == "article"],
        "CommentCount": count_comments(records, document.code),
    }
    room = ResponseBudget(answer)
    kept = document.values.get("Body")
    text = body
    if text is None and kept is not None:
        text = long_texts.read_texts(records, [(FAMILY, document.code, kept)])[0]
    answer["Body"] = room.cut_text(call, text, "Body", start)
    answer["Steps"] = article_steps.render_steps(records, call, document, attached, room, bodies=bodies)
    return answer


def _render_base(call: Call, found: OpenArticle, known: KnownRecords) -> dict[str, Any]:
    derived = {ARTICLE_STATUS.name: article_status.find_status(call, found.document), "Body": None}
    return render_record(call, found.document, known, Url=article_url(found.document, known), **derived)


def article_url(document: Document, known: KnownRecords) -> str:
    """The article's path on the website."""
    section = known.get(RecordRef(SECTION_FAMILY, document.values["standardSectionCode"]))
    return f"/{_slug(section.label if section else '')}/{_slug(document.label)}-{document.code}"


def _slug(text: str) -> str:
    return _NOT_SLUG.sub("-", fold_accents(text)).strip("-")[:80] or "article"


def category_refs(document: Document) -> list[RecordRef]:
    """The references of the article's categories."""
    return [RecordRef(ARTICLE_CATEGORY.family, code) for code in document.values.get("Categories", ())]


def render_categories(document: Document, known: KnownRecords) -> list[dict[str, Any]]:
    """The article's categories by code."""
    return [
        {ARTICLE_CATEGORY.code: code, "Name": known[place].label}
        for place in sorted(category_refs(document))
        if place in known
        for code in (place[1],)
    ]


def count_comments(records: Records, code: int) -> int:
    """The number of the article's approved comments."""
    row = records.db.get(records.table, count_key(str(RecordRef(FAMILY, code))))
    return int((row or {}).get(COMMENT.family, 0))
