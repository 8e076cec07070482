"""Media items on articles and steps: an attachment is a record that article and media item find by index."""

from __future__ import annotations

from typing import Any, Final

from affino_mcp.catalogue.capability import Family
from affino_mcp.catalogue.families.article_media import ATTACHED_ITEM_FIELD, ATTACHMENT
from affino_mcp.catalogue.families.article_steps import STEP
from affino_mcp.catalogue.families.articles import ARTICLE, MEDIA_FILTER
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import Method
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.instance.builtin.access import guards
from affino_mcp.instance.builtin.articles import article_access
from affino_mcp.instance.builtin.articles.article_access import OpenArticle
from affino_mcp.instance.builtin.engine.change import Change
from affino_mcp.instance.builtin.engine.document import Document, RecordState, new_document, record_key
from affino_mcp.instance.builtin.engine.index import Facets, facet_partition
from affino_mcp.instance.builtin.engine.records import KnownRecords, Records
from affino_mcp.instance.builtin.listing.member_filtering import CodeList
from affino_mcp.instance.builtin.references.references import render_record
from affino_mcp.instance.port import Call, Done, RecordRef
from affino_mcp.store.ops import Query
from affino_mcp.tool_errors import Conflict, InvalidArgument, NotFound

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
        (f"article={system[ARTICLE_CODE]}", *step, f"item={item}"), counted=(str(RecordRef(MEDIA_FAMILY, item)),)
    )


def _load_attachments(records: Records, facet: str) -> list[Document]:
    rows = records.db.query(Query(records.table, facet_partition(FAMILY, facet), limit=100)).items
    found = list(records.load_documents(RecordRef(FAMILY, row["code"]) for row in rows).values())
    return sorted(found, key=lambda d: (d.values.get("SortOrder", 0), d.code))


def count_attachments(records: Records, article: int) -> int:
    """How many media an article has with its steps, in two reads."""
    return len(_load_attachments(records, f"article={article}"))


def list_attachments(records: Records, call: Call, article: int) -> list[dict[str, Any]]:
    """The attachments of an article and its steps, in order; media items that the person may not see are left out."""
    found = _load_attachments(records, f"article={article}")
    if not found:
        return []
    known = records.load_documents(
        RecordRef(MEDIA_FAMILY, document.values[ATTACHED_ITEM_FIELD.name]) for document in found
    )
    secured = [place for item in known.values() for place in guards.security_refs(item)]
    known = records.load_documents(secured, known) if secured else known
    return [_render_attachment(call, document, known) for document in found if _is_visible(call, document, known)]


def _is_visible(call: Call, document: Document, known: KnownRecords) -> bool:
    item = known.get(RecordRef(MEDIA_FAMILY, document.values[ATTACHED_ITEM_FIELD.name]))
    return item is not None and guards.may_read_security(call.actor, item, known)


def find_articles_with(records: Records, call: Call, item: int) -> CodeList:
    """The articles that a media item is on, by its newest 500 attachments; warns when there are more.

    Raises NotFound for an item that is not there, or not open to the call.
    """
    require_open_item(records, call, MEDIA_FILTER.name, item)
    query = Query(records.table, facet_partition(FAMILY, f"item={item}"), forward=False, limit=MAX_FILTERED_USES + 1)
    rows = records.db.query(query).items
    if len(rows) > MAX_FILTERED_USES:
        text = f"The item is attached more than {MAX_FILTERED_USES} times; articles of older attachments are left out."
        call.warn(WarningCode.INCOMPLETE, MEDIA_FILTER.name, text)
    found = records.load_documents(RecordRef(FAMILY, row["code"]) for row in rows[:MAX_FILTERED_USES])
    return CodeList({document.system[ARTICLE_CODE] for document in found.values()})


def require_open_item(records: Records, call: Call, argument: str, code: int) -> None:
    """Raises NotFound, naming the argument, for a media item that is not there, or not open to the call."""
    stored = records.load_record(MEDIA_FAMILY, code) if call.may_read(MEDIA_FAMILY) else None
    secured = records.load_documents(guards.security_refs(stored.document)) if stored else {}
    if stored is None or not guards.may_read_security(call.actor, stored.document, secured):
        raise NotFound(argument, "media item", lookup="list_media_items")


def _render_attachment(call: Call, document: Document, known: KnownRecords) -> dict[str, Any]:
    item = known[RecordRef(MEDIA_FAMILY, document.values[ATTACHED_ITEM_FIELD.name])]
    target = "step" if document.system.get(STEP_CODE) else "article"
    return render_record(
        call, document, known, Target=target, Title=item.values.get("Title") if call.may_read(MEDIA_FAMILY) else None
    )


def list_article_media(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Lists all attachments of an article, including those of its steps."""
    found = article_access.open_article(records, call, ARTICLE_CODE, values[ARTICLE_CODE])
    return Done({"Attachments": list_attachments(records, call, values[ARTICLE_CODE])}, found.document.ref)


def attach_article_media(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Attaches a media item. Warns when the item is attached there already."""
    found, step = _find_target(records, call, values)
    change = records.start_change(method, values, call)
    known = _require_media_item(records, change, values[ATTACHED_ITEM_FIELD.name])
    others, role = _load_attachments(records, f"article={found.document.code}"), values.get("Role", "inline")
    place = f"{found.document.code}/{step or 0}/{values[ATTACHED_ITEM_FIELD.name]}/{role}"
    for other in others:
        if other.values["Place"] == place:
            call.warn(WarningCode.NO_CHANGE, ATTACHED_ITEM_FIELD.name, "The media item is attached there already.")
            return Done({"Attachment": _render_attachment(call, other, known)}, other.ref)
    _require_capacity(others, step)
    document = _new_attachment(records, change, found, step, {**values, "Role": role, "Place": place}, others)
    article_access.require_article_unchanged(change, found)
    records.save_record(change, None, RecordState(document))
    change.changed_refs.append(found.document.ref)
    return change.commit({"Attachment": _render_attachment(call, document, known)})


def _new_attachment(
    records: Records, change: Change, found: OpenArticle, step: int | None, values: Values, others: list[Document]
) -> Document:
    code = records.codes.take_code(FAMILY, change)
    last = max((other.values.get("SortOrder", 0) for other in others if other.system.get(STEP_CODE) == step), default=0)
    given = {name: values[name] for name in (*ATTACHMENT.writable, "Place") if values.get(name) is not None}
    where = {ARTICLE_CODE: found.document.code, STEP_CODE: step}
    return new_document(FAMILY, code, change.call, {"SortOrder": min(last + 1, 1000)} | given, **where)


def _find_target(records: Records, call: Call, values: Values) -> tuple[OpenArticle, int | None]:
    if (ARTICLE_CODE in values) == (STEP_CODE in values):
        raise InvalidArgument(ARTICLE_CODE, f"Give exactly one of {ARTICLE_CODE} and {STEP_CODE}.")
    if STEP_CODE in values:
        return article_access.open_step(records, call, values[STEP_CODE], to_change=True)[0], values[STEP_CODE]
    return article_access.open_editable_article(records, call, ARTICLE_CODE, values[ARTICLE_CODE]), None


def _require_media_item(records: Records, change: Change, code: int) -> KnownRecords:
    """Loads the media item, which must be open to the person; warns when the item has no file yet."""
    call = change.call
    stored = records.require_record(MEDIA_FAMILY, ATTACHED_ITEM_FIELD.name, code, "media item")
    known = records.load_documents(
        guards.security_refs(stored.document), {RecordRef(MEDIA_FAMILY, code): stored.document}
    )
    if not guards.may_read_security(call.actor, stored.document, known):
        raise NotFound(ATTACHED_ITEM_FIELD.name, "media item")
    change.require_existing(record_key(MEDIA_FAMILY, code), lambda _: NotFound(ATTACHED_ITEM_FIELD.name, "media item"))
    if not stored.relations_to("media_files"):
        text = "The media item has no file yet, so nothing will be shown: attach one with attach_media_file."
        call.warn(WarningCode.NO_FILE, ATTACHED_ITEM_FIELD.name, text)
    return known


def _require_capacity(others: list[Document], step: int | None) -> None:
    on_step = [other for other in others if step and other.system.get(STEP_CODE) == step]
    if len(others) >= MAX_MEDIA_PER_ARTICLE or len(on_step) >= MAX_MEDIA_PER_STEP:
        raise Conflict(
            f"At most {MAX_MEDIA_PER_ARTICLE} media fit on an article and {MAX_MEDIA_PER_STEP} on a step. Detach some first."
        )


def _delete_attachment(records: Records, change: Change, document: Document) -> None:
    stored = RecordState(document)
    records.save_record(change, stored, stored.deleted_by(change.call))


def detach_step_media(records: Records, change: Change, step: int) -> None:
    """Deletes all attachments of a step, in the same change."""
    for document in _load_attachments(records, f"step={step}"):
        _delete_attachment(records, change, document)


def detach_article_media(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Deletes one attachment of an article or step."""
    stored = records.require_record(FAMILY, CODE, values[CODE], ATTACHMENT.words)
    found = article_access.open_editable_article(
        records, call, CODE, stored.document.system[ARTICLE_CODE], ATTACHMENT.words
    )
    change = records.start_change(method, values, call)
    article_access.require_article_unchanged(change, found)
    _delete_attachment(records, change, stored.document)
    change.changed_refs.append(found.document.ref)
    return change.commit({CODE: values[CODE], "Attached": False})
