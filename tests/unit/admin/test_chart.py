"""The chart above the API Logs: of all calls where hourly totals suffice, else of the rows read, with a note on which."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affino_mcp.admin.chart import MAX_BARS, ONE_DAY, ChartWindow, chart_from_hours, chart_from_rows
from affino_mcp.admin.chart_canvas import CANVAS_WIDTH, PLOT_BOTTOM, PLOT_TOP, ChartScale
from affino_mcp.audit.row import ALL_CALLS_PARTITIONS
from affino_mcp.audit.totals import ONE_HOUR, CallTotals, HourTotals, hour_name
from affino_mcp.clock import format_iso
from affino_mcp.control_edge.screens import logs
from tests.unit.audit.rows import NOON, refusal, row
from tests.unit.control_edge.desk import OperatorBrowser, text_of
from tests.world import WorldClient


@pytest.fixture
def busy(operator: OperatorBrowser) -> OperatorBrowser:
    """A call at nine, and at ten one that succeeds and one that fails; none is counted yet."""
    world = operator.world
    profile = world.create_profile("Newsroom")
    world.create_profile("Idle")
    handler = world.new_handler()
    client = WorldClient(world, handler, world.log_in(profile, operator.person("Sal", "Seller", "Sales")))
    client.call_tool("list_accounts")
    world.clock.move(minutes=59)
    client.call_tool("list_accounts")
    world.clock.move(minutes=1, seconds=-1)
    client.call_tool("list_articles")
    world.clock.move(seconds=1)
    handler(
        world.make_event({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "x"}}, client.headers),
        None,
    )
    handler.close()
    return operator


NINE = "2026-11-23 09: 3 calls, 1 error, 0 over the limit, median "
TEN = "2026-11-23 10: 1 call, 1 error, 0 over the limit"


@pytest.mark.parametrize(
    "filters", [{}, {"profile": "Newsroom"}, {"since": "3h"}, {"since": "2026-11-20", "until": "2026-11-24"}], ids=str
)
def test_a_profile_and_a_time_are_charted_in_full(busy: OperatorBrowser, filters: dict[str, str]) -> None:
    busy.world.run_housekeeping()
    page = busy.get("/logs", **filters)
    text = text_of(page)
    days = filters.get("since") == "2026-11-20"
    shown = ["2026-11-23: 4 calls, 2 errors"] if days else [NINE, TEN]
    assert [wanted for wanted in shown if wanted not in text] == []
    assert f"All calls in whole {'days' if days else 'hours'}, from " in text
    for tone in ("median", "high"):
        assert re.search(rf'<path class="line {tone}" d="M[0-9. LM]+"/>', page.text)
        assert f'<circle class="dot {tone}"' in page.text


def test_every_drawing_has_a_name_and_every_figure_is_in_a_table(busy: OperatorBrowser) -> None:
    busy.world.run_housekeeping()
    page = busy.get("/logs")
    assert len(re.findall(r'<svg class="chart"[^>]* role="img" aria-label="[^"]+Figures\."', page.text)) == 2
    assert re.search(r"Hour \(UTC\) Calls Errors 429 Median ms p95 ms 2026-11-23 09 3 1 0 \d+ \d+ ", text_of(page))


@pytest.mark.parametrize("filters", [{}, {"profile": "Idle"}, {"until": "2026-11-22"}], ids=str)
def test_what_was_not_counted_is_not_drawn_and_that_is_said(busy: OperatorBrowser, filters: dict[str, str]) -> None:
    if filters:
        busy.world.run_housekeeping()
    page = text_of(busy.get("/logs", **filters))
    assert "No calls were counted from" in page
    assert "Calls and latency" not in page


def test_hours_that_housekeeping_missed_are_told(busy: OperatorBrowser) -> None:
    busy.world.run_housekeeping()
    busy.world.clock.move(hours=49)
    busy.world.run_housekeeping()
    busy.sign_in("olivia.park@affino.example")
    page = text_of(busy.get("/logs", since="2026-11-23 00:00"))
    assert "last at 2026-11-25 11:00:00 UTC" in page
    assert "1 hour of it could not be counted" in page


@pytest.mark.parametrize(
    ("filters", "rows"),
    [
        ({"method": "list_accounts"}, "2 rows"),
        ({"person": "sal.seller@affino.example"}, "4 rows"),
        ({"words": "articles.read"}, "1 row"),
        ({"status": "200", "profile": "Newsroom"}, "2 rows"),
    ],
    ids=str,
)
def test_every_other_question_is_charted_from_its_rows_and_that_is_said(
    busy: OperatorBrowser, filters: dict[str, str], rows: str
) -> None:
    page = text_of(busy.get("/logs", chart="rows", **filters))
    assert f"Of all that match: {rows}." in page
    assert "Calls and latency per hour" in page


def test_a_chart_of_some_rows_never_passes_for_one_of_all(
    busy: OperatorBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "LOG_ROWS_FOR_CHART", 1)
    page = text_of(busy.get("/logs", method="list_accounts", chart="rows"))
    assert "Of the newest 1 row that matches, not of all." in page
    assert "that match" not in text_of(busy.get("/logs", method="nothing", chart="rows"))


def test_who_may_not_read_the_log_sees_a_chart_of_their_own_calls_alone(busy: OperatorBrowser) -> None:
    busy.world.run_housekeeping()
    busy.browser.cookies.clear()
    busy.sign_in("sal.seller@affino.example")
    page = text_of(busy.get("/logs", chart="rows"))
    assert "Of all that match: 4 rows." in page
    busy.browser.cookies.clear()
    busy.person("Nora", "New", "Sales")
    busy.sign_in("nora.new@affino.example")
    for filters in ({}, {"profile": "Newsroom"}, {"since": "3h"}):
        found = text_of(busy.get("/logs", **filters))
        assert "Calls and latency" not in found
        assert "No calls." in found


GATE, AUDIT, ROWS = (("get_many", "affino-mcp-gate"), ("query", "affino-mcp-audit"), ("get_many", "affino-mcp-audit"))


@pytest.mark.parametrize(
    ("query", "calls"),
    [
        ("", [GATE, AUDIT, *[AUDIT] * len(ALL_CALLS_PARTITIONS), ROWS]),
        ("?profile=Newsroom&since=400d", [GATE, AUDIT, AUDIT]),
        ("?person=2", [GATE, AUDIT, ROWS]),
        ("?since=soon", [GATE]),
    ],
)
def test_a_screen_is_the_visit_the_totals_and_a_page(
    busy: OperatorBrowser, query: str, calls: list[tuple[str, str]]
) -> None:
    busy.world.watched.calls.clear()
    busy.get(f"/logs{query}")
    assert busy.world.watched.calls == calls


moments = st.integers(0, 90 * 24 * 3600).map(lambda seconds: NOON - timedelta(seconds=seconds))
some = st.lists(st.sampled_from([row(duration_ms=3), row(duration_ms=4000), row(status=500), refusal(count=70)]))


@given(
    st.dictionaries(moments.map(hour_name), some.map(CallTotals.from_rows), max_size=40),
    st.none() | moments,
    st.none() | moments,
)
def test_a_chart_adds_up_what_lies_in_its_window_and_stays_on_its_paper(
    hours: dict[str, CallTotals], since: datetime | None, until: datetime | None
) -> None:
    window = ChartWindow.from_span(since, until, NOON)
    drawn = chart_from_hours(
        [HourTotals(start, hours[start], format_iso(NOON), True) for start in sorted(hours)], window
    )
    inside = [total for start, total in hours.items() if start[: window.bar_name_length] in set(window.bar_starts())]
    if drawn is None:
        assert sum(total.calls for total in inside) == 0
        return
    assert sum((bar.total for bar in drawn.bars), CallTotals()) == sum(inside, CallTotals())
    assert len(drawn.bars) <= MAX_BARS + 1
    assert sum(drawn.has_label(place) for place in range(len(drawn.bars))) <= 13
    for place, _ in enumerate(drawn.bars):
        for part in drawn.bar_parts(place):
            assert 0 <= part.x <= part.x + part.width <= CANVAS_WIDTH
            assert PLOT_TOP - 0.2 <= part.y <= part.y + part.height <= PLOT_BOTTOM + 0.2
    points = [point for percent in (50, 95) for point in drawn.line_points(percent) if point]
    assert all(drawn.left <= point.x <= CANVAS_WIDTH and PLOT_TOP <= point.y <= PLOT_BOTTOM for point in points)


@pytest.mark.parametrize(
    ("since", "until", "first", "last", "step"),
    [
        (None, None, "2026-11-08T13", "2026-11-10T12", ONE_HOUR),
        (None, -ONE_DAY, "2026-11-07T13", "2026-11-09T12", ONE_HOUR),
        (-2 * ONE_DAY, None, "2026-11-08T12", "2026-11-10T12", ONE_HOUR),
        (-3 * ONE_DAY, None, "2026-11-07", "2026-11-10", ONE_DAY),
        (-400 * ONE_DAY, None, "2026-09-24", "2026-11-10", ONE_DAY),
        (-2 * ONE_HOUR, ONE_DAY, "2026-11-10T10", "2026-11-10T12", ONE_HOUR),
    ],
)
def test_the_window(since: timedelta | None, until: timedelta | None, first: str, last: str, step: timedelta) -> None:
    window = ChartWindow.from_span(NOON + since if since else None, NOON + until if until else None, NOON)
    starts = list(window.bar_starts())
    assert (starts[0], starts[-1], window.step) == (first, last, step)


def test_a_line_has_a_gap_where_nothing_was_measured() -> None:
    rows = [row(NOON, duration_ms=10), refusal(NOON - ONE_HOUR), row(NOON - 2 * ONE_HOUR), row(NOON - 3 * ONE_HOUR)]
    drawn = chart_from_rows(rows, NOON)
    assert drawn is not None
    assert re.fullmatch(r"M\S+ \S+ L\S+ \S+ M\S+ \S+", drawn.line_path(50))


FOUR = ["04:00", "08:00", "12:00"]


@pytest.mark.parametrize(
    ("age", "labels"),
    [
        (timedelta(minutes=50), ["11:00", "12:00"]),
        (
            47 * ONE_HOUR,
            ["16:00", "20:00", "11-09", *FOUR, "16:00", "20:00", "11-10", *FOUR],
        ),
        (3 * ONE_DAY, ["11-07", "11-08", "11-09", "11-10"]),
    ],
    ids=str,
)
def test_labels_name_the_hours_and_at_midnight_the_day(age: timedelta, labels: list[str]) -> None:
    drawn = chart_from_rows([row(NOON), row(NOON - age)], NOON)
    assert drawn is not None
    assert [bar.label for place, bar in enumerate(drawn.bars) if drawn.has_label(place)] == labels


@given(st.lists(st.integers(0, 10**9)))
def test_a_scale_has_room_for_every_number_and_round_ticks(numbers: list[int]) -> None:
    panel = ChartScale.from_numbers(numbers)
    highest = max(numbers, default=0)
    assert highest <= panel.top <= max(1, 2.5 * highest)
    assert str(panel.top).rstrip("0") in {"1", "2", "5"}
    assert panel.ticks[0] == 0
    assert panel.ticks[-1] == panel.top
