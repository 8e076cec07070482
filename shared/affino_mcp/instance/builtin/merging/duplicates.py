"""Finds pairs of records that may be one: by name, telephone number, e-mail address and website."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from affino_mcp.catalogue.capability import Family
from affino_mcp.catalogue.crossings import Crossing
from affino_mcp.catalogue.families.merging import OF_FAMILY
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import Method
from affino_mcp.instance.builtin.engine.cursor import decode_cursor
from affino_mcp.instance.builtin.engine.document import Document
from affino_mcp.instance.builtin.engine.index import facet_partition, name_prefix
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.engine.word_index import record_numbers, word_partition
from affino_mcp.instance.builtin.listing.pages import answer_list
from affino_mcp.instance.family_access import require_crossing
from affino_mcp.instance.port import Call, Done, RecordRef
from affino_mcp.plain_text import look, plain
from affino_mcp.search_words import split_words
from affino_mcp.store.ops import Query, SortSpan
from affino_mcp.telephone_numbers import SURE_DIGITS

RECORDS_PER_PAGE: Final = 20
"""So many records are compared with all others for one page: at most eight queries each."""
MAX_ROWS: Final = 20
"""So many rows each query reads: what more than 20 records have in common tells none apart."""
_ADDRESSES: Final = ("Email", "SecondaryEmail")
_WEBSITE: Final = "Website"


def find_duplicates(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Lists pairs of records of one family that have something in common; a page may be empty while NextCursor goes on.

    Each pair is listed once, under the older record. Raises ToolDisabled or PermissionDenied.
    """
    family = values[OF_FAMILY.name]
    require_crossing(call, Crossing(OF_FAMILY.name, Family(family)))
    query = Query(
        records.table, facet_partition(family, "all"), start=decode_cursor(call, values), limit=RECORDS_PER_PAGE
    )
    page = records.db.query(query)
    documents = records.load_documents(RecordRef(family, row["code"]) for row in page.items)
    likely = {document.code: _find_likely(records, document) for document in documents.values()}
    others = {RecordRef(family, code) for codes in likely.values() for code in codes}
    known = records.load_documents(others, documents)
    pairs = [
        (document, known[other], reasons)
        for document in documents.values()
        for code in sorted(likely[document.code])
        if (other := RecordRef(family, code)) in known and (reasons := _compare(document, known[other]))
    ]
    return Done(answer_list(call, values, [_render(*pair) for pair in pairs], page.next))


def _render(one: Document, other: Document, reasons: list[str]) -> dict[str, Any]:
    return {"Code": one.code, "Name": one.label, "OtherCode": other.code, "OtherName": other.label, "Reasons": reasons}


def _find_likely(records: Records, document: Document) -> set[int]:
    """The codes of later records that may have something in common with this one."""
    family = document.family
    named = SortSpan(prefix=name_prefix(document.label))
    query = Query(
        records.table, facet_partition(family, "all"), index="ByName", sort="name", span=named, limit=MAX_ROWS
    )
    found = {row["code"] for row in records.db.query(query).items}
    for word in dict.fromkeys(_list_leads(document)):
        rows = Query(records.words_table, word_partition(family, word), span=SortSpan(prefix=word), limit=MAX_ROWS)
        found |= {row["code"] for row in records.db.query(rows).items}
    return {code for code in found if code > document.code}


def _list_leads(document: Document) -> Iterable[str]:
    """The words by which records with the same telephone number, address or website are looked up."""
    for number in record_numbers(document):
        if len(number.digits) >= SURE_DIGITS:
            yield number.digits[-SURE_DIGITS:]
    for text in (*_list_addresses(document.values), _site(document)):
        if words := split_words(text):
            yield max(words, key=len)


def _list_addresses(values: Mapping[str, Any]) -> list[str]:
    return [plain(values[name]) for name in _ADDRESSES if values.get(name)]


def _site(document: Document) -> str:
    """The host of an account's website without `www.`; "" for none. People of one company share theirs."""
    website = document.values.get(_WEBSITE) if document.family == Family.ACCOUNTS else None
    return plain(urlsplit(website).hostname or "").removeprefix("www.") if website else ""


def _compare(one: Document, other: Document) -> list[str]:
    """What two records have in common."""
    numbers = record_numbers(other)
    site = _site(one)
    told = {
        "name": look(one.label) == look(other.label),
        "telephone": any(n.is_same(o) for n in record_numbers(one) for o in numbers if _are_whole(n.digits, o.digits)),
        "email": not set(_list_addresses(one.values)).isdisjoint(_list_addresses(other.values)),
        "website": bool(site) and site == _site(other),
    }
    return [reason for reason, holds in told.items() if holds]


def _are_whole(*numbers: str) -> bool:
    return all(len(digits) >= SURE_DIGITS for digits in numbers)
