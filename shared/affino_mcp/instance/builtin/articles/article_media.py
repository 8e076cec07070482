"""Media items on articles and steps: an attachment is a record that article and media item find by index."""

from __future__ import annotations

from typing import Any, Final

from affino_mcp.catalogue.capability import Family
from affino_mcp.catalogue.families.article_media import ATTACHMENT, MEDIA_ITEM
from affino_mcp.catalogue.families.article_steps import STEP
from affino_mcp.catalogue.families.articles import ARTICLE
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import Method
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.instance.builtin.access import guards
from affino_mcp.instance.builtin.articles import article_access
from affino_mcp.instance.builtin.articles.article_access import Opened
from affino_mcp.instance.builtin.engine.change import Change
from affino_mcp.instance.builtin.engine.document import Document, created, record_key
from affino_mcp.instance.builtin.engine.index import Facets, facet_partition
from affino_mcp.instance.builtin.engine.record_state import Stored
from affino_mcp.instance.builtin.engine.records import Known, Records
from affino_mcp.instance.builtin.references.rendering import full
from affino_mcp.instance.port import Call, Done, RecordRef
from affino_mcp.store.ops import Query
from affino_mcp.tool_errors import Conflict, InvalidArgument, NotFound, PermissionDenied, ToolDisabled

FAMILY: Final = ATTACHMENT.family
CODE: Final = ATTACHMENT.code
ITEM: Final = ARTICLE.code
STEP_CODE: Final = STEP.code
MEDIA: Final = Family.MEDIA_ITEMS.value
MOST: Final = 90
"""Maximum number of media on one article with its steps, so that one query and one read load all of them."""

MOST_ON_STEP: Final = 8
"""Maximum number of media on one step, so that the step is deleted in one transaction."""


def facets(stored: Stored) -> Facets:
    """Facets of an attachment: article, step and media item (for its UsedBy). The media item counts its attachments."""
    values, system = stored.document.values, stored.document.system
    step = (f"step={system[STEP_CODE]}",) if system.get(STEP_CODE) else ()
    item = values[MEDIA_ITEM.name]
    return Facets((f"article={system[ITEM]}", *step, f"item={item}"), counted=(str(RecordRef(MEDIA, item)),))


def _by(records: Records, facet: str) -> list[Document]:
    rows = records.db.query(Query(records.table, facet_partition(FAMILY, facet), limit=100)).items
    found = list(records.documents((FAMILY, row["code"]) for row in rows).values())
    return sorted(found, key=lambda d: (d.values.get("SortOrder", 0), d.code))


def attached(records: Records, call: Call, article: int) -> list[dict[str, Any]]:
    """The attachments of an article and its steps, in order; media items that the person may not see are left out."""
    found = _by(records, f"article={article}")
    if not found:
        return []
    known = records.documents((MEDIA, document.values[MEDIA_ITEM.name]) for document in found)
    secured = [place for item in known.values() for place in guards.security_of(item)]
    known = records.documents(secured, known) if secured else known
    return [_shown(call, document, known) for document in found if _visible(call, document, known)]


def _visible(call: Call, document: Document, known: Known) -> bool:
    item = known.get((MEDIA, document.values[MEDIA_ITEM.name]))
    return item is not None and guards.passes_security(call.actor, item, known)


def _shown(call: Call, document: Document, known: Known) -> dict[str, Any]:
    item = known[MEDIA, document.values[MEDIA_ITEM.name]]
    target = "step" if document.system.get(STEP_CODE) else "article"
    return full(call, document, known, Target=target, Title=item.values.get("Title") if call.reads(MEDIA) else None)


def list_article_media(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Lists all attachments of an article, including those of its steps."""
    found = article_access.opened(records, call, ITEM, values[ITEM])
    return Done({"Attachments": attached(records, call, values[ITEM])}, found.document.ref)


def attach_article_media(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Attaches a media item. Warns when the item is attached there already."""
    found, step = _target(records, call, values)
    change = records.change(method, values, call)
    known = _item(records, change, values[MEDIA_ITEM.name])
    others, role = _by(records, f"article={found.document.code}"), values.get("Role", "inline")
    place = f"{found.document.code}/{step or 0}/{values[MEDIA_ITEM.name]}/{role}"
    for other in others:
        if other.values["Place"] == place:
            call.warn(WarningCode.NO_CHANGE, MEDIA_ITEM.name, "The media item is attached there already.")
            return Done({"Attachment": _shown(call, other, known)}, other.ref)
    _room(others, step)
    document = _new(records, change, found, step, {**values, "Role": role, "Place": place}, others)
    article_access.hold(change, found)
    records.save(change, None, Stored(document))
    change.touched.append(found.document.ref)
    return change.commit({"Attachment": _shown(call, document, known)})


def _new(
    records: Records, change: Change, found: Opened, step: int | None, values: Values, others: list[Document]
) -> Document:
    code = records.codes.take(FAMILY, change)
    last = max((other.values.get("SortOrder", 0) for other in others if other.system.get(STEP_CODE) == step), default=0)
    given = {name: values[name] for name in (*ATTACHMENT.writable, "Place") if values.get(name) is not None}
    where = {ITEM: found.document.code, STEP_CODE: step}
    return created(FAMILY, code, change.call, {"SortOrder": min(last + 1, 1000)} | given, **where)


def _target(records: Records, call: Call, values: Values) -> tuple[Opened, int | None]:
    if (ITEM in values) == (STEP_CODE in values):
        raise InvalidArgument(ITEM, f"Give exactly one of {ITEM} and {STEP_CODE}.")
    if STEP_CODE in values:
        return article_access.step_opened(records, call, values[STEP_CODE], to_change=True)[0], values[STEP_CODE]
    return article_access.editable(records, call, ITEM, values[ITEM]), None


def _item(records: Records, change: Change, code: int) -> Known:
    """Loads the media item, which must be open to the person; warns when the item has no file yet."""
    call = change.call
    if not call.readable(MEDIA):
        raise ToolDisabled(f"{MEDIA}.read")
    if not call.actor.has(f"{MEDIA}.read", call.at):
        raise PermissionDenied(f"{MEDIA}.read", argument=MEDIA_ITEM.name)
    stored = records.require(MEDIA, MEDIA_ITEM.name, code, "media item")
    known = records.documents(guards.security_of(stored.document), {(MEDIA, code): stored.document})
    if not guards.passes_security(call.actor, stored.document, known):
        raise NotFound(MEDIA_ITEM.name, "media item")
    change.must_exist(record_key(MEDIA, code), lambda _: NotFound(MEDIA_ITEM.name, "media item"))
    if not stored.to("media_files"):
        text = "The media item has no file yet, so nothing will be shown: attach one with attach_media_file."
        call.warn(WarningCode.NO_FILE, MEDIA_ITEM.name, text)
    return known


def _room(others: list[Document], step: int | None) -> None:
    on_step = [other for other in others if step and other.system.get(STEP_CODE) == step]
    if len(others) >= MOST or len(on_step) >= MOST_ON_STEP:
        raise Conflict(f"At most {MOST} media fit on an article and {MOST_ON_STEP} on a step. Detach some first.")


def _off(records: Records, change: Change, document: Document) -> None:
    stored = Stored(document)
    records.save(change, stored, stored.deleted_by(change.call))


def release(records: Records, change: Change, step: int) -> None:
    """Deletes all attachments of a step, in the same change."""
    for document in _by(records, f"step={step}"):
        _off(records, change, document)


def detach_article_media(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Deletes one attachment of an article or step."""
    stored = records.require(FAMILY, CODE, values[CODE], ATTACHMENT.words)
    found = article_access.editable(records, call, CODE, stored.document.system[ITEM], ATTACHMENT.words)
    change = records.change(method, values, call)
    article_access.hold(change, found)
    _off(records, change, stored.document)
    change.touched.append(found.document.ref)
    return change.commit({CODE: values[CODE], "Attached": False})
