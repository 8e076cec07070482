"""The uses of a media item: attachments on articles, which are indexed and counted by item, and texts that show it."""

from __future__ import annotations

from typing import Any, Final

from affino_mcp.catalogue.families.article_media import ATTACHMENT
from affino_mcp.catalogue.families.articles import ARTICLE
from affino_mcp.instance.builtin.articles import article_access
from affino_mcp.instance.builtin.articles.picture_uses import find_articles_showing, item_facet
from affino_mcp.instance.builtin.engine.change import Change
from affino_mcp.instance.builtin.engine.document import Document
from affino_mcp.instance.builtin.engine.index import count_key, facet_partition
from affino_mcp.instance.builtin.engine.records import KnownRecords, Records
from affino_mcp.instance.builtin.references import references
from affino_mcp.instance.port import Call, RecordRef
from affino_mcp.store.ops import Check, Query, absent, equals

MAX_SHOWN_USES: Final = 20
MAX_ATTACHMENTS_READ: Final = 100
IN_TEXT: Final = "text"
"""The role of an item that a text shows."""


def render_used_by(records: Records, call: Call, item: Document) -> dict[str, Any]:
    """The attribute UsedBy: the articles that use the item and that the person may see.

    The attribute is left out, with a warning, when the call may not read articles.
    """
    if not references.may_show_family(call, ARTICLE.family, "UsedBy"):
        return {}
    found, known = _load_attachments(records, item.code)
    showing, known = _load_showing(records, item.code, known)
    uses: list[tuple[Document | None, Document]] = [(use, _find_article(use, known)) for use in found]
    attached = {article.code for _, article in uses}
    uses += [(None, article) for article in showing if article.code not in attached]
    places = [place for _, article in uses for place in article_access.guard_refs(article)]
    known = records.load_documents(places, known) if places else known
    seen = [(use, article) for use, article in uses if article_access.may_see_article(call, article, known)]
    return {"UsedBy": [_render_use(use, article) for use, article in seen[:MAX_SHOWN_USES]]}


def is_in_use(records: Records, change: Change, item: int) -> bool:
    """True when any article uses the item, visible to the person or not.

    The change fails when the item is attached or detached before the commit; a text may show an item that is gone.
    """
    key, name = count_key(str(RecordRef("media_items", item))), ATTACHMENT.family
    counted = (records.db.get(records.table, key) or {}).get(name)
    change.add_operation(Check(records.table, key, absent(name) if counted is None else equals(name, counted)))
    return (bool(counted) and bool(_load_attachments(records, item)[0])) or bool(_load_showing(records, item, {})[0])


def _load_attachments(records: Records, item: int) -> tuple[list[Document], KnownRecords]:
    """The attachments of the item whose articles exist, and these articles."""
    partition = facet_partition(ATTACHMENT.family, item_facet(item))
    rows = records.db.query(Query(records.table, partition, limit=MAX_ATTACHMENTS_READ)).items
    uses = list(records.load_documents(RecordRef(ATTACHMENT.family, row["code"]) for row in rows).values())
    known = records.load_documents(RecordRef(ARTICLE.family, use.system[ARTICLE.code]) for use in uses)
    return [use for use in uses if (ARTICLE.family, use.system[ARTICLE.code]) in known], known


def _load_showing(records: Records, item: int, known: KnownRecords) -> tuple[list[Document], KnownRecords]:
    """The articles that show the item in a text and exist, in the order of their codes."""
    codes = sorted(find_articles_showing(records, item, MAX_ATTACHMENTS_READ))
    places = [RecordRef(ARTICLE.family, code) for code in codes]
    known = records.load_documents(places, known) if places else known
    return [known[place] for place in places if place in known], known


def _find_article(use: Document, known: KnownRecords) -> Document:
    return known[RecordRef(ARTICLE.family, use.system[ARTICLE.code])]


def _render_use(use: Document | None, article: Document) -> dict[str, Any]:
    """One use: an attachment, or an article that shows the item in its text or in that of a step (`use` is None)."""
    codes = {ATTACHMENT.code: use.code if use else None, ARTICLE.code: article.code}
    return codes | {"Title": article.label, "Role": use.values.get("Role") if use else IN_TEXT}
