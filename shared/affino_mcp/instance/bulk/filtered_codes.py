"""The codes of the records that the filters of a list find, for a call that is about all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from affino_mcp.catalogue.capability import Family
from affino_mcp.catalogue.crossings import Crossing
from affino_mcp.catalogue.families.many_records import FILTER, list_method_name
from affino_mcp.catalogue.matching import match_arguments
from affino_mcp.catalogue.method import CURSOR, FIELDS, PAGE_SIZE, Method
from affino_mcp.catalogue.record import Record
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.instance.bulk.doer import Doer
from affino_mcp.instance.family_access import require_crossing
from affino_mcp.instance.port import Call
from affino_mcp.tool_errors import InvalidArgument

START: Final = "StartCode"
MAX_LIST_READS: Final = 20
"""How many pages of a filter's list are read at most; pages can be short where other filters drop rows."""
_PAGE_ROWS: Final = 100
_OF_A_PAGE: Final = (CURSOR.name, FIELDS.name, PAGE_SIZE.name, "SortBy", "SortOrder")


def find_codes(doer: Doer, record: Record, asked: Mapping[str, Any], call: Call, most: int) -> list[int]:
    """The codes of the records that the filters find, in order, at most one more than `most`.

    Raises InvalidArgument, and ToolDisabled or PermissionDenied where the records may not be read.
    """
    require_crossing(call, Crossing(FILTER.name, Family(record.family)))
    method = METHODS[list_method_name(record)]
    page = _read_filters(method, record, asked, call)
    codes = list[int]()
    for _ in range(MAX_LIST_READS):
        body = doer.perform(method, page, replace(call, warnings=[])).body
        codes += [row[record.code] for row in body["Items"]]
        if len(codes) > most or body["NextCursor"] is None:
            return codes[: most + 1]
        page = {**page, CURSOR.name: body["NextCursor"]}
    raise InvalidArgument(FILTER.name, f"{FILTER.name} reads too many records to find those that it means. Narrow it.")


def _read_filters(method: Method, record: Record, asked: Mapping[str, Any], call: Call) -> dict[str, Any]:
    matched = match_arguments(method, asked, call.zone, str(call.zone))
    if matched.values.keys() & set(_OF_A_PAGE) or not matched.values.keys() - {START}:
        text = f"{FILTER.name} must hold filters of {method.name}, and may hold {START}; not {', '.join(_OF_A_PAGE)}."
        raise InvalidArgument(FILTER.name, text)
    call.warnings.extend(matched.warnings)
    return {**matched.values, PAGE_SIZE.name: _PAGE_ROWS, "SortBy": "Code", FIELDS.name: [record.code]}
