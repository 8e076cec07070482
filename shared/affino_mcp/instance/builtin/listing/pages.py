"""Plans of lists, and the answer for one page of documents."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from functools import partial
from typing import Any, Final

from affino_mcp.catalogue.answer_fields import asked_fields, keep_asked
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import FIELDS
from affino_mcp.catalogue.record import Record
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.clock import format_iso, with_microseconds
from affino_mcp.instance.builtin.engine.cursor import encode_cursor
from affino_mcp.instance.builtin.engine.document import Document
from affino_mcp.instance.builtin.engine.index import SORT_INDEXES, sort_keys, sortable_code
from affino_mcp.instance.builtin.engine.records import KnownRecords, Records
from affino_mcp.instance.builtin.engine.response_budget import ResponseBudget
from affino_mcp.instance.builtin.listing.filter_targets import FilterTarget, require_targets
from affino_mcp.instance.builtin.references import references
from affino_mcp.instance.port import Call, Done, RecordRef
from affino_mcp.store.ops import Item, SortSpan
from affino_mcp.value_class import value_class

DEFAULT_PAGE_SIZE: Final = 20


@value_class
class ListPlan:
    """A list to make: its kind of record, and the filters that its records must pass.

    All `facets` must hold (the first one with rows selects the partition to read), and at least one of `any_tags`. Of
    every group of `any_of` at least one facet must hold too; an empty group admits no record. Record security uses
    these groups to hide records in the query itself. `fits_row` checks an index row by more than facets, and
    `may_show` is the final check of a document before it is shown.
    `leads` are facets with rows of which one must hold: without `facets`, few leads are read partition by partition
    instead of the whole family. `due` is a span of due dates, and `fits_due` checks one (None: there is none). `derive`
    gives a row more attributes, and `extra_refs` names more records to load for them, deleted ones too, beside those that
    are known already (`have`). `created` and `updated` are spans of moments, by which a list comes in order unless it is asked
    for another one; `keep` checks them too. `targets` are what the filters name, which must be there. `keep` gives, of some
    codes, those that are listed, where index rows alone do not say it. `figures` gives attributes about the whole list from the
    values of all its records, and from None when they are too many. `found_by` gives, for a beginning of words and the rows of
    such words of a family that leads to records of the list, the codes of those records: of what the person may see alone.
    """

    record: Record
    facets: tuple[str, ...] = ()
    any_tags: tuple[str, ...] = ()
    any_of: tuple[tuple[str, ...], ...] = ()
    leads: tuple[str, ...] = ()
    due: SortSpan | None = None
    created: SortSpan | None = None
    updated: SortSpan | None = None
    fits_due: Callable[[str | None], bool] = field(default=lambda _due: True)
    derive: Callable[[Document, KnownRecords], dict[str, Any]] = field(default=lambda _document, _known: {})
    extra_refs: Callable[[Document], list[RecordRef]] = field(default=lambda _document: [])
    fits_row: Callable[[Item], bool] = field(default=lambda _row: True)
    may_show: Callable[[Document], bool] = field(default=lambda _document: True)
    have: KnownRecords = field(default_factory=dict)
    targets: tuple[FilterTarget, ...] = ()
    keep: Callable[[Sequence[int]], set[int]] | None = None
    figures: Callable[[Sequence[Mapping[str, Any]] | None], dict[str, Any]] | None = None
    found_by: Mapping[str, Callable[[str, Sequence[Item]], set[int]]] = field(default_factory=dict)


def sort_word(plan: ListPlan, values: Values) -> str:
    """The SortBy word by which a list comes: the one that is asked for, or that of the dates it is narrowed to."""
    spans = {"Due": plan.due, "Created": plan.created, "Updated": plan.updated}
    return values.get("SortBy") or next((word for word, span in spans.items() if span), "Code")


def is_number_sort(by: str) -> bool:
    """True for a SortBy word that names a number of the records; no index has their order."""
    return bool(by) and by not in SORT_INDEXES


def sort_position(document: Document, by: str, *, forward: bool) -> str:
    """Where a document stands in the order of a SortBy word, as a text; one without the number stands last."""
    if not is_number_sort(by):
        return sort_keys(document)[SORT_INDEXES[by][1]]
    number = document.values.get(by)
    last = "~" if forward else ""
    return f"{last if number is None else f'{round(number * 100):024d}'}#{sortable_code(document.code)}"


def answer_page(
    records: Records,
    plan: ListPlan,
    documents: list[Document],
    more: Item | None,
    values: Values,
    call: Call,
    *,
    place: Callable[[Document], Item] = lambda _: {},
    total: int | None = None,
) -> Done:
    """Makes the list answer for these documents, as many as fit into one answer.

    Takes `more`, the position of the next page (None: this is the last one), `place`, the position after a document,
    and `total`, the number of records when known. Warns when fewer rows fit.
    """
    rows = _render_rows(records, plan, documents, values, call)
    items = ResponseBudget({}).take_rows(call, rows, partial(keep_asked, values))
    if len(items) < len(documents):
        text = f"{len(items)} of {len(documents)} rows fit into one answer; go on with NextCursor."
        call.warn(WarningCode.TRUNCATED, "Items", text)
        documents = documents[: len(items)]
        more = place(documents[-1])
    whole = more is None and not values.get("Cursor") and not values.get("StartCode")
    total = len(items) if whole and total is None else total
    last = documents[-1].code if documents else None
    return Done(answer_list(call, values, items, more, TotalRecords=total, LastRecordCode=last))


def answer_list(
    call: Call, values: Values, items: list[dict[str, Any]], more: Item | None, **figures: int | None
) -> dict[str, Any]:
    """Makes the body of a list's answer: its rows, figures about the list, the next page's cursor and the current date.

    Takes `more`, the position of the next page (None: this is the last one).
    """
    following = encode_cursor(call, values, more) if more else None
    return {"Items": items, **figures, "NextCursor": following, "CurrentDate": format_iso(call.at)}


def _render_rows(
    records: Records, plan: ListPlan, documents: list[Document], values: Values, call: Call
) -> list[dict[str, Any]]:
    """The rows, with what Fields asks for of the record besides; what is not asked for is taken away at the end."""
    names = tuple(dict.fromkeys((*plan.record.summary, *asked_fields(plan.record, values))))
    known = _load_known(records, plan, documents, call, names)
    require_targets(call, plan.targets, known, listed=bool(documents))
    render = references.render_asked_row if FIELDS.name in values else references.render_summary
    return [render(call, d, known, names, **plan.derive(d, known)) for d in documents]


def _load_known(
    records: Records, plan: ListPlan, documents: list[Document], call: Call, shown: Sequence[str]
) -> KnownRecords:
    wanted = references.reference_targets(call, documents, shown)
    extra = [place for d in documents for place in plan.extra_refs(d)]
    named = [target.to_load for target in plan.targets]
    return records.load_documents([*wanted, *extra, *named], plan.have, even_deleted=extra)


def is_shown(plan: ListPlan, document: Document, values: Values) -> bool:
    """True for a document that the call's DateFilter, the plan's due dates and `may_show` let through."""
    return is_after_date_filter(document, values) and _is_within_due(plan, document) and plan.may_show(document)


def _is_within_due(plan: ListPlan, document: Document) -> bool:
    """True when the plan has no due span, or the document's due date lies in it and passes the plan's check."""
    if plan.due is None:
        return True
    due = sort_keys(document).get("due", "")
    return (plan.due.low or "") <= due <= (plan.due.high or "~") and plan.fits_due(document.values.get(plan.record.due))


def is_after_date_filter(document: Document, values: Values) -> bool:
    """True when the call has no DateFilter, or the document was created or changed after it."""
    since = values.get("DateFilter")
    return since is None or document.system["UpdatedDate"] > with_microseconds(since)
