"""Topics: a fixed list whose codes records can carry."""

from __future__ import annotations

from typing import Any

from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import Method
from affino_mcp.instance.builtin.engine import cursor
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.engine.search_words import plain, words
from affino_mcp.instance.builtin.listing.pages import DEFAULT_PAGE, answer
from affino_mcp.instance.builtin.references.fixed_lists import LISTS
from affino_mcp.instance.port import Call, Done


def list_topics(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Lists topics by code."""
    asked = words(values.get("Search", ""))
    found = [code for code, name in LISTS["topics"].items() if all(word in plain(name) for word in asked)]
    after, size = (cursor.place(call, values) or {}).get("after", 0), values.get("PageSize", DEFAULT_PAGE)
    ahead = [code for code in found if code > after]
    codes = ahead[:size]
    rows: list[dict[str, Any]] = [{"TopicCode": c, "Name": LISTS["topics"][c], "ParentCode": None} for c in codes]
    more = {"after": ahead[size - 1]} if len(ahead) > size else None
    last = codes[-1] if codes else None
    return Done(answer(call, values, rows, more, TotalRecords=len(found), LastRecordCode=last))
