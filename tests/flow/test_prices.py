"""The store requests and request units of each kind of call, and the table of prices that is made of them."""

from __future__ import annotations

import re
from functools import cache

import pytest

from affino_mcp.local.places import TEMPLATE_FILE
from bench.metered_calls import MeteredCall, measure_kinds
from bench.prices import BEGIN, END, PAGE, price_call, price_idle_month, render_prices, replace_prices

# kind: store requests, read units, write units
COUNTS: dict[str, tuple[int, float, int]] = {
    "get_account": (7, 6, 5),
    "get_contact": (5, 4, 5),
    "list_accounts, 20": (5, 26, 4),
    "list_accounts, a search": (5, 4, 4),
    "list_contacts, a telephone": (6, 5, 4),
    "list_articles, a search": (5, 4, 4),
    "list_opportunities, a search": (7, 6, 4),
    "create_account": (4, 3, 45),
    "create_contact": (5, 4, 69),
    "create_contact, two telephones": (4, 3, 99),
    "create_note, 60 words": (4, 3, 95),
    "create_forum_post, 60 words": (5, 4, 125),
    "update_account": (7, 6, 35),
    "add 28 members": (5, 87, 201),
    "refused, 403": (5, 3, 5),
    "tools/list": (2, 3, 0),
}
measured = cache(measure_kinds)


def counts(call: MeteredCall) -> tuple[int, float, int]:
    return call.usage.requests, call.usage.reads, call.usage.writes


@pytest.mark.parametrize("kind", COUNTS)
def test_a_call_uses_so_many_requests_and_units(kind: str) -> None:
    assert counts(measured()[kind]) == COUNTS[kind]


def test_every_kind_is_counted() -> None:
    assert list(measured()) == list(COUNTS)


def test_the_page_has_the_counts() -> None:
    tables = PAGE.read_text(encoding="utf-8").split(BEGIN)[1].split(END)[0]
    rows = re.findall(r"^\| ([^|]+) \| (\d+) \| ([\d.]+) \| (\d+) \|", tables, re.MULTILINE)
    assert {kind: (int(requests), float(reads), int(writes)) for kind, requests, reads, writes in rows} == COUNTS


def test_writing_the_page_again_changes_only_what_is_between_its_marks() -> None:
    page = PAGE.read_text(encoding="utf-8")
    tables = render_prices(measured(), TEMPLATE_FILE.read_text(encoding="utf-8"))
    written = replace_prices(page, tables)
    assert replace_prices(written, tables) == written
    assert re.sub(r"<!-- written.*end of the prices -->", "", written, flags=re.DOTALL) == re.sub(
        r"<!-- written.*end of the prices -->", "", page, flags=re.DOTALL
    )


def test_a_price_is_the_sum_of_its_parts() -> None:
    found = price_call(measured()["get_account"])
    assert found.store == pytest.approx(6 * 0.125 + 5 * 0.625)
    assert found.total == pytest.approx(found.store + 3.50 + found.function + found.lines + found.egress)


def test_a_month_without_calls_counts_what_the_template_has() -> None:
    month = price_idle_month(TEMPLATE_FILE.read_text(encoding="utf-8"))
    assert "SnapStart of 2 functions" in month
    assert sum(month.values()) < 30
