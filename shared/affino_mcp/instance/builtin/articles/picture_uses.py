"""Which articles show a media item in their text or in that of a step: index rows of these records name the item."""

from __future__ import annotations

from typing import Final

from affino_mcp.catalogue.families.article_steps import STEP
from affino_mcp.catalogue.families.article_texts import ATTACHED_ITEM_FIELD
from affino_mcp.catalogue.families.articles import ARTICLE, IMAGES
from affino_mcp.instance.builtin.articles import article_access
from affino_mcp.instance.builtin.engine.document import Document
from affino_mcp.instance.builtin.engine.index import facet_partition
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.store.ops import Query

SHOWING_FAMILIES: Final = (ARTICLE.family, STEP.family)
"""The families whose texts show media items."""


def item_facet(item: int) -> str:
    """The facet of the records that show a media item, or have it attached."""
    return f"item={item}"


def list_item_facets(document: Document) -> tuple[str, ...]:
    """The facets of the media items that the text of an article or a step shows."""
    shown = document.system.get(IMAGES.name) or ()
    return tuple(item_facet(image[ATTACHED_ITEM_FIELD.name]) for image in shown)


def find_articles_showing(records: Records, item: int, most: int) -> set[int]:
    """The codes of articles whose texts, or steps' texts, show a media item, by at most so many of each; two queries."""
    found = set[int]()
    for family in SHOWING_FAMILIES:
        query = Query(records.table, facet_partition(family, item_facet(item)), forward=False, limit=most)
        rows = records.db.query(query).items
        codes = {int(row["code"]) for row in rows}
        found |= codes if family == ARTICLE.family else article_access.find_articles_of_steps("", rows)
    return found
