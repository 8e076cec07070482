"""Attaches media items to articles and steps, one by one, or with the steps of a new article."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from affino_mcp.catalogue.families.article_media import ATTACHMENT, COVER, INLINE, REPLACE
from affino_mcp.catalogue.families.article_steps import STEP
from affino_mcp.catalogue.families.article_texts import ATTACHED_ITEM_FIELD
from affino_mcp.catalogue.families.articles import ARTICLE
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import Method
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.instance.builtin.access import guards
from affino_mcp.instance.builtin.articles import article_access, article_media
from affino_mcp.instance.builtin.articles.article_access import OpenArticle
from affino_mcp.instance.builtin.articles.article_media import MAX_MEDIA_PER_ARTICLE, MAX_MEDIA_PER_STEP
from affino_mcp.instance.builtin.engine.change import Change
from affino_mcp.instance.builtin.engine.document import Document, RecordState, new_document, record_key
from affino_mcp.instance.builtin.engine.records import KnownRecords, Records
from affino_mcp.instance.port import Call, Done, RecordRef
from affino_mcp.tool_errors import Conflict, InvalidArgument, NotFound

FAMILY: Final = ATTACHMENT.family
ARTICLE_CODE: Final = ARTICLE.code
STEP_CODE: Final = STEP.code


def attach_article_media(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Attaches a media item, and with Replace takes off what has the same role there.

    Warns when the item is attached there already, and of a second cover.
    """
    found, step = _find_target(records, call, values)
    change = records.start_change(method, values, call)
    known = _require_media_item(records, change, values[ATTACHED_ITEM_FIELD.name])
    others, role = article_media.load_attachments(records, f"article={found.document.code}"), values.get("Role", INLINE)
    place = f"{found.document.code}/{step or 0}/{values[ATTACHED_ITEM_FIELD.name]}/{role}"
    same = next((other for other in others if other.values["Place"] == place), None)
    rivals = [other for other in others if other is not same and _stands_at(other, step, role)]
    replaced = _decide_replaced(call, values, rivals, role)
    if same and not replaced:
        call.warn(WarningCode.NO_CHANGE, ATTACHED_ITEM_FIELD.name, "The media item is attached there already.")
        return Done({"Attachment": article_media.render_attachment(call, same, known)}, same.ref)
    left = [other for other in others if other not in replaced]
    document = same or _add_attachment(records, change, found, step, {**values, "Role": role, "Place": place}, left)
    for other in replaced:
        article_media.delete_attachment(records, change, other)
    article_access.require_article_unchanged(change, found)
    change.changed_refs.append(found.document.ref)
    return change.commit({"Attachment": article_media.render_attachment(call, document, known)})


def _stands_at(attachment: Document, step: int | None, role: str) -> bool:
    return attachment.system.get(STEP_CODE) == step and attachment.values.get("Role") == role


def _decide_replaced(call: Call, values: Values, rivals: list[Document], role: str) -> list[Document]:
    """The attachments to take off. Raises Conflict when they are too many for one change; warns of a second cover."""
    if values.get(REPLACE.name):
        if len(rivals) > MAX_MEDIA_PER_STEP:
            text = f"{len(rivals)} media have this role there: {REPLACE.name} takes off at most {MAX_MEDIA_PER_STEP}."
            raise Conflict(text, argument=REPLACE.name)
        return rivals
    if rivals and role == COVER:
        items = ", ".join(str(other.values[ATTACHED_ITEM_FIELD.name]) for other in rivals)
        text = f"A cover is there already (media item {items}), and stays: {REPLACE.name} true takes it off."
        call.warn(WarningCode.POSSIBLE_DUPLICATE, "Role", text)
    return []


def _add_attachment(
    records: Records, change: Change, found: OpenArticle, step: int | None, values: Values, others: list[Document]
) -> Document:
    _require_capacity(others, step)
    last = max((other.values.get("SortOrder", 0) for other in others if other.system.get(STEP_CODE) == step), default=0)
    code = records.codes.take_code(FAMILY, change)
    document = _new_attachment(change, code, found, step, {"SortOrder": min(last + 1, 1000), **values})
    records.save_record(change, None, RecordState(document))
    return document


def _new_attachment(change: Change, code: int, found: OpenArticle, step: int | None, values: Values) -> Document:
    given = {name: values[name] for name in (*ATTACHMENT.writable, "Place") if values.get(name) is not None}
    return new_document(FAMILY, code, change.call, given, **{ARTICLE_CODE: found.document.code, STEP_CODE: step})


class NewPicture(NamedTuple):
    """The media item that a new step shows, and the argument that named it."""

    item: int
    argument: str


def attach_to_new_steps(
    records: Records, change: Change, found: OpenArticle, pictures: Mapping[int, NewPicture]
) -> list[dict[str, Any]]:
    """Attaches media items to the steps of a new article, by the steps' codes; renders the attachments.

    Raises NotFound, naming the argument, for an item that the person may not see.
    """
    if not pictures:
        return []
    known: KnownRecords = {}
    for picture in pictures.values():
        known |= _require_media_item(records, change, picture.item, picture.argument)
    codes, attached = records.codes.take_codes(FAMILY, change, len(pictures)), list[Document]()
    for code, (step, picture) in zip(codes, pictures.items(), strict=True):
        place = f"{found.document.code}/{step}/{picture.item}/{INLINE}"
        values = {ATTACHED_ITEM_FIELD.name: picture.item, "Role": INLINE, "Place": place, "SortOrder": 1}
        attached.append(_new_attachment(change, code, found, step, values))
        records.save_record(change, None, RecordState(attached[-1]))
    return [article_media.render_attachment(change.call, document, known) for document in attached]


def _find_target(records: Records, call: Call, values: Values) -> tuple[OpenArticle, int | None]:
    if (ARTICLE_CODE in values) == (STEP_CODE in values):
        raise InvalidArgument(ARTICLE_CODE, f"Give exactly one of {ARTICLE_CODE} and {STEP_CODE}.")
    if STEP_CODE in values:
        return article_access.open_step(records, call, values[STEP_CODE], to_change=True)[0], values[STEP_CODE]
    return article_access.open_editable_article(records, call, ARTICLE_CODE, values[ARTICLE_CODE]), None


def _require_media_item(
    records: Records, change: Change, code: int, argument: str = ATTACHED_ITEM_FIELD.name
) -> KnownRecords:
    """Loads the media item, which must be open to the person; warns when the item has no file yet."""
    call = change.call
    stored = records.require_record(article_media.MEDIA_FAMILY, argument, code, "media item")
    known = records.load_documents(
        guards.security_refs(stored.document), {RecordRef(article_media.MEDIA_FAMILY, code): stored.document}
    )
    if not guards.may_read_security(call.actor, stored.document, known):
        raise NotFound(argument, "media item")
    change.require_existing(record_key(article_media.MEDIA_FAMILY, code), lambda _: NotFound(argument, "media item"))
    if not stored.relations_to("media_files"):
        text = "The media item has no file yet, so nothing will be shown: attach one with attach_media_file."
        call.warn(WarningCode.NO_FILE, argument, text)
    return known


def _require_capacity(others: list[Document], step: int | None) -> None:
    on_step = [other for other in others if step and other.system.get(STEP_CODE) == step]
    if len(others) >= MAX_MEDIA_PER_ARTICLE or len(on_step) >= MAX_MEDIA_PER_STEP:
        raise Conflict(
            f"At most {MAX_MEDIA_PER_ARTICLE} media fit on an article and {MAX_MEDIA_PER_STEP} on a step. Detach some first."
        )
