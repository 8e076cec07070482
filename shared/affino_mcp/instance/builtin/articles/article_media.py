"""Media items on articles and steps: an attachment is a record that article and media item find by index."""

from __future__ import annotations

from typing import Any, Final

from affino_mcp.catalogue.capability import Family
from affino_mcp.catalogue.families.article_media import ATTACHMENT
from affino_mcp.catalogue.families.article_steps import STEP
from affino_mcp.catalogue.families.article_texts import ATTACHED_ITEM_FIELD
from affino_mcp.catalogue.families.articles import ARTICLE, MEDIA_FILTER
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import Method
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.instance.builtin.access import guards
from affino_mcp.instance.builtin.articles import article_access
from affino_mcp.instance.builtin.articles.picture_uses import find_articles_showing, item_facet
from affino_mcp.instance.builtin.engine.change import Change
from affino_mcp.instance.builtin.engine.document import Document, RecordState
from affino_mcp.instance.builtin.engine.index import Facets, facet_partition
from affino_mcp.instance.builtin.engine.records import KnownRecords, Records
from affino_mcp.instance.builtin.listing.member_filtering import CodeList
from affino_mcp.instance.builtin.references.references import render_record
from affino_mcp.instance.port import Call, Done, RecordRef
from affino_mcp.store.ops import Query
from affino_mcp.tool_errors import NotFound

FAMILY: Final = ATTACHMENT.family
CODE: Final = ATTACHMENT.code
ARTICLE_CODE: Final = ARTICLE.code
STEP_CODE: Final = STEP.code
MEDIA_FAMILY: Final = Family.MEDIA_ITEMS.value
MAX_MEDIA_PER_ARTICLE: Final = 90
"""Maximum number of media on one article with its steps, so that one query and one read load all of them."""

MAX_FILTERED_USES: Final = 500
"""Most attachments of a media item whose articles are listed by it."""

MAX_MEDIA_PER_STEP: Final = 8
"""Maximum number of media on one step, so that the step is deleted in one transaction."""


def facets(stored: RecordState) -> Facets:
    """Facets of an attachment: article, step and media item (for its UsedBy). The media item counts its attachments."""
    values, system = stored.document.values, stored.document.system
    step = (f"step={system[STEP_CODE]}",) if system.get(STEP_CODE) else ()
    item = values[ATTACHED_ITEM_FIELD.name]
    return Facets(
        (f"article={system[ARTICLE_CODE]}", *step, item_facet(item)), counted=(str(RecordRef(MEDIA_FAMILY, item)),)
    )


def load_attachments(records: Records, facet: str) -> list[Document]:
    """The attachments of an article with its steps, or of a step, or of an item (`facet`), in order; two reads."""
    rows = records.db.query(Query(records.table, facet_partition(FAMILY, facet), limit=100)).items
    found = list(records.load_documents(RecordRef(FAMILY, row["code"]) for row in rows).values())
    return sorted(found, key=lambda d: (d.values.get("SortOrder", 0), d.code))


def count_attachments(records: Records, article: int) -> int:
    """How many media an article has with its steps, in two reads."""
    return len(load_attachments(records, f"article={article}"))


def list_attachments(records: Records, call: Call, article: int) -> list[dict[str, Any]]:
    """The attachments of an article and its steps, in order; media items that the person may not see are left out."""
    found = load_attachments(records, f"article={article}")
    if not found:
        return []
    known = records.load_documents(
        RecordRef(MEDIA_FAMILY, document.values[ATTACHED_ITEM_FIELD.name]) for document in found
    )
    secured = [place for item in known.values() for place in guards.security_refs(item)]
    known = records.load_documents(secured, known) if secured else known
    return [render_attachment(call, document, known) for document in found if _is_visible(call, document, known)]


def _is_visible(call: Call, document: Document, known: KnownRecords) -> bool:
    item = known.get(RecordRef(MEDIA_FAMILY, document.values[ATTACHED_ITEM_FIELD.name]))
    return item is not None and guards.may_read_security(call.actor, item, known)


def find_articles_with(records: Records, call: Call, item: int) -> CodeList:
    """The articles that a media item is on, by its newest 500 attachments and 500 texts that show it; warns of more of those.

    Raises NotFound for an item that is not there, or not open to the call.
    """
    require_open_item(records, call, MEDIA_FILTER.name, item)
    query = Query(records.table, facet_partition(FAMILY, item_facet(item)), forward=False, limit=MAX_FILTERED_USES + 1)
    rows = records.db.query(query).items
    if len(rows) > MAX_FILTERED_USES:
        text = f"The item is attached more than {MAX_FILTERED_USES} times; articles of older attachments are left out."
        call.warn(WarningCode.INCOMPLETE, MEDIA_FILTER.name, text)
    found = records.load_documents(RecordRef(FAMILY, row["code"]) for row in rows[:MAX_FILTERED_USES])
    shown = find_articles_showing(records, item, MAX_FILTERED_USES)
    return CodeList({document.system[ARTICLE_CODE] for document in found.values()} | shown)


def require_open_item(records: Records, call: Call, argument: str, code: int) -> None:
    """Raises NotFound, naming the argument, for a media item that is not there, or not open to the call."""
    stored = records.load_record(MEDIA_FAMILY, code) if call.may_read(MEDIA_FAMILY) else None
    secured = records.load_documents(guards.security_refs(stored.document)) if stored else {}
    if stored is None or not guards.may_read_security(call.actor, stored.document, secured):
        raise NotFound(argument, "media item", lookup="list_media_items")


def render_attachment(call: Call, document: Document, known: KnownRecords) -> dict[str, Any]:
    """Renders an attachment; `known` must hold its media item."""
    item = known[RecordRef(MEDIA_FAMILY, document.values[ATTACHED_ITEM_FIELD.name])]
    target = "step" if document.system.get(STEP_CODE) else "article"
    return render_record(
        call, document, known, Target=target, Title=item.values.get("Title") if call.may_read(MEDIA_FAMILY) else None
    )


def list_article_media(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Lists all attachments of an article, including those of its steps."""
    found = article_access.open_article(records, call, ARTICLE_CODE, values[ARTICLE_CODE])
    return Done({"Attachments": list_attachments(records, call, values[ARTICLE_CODE])}, found.document.ref)


def delete_attachment(records: Records, change: Change, document: Document) -> None:
    """Adds the deletion of an attachment to a change."""
    stored = RecordState(document)
    records.save_record(change, stored, stored.deleted_by(change.call))


def detach_step_media(records: Records, change: Change, step: int) -> None:
    """Deletes all attachments of a step, in the same change."""
    for document in load_attachments(records, f"step={step}"):
        delete_attachment(records, change, document)


def detach_article_media(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Deletes one attachment of an article or step."""
    stored = records.require_record(FAMILY, CODE, values[CODE], ATTACHMENT.words)
    found = article_access.open_editable_article(
        records, call, CODE, stored.document.system[ARTICLE_CODE], ATTACHMENT.words
    )
    change = records.start_change(method, values, call)
    article_access.require_article_unchanged(change, found)
    delete_attachment(records, change, stored.document)
    change.changed_refs.append(found.document.ref)
    return change.commit({CODE: values[CODE], "Attached": False})
