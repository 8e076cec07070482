"""Summarises a call's result in one line, from codes, counts and words of the catalogue, without values of records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from affino_mcp.catalogue.capability import Access
from affino_mcp.catalogue.field import snake_case
from affino_mcp.catalogue.method import DRY_RUN, Method
from affino_mcp.catalogue.registry import RECORDS

if TYPE_CHECKING:
    from affino_mcp.errors import AffinoError
    from affino_mcp.instance.port import Done


_OPERATOR_NOUNS: Final = {"api_profiles": "API Profile", "people": "person"}
"""The nouns for what operators act on."""


def summarise_result(method: Method, done: Done) -> str:
    """Gives the summary of a method's answer: `article 17 changed`, `20 of 143 contacts, more follow`."""
    if method.access is Access.READ:
        return _summarise_read(method, done)
    if done.body.get(DRY_RUN.name):
        return "dry run: nothing was written"
    return _summarise_write(done) if done.sealed else "nothing changed"


def summarise_error(error: AffinoError, status: int) -> str:
    """Gives the summary of an error: refused, or failed in the service."""
    return f"{'failed' if status >= 500 else 'refused'}: {error.type}"


def describe_record(ref: str) -> str:
    """Gives a record's name for people: `account 12` for `accounts#12`."""
    family, _, code = ref.partition("#")
    words = RECORDS[family].words if family in RECORDS else _OPERATOR_NOUNS.get(family)
    return f"{words} {code}" if words else ref


def _summarise_write(done: Done) -> str:
    main = next((each for each in done.changes if each.record == done.record), next(iter(done.changes), None))
    if main is None:
        return f"{describe_record(done.record)}: done" if done.record else "done"
    others = len(done.changes) - 1
    with_it = f", with {_count_noun(others, 'other records')}" if others else ""
    return f"{describe_record(main.record)} {main.kind}{with_it}"


def _summarise_read(method: Method, done: Done) -> str:
    lists = {name: part for name, part in done.body.items() if isinstance(part, list)}
    counts = ", ".join(_count_rows(method, name, part, done.body) for name, part in lists.items())
    if not done.record:
        return counts or "answered"
    return f"{describe_record(done.record)}: {counts}" if counts else f"{describe_record(done.record)} read"


def _count_rows(method: Method, name: str, rows: list[Any], body: dict[str, Any]) -> str:
    """The number of rows in a list of the answer; `Items` get their noun from the method's name."""
    if name != "Items":
        return _count_noun(len(rows), snake_case(name).replace("_", " "))
    noun, total = method.name.removeprefix("list_").removeprefix("my_").replace("_", " "), body.get("TotalRecords")
    counted = (
        f"{len(rows)} of {_count_noun(total, _rows_noun(noun))}"
        if total is not None
        else _count_noun(len(rows), _rows_noun(noun))
    )
    return counted + (", more follow" if body.get("NextCursor") else "")


def _rows_noun(noun: str) -> str:
    return noun if noun.endswith("s") else "rows"


def _count_noun(number: int, noun: str) -> str:
    """`2 categories`, `1 category`."""
    one = f"{noun[:-3]}y" if noun.endswith("ies") else noun.removesuffix("s")
    return f"{number:,} {one if number == 1 else noun}"
