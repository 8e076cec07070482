"""Pairs of records that may be one, by what they have in common."""

from __future__ import annotations

from tests.flow import crm
from tests.world import WorldClient


def test_duplicates_are_found_with_their_reasons(manager: WorldClient) -> None:
    jane = crm.contact(manager, "Jane", Telephone="+44 113 496 0001")
    same = crm.contact(manager, "Jäne", Mobile="(0113) 4960001", Email="j@orbital.example")
    crm.contact(manager, "Joe", Telephone="0113 496 0002")
    rows = manager.call_tool("find_duplicates", Family="contacts").result["Items"]
    assert [(row["Code"], row["OtherCode"], row["Reasons"]) for row in rows] == [(jane, same, ["name", "telephone"])]
    first = crm.account(manager, Website="https://www.orbital.example/about", Email="info@orbital.example")
    second = crm.account(manager, "Moon", Website="http://orbital.example", Email="INFO@orbital.example")
    rows = manager.call_tool("find_duplicates", Family="accounts").result["Items"]
    found = [(row["Code"], row["OtherCode"], row["Reasons"]) for row in rows]
    assert found == [(first, second, ["email", "website"])]


def test_duplicates_come_page_by_page(manager: WorldClient) -> None:
    codes = [crm.account(manager, f"Name {n // 2}") for n in range(44)]
    cursor, pairs = None, list[tuple[int, int]]()
    while cursor is not None or not pairs:
        page = manager.call_tool("find_duplicates", Family="accounts", **({"Cursor": cursor} if cursor else {})).result
        pairs += [(row["Code"], row["OtherCode"]) for row in page["Items"]]
        cursor = page["NextCursor"]
        if cursor is None:
            break
    assert pairs == list(zip(codes[::2], codes[1::2], strict=True))
