"""Bodies of articles and steps: sanitised and stored, with the media items that they show as pictures."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from affino_mcp.catalogue.capability import Family
from affino_mcp.catalogue.families.article_steps import STEP
from affino_mcp.catalogue.families.article_texts import ATTACHED_ITEM_FIELD
from affino_mcp.catalogue.families.articles import ARTICLE, IMAGES
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.instance.builtin.access import guards
from affino_mcp.instance.builtin.engine import html_pictures, html_policy, long_texts
from affino_mcp.instance.builtin.engine.change import Change
from affino_mcp.instance.builtin.engine.document import Document
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.port import Call, RecordRef
from affino_mcp.tool_errors import InvalidArgument

BODY_ATTRIBUTE: Final = "Body"
MAX_PICTURES: Final = {ARTICLE.family: 30, STEP.family: 10}
"""How many media items one text shows: each has an index row, and a step is deleted with its media in one transaction."""


def store_body(records: Records, change: Change, document: Document, values: Values, where: str = "") -> Document:
    """The article or step with its body stored, when the call gives one; null takes it away.

    `where` stands before the argument's name in warnings. Raises InvalidArgument for a body that cannot be stored.
    """
    if BODY_ATTRIBUTE not in values:
        return document
    if not values[BODY_ATTRIBUTE]:
        return _with_images(document, [])
    field = document.record.writable[BODY_ATTRIBUTE]
    asked = replace(field, name=f"{where}{BODY_ATTRIBUTE}")
    body = html_policy.sanitise_argument(change.call, asked, values[BODY_ATTRIBUTE], html_policy.Links.EDITORS)
    pictures = html_pictures.find_pictures(body)
    most = MAX_PICTURES[document.family]
    if len(pictures) > most:
        raise InvalidArgument(asked.name, f"{asked.name} can show at most {most} media items.")
    _warn_of_missing(records, change.call, asked.name, pictures)
    return _with_images(long_texts.put_text(change, document, BODY_ATTRIBUTE, body), pictures)


def _with_images(document: Document, pictures: list[int]) -> Document:
    if not pictures and IMAGES.name not in document.system:
        return document
    images: list[dict[str, Any]] = [{ATTACHED_ITEM_FIELD.name: code} for code in pictures]
    return replace(document, system={**document.system, IMAGES.name: images})


def _warn_of_missing(records: Records, call: Call, argument: str, pictures: list[int]) -> None:
    """Warns of pictures that do not exist or are not open to the person; nothing is looked up for who may not read media."""
    if not pictures:
        return
    if not call.may_read(Family.MEDIA_ITEMS):
        text = f"{argument} shows media items, which this call may not read: whether they exist was not looked up."
        call.warn(WarningCode.NOT_SHOWN, argument, text)
        return
    items = records.load_documents(RecordRef(Family.MEDIA_ITEMS, code) for code in pictures)
    known = records.load_documents((ref for item in items.values() for ref in guards.security_refs(item)), items)
    seen = {ref.code for ref, item in items.items() if guards.may_read_security(call.actor, item, known)}
    missing = [str(code) for code in pictures if code not in seen]
    if missing:
        text = (
            f"{argument} shows media items that cannot be found: {', '.join(missing)}. Nothing is shown in their place."
        )
        call.warn(WarningCode.UNKNOWN_REFERENCE, argument, text)
