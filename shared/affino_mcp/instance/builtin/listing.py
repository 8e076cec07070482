"""Lists: one query on an index, bounded in cost whatever the number of records; never a scan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import takewhile
from typing import Any, Final

from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.record import Record
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.clock import iso, precise
from affino_mcp.instance.builtin import cursor, present, references
from affino_mcp.instance.builtin.document import Document
from affino_mcp.instance.builtin.index import INDEXES, facet_partition, padded, word_partition
from affino_mcp.instance.builtin.records import Known, Place, Records
from affino_mcp.instance.builtin.room import Room
from affino_mcp.instance.builtin.words import words
from affino_mcp.instance.port import Call, Done
from affino_mcp.store.ops import All, Compare, Condition, Contains, Item, Page, Query, Span, any_of

DEFAULT_PAGE: Final = 20
MOST_BELOW: Final = 100
"""How many records a tree is followed to."""

MOST_ROUNDS: Final = 5
"""How many reads one page may take when filters drop rows; then the page is short and NextCursor goes on."""


@dataclass(frozen=True)
class Plan:
    """A list to make. `facets` must all hold (the first with rows is where to look), `any_tags` at least one.

    Of every group of `any_of` at least one facet must hold too; a group that is empty lets nothing through. That is how
    record security hides records: in the query itself. `keeps` is the last look at a document before it is shown.

    `due` narrows by due date; `adds` gives a row more attributes, `also` names more records to look up for them.
    """

    record: Record
    facets: tuple[str, ...] = ()
    any_tags: tuple[str, ...] = ()
    any_of: tuple[tuple[str, ...], ...] = ()
    due: Span | None = None
    adds: Callable[[Document, Known], dict[str, Any]] = field(default=lambda _document, _known: {})
    also: Callable[[Document], list[Place]] = field(default=lambda _document: [])
    keeps: Callable[[Document], bool] = field(default=lambda _document: True)


def run(records: Records, plan: Plan, values: Values, call: Call) -> Done:
    """The page that the arguments ask for, as the catalogue's list answer."""
    size = values.get("PageSize", DEFAULT_PAGE)
    if not all(plan.any_of):
        return Done(_answer(call, values, [], [], None))
    query = index_query(records, plan, values, call)
    rows, more = _rows(records, query, size, found_by(values))
    return show(records, plan, rows, more, values, call, query.sort)


def show(
    records: Records, plan: Plan, rows: list[Item], more: Item | None, values: Values, call: Call, sort: str = "sk"
) -> Done:
    """The list answer for index rows that have been found; as many as fit into one answer."""
    found = records.documents((plan.record.family, row["code"]) for row in rows)
    documents = [found[place] for row in rows if (place := (plan.record.family, row["code"])) in found]
    documents = [document for document in documents if _recent(document, values) and plan.keeps(document)]
    known = _known(records, plan, documents, call)
    items = [present.summary(call, d, known, **plan.adds(d, known)) for d in documents]
    fitting = list(takewhile(Room({}).takes, items))
    if len(fitting) < len(items):
        documents = documents[: len(fitting)]
        more = _place(sort, next(row for row in rows if row["code"] == documents[-1].code))
        text = f"{len(fitting)} of {len(items)} rows fit into one answer; go on with NextCursor."
        call.warn(WarningCode.TRUNCATED, "Items", text)
    return Done(_answer(call, values, fitting, documents, more))


def _known(records: Records, plan: Plan, documents: list[Document], call: Call) -> Known:
    wanted = references.pointed_to(call, documents, plan.record.summary)
    return records.documents([*wanted, *(place for d in documents for place in plan.also(d))])


def _answer(
    call: Call, values: Values, items: list[Any], documents: list[Document], more: Item | None
) -> dict[str, Any]:
    whole = more is None and not values.get("Cursor") and not values.get("StartCode")
    return {
        "Items": items,
        "TotalRecords": len(items) if whole else None,
        "LastRecordCode": documents[-1].code if documents else None,
        "NextCursor": cursor.cursor(call, values, more) if more else None,
        "CurrentDate": iso(call.at),
    }


def _recent(document: Document, values: Values) -> bool:
    since = values.get("DateFilter")
    return since is None or document.system["UpdatedDate"] > precise(since)


def found_by(values: Values) -> Callable[[Item], bool]:
    """For searches: every word matches, and a record found by several of its words counts once."""
    asked = words(values.get("Search", ""))
    if not asked:
        return lambda _: True
    lead = max(asked, key=len)

    def wanted(row: Item) -> bool:
        own = row["words"]
        first = min(word for word in own if word.startswith(lead))
        return row["sk"].startswith(f"{first}#") and all(any(w.startswith(a) for w in own) for a in asked)

    return wanted


def index_query(records: Records, plan: Plan, values: Values, call: Call) -> Query:
    """Where to look for the rows of a list: in the index of words for searches, else in the index of a facet."""
    start = cursor.place(call, values)
    asked = words(values.get("Search", ""))
    where = conditions(plan, plan.facets)
    if asked:
        if values.get("SortBy", "Code") != "Code":
            call.warn(
                WarningCode.IGNORED, "SortBy", "A search answers in the order of the words found; SortBy was ignored."
            )
        span = Span(prefix=max(asked, key=len))
        return Query(records.table, word_partition(plan.record.family), span=span, start=start, where=where)
    return _sorted(records, plan, values, start)


def _sorted(records: Records, plan: Plan, values: Values, start: Item | None) -> Query:
    index, attribute = INDEXES[values.get("SortBy") or ("Due" if plan.due else "Code")]
    where = conditions(plan, plan.facets[1:], *_bounds(plan, attribute))
    since = values.get("DateFilter")
    if since:
        where = _both(where, Compare("updated", ">", precise(since) + "~"))
    partition = facet_partition(plan.record.family, plan.facets[0] if plan.facets else "all")
    return Query(
        records.table,
        partition,
        index=index,
        sort=attribute,
        span=_span(plan, values, attribute),
        forward=values.get("SortOrder", "asc") == "asc",
        start=start,
        where=where,
    )


def _span(plan: Plan, values: Values, attribute: str) -> Span:
    if plan.due and attribute == "due":
        return plan.due
    if attribute == "sk" and values.get("StartCode"):
        return Span(low=padded(values["StartCode"] + 1))
    return Span()


def _bounds(plan: Plan, attribute: str) -> list[Condition]:
    if plan.due is None or attribute == "due":
        return []
    bounds = (Compare("due", ">=", plan.due.low or ""), Compare("due", "<=", plan.due.high or "~"))
    return list(bounds)


def conditions(plan: Plan, facets: tuple[str, ...], *bounds: Condition) -> Condition | None:
    """What an index row must hold to be in a list; None when every row may."""
    parts: list[Condition] = [Contains("facets", facet) for facet in facets]
    groups = ((plan.any_tags,) if plan.any_tags else ()) + plan.any_of
    parts.extend(any_of(*(Contains("facets", tag) for tag in group)) for group in groups)
    parts.extend(bounds)
    return All(tuple(parts)) if parts else None


def _both(first: Condition | None, second: Condition) -> Condition:
    return All((first, second)) if first else second


def _rows(records: Records, query: Query, size: int, wanted: Callable[[Item], bool]) -> tuple[list[Item], Item | None]:
    limit = 100 if query.where or query.span.prefix else size + 1

    def read(start: Item | None) -> Page:
        page = records.db.query(replace(query, limit=limit, start=start))
        return Page([row for row in page.items if wanted(row)], page.next)

    return collect(read, query.start, size, query.sort)


def collect(
    read: Callable[[Item | None], Page], start: Item | None, size: int, sort: str
) -> tuple[list[Item], Item | None]:
    """At most `size` rows of the pages that `read` gives from `start` on, and where to go on; at most five pages."""
    rows: list[Item] = []
    for _ in range(MOST_ROUNDS):
        page = read(start)
        rows += page.items
        if len(rows) > size or page.next is None:
            return _cut(sort, rows, size, page)
        start = page.next
        if len(rows) == size:
            break
    return rows, start


def _cut(sort: str, rows: list[Item], size: int, page: Page) -> tuple[list[Item], Item | None]:
    if len(rows) <= size:
        return rows, page.next
    return rows[:size], _place(sort, rows[size - 1])


def _place(sort: str, row: Item) -> Item:
    return {name: row[name] for name in {"pk", "sk", sort}}


def branch(records: Records, record: Record, facet: str, code: int, values: Values, call: Call) -> Done:
    """Everything below one record of a tree, level by level, at most 100 records; PageSize and Cursor do not apply."""
    found: dict[int, Document] = {}
    level = [code]
    while level and len(found) < MOST_BELOW:
        queries = (Query(records.table, facet_partition(record.family, f"{facet}={above}")) for above in level)
        codes = [row["code"] for query in queries for row in records.db.query(query).items]
        documents = records.documents((record.family, c) for c in codes if c not in found)
        level = [d.code for d in documents.values()]
        found |= {d.code: d for d in documents.values()}
    documents_below = [found[c] for c in sorted(found)][:MOST_BELOW]
    known = records.documents(references.pointed_to(call, documents_below, record.summary))
    return Done(
        _answer(call, values, [present.summary(call, d, known) for d in documents_below], documents_below, None)
    )


def of(documents: list[Document], values: Values, call: Call) -> Done:
    """A list's answer for documents that were found by a unique value."""
    items = [present.summary(call, document, {}) for document in documents if _recent(document, values)]
    return Done(_answer(call, values, items, documents, None))
