"""Lists of the members of a list, and of the lists of a member, with the filters and searches of every other list."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Protocol

from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.clock import with_microseconds
from affino_mcp.instance.builtin.engine.cursor import decode_cursor
from affino_mcp.instance.builtin.engine.document import Document, record_key
from affino_mcp.instance.builtin.engine.index import (
    MAX_ROWS_PER_READ,
    MEMBER_SK,
    facet_partition,
    lists_key,
    member_key,
    sortable_code,
)
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.listing import in_memory_pages, listing
from affino_mcp.instance.builtin.listing.filtered_records import TooManyRecords
from affino_mcp.instance.builtin.listing.found_records import MAX_SORTED_RECORDS, find_all
from affino_mcp.instance.builtin.listing.pages import is_shown
from affino_mcp.instance.builtin.listing.word_search import fits_search, make_row_filter, parse_search
from affino_mcp.instance.port import Call, Done, RecordRef
from affino_mcp.store.conditions import condition_holds
from affino_mcp.store.ops import Item, Key, Query, QueryPage, SortSpan


class RecordSource(Protocol):
    """A set of records, known by their codes, that a list is limited to."""

    def read_page(self, start: Item | None, forward: bool, above: int) -> QueryPage:
        """Reads the next page, at most 100 rows with a `code` after `start`, in order; only codes greater than `above`."""

    def all_codes(self) -> list[int] | None:
        """All codes when they are few enough to be sorted; otherwise None."""

    def filter_codes(self, codes: list[int]) -> set[int]:
        """The codes of the given ones that belong to this set."""


class ListMembers:
    """The members of a list. `rows` caches the membership rows that were read, by code."""

    def __init__(self, records: Records, family: str, code: int) -> None:
        self.rows: dict[int, Item] = {}
        self._records, self._list, self._pk = records, (family, code), record_key(family, code).pk

    def read_page(self, start: Item | None, forward: bool, above: int) -> QueryPage:
        """Reads the next page of members (see RecordSource)."""
        span = SortSpan(low=member_key(*self._list, above + 1).sk, high=f"{MEMBER_SK}~")
        query = Query(self._records.table, self._pk, span=span, forward=forward, start=start, limit=MAX_ROWS_PER_READ)
        page = self._records.db.query(query)
        self.rows |= {row["code"]: row for row in page.items}
        return page

    def all_codes(self) -> list[int] | None:
        """All members when they are few enough to be sorted (see RecordSource)."""
        query = Query(self._records.table, self._pk, span=SortSpan(prefix=MEMBER_SK), limit=MAX_SORTED_RECORDS + 1)
        rows = self._records.db.query(query).items
        self.rows |= {row["code"]: row for row in rows}
        return [row["code"] for row in rows] if len(rows) <= MAX_SORTED_RECORDS else None

    def filter_codes(self, codes: list[int]) -> set[int]:
        """The codes of the given ones that are members (see RecordSource)."""
        keys = [member_key(*self._list, code) for code in codes]
        found = {row["code"]: row for row in self._records.db.get_many(self._records.table, keys).values()}
        self.rows |= found
        return set(found)


class CodeList:
    """Records whose codes are known."""

    def __init__(self, codes: Iterable[int]) -> None:
        self._codes = sorted(codes)

    def read_page(self, start: Item | None, forward: bool, above: int) -> QueryPage:
        """The next page of codes (see RecordSource)."""
        codes = [code for code in self._codes if code > above]
        ahead = codes if forward else codes[::-1]
        if start:
            ahead = [
                code
                for code in ahead
                if (sortable_code(code) > start["sk"]) == forward and sortable_code(code) != start["sk"]
            ]
        rows = [{"pk": "", "sk": sortable_code(code), "code": code} for code in ahead[:MAX_ROWS_PER_READ]]
        return QueryPage(rows, {"pk": "", "sk": rows[-1]["sk"]} if len(ahead) > MAX_ROWS_PER_READ else None)

    def all_codes(self) -> list[int] | None:
        """All codes when they are few enough to be sorted (see RecordSource)."""
        return self._codes if len(self._codes) <= MAX_SORTED_RECORDS else None

    def filter_codes(self, codes: list[int]) -> set[int]:
        """Those of the given codes that are among them (see RecordSource)."""
        return set(codes) & set(self._codes)


def load_lists_of_member(records: Records, family: str, member: int) -> CodeList:
    """The lists that a member is on."""
    row = records.db.get(records.table, lists_key(family, member))
    return CodeList(row["lists"] if row else ())


def list_from_source(
    records: Records, plan: listing.ListPlan, source: RecordSource, values: Values, call: Call
) -> Done:
    """Answers the page of the source's records that the arguments ask for.

    The records come in the order of their codes, with a warning, when there are too many to be sorted.
    """
    searched, by = parse_search(values), values.get("SortBy", "Code")
    if searched and (found := _load_found(records, plan, source, values, call)) is not None:
        return in_memory_pages.page_documents(records, plan, found, values, call, is_searched=True)
    if searched or by != "Code":
        documents = _load_all(records, plan, source, values, call)
        if documents is not None:
            return in_memory_pages.page_documents(records, plan, documents, values, call)
    if by != "Code":
        call.warn(WarningCode.IGNORED, "SortBy", "Too many records to sort them: they come in the order of codes.")
    read = (_search_reader if searched else _source_reader)(records, plan, source, values, call)
    size = values.get("PageSize", listing.DEFAULT_PAGE_SIZE)
    rows, more = listing.collect_rows(read, decode_cursor(call, values), size, "sk")
    return listing.answer_rows(records, plan, rows, more, values, call)


def iterate_from_source(
    records: Records, plan: listing.ListPlan, source: RecordSource, values: Values, most: int
) -> Iterator[list[Document]]:
    """The source's records that the plan lists, some at a time. Raises TooManyRecords when the source has more than `most`."""
    if parse_search(values) and (searched := _find_members(records, plan, source, values)) is not None:
        listed = {row["code"] for row in listing.keep_listed(plan, [{"code": each.code} for each in searched])}
        yield [each for each in searched if is_shown(plan, each, values) and each.code in listed]
        return
    start, count = None, 0
    while True:
        page = source.read_page(start, True, 0)
        count += len(page.items)
        if count > most:
            raise TooManyRecords
        fitting = _filter_by_plan(records, plan, [row["code"] for row in page.items])
        kept = listing.keep_listed(plan, [row for row in page.items if row["code"] in fitting])
        found = records.load_documents(RecordRef(plan.record.family, row["code"]) for row in kept)
        yield [each for each in found.values() if is_shown(plan, each, values) and fits_search(each, values)]
        start = page.next
        if start is None:
            return


def _load_found(
    records: Records, plan: listing.ListPlan, source: RecordSource, values: Values, call: Call
) -> list[Document] | None:
    """Loads what a search finds of the source; None when that is too much, or a page of another order is continued."""
    if decode_cursor(call, values) and not in_memory_pages.is_in_memory_cursor(call, values):
        return None
    return _find_members(records, plan, source, values)


def _find_members(
    records: Records, plan: listing.ListPlan, source: RecordSource, values: Values
) -> list[Document] | None:
    found = find_all(records, plan, values, listing.build_condition(plan, plan.facets))
    held = source.filter_codes([document.code for document in found]) if found else set()
    return None if found is None else [document for document in found if document.code in held]


def _load_all(
    records: Records, plan: listing.ListPlan, source: RecordSource, values: Values, call: Call
) -> list[Document] | None:
    place = decode_cursor(call, values)
    if place and not in_memory_pages.is_in_memory_cursor(call, values):
        return None
    codes = source.all_codes()
    if codes is None:
        if place:
            raise in_memory_pages.list_grown_error()
        return None
    fitting = _filter_by_plan(records, plan, codes)
    return list(
        records.load_documents(RecordRef(plan.record.family, code) for code in codes if code in fitting).values()
    )


def _filter_by_plan(records: Records, plan: listing.ListPlan, codes: list[int], since: str = "") -> set[int]:
    """The codes of those records that pass the plan's conditions; deleted records are left out."""
    partition, where = facet_partition(plan.record.family, "all"), listing.build_condition(plan, plan.facets)
    found = records.db.get_many(records.table, [Key(partition, sortable_code(code)) for code in codes])
    return {row["code"] for row in found.values() if condition_holds(where, row) and row["updated"] > since}


def _search_reader(
    records: Records, plan: listing.ListPlan, source: RecordSource, values: Values, call: Call
) -> Callable[[Item | None], QueryPage]:
    asked = {name: value for name, value in values.items() if name not in ("SortBy", "Cursor")}
    query, keep = (
        listing.build_index_query(records, plan, asked, call),
        make_row_filter(records, plan.record.family, values),
    )

    def read(start: Item | None) -> QueryPage:
        page = records.db.query(replace(query, start=start, limit=MAX_ROWS_PER_READ))
        fitting = listing.keep_listed(plan, keep(page.items))
        held = source.filter_codes([row["code"] for row in fitting]) if fitting else set()
        return QueryPage([row for row in fitting if row["code"] in held], page.next)

    return read


def _source_reader(
    records: Records, plan: listing.ListPlan, source: RecordSource, values: Values, _: Call
) -> Callable[[Item | None], QueryPage]:
    since = with_microseconds(values["DateFilter"]) + "~" if values.get("DateFilter") else ""
    forward, above = values.get("SortOrder", "asc") == "asc", values.get("StartCode") or 0

    def read(start: Item | None) -> QueryPage:
        page = source.read_page(start, forward, above)
        kept = _filter_by_plan(records, plan, [row["code"] for row in page.items], since)
        return QueryPage(listing.keep_listed(plan, [row for row in page.items if row["code"] in kept]), page.next)

    return read
