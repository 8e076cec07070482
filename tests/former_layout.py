"""Rows as the service wrote them in layout 1, before words were in a table of their own: a few records of every family.

They come from a state folder of that version: the records' own rows without their history, the index rows, the words, unique
values, counts and members; and some rows of the API Log.
"""

from __future__ import annotations

import json
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any

from affino_mcp.instance.port import RecordRef
from affino_mcp.local.tables import LocalTable
from affino_mcp.settings import Settings
from affino_mcp.store.ops import Database, Item, Put

_FOLDER = Path(__file__).parent / "layouts"


@cache
def _read_rows(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


def former_records() -> list[Item]:
    """The rows of the records' table."""
    found: list[Item] = json.loads(_read_rows("layout_1_records.json"))
    return found


def former_log() -> list[Item]:
    """Some rows of the API Log."""
    found: list[Item] = json.loads(_read_rows("layout_1_log.json"))
    return found


def former_table(table: LocalTable) -> LocalTable:
    """The table as layout 1 had it: the same indexes, which hold whole rows."""
    create: dict[str, Any] = dict(table.create)
    for kind in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes"):
        if kind in create:
            create[kind] = [{**index, "Projection": {"ProjectionType": "ALL"}} for index in create[kind]]
    return LocalTable(create, table.expires_by)


def put_former_rows(database: Database, settings: Settings) -> None:
    """Puts the rows of the records' table into it."""
    for row in former_records():
        database.put(Put(settings.records_table, row))


def codes_by_list() -> dict[str, list[int]]:
    """The codes that each list of layout 1 held, by its partition, in their order."""
    found: dict[str, list[int]] = defaultdict(list)
    for row in former_records():
        if row["pk"].startswith("F#"):
            found[row["pk"]].append(row["code"])
    return {place: sorted(codes) for place, codes in found.items()}


def records_by_word() -> dict[tuple[str, str], set[int]]:
    """The codes of the records that each word was found by, by family and word."""
    found: dict[tuple[str, str], set[int]] = defaultdict(set)
    for row in former_records():
        mark, family, *_ = row["pk"].split("#")
        if mark == "W":
            found[family, row["sk"].rpartition("#")[0]].add(row["code"])
    return dict(found)


def record_refs() -> list[RecordRef]:
    """The records, deleted ones too."""
    return [RecordRef.parse(row["pk"]) for row in former_records() if row["sk"] == "A" and "version" in row]
