"""Lists what waits for the person, kind by kind, the oldest first: at most five reads of a kind for one page."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, NamedTuple

from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import Method
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.instance.builtin.engine.cursor import decode_cursor
from affino_mcp.instance.builtin.engine.index import WAITS, facet_partition
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.engine.response_budget import ResponseBudget
from affino_mcp.instance.builtin.history.pending_kinds import PENDING_KINDS, PendingKind, Row
from affino_mcp.instance.builtin.listing.listing import DEFAULT_PAGE_SIZE, FIRST_READ_ROWS, collect_rows
from affino_mcp.instance.builtin.listing.pages import answer_list
from affino_mcp.instance.port import Call, Done, RecordRef
from affino_mcp.store.ops import Item, Query, QueryPage

_KIND: Final = "kind"


class PendingRow(NamedTuple):
    """A row of the answer, and the position behind it: the kind's number, and the index row."""

    row: Row
    position: Item


def list_pending(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Lists the comments, threads, posts and drafts that wait for the person; a page may be short while NextCursor goes on."""
    place, size = decode_cursor(call, values) or {_KIND: 0}, values.get("PageSize", DEFAULT_PAGE_SIZE)
    found, more = list[PendingRow](), None
    for number in range(place[_KIND], len(PENDING_KINDS)):
        kind, start = PENDING_KINDS[number], place.get("row") if number == place[_KIND] else None
        if not call.may_read(kind.family):
            continue
        rows, following = _read_kind(records, call, kind, start, size - len(found))
        found += [PendingRow(row, {_KIND: number, "row": position}) for row, position in rows]
        if following is not None or len(found) >= size:
            more = {_KIND: number, "row": following} if following else {_KIND: number + 1}
            break
    more = None if more == {_KIND: len(PENDING_KINDS)} else more
    return Done(_answer(call, values, found, more))


def _read_kind(
    records: Records, call: Call, kind: PendingKind, start: Item | None, size: int
) -> tuple[list[tuple[Row, Item]], Item | None]:
    """At most `size` rows of one kind with their positions, and the position to go on from."""
    family, shown = kind.record.family, dict[int, Row]()
    query = Query(records.table, facet_partition(family, WAITS), limit=FIRST_READ_ROWS)

    def read(start: Item | None) -> QueryPage:
        page = records.db.query(replace(query, start=start))
        known = records.load_documents(RecordRef(family, row["code"]) for row in page.items)
        documents = [known[place] for row in page.items if (place := RecordRef(family, row["code"])) in known]
        shown.update(kind.select(records, call, documents) if documents else {})
        return QueryPage([row for row in page.items if row["code"] in shown], page.next)

    rows, more = collect_rows(read, start, size, query.sort)
    return [(shown[row["code"]], {"pk": row["pk"], "sk": row["sk"]}) for row in rows], more


def _answer(call: Call, values: Values, found: list[PendingRow], more: Item | None) -> Row:
    rows = ResponseBudget({}).take_rows(call, [each.row for each in found])
    if len(rows) < len(found):
        call.warn(WarningCode.TRUNCATED, "Items", f"{len(rows)} of {len(found)} rows fit; go on with NextCursor.")
        more = found[len(rows) - 1].position
    return answer_list(call, values, rows, more)
