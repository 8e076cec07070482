"""Pages of lists that are loaded as a whole (searches, trees, unique values): filters, sorts and cuts them in memory."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.instance.builtin.engine.cursor import decode_cursor
from affino_mcp.instance.builtin.engine.document import Document
from affino_mcp.instance.builtin.engine.index import facet_partition
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.listing.pages import (
    DEFAULT_PAGE_SIZE,
    ListPlan,
    answer_page,
    is_shown,
    sort_position,
    sort_word,
)
from affino_mcp.instance.builtin.listing.word_search import fits_search
from affino_mcp.instance.port import Call, Done, RecordRef
from affino_mcp.store.ops import Item, Query
from affino_mcp.tool_errors import InvalidArgument

MAX_DESCENDANTS: Final = 100
"""Maximum number of records that are read below one record of a tree."""

_AFTER: Final = "after"


def is_in_memory_cursor(call: Call, values: Values) -> bool:
    """True when the call's Cursor continues a list that is paged in memory."""
    return _AFTER in (decode_cursor(call, values) or {})


def page_documents(
    records: Records,
    plan: ListPlan,
    documents: Iterable[Document],
    values: Values,
    call: Call,
    *,
    is_searched: bool = False,
) -> Done:
    """Answers the page of these documents that the arguments ask for.

    The documents must fit the plan's facets already and, when `is_searched`, the search too.
    """
    by, forward = sort_word(plan, values), values.get("SortOrder", "asc") == "asc"
    found = [d for d in documents if is_shown(plan, d, values) and (is_searched or fits_search(d, values))]
    kept = plan.keep([d.code for d in found]) if plan.keep else {d.code for d in found}
    fitting = {sort_position(d, by, forward=forward): d for d in found if d.code in kept}
    after = (decode_cursor(call, values) or {}).get(_AFTER)
    order = sorted(fitting, reverse=not forward)
    ahead = order if after is None else [key for key in order if (key > after if forward else key < after)]
    ahead = [key for key in ahead if fitting[key].code > values.get("StartCode", 0)]
    size = values.get("PageSize", DEFAULT_PAGE_SIZE)
    more = {_AFTER: ahead[size - 1]} if len(ahead) > size else None
    shown = [fitting[key] for key in ahead[:size]]

    def place(document: Document) -> Item:
        return {_AFTER: sort_position(document, by, forward=forward)}

    return answer_page(records, plan, shown, more, values, call, place=place, total=len(fitting))


def load_descendants(records: Records, plan: ListPlan, facet: str, code: int, call: Call) -> list[Document]:
    """Loads the records below one record of a tree, level by level.

    Warns when there are more than 100, and leaves out the rest.
    """
    found: dict[int, Document] = {}
    level = [code]
    while level and len(found) <= MAX_DESCENDANTS:
        below = [child for above in level for child in _child_codes(records, plan, facet, above)]
        documents = records.load_documents(
            RecordRef(plan.record.family, child) for child in below if child not in found
        )
        level = [document.code for document in documents.values()]
        found |= {document.code: document for document in documents.values()}
    if len(found) > MAX_DESCENDANTS:
        call.warn(
            WarningCode.TRUNCATED, "IncludeChildren", f"There are more than {MAX_DESCENDANTS}; the rest is left out."
        )
    return [found[child] for child in sorted(found)[:MAX_DESCENDANTS]]


def _child_codes(records: Records, plan: ListPlan, facet: str, above: int) -> list[int]:
    query = Query(records.table, facet_partition(plan.record.family, f"{facet}={above}"), limit=MAX_DESCENDANTS + 1)
    return [row["code"] for row in records.db.query(query).items]


def list_grown_error() -> InvalidArgument:
    """The error for a cursor into a list that has since become too long to be paged in memory."""
    return InvalidArgument("Cursor", "The list has changed too much since Cursor was given: start again without it.")
