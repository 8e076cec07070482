"""Topics: a list whose codes records can carry."""

from __future__ import annotations

from typing import Any

from affino_mcp.catalogue.families.lists import PARENT, TOPIC
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import Method
from affino_mcp.instance.builtin.engine.cursor import decode_cursor
from affino_mcp.instance.builtin.engine.document import Document
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.listing.pages import DEFAULT_PAGE_SIZE, answer_list
from affino_mcp.instance.builtin.references.list_entries import load_lists, offered_entries
from affino_mcp.instance.port import Call, Done
from affino_mcp.plain_text import plain
from affino_mcp.search_words import ask_words


def list_topics(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Lists the topics that can be chosen, by code."""
    asked = ask_words(values.get("Search", ""))
    known = load_lists(records, [TOPIC.family])
    offered = [entry for entry in offered_entries(known, TOPIC.family) if _matches(entry, asked)]
    after, size = (decode_cursor(call, values) or {}).get("after", 0), values.get("PageSize", DEFAULT_PAGE_SIZE)
    ahead = sorted((entry for entry in offered if entry.code > after), key=lambda entry: entry.code)
    shown = ahead[:size]
    more = {"after": shown[-1].code} if len(ahead) > size else None
    last = shown[-1].code if shown else None
    rows = [_render_topic(entry) for entry in shown]
    return Done(answer_list(call, values, rows, more, TotalRecords=len(offered), LastRecordCode=last))


def _matches(entry: Document, asked: list[str]) -> bool:
    return all(word in plain(entry.label) for word in asked)


def _render_topic(entry: Document) -> dict[str, Any]:
    return {TOPIC.code: entry.code, "Name": entry.label, PARENT: entry.values.get(PARENT)}
