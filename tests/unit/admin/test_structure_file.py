"""A structure file: what is exported makes another instance the same, and any text is read or refused with a line."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from affino_mcp import wiring
from affino_mcp.admin.operator_audit import OperatorOrigin
from affino_mcp.admin.structure_desk import StructureDesk
from affino_mcp.admin.structure_difference import apply_difference, find_difference
from affino_mcp.admin.structure_file import StructureFileFault, read_structure, write_structure
from affino_mcp.admin.structure_order import order_moves
from affino_mcp.audit.log import AuditLog
from affino_mcp.catalogue.structure import KINDS_BY_FAMILY, STRUCTURE_KINDS
from affino_mcp.gate.identity.permissions import SECURITY_GROUPS
from tests.world import World

NAMES = st.lists(
    st.one_of(
        st.sampled_from(
            ["yes", "null", "1", "2026-01-01", "- a", "a: b", "# c", "'", "Köln & Co", "*x", "&x", "~", "[]"]
        ),
        st.text("abc xyzÄß", min_size=1, max_size=9).filter(lambda text: text.strip() == text and "  " not in text),
    ),
    min_size=1,
    max_size=4,
    unique_by=str.casefold,
)
GROUPS = st.lists(st.sampled_from(["Everybody", *SECURITY_GROUPS]), unique=True, max_size=3)
SECTION = st.fixed_dictionaries(
    {}, optional={"ReadGroups": GROUPS, "WriteGroups": GROUPS, "Open": st.booleans(), "Order": st.integers(1, 99)}
)


def open_desk(world: World) -> StructureDesk:
    log = AuditLog(world.database, world.settings.audit_table, world.clock)
    by = OperatorOrigin(world.database, world.settings, log, {"person_name": "Olivia Park"}, has_log_lines=False)
    keeper = wiring.build_operator_ports(world.stores, world.settings).structure_keeper
    return StructureDesk(keeper, by, world.clock, world.people.get)


def export(desk: StructureDesk) -> str:
    return write_structure({kind.family: desk.list_items(kind) for kind in STRUCTURE_KINDS})


@settings(max_examples=20, deadline=None)
@given(NAMES, NAMES, NAMES, st.lists(SECTION, min_size=4, max_size=4))
def test_what_is_exported_makes_another_instance_the_same(
    sections: list[str], topics: list[str], groups: list[str], values: list[dict[str, Any]]
) -> None:
    first, second = open_desk(World()), open_desk(World())
    for name, given_values in zip(sections, values, strict=False):
        first.save(KINDS_BY_FAMILY["sections"], None, {"Name": name} | given_values)
    above: int | None = None
    for name in topics:
        more: dict[str, Any] = {"ParentCode": above} if above else {}
        above = first.save(KINDS_BY_FAMILY["topics"], None, {"Name": f"Topic {name}"} | more).code
    for name in groups:
        first.save(KINDS_BY_FAMILY["security_groups"], None, {"Name": f"Group {name}", "Rights": ["logs.read"]})
    text = export(first)
    entries = read_structure(text.encode())
    apply_difference(second, find_difference(second, entries))
    assert export(second) == text
    assert find_difference(second, entries).writes == []


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.binary(max_size=60), st.text("abN:- \n[]{}&*!|>'\"#?,%@`\t", max_size=60).map(str.encode)))
def test_any_bytes_are_read_or_refused_in_our_words(content: bytes) -> None:
    try:
        entries = read_structure(content)
    except StructureFileFault:
        return
    assert all(entry.values["Name"] for entry in entries)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(1, 30), min_size=1, max_size=9), st.integers(0, 8), st.integers(-9, 9))
def test_moving_gives_the_asked_order_and_no_shared_place(orders: list[int], at: int, steps: int) -> None:
    places = list(enumerate(sorted(orders), 1))
    at %= len(places)
    codes = [code for code, _ in places]
    wanted = list(codes)
    wanted.insert(max(0, min(len(codes) - 1, at + steps)), wanted.pop(at))
    after = dict(places) | dict(order_moves(places, codes[at], steps))
    assert sorted(codes, key=lambda code: after[code]) == wanted
    assert len(set(after.values())) == len(codes)
