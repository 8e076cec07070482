"""The layout of index rows has a number, which is raised when the rows that records make change."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from affino_mcp.instance.builtin.engine.document import Document
from affino_mcp.instance.builtin.engine.index import LAYOUT, Facets, index_rows
from affino_mcp.instance.builtin.engine.layout_rows import FORMER_LAYOUT, LAYOUT_KEY, LayoutRows
from affino_mcp.instance.builtin.engine.word_index import word_rows
from affino_mcp.instance.builtin.tools import FACETS
from affino_mcp.store.ops import Item, Key, Put
from affino_mcp.store.testing.memory_database import MemoryDatabase
from tests.former_layout import put_former_rows, record_refs
from tests.world import World

KNOWN_LAYOUTS = Path(__file__).parents[3] / "layouts" / "index_rows.json"
WHAT_TO_DO = (
    "The records of tests/layouts make other index rows than layout {layout} has. Old records are then not found any more by "
    "the new rows. If that was not meant, undo the change of the rows. If it was, raise LAYOUT in engine/index.py, add "
    '"{following}": "{found}" to tests/layouts/index_rows.json, and leave the lines of older layouts as they are.'
)


OF_ALL_KINDS = {
    "FirstName": "Søren Işık", "LastName": "東京都 ก็กิตติ 삼성 Łódź", "Email": "a.b@one.example", "SecondaryEmail": "b@two.example",
    "Telephone": "+44 (0)20 7946 0958", "Mobile": "07700900123", "Company": "हिन्दी أحمد Straße", "JobTitle": "CTO",
}  # fmt: skip
"""Values whose words depend on every rule of making texts plain and of cutting them into words."""


def rows_of_fixed_records() -> list[Item]:
    """The index rows of the same records of every family, in the order of their keys."""
    world = World()
    put_former_rows(world.database, world.settings)
    made: list[Item] = []
    for family, code in record_refs():
        stored = world.records.load_including_deleted(family, code)
        assert stored is not None
        facets = FACETS[family](stored)
        made += [*index_rows(stored.document, facets).values(), *word_rows(stored.document, facets).values()]
    made += word_rows(Document("contacts", 4711, 1, OF_ALL_KINDS, {}), Facets(())).values()
    return sorted(made, key=lambda row: (row["pk"], row["sk"]))


def test_other_rows_need_another_number() -> None:
    text = json.dumps(rows_of_fixed_records(), sort_keys=True, ensure_ascii=True)
    found = hashlib.sha256(text.encode()).hexdigest()
    known: dict[str, str] = json.loads(KNOWN_LAYOUTS.read_text(encoding="utf-8"))
    following = LAYOUT + 1 if str(LAYOUT) in known else LAYOUT
    told = WHAT_TO_DO.format(layout=LAYOUT, following=following, found=found)
    assert known.get(str(LAYOUT)) == found, told
    assert max(map(int, known)) == LAYOUT, told


def test_the_fixed_records_are_of_every_family() -> None:
    assert {ref.family for ref in record_refs()} == set(FACETS)


def test_the_layout_that_is_not_noted() -> None:
    database = MemoryDatabase()
    rows = LayoutRows(database, "r")
    assert rows.read_layout(FACETS).stored == LAYOUT
    database.put(Put("r", {"pk": "N#notes", "sk": "A", "last": 1}))
    assert rows.read_layout(FACETS).stored == FORMER_LAYOUT
    rows.note_first_layout()
    rows.note_first_layout()
    assert rows.read_layout(FACETS).is_current


def test_a_layout_that_was_noted_by_a_newer_version_is_another_one() -> None:
    database = MemoryDatabase()
    database.put(Put("r", {**LAYOUT_KEY._asdict(), "layout": LAYOUT + 1}))
    rows = LayoutRows(database, "r")
    rows.note_first_layout()
    assert rows.read_layout(FACETS) == (LAYOUT + 1, LAYOUT)
    assert database.get("r", Key("X#layout", "A"))
