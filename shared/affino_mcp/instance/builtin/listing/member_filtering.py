"""Lists of the members of a list, and of the lists of a member, with the filters and searches of every other list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.clock import precise
from affino_mcp.instance.builtin.engine.cursor import decode_cursor
from affino_mcp.instance.builtin.engine.document import Document, record_key
from affino_mcp.instance.builtin.engine.index import facet_partition, padded
from affino_mcp.instance.builtin.engine.memberships import MEMBER_SK, MOST_READ, lists_key, many, member_key
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.listing import in_memory_pages, listing
from affino_mcp.instance.port import Call, Done
from affino_mcp.store.conditions import holds
from affino_mcp.store.ops import Item, Key, Page, Query, Span


class Source(Protocol):
    """A set of records, known by their codes, that a list is limited to."""

    def page(self, start: Item | None, forward: bool, above: int) -> Page:
        """Reads the next page, at most 100 rows with a `code` after `start`, in order; only codes greater than `above`."""

    def whole(self) -> list[int] | None:
        """All codes when they are few enough to be sorted; otherwise None."""

    def holding(self, codes: list[int]) -> set[int]:
        """The codes of the given ones that belong to this set."""


class Members:
    """The members of a list. `rows` caches the membership rows that were read, by code."""

    def __init__(self, records: Records, family: str, code: int) -> None:
        self.rows: dict[int, Item] = {}
        self._records, self._list, self._pk = records, (family, code), record_key(family, code).pk

    def page(self, start: Item | None, forward: bool, above: int) -> Page:
        """Reads the next page of members (see Source)."""
        span = Span(low=member_key(*self._list, above + 1).sk, high=f"{MEMBER_SK}~")
        query = Query(self._records.table, self._pk, span=span, forward=forward, start=start, limit=MOST_READ)
        page = self._records.db.query(query)
        self.rows |= {row["code"]: row for row in page.items}
        return page

    def whole(self) -> list[int] | None:
        """All members when they are few enough to be sorted (see Source)."""
        query = Query(self._records.table, self._pk, span=Span(prefix=MEMBER_SK), limit=listing.MOST_FOUND + 1)
        rows = self._records.db.query(query).items
        self.rows |= {row["code"]: row for row in rows}
        return [row["code"] for row in rows] if len(rows) <= listing.MOST_FOUND else None

    def holding(self, codes: list[int]) -> set[int]:
        """The codes of the given ones that are members (see Source)."""
        keys = (member_key(*self._list, code) for code in codes)
        found = {row["code"]: row for row in many(self._records.db, self._records.table, keys).values()}
        self.rows |= found
        return set(found)


class ListsOf:
    """The lists that a member is on."""

    def __init__(self, records: Records, family: str, member: int) -> None:
        row = records.db.get(records.table, lists_key(family, member))
        self._codes: list[int] = row["lists"] if row else []

    def page(self, start: Item | None, forward: bool, above: int) -> Page:
        """The next page of lists (see Source)."""
        codes = [code for code in self._codes if code > above]
        ahead = codes if forward else codes[::-1]
        if start:
            ahead = [code for code in ahead if (padded(code) > start["sk"]) == forward and padded(code) != start["sk"]]
        rows = [{"pk": "", "sk": padded(code), "code": code} for code in ahead[:MOST_READ]]
        return Page(rows, {"pk": "", "sk": rows[-1]["sk"]} if len(ahead) > MOST_READ else None)

    def whole(self) -> list[int] | None:
        """All lists when they are few enough to be sorted (see Source)."""
        return self._codes if len(self._codes) <= listing.MOST_FOUND else None

    def holding(self, codes: list[int]) -> set[int]:
        """The codes of the given ones that are lists of the member (see Source)."""
        return set(codes) & set(self._codes)


def run(records: Records, plan: listing.Plan, source: Source, values: Values, call: Call) -> Done:
    """Answers the page of the source's records that the arguments ask for.

    The records come in the order of their codes, with a warning, when there are too many to be sorted.
    """
    searched, by = listing.asked(values), values.get("SortBy", "Code")
    if searched or by != "Code":
        documents = _whole(records, plan, source, values, call)
        if documents is not None:
            return in_memory_pages.pages(records, plan, documents, values, call)
    if by != "Code":
        call.warn(WarningCode.IGNORED, "SortBy", "Too many records to sort them: they come in the order of codes.")
    read = (_found if searched else _all)(records, plan, source, values, call)
    size = values.get("PageSize", listing.DEFAULT_PAGE)
    rows, more = listing.collect(read, decode_cursor(call, values), size, "sk")
    return listing.show(records, plan, rows, more, values, call)


def _whole(records: Records, plan: listing.Plan, source: Source, values: Values, call: Call) -> list[Document] | None:
    place = decode_cursor(call, values)
    if place and not in_memory_pages.is_gathered(call, values):
        return None
    codes = source.whole()
    if codes is None:
        if place:
            raise in_memory_pages.grown()
        return None
    fitting = _fitting(records, plan, codes)
    return list(records.documents((plan.record.family, code) for code in codes if code in fitting).values())


def _fitting(records: Records, plan: listing.Plan, codes: list[int], since: str = "") -> set[int]:
    """The codes of those records that pass the plan's conditions; deleted records are left out."""
    partition, where = facet_partition(plan.record.family, "all"), listing.conditions(plan, plan.facets)
    found = many(records.db, records.table, (Key(partition, padded(code)) for code in codes))
    return {row["code"] for row in found.values() if holds(where, row) and row["updated"] > since}


def _found(
    records: Records, plan: listing.Plan, source: Source, values: Values, call: Call
) -> Callable[[Item | None], Page]:
    asked = {name: value for name, value in values.items() if name not in ("SortBy", "Cursor")}
    query, wanted = listing.index_query(records, plan, asked, call), listing.found_by(values)

    def read(start: Item | None) -> Page:
        page = records.db.query(replace(query, start=start, limit=MOST_READ))
        fitting = [row for row in page.items if wanted(row)]
        held = source.holding([row["code"] for row in fitting]) if fitting else set()
        return Page([row for row in fitting if row["code"] in held], page.next)

    return read


def _all(
    records: Records, plan: listing.Plan, source: Source, values: Values, _: Call
) -> Callable[[Item | None], Page]:
    since = precise(values["DateFilter"]) + "~" if values.get("DateFilter") else ""
    forward, above = values.get("SortOrder", "asc") == "asc", values.get("StartCode") or 0

    def read(start: Item | None) -> Page:
        page = source.page(start, forward, above)
        kept = _fitting(records, plan, [row["code"] for row in page.items], since)
        return Page([row for row in page.items if row["code"] in kept], page.next)

    return read
