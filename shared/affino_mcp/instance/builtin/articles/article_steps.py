"""Steps of articles: records of their own. The article holds their order, so that reordering writes one row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile
from typing import Any, Final

from affino_mcp.catalogue.answer_fields import wants
from affino_mcp.catalogue.families.article_steps import MAX_STEPS_PER_ARTICLE, SORT_ORDER, STEP, STEP_CODES
from affino_mcp.catalogue.families.article_texts import ATTACHED_ITEM_FIELD, NEW_STEPS
from affino_mcp.catalogue.families.articles import ARTICLE
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import FIRST_STEP, Method
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.instance.answer_size import MAX_RESPONSE_ROWS
from affino_mcp.instance.builtin.articles import article_access, article_media, media_attaching
from affino_mcp.instance.builtin.articles.article_access import (
    STEP_ORDER_ATTRIBUTE,
    OpenArticle,
    open_step,
    ordered_step_codes,
)
from affino_mcp.instance.builtin.articles.article_bodies import store_body
from affino_mcp.instance.builtin.articles.media_attaching import NewPicture
from affino_mcp.instance.builtin.articles.picture_uses import list_item_facets
from affino_mcp.instance.builtin.engine import long_texts
from affino_mcp.instance.builtin.engine.change import Change
from affino_mcp.instance.builtin.engine.document import Document, RecordState, new_document
from affino_mcp.instance.builtin.engine.index import Facets
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.engine.response_budget import MOST_CHARACTERS_PER_TOKEN, ResponseBudget, leave_out_text
from affino_mcp.instance.builtin.engine.text_parts import without_long_texts
from affino_mcp.instance.builtin.references.references import render_record
from affino_mcp.instance.port import Call, Done, RecordRef
from affino_mcp.tool_errors import Conflict, InvalidArgument

FAMILY: Final = STEP.family
CODE: Final = STEP.code
ARTICLE_CODE: Final = ARTICLE.code
FORMER_PLACE: Final = "FormerPlace"
"""What a deleted step holds: its place among the article's steps, counted from 1."""

BODY_FROM: Final = STEP.writable["Body"].position.name
_TOO_MANY_STEPS: Final = (
    "These steps with their texts and media are more than can be written at once. Give fewer, and add the others with"
    " create_article_step."
)
Attachments = Sequence[dict[str, Any]]


def facets(stored: RecordState) -> Facets:
    """A step is found through its article, which its index rows name, and by the media items that its text shows."""
    return Facets(list_item_facets(stored.document), (article_access.step_tag(stored.document),))


def render_steps(
    records: Records,
    call: Call,
    article: Document,
    attached: Attachments,
    room: ResponseBudget,
    *,
    bodies: bool,
    first: int = 1,
) -> list[dict[str, Any]]:
    """Renders the steps from position `first` on; what does not fit into `room` is left out with a warning."""
    codes = ordered_step_codes(article)
    found = records.load_documents(RecordRef(FAMILY, code) for code in codes[first - 1 :])
    known = {document.code: document for document in found.values()}
    entries = [
        _render_entry(call, known[code], place, attached)
        for place, code in enumerate(codes, 1)
        if place >= first and code in known
    ]
    fitting = list(takewhile(room.try_add, map(without_long_texts, entries[:MAX_RESPONSE_ROWS])))
    if len(fitting) < len(entries):
        text = f"{len(entries) - len(fitting)} steps did not fit: list_article_steps with FromSortOrder={len(fitting) + first}."
        call.warn(WarningCode.TRUNCATED, STEP_ORDER_ATTRIBUTE, text)
    shown = entries[: len(fitting)]
    return _add_bodies(records, call, shown, room) if bodies else [_without_body(entry) for entry in shown]


def _add_bodies(
    records: Records, call: Call, entries: list[dict[str, Any]], room: ResponseBudget
) -> list[dict[str, Any]]:
    """The steps with the bodies that fit, the lengths of the others in their place."""
    left, wanted = room.left, list[int]()
    for entry in entries:
        left -= long_texts.text_length(entry["Body"]) // MOST_CHARACTERS_PER_TOKEN
        if left < 0:
            break
        wanted.append(entry[CODE])
    kept = [(FAMILY, entry[CODE], entry["Body"]) for entry in entries if entry[CODE] in wanted and entry["Body"]]
    found = dict(zip((code for _, code, _ in kept), long_texts.read_texts(records, kept), strict=True))
    fits = {code: text for code, text in found.items() if room.try_add(text)}
    if any(entry["Body"] and entry[CODE] not in fits for entry in entries):
        text = "Some steps came without their Body (BodyLength says how long it is): read them one by one with get_article_step."
        call.warn(WarningCode.TRUNCATED, STEP_ORDER_ATTRIBUTE, text)
    return [{**entry, "Body": fits[entry[CODE]]} if entry[CODE] in fits else _without_body(entry) for entry in entries]


def _without_body(entry: dict[str, Any]) -> dict[str, Any]:
    """A step with the length of its body in the body's place; one that has no body says so."""
    return leave_out_text(entry, "Body", long_texts.text_length(entry["Body"])) if entry["Body"] else entry


def _render_entry(call: Call, step: Document, place: int, attached: Attachments) -> dict[str, Any]:
    """Renders a step with its body as it is stored."""
    media = [entry for entry in attached if entry[CODE] == step.code]
    return render_record(call, step, {}, SortOrder=place, Media=media)


def list_article_steps(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Lists the steps in order, with bodies and media."""
    found = article_access.open_article(records, call, ARTICLE_CODE, values[ARTICLE_CODE])
    first, bodies = values.get(FIRST_STEP, 1), wants(values, "Body")
    return _answer_steps(records, call, found.document, bodies=bodies, first=first)


def _answer_steps(records: Records, call: Call, article: Document, *, bodies: bool = False, first: int = 1) -> Done:
    attached = article_media.list_attachments(records, call, article.code)
    steps = render_steps(records, call, article, attached, ResponseBudget({}), bodies=bodies, first=first)
    return Done({"Steps": steps}, article.ref)


def get_article_step(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Answers one step."""
    found, step = open_step(records, call, values[CODE])
    shown = _render_step(records, call, found.document, step.document)
    if (kept := step.document.values.get("Body")) is not None and wants(values, "Body"):
        text = long_texts.read_texts(records, [(FAMILY, step.document.code, kept)])[0]
        shown = ResponseBudget({**shown, "Body": None}).show_text(call, shown, "Body", text, values.get(BODY_FROM, 0))
    return Done({"Step": shown}, step.document.ref)


def _render_step(records: Records, call: Call, article: Document, step: Document) -> dict[str, Any]:
    """Renders a step with its body as it is stored."""
    attached = article_media.list_attachments(records, call, article.code)
    return _render_entry(call, step, ordered_step_codes(article).index(step.code) + 1, attached)


def create_article_step(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Creates a step at the end or at the given position."""
    found = article_access.open_editable_article(records, call, ARTICLE_CODE, values[ARTICLE_CODE])
    codes = ordered_step_codes(found.document)
    if len(codes) >= MAX_STEPS_PER_ARTICLE:
        raise Conflict(f"The article has {MAX_STEPS_PER_ARTICLE} steps already.", argument=ARTICLE_CODE)
    change = records.start_change(method, values, call)
    code = records.codes.take_code(FAMILY, change)
    step = _new_step(records, change, code, values[ARTICLE_CODE], values)
    article = _reorder(change, found, _place_step(call, codes, code, values.get(SORT_ORDER.name)))
    records.save_record(change, None, RecordState(step))
    _save_order(records, change, found, article)
    return change.commit({"Step": _render_step(records, call, article, step)})


def _new_step(records: Records, change: Change, code: int, article: int, values: Values, where: str = "") -> Document:
    draft = new_document(FAMILY, code, change.call, {"Title": values["Title"]}, **{ARTICLE_CODE: article})
    return store_body(records, change, draft, values, where)


def take_step_codes(records: Records, change: Change, given: Sequence[Values]) -> range:
    """The codes for the steps of a new article."""
    return records.codes.take_codes(FAMILY, change, len(given)) if given else range(0)


def add_new_steps(
    records: Records, change: Change, found: OpenArticle, codes: range, given: Sequence[Values]
) -> list[dict[str, Any]]:
    """Adds the steps of a new article, each with its media item, to the change that creates the article; renders them.

    Raises InvalidArgument or NotFound, naming the entry, for a step that cannot be made.
    """
    change.too_large = Conflict(_TOO_MANY_STEPS, argument=NEW_STEPS.name) if given else change.too_large
    steps, pictures = list[Document](), dict[int, NewPicture]()
    for place, (code, values) in enumerate(zip(codes, given, strict=True), 1):
        where = f"{NEW_STEPS.name}, entry {place}, "
        steps.append(_new_step(records, change, code, found.document.code, values, where))
        records.save_record(change, None, RecordState(steps[-1]))
        if item := values.get(ATTACHED_ITEM_FIELD.name):
            pictures[code] = NewPicture(item, f"{where}{ATTACHED_ITEM_FIELD.name}")
    attached = media_attaching.attach_to_new_steps(records, change, found, pictures)
    return [_without_body(_render_entry(change.call, step, place, attached)) for place, step in enumerate(steps, 1)]


def _place_step(call: Call, codes: list[int], code: int, wanted: int | None) -> list[int]:
    others = [other for other in codes if other != code]
    place = len(others) if wanted is None else min(wanted - 1, len(others))
    if wanted is not None and wanted != place + 1:
        text = f"There are only {len(others) + 1} steps: SortOrder is {place + 1}."
        call.warn(WarningCode.STORED_DIFFERENTLY, SORT_ORDER.name, text)
    return [*others[:place], code, *others[place:]]


def _reorder(change: Change, found: OpenArticle, codes: list[int]) -> Document:
    return found.document.next_version(change.call, {STEP_ORDER_ATTRIBUTE: codes})


def _save_order(records: Records, change: Change, found: OpenArticle, article: Document) -> None:
    article_access.require_article_unchanged(change, found)
    records.save_record(change, found.stored, replace(found.stored, document=article))


def update_article_step(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Updates the given attributes of a step; null clears the body."""
    found, before = open_step(records, call, values[CODE], to_change=True)
    change = records.start_change(method, values, call)
    given = {name: values[name] for name in STEP.writable if name in values}
    step = store_body(records, change, before.document.next_version(call, given), values)
    records.save_record(change, before, replace(before, document=step))
    article, wanted = found.document, values.get(SORT_ORDER.name)
    codes = _place_step(call, ordered_step_codes(article), step.code, wanted) if wanted else ordered_step_codes(article)
    if codes != ordered_step_codes(article):
        article = _reorder(change, found, codes)
        _save_order(records, change, found, article)
    article_access.require_article_unchanged(change, found)
    return change.commit({"Step": _render_step(records, call, article, step)})


def delete_article_step(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Deletes a step and detaches its media; the steps after it move up."""
    found, before = open_step(records, call, values[CODE], to_change=True)
    change = records.start_change(method, values, call)
    place = ordered_step_codes(found.document).index(values[CODE]) + 1
    records.save_record(change, before, before.deleted_by(call, None, **{FORMER_PLACE: place}))
    article_media.detach_step_media(records, change, values[CODE])
    rest = [code for code in ordered_step_codes(found.document) if code != values[CODE]]
    _save_order(records, change, found, _reorder(change, found, rest))
    return change.commit({CODE: values[CODE], "Deleted": True})


def reorder_article_steps(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Puts the steps into a new order; only the article's row changes."""
    found = article_access.open_editable_article(records, call, ARTICLE_CODE, values[ARTICLE_CODE])
    wanted, codes = values[STEP_CODES.name], ordered_step_codes(found.document)
    if sorted(wanted) != sorted(codes):
        text = f"{STEP_CODES.name} must name every step of the article exactly once."
        raise InvalidArgument(STEP_CODES.name, text, StandardStepByStepCodes=codes)
    if wanted == codes:
        call.warn(WarningCode.NO_CHANGE, STEP_CODES.name, "The steps are in this order already.")
        return _answer_steps(records, call, found.document)
    change = records.start_change(method, values, call)
    article = _reorder(change, found, wanted)
    _save_order(records, change, found, article)
    return change.commit(_answer_steps(records, call, article).body)
