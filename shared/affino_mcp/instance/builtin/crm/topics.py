"""Topics: a fixed list whose codes records can carry."""

from __future__ import annotations

from typing import Any

from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import Method
from affino_mcp.instance.builtin.engine.cursor import decode_cursor
from affino_mcp.instance.builtin.engine.index import fold_accents
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.engine.word_index import split_words
from affino_mcp.instance.builtin.listing.pages import DEFAULT_PAGE_SIZE, answer_list
from affino_mcp.instance.builtin.references.fixed_lists import FIXED_LISTS
from affino_mcp.instance.port import Call, Done


def list_topics(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Lists topics by code."""
    asked = split_words(values.get("Search", ""))
    found = [code for code, name in FIXED_LISTS["topics"].items() if all(word in fold_accents(name) for word in asked)]
    after, size = (decode_cursor(call, values) or {}).get("after", 0), values.get("PageSize", DEFAULT_PAGE_SIZE)
    ahead = [code for code in found if code > after]
    codes = ahead[:size]
    rows: list[dict[str, Any]] = [{"TopicCode": c, "Name": FIXED_LISTS["topics"][c], "ParentCode": None} for c in codes]
    more = {"after": codes[-1]} if len(ahead) > size else None
    last = codes[-1] if codes else None
    return Done(answer_list(call, values, rows, more, TotalRecords=len(found), LastRecordCode=last))
