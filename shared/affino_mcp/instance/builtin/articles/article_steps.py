"""Steps of articles: records of their own. The article holds their order, so that reordering writes one row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile
from typing import Any, Final

from affino_mcp.catalogue.families.article_steps import MOST_STEPS, SORT_ORDER, STEP, STEP_CODES
from affino_mcp.catalogue.families.articles import ARTICLE
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import Method
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.instance.builtin.articles import article_access, article_media
from affino_mcp.instance.builtin.articles.article_access import ORDER, Opened, order, step_opened
from affino_mcp.instance.builtin.engine import html_policy, long_texts
from affino_mcp.instance.builtin.engine.change import Change
from affino_mcp.instance.builtin.engine.document import Document, created
from affino_mcp.instance.builtin.engine.index import Facets
from affino_mcp.instance.builtin.engine.record_state import Stored
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.engine.response_budget import Room
from affino_mcp.instance.builtin.references.rendering import full
from affino_mcp.instance.port import Call, Done
from affino_mcp.instance.response_limits import MOST_ROWS
from affino_mcp.tool_errors import Conflict, InvalidArgument

FAMILY: Final = STEP.family
CODE: Final = STEP.code
ITEM: Final = ARTICLE.code
Attached = Sequence[dict[str, Any]]


def facets(stored: Stored) -> Facets:
    """A step has no facets: it is found through its article."""
    return Facets(())


def pages(
    records: Records, call: Call, article: Document, attached: Attached, room: Room, *, bodies: bool, first: int = 1
) -> list[dict[str, Any]]:
    """Renders the steps from position `first` on; what does not fit into `room` is left out with a warning."""
    codes = order(article)
    found = records.documents((FAMILY, code) for code in codes[first - 1 :])
    known = {document.code: document for document in found.values()}
    entries = [
        _entry(call, known[code], place, attached, body=None)
        for place, code in enumerate(codes, 1)
        if place >= first and code in known
    ]
    fitting = list(takewhile(room.takes, entries[:MOST_ROWS]))
    if len(fitting) < len(entries):
        text = f"{len(entries) - len(fitting)} steps did not fit: list_article_steps with FromSortOrder={len(fitting) + first}."
        call.warn(WarningCode.TRUNCATED, ORDER, text)
    return _with_bodies(records, call, fitting, known, room) if bodies else fitting


def _with_bodies(
    records: Records, call: Call, entries: list[dict[str, Any]], known: dict[int, Document], room: Room
) -> list[dict[str, Any]]:
    kept = {entry[CODE]: known[entry[CODE]].values.get("Body") for entry in entries}
    left, wanted = room.left, list[int]()
    for code, body in kept.items():
        left -= long_texts.length(body)
        if left < 0:
            break
        wanted.append(code)
    found = long_texts.read(records, [(FAMILY, code, kept[code]) for code in wanted])
    fits = {code: text for code, text in zip(wanted, found, strict=True) if room.takes(text)}
    if any(body and code not in fits for code, body in kept.items()):
        text = "Some steps came without their Body (null): read them one by one with get_article_step."
        call.warn(WarningCode.TRUNCATED, ORDER, text)
    return [{**entry, "Body": fits.get(entry[CODE]) if kept[entry[CODE]] is not None else None} for entry in entries]


def _entry(call: Call, step: Document, place: int, attached: Attached, body: str | None) -> dict[str, Any]:
    media = [entry for entry in attached if entry[CODE] == step.code]
    return full(call, step, {}, Body=body, SortOrder=place, Media=media)


def list_article_steps(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Lists the steps in order, with bodies and media."""
    found = article_access.opened(records, call, ITEM, values[ITEM])
    first = values.get("FromSortOrder", 1)
    return _in_order(records, call, found.document, first)


def _in_order(records: Records, call: Call, article: Document, first: int = 1) -> Done:
    attached = article_media.attached(records, call, article.code)
    return Done({"Steps": pages(records, call, article, attached, Room({}), bodies=True, first=first)}, article.ref)


def get_article_step(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Answers one step."""
    found, step = step_opened(records, call, values[CODE])
    start = values.get("BodyFrom", 0)
    return Done({"Step": _shown(records, call, found.document, step.document, None, start)}, step.document.ref)


def _shown(
    records: Records, call: Call, article: Document, step: Document, body: str | None, start: int = 0
) -> dict[str, Any]:
    attached = article_media.attached(records, call, article.code)
    answer = _entry(call, step, order(article).index(step.code) + 1, attached, None)
    kept = step.values.get("Body")
    text = (
        body
        if body is not None
        else long_texts.read(records, [(FAMILY, step.code, kept)])[0]
        if kept is not None
        else None
    )
    return answer | {"Body": Room(answer).shown(call, text, "Body", start)}


def create_article_step(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Creates a step at the end or at the given position."""
    found = article_access.editable(records, call, ITEM, values[ITEM])
    codes = order(found.document)
    if len(codes) >= MOST_STEPS:
        raise Conflict(f"The article has {MOST_STEPS} steps already.", argument=ITEM)
    change = records.change(method, values, call)
    code = records.codes.take(FAMILY, change)
    draft = created(FAMILY, code, call, {"Title": values["Title"]}, **{ITEM: values[ITEM]})
    step, body = _with_body(change, draft, values)
    article = _reordered(change, found, _placed(call, codes, code, values.get(SORT_ORDER.name)))
    records.save(change, None, Stored(step))
    _save_order(records, change, found, article)
    return change.commit({"Step": _shown(records, call, article, step, body or "")})


def _placed(call: Call, codes: list[int], code: int, wanted: int | None) -> list[int]:
    others = [other for other in codes if other != code]
    place = len(others) if wanted is None else min(wanted - 1, len(others))
    if wanted is not None and wanted != place + 1:
        text = f"There are only {len(others) + 1} steps: SortOrder is {place + 1}."
        call.warn(WarningCode.STORED_DIFFERENTLY, SORT_ORDER.name, text)
    return [*others[:place], code, *others[place:]]


def _with_body(change: Change, step: Document, values: Values) -> tuple[Document, str | None]:
    if not values.get("Body"):
        return step, None
    body = html_policy.cleaned(change.call, "Body", values["Body"])
    return replace(step, values={**step.values, "Body": long_texts.keep(change, FAMILY, step.code, "Body", body)}), body


def _reordered(change: Change, found: Opened, codes: list[int]) -> Document:
    return found.document.changed(change.call, {ORDER: codes})


def _save_order(records: Records, change: Change, found: Opened, article: Document) -> None:
    article_access.hold(change, found)
    records.save(change, found.stored, replace(found.stored, document=article))


def update_article_step(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Updates the given attributes of a step; null clears the body."""
    found, before = step_opened(records, call, values[CODE], to_change=True)
    change = records.change(method, values, call)
    given = {name: values[name] for name in STEP.writable if name in values}
    step, body = _with_body(change, before.document.changed(call, given), values)
    records.save(change, before, replace(before, document=step))
    article, wanted = found.document, values.get(SORT_ORDER.name)
    codes = _placed(call, order(article), step.code, wanted) if wanted else order(article)
    if codes != order(article):
        article = _reordered(change, found, codes)
        _save_order(records, change, found, article)
    article_access.hold(change, found)
    return change.commit({"Step": _shown(records, call, article, step, body)})


def delete_article_step(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Deletes a step and detaches its media; the steps after it move up."""
    found, before = step_opened(records, call, values[CODE], to_change=True)
    change = records.change(method, values, call)
    records.save(change, before, before.deleted_by(call))
    article_media.release(records, change, values[CODE])
    rest = [code for code in order(found.document) if code != values[CODE]]
    _save_order(records, change, found, _reordered(change, found, rest))
    return change.commit({CODE: values[CODE], "Deleted": True})


def reorder_article_steps(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Puts the steps into a new order; only the article's row changes."""
    found = article_access.editable(records, call, ITEM, values[ITEM])
    wanted, codes = values[STEP_CODES.name], order(found.document)
    if sorted(wanted) != sorted(codes):
        text = f"{STEP_CODES.name} must name every step of the article exactly once."
        raise InvalidArgument(STEP_CODES.name, text, StandardStepByStepCodes=codes)
    if wanted == codes:
        call.warn(WarningCode.NO_CHANGE, STEP_CODES.name, "The steps are in this order already.")
        return _in_order(records, call, found.document)
    change = records.change(method, values, call)
    article = _reordered(change, found, wanted)
    _save_order(records, change, found, article)
    return change.commit(_in_order(records, call, article).body)
