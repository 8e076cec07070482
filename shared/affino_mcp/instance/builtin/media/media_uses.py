"""The uses of a media item: attachments on articles, which are indexed and counted by item."""

from __future__ import annotations

from typing import Any, Final

from affino_mcp.catalogue.families.article_media import ATTACHMENT
from affino_mcp.catalogue.families.articles import ARTICLE
from affino_mcp.instance.builtin.articles import article_access
from affino_mcp.instance.builtin.engine.change import Change
from affino_mcp.instance.builtin.engine.document import Document
from affino_mcp.instance.builtin.engine.index import count_key, facet_partition
from affino_mcp.instance.builtin.engine.records import Known, Records
from affino_mcp.instance.builtin.references import rendering
from affino_mcp.instance.port import Call, RecordRef
from affino_mcp.store.ops import Check, Query, absent, equals

MOST_SHOWN: Final = 20
MOST_READ: Final = 100


def used_by(records: Records, call: Call, item: Document) -> dict[str, Any]:
    """The attribute UsedBy: the articles that use the item and that the person may see.

    The attribute is left out, with a warning, when the call may not read articles.
    """
    if not rendering.shows(call, ARTICLE.family, "UsedBy"):
        return {}
    found, known = _attachments(records, item.code)
    places = [place for use in found for place in article_access.guards_of(_article(use, known))]
    known = records.documents(places, known) if places else known
    seen = [use for use in found if article_access.sees(call, _article(use, known), known)]
    return {"UsedBy": [_shown(use, _article(use, known)) for use in seen[:MOST_SHOWN]]}


def in_use(records: Records, change: Change, item: int) -> bool:
    """True when any article uses the item, visible to the person or not.

    The change fails when that changes before the commit.
    """
    key, name = count_key(str(RecordRef("media_items", item))), ATTACHMENT.family
    counted = (records.db.get(records.table, key) or {}).get(name)
    change.add(Check(records.table, key, absent(name) if counted is None else equals(name, counted)))
    return bool(counted) and bool(_attachments(records, item)[0])


def _attachments(records: Records, item: int) -> tuple[list[Document], Known]:
    """The attachments of the item whose articles exist, and these articles."""
    partition = facet_partition(ATTACHMENT.family, f"item={item}")
    rows = records.db.query(Query(records.table, partition, limit=MOST_READ)).items
    uses = list(records.documents((ATTACHMENT.family, row["code"]) for row in rows).values())
    known = records.documents((ARTICLE.family, use.system[ARTICLE.code]) for use in uses)
    return [use for use in uses if (ARTICLE.family, use.system[ARTICLE.code]) in known], known


def _article(use: Document, known: Known) -> Document:
    return known[ARTICLE.family, use.system[ARTICLE.code]]


def _shown(use: Document, article: Document) -> dict[str, Any]:
    codes = {ATTACHMENT.code: use.code, ARTICLE.code: article.code}
    return codes | {"Title": article.label, "Role": use.values.get("Role")}
