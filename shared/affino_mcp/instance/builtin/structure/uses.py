"""Counts the records that use an entry of the structure, so that operators are told before they change or remove it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from affino_mcp.catalogue.families.articles import ARTICLE
from affino_mcp.catalogue.families.forums import FORUM, THREAD
from affino_mcp.catalogue.families.media_items import MEDIA_CATEGORY, MEDIA_ITEM
from affino_mcp.catalogue.families.website import ARTICLE_CATEGORY, ARTICLE_TYPE, SECTION, SECURITY
from affino_mcp.catalogue.record import Record
from affino_mcp.instance.builtin.engine.index import facet_partition
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.store.ops import Contains, Query
from affino_mcp.text import plural
from affino_mcp.value_class import value_class

MAX_COUNTED_USES: Final = 1000
"""Counting ends here; the number is then told as "1,000 or more"."""
_ROWS_PER_READ: Final = 1000


@value_class
class Use:
    """How records of a kind use an entry: by a facet with a partition of its own, or by a tag on the facet `all`."""

    user: Record
    facet: str
    has_partition: bool = False

    def query(self, table: str, code: int) -> Query:
        """The query of the index rows of the records that use the entry of this code."""
        mark = f"{self.facet}={code}"
        if self.has_partition:
            return Query(table, facet_partition(self.user.family, mark), limit=_ROWS_PER_READ)
        where = Contains("facets", mark)
        return Query(table, facet_partition(self.user.family, "all"), where=where, limit=_ROWS_PER_READ)


_USES: Final[Mapping[str, tuple[Use, ...]]] = {
    SECTION.family: (Use(ARTICLE, "section", has_partition=True),),
    FORUM.family: (Use(THREAD, "forum", has_partition=True),),
    SECURITY.family: (Use(ARTICLE, "security"), Use(MEDIA_ITEM, "security")),
    ARTICLE_TYPE.family: (Use(ARTICLE, "type"),),
    ARTICLE_CATEGORY.family: (Use(ARTICLE, "category"),),
    MEDIA_CATEGORY.family: (Use(MEDIA_ITEM, "category", has_partition=True),),
}


def describe_uses(records: Records, family: str, code: int) -> str:
    """The records that use an entry, with their numbers: `12 articles and 1 media item`; empty when there are none."""
    counted = [(use.user.words, _count(records, use.query(records.table, code))) for use in _USES[family]]
    return " and ".join(_describe_count(number, words) for words, number in counted if number)


def _count(records: Records, query: Query) -> int:
    page = records.db.query(query)
    found = len(page.items)
    while page.next is not None and found < MAX_COUNTED_USES:
        page = records.db.query(replace(query, start=page.next))
        found += len(page.items)
    return found


def _describe_count(number: int, words: str) -> str:
    return f"{MAX_COUNTED_USES:,} or more {words}s" if number >= MAX_COUNTED_USES else plural(number, words)
