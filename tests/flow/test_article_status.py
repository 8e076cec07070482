"""The status of articles: drafts, scheduled, live and expired ones, as the clock moves, in records, rows and filters."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest

from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.instance.builtin.engine.index import facet_partition
from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
from affino_mcp.store.ops import Put, Query
from tests.flow.website import Website, codes
from tests.world import World, WorldClient

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
DAYS = (None, 0, 2, 5)
STATUSES = ("draft", "scheduled", "live", "expired")


@pytest.fixture
def site(world: World, handler: LambdaHandler, profile: Profile) -> Website:
    return Website(world, handler, profile)


def _day(number: int | None) -> str | None:
    return None if number is None else (NOW + timedelta(days=number)).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True)
class Plan:
    """An article to be: whether it is live, and the days on which it begins and ends."""

    live: bool
    begins: int | None
    ends: int | None

    @property
    def arguments(self) -> dict[str, Any]:
        dates = {"LiveDate": _day(self.begins), "ExpiryDate": _day(self.ends)}
        return {"Title": str(self), "Live": self.live} | {name: day for name, day in dates.items() if day}

    def status(self, day: int) -> str:
        if not self.live:
            return "draft"
        if self.ends is not None and self.ends <= day:
            return "expired"
        return "live" if (self.begins or 0) <= day else "scheduled"


PLANS = [
    Plan(*one) for one in product((True, False), DAYS, (None, 1, 3, 6)) if one[2] is None or one[2] > (one[1] or 0)
]


def _all_rows(client: WorldClient, *, full: bool = True, **filters: Any) -> list[dict[str, Any]]:
    """The rows of all pages, which are `full` but for the last."""
    rows, more = list[dict[str, Any]](), dict[str, Any]()
    while True:
        page = client.call_tool("list_articles", PageSize=3, **filters, **more).result
        rows += page["Items"]
        if page["NextCursor"] is None:
            return rows
        assert len(page["Items"]) == 3 or not full
        more = {"Cursor": page["NextCursor"]}


def _titles(rows: list[dict[str, Any]]) -> Counter[str]:
    return Counter(row["Title"] for row in rows)


def _expect(wanted: set[str], day: int) -> Counter[str]:
    return Counter(str(plan) for plan in PLANS if plan.status(day) in wanted)


@pytest.mark.parametrize("old", [False, True], ids=["rows with dates", "rows of the version before"])
def test_lists_narrow_to_what_the_clock_says(world: World, site: Website, old: bool) -> None:
    for plan in PLANS:
        site.article(**plan.arguments)
    if old:
        _forget_dates(world)
    for day in (0, 1, 2, 3, 6):
        writer = site.client("Wilma", f"Writer{day}", "Editors")
        rows = _all_rows(writer, full=not old)
        assert {row["Title"]: row["Status"] for row in rows} == {str(plan): plan.status(day) for plan in PLANS}
        for status in STATUSES:
            for sort in ({}, {"SortBy": "Title"}, {"SortBy": "Updated", "SortOrder": "desc"}):
                assert _titles(_all_rows(writer, full=not old, Status=status, **sort)) == _expect({status}, day), (
                    status,
                    sort,
                )
        assert _titles(_all_rows(writer, full=not old, Live=True)) == _expect({"live"}, day)
        assert _titles(_all_rows(writer, full=not old, Live=False)) == _expect(set(STATUSES) - {"live"}, day)
        assert _titles(_all_rows(writer, full=not old, Live=True, Status="draft")) == Counter()
        reader = site.client("Rita", f"Reader{day}", "Registered User")
        for seen in ({}, {"Live": True}, {"Status": "live"}):
            assert _titles(_all_rows(reader, full=not old, **seen)) == _expect({"live"}, day)
        found = writer.call_tool("list_articles", Status="scheduled", PageSize=100).result
        assert found["TotalRecords"] == len(found["Items"])
        world.clock.move(days=(1 if day < 3 else 3))


def _forget_dates(world: World) -> None:
    for facet in ("all", "section=1"):
        rows = world.database.query(Query(world.settings.records_table, facet_partition("articles", facet)))
        for row in rows.items:
            kept = [each for each in row["facets"] if not each.startswith(("from=", "to="))]
            world.database.put(Put(world.settings.records_table, {**row, "facets": kept}))


def test_a_record_tells_its_status(world: World, site: Website) -> None:
    article = site.article(Live=True, LiveDate=_day(1), ExpiryDate=_day(2))
    assert article["Status"] == "scheduled"
    for status in ("live", "expired"):
        world.clock.move(days=1)
        client = site.client("Ann", status, "Editors")
        found = client.call_tool("get_article", StandardItemCode=article["StandardItemCode"]).result["Article"]
        assert (found["Status"], found["Live"]) == (status, True)


TOLD = {
    "scheduled": ({"Live": True, "LiveDate": _day(1)}, "LiveDate", "2026-11-24T09:00"),
    "a date without Live": ({"LiveDate": _day(1)}, "LiveDate", "draft"),
    "a date with Live false": ({"LiveDate": _day(1), "Live": False}, "LiveDate", "draft"),
    "over": ({"Live": True, "LiveDate": _day(-2), "ExpiryDate": _day(-1)}, "ExpiryDate", "2026-11-22T09:00"),
    "live": ({"Live": True}, None, ""),
    "live since": ({"Live": True, "LiveDate": _day(-1)}, None, ""),
    "a draft": ({"Live": False}, None, ""),
    "a draft with an end": ({"ExpiryDate": _day(4)}, None, ""),
}


@pytest.mark.parametrize(("given", "argument", "says"), TOLD.values(), ids=TOLD)
def test_what_readers_do_not_see_is_told(site: Website, given: dict[str, Any], argument: str | None, says: str) -> None:
    made = site.publisher.call_tool("create_article", Title="x", standardSectionCode=site.marketing, **given).result
    again = site.publisher.call_tool("create_article", Title="y", standardSectionCode=site.marketing).result["Article"]
    changed = site.publisher.call_tool("update_article", StandardItemCode=again["StandardItemCode"], **given).result
    for answer in (made, changed):
        told = [warning for warning in answer["Warnings"] if warning["Code"] == "NOT_LIVE"]
        assert [(warning["Argument"], says in warning["Message"]) for warning in told] == [(argument, True)] * bool(
            argument
        )


def test_an_old_date_in_the_future_is_told_and_null_shows_at_once(site: Website) -> None:
    code = site.article(LiveDate=_day(3))["StandardItemCode"]
    later = site.publisher.call_tool("update_article", StandardItemCode=code, Live=True).result
    assert (later["Article"]["Status"], codes(later["Warnings"])) == ("scheduled", ["NOT_LIVE"])
    retitled = site.publisher.call_tool("update_article", StandardItemCode=code, Title="z").result
    assert codes(retitled["Warnings"]) == []
    now = site.publisher.call_tool("update_article", StandardItemCode=code, LiveDate=None).result
    assert (now["Article"]["Status"], codes(now["Warnings"])) == ("live", [])


def test_who_may_not_publish_is_told_once(site: Website) -> None:
    given = {"Title": "x", "standardSectionCode": site.marketing, "Live": True, "LiveDate": _day(1)}
    answer = site.editor.call_tool("create_article", **given).result
    assert (answer["Article"]["Status"], codes(answer["Warnings"])) == ("draft", ["LIVE_NOT_PERMITTED"])
