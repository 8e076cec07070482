"""Renders an article for callers with its steps, categories and media, within the budget of one answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from affino_mcp.catalogue.answer_fields import keep_asked, wants
from affino_mcp.catalogue.families.article_comments import COMMENT
from affino_mcp.catalogue.families.articles import ARTICLE, ARTICLE_STATUS
from affino_mcp.catalogue.families.website import ARTICLE_CATEGORY
from affino_mcp.catalogue.matching import Values
from affino_mcp.instance.builtin.articles import article_media, article_status, article_steps
from affino_mcp.instance.builtin.articles.article_access import SECTION_FAMILY, OpenArticle
from affino_mcp.instance.builtin.engine import long_texts
from affino_mcp.instance.builtin.engine.document import Document
from affino_mcp.instance.builtin.engine.index import count_key
from affino_mcp.instance.builtin.engine.records import KnownRecords, Records
from affino_mcp.instance.builtin.engine.response_budget import ResponseBudget
from affino_mcp.instance.builtin.references.references import render_record
from affino_mcp.instance.port import Call, RecordRef
from affino_mcp.late_pattern import late_pattern
from affino_mcp.plain_text import plain

FAMILY: Final = ARTICLE.family
STEP_BODIES: Final = "Steps.Body"
BODY_FROM: Final = ARTICLE.writable["Body"].position.name
_NOT_SLUG: Final = late_pattern(r"[^a-z0-9]+")


def render_new_article(call: Call, found: OpenArticle, steps: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Renders a new article with its steps; it has no media or comments yet, and its body is as it is stored."""
    answer = _render_base(call, found, found.known) | {
        "Steps": list(steps),
        "Categories": [],
        "Media": [],
        "CommentCount": 0,
    }
    return answer | {"Body": found.document.values.get("Body")}


def render_changed_article(records: Records, call: Call, found: OpenArticle) -> dict[str, Any]:
    """Renders an article after a write, with its body as it is stored: no text is read."""
    attached = article_media.list_attachments(records, call, found.document.code)
    answer = _render_parts(records, call, found, attached)
    room = ResponseBudget(answer)
    answer["Body"] = found.document.values.get("Body")
    answer["Steps"] = article_steps.render_steps(records, call, found.document, attached, room, bodies=False)
    return answer


def render_article(
    records: Records, call: Call, found: OpenArticle, values: Values, *, bodies: bool = True
) -> dict[str, Any]:
    """Renders the article for a call that reads it, as far as the call asks for it.

    `bodies` says whether the steps come with their bodies. A body that the call does not ask for is not read.
    """
    wants_steps = wants(values, "Steps")
    attached = (
        article_media.list_attachments(records, call, found.document.code)
        if wants_steps or wants(values, "Media")
        else []
    )
    answer = _render_parts(records, call, found, attached)
    room, kept = ResponseBudget(keep_asked(values, answer)), found.document.values.get("Body")
    if wants(values, "Body"):
        text = long_texts.read_texts(records, [(FAMILY, found.document.code, kept)])[0] if kept is not None else None
        answer = room.show_text(call, answer, "Body", text, values.get(BODY_FROM, 0))
    if wants_steps:
        bodies = bodies and wants(values, STEP_BODIES)
        answer["Steps"] = article_steps.render_steps(records, call, found.document, attached, room, bodies=bodies)
    return answer


def _render_parts(
    records: Records, call: Call, found: OpenArticle, attached: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    known = records.load_documents(category_refs(found.document), found.known)
    return _render_base(call, found, known) | {
        "Categories": render_categories(found.document, known),
        "Media": [entry for entry in attached if entry["Target"] == "article"],
        "CommentCount": count_comments(records, found.document.code),
        "Steps": [],
    }


def _render_base(call: Call, found: OpenArticle, known: KnownRecords) -> dict[str, Any]:
    derived = {ARTICLE_STATUS.name: article_status.find_status(call, found.document), "Body": None}
    return render_record(call, found.document, known, Url=article_url(found.document, known), **derived)


def article_url(document: Document, known: KnownRecords) -> str:
    """The article's path on the website."""
    section = known.get(RecordRef(SECTION_FAMILY, document.values["standardSectionCode"]))
    return f"/{_slug(section.label if section else '')}/{_slug(document.label)}-{document.code}"


def _slug(text: str) -> str:
    return _NOT_SLUG.sub("-", plain(text)).strip("-")[:80] or "article"


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
