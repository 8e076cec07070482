"""API Logs in the browser: filters, one row, one request, export, chart, few store calls, and who may see which calls."""

from __future__ import annotations

import csv
import io
import json

import pytest

from affino_mcp.audit.row import ALL_CALLS_PARTITIONS
from affino_mcp.control_edge.screens import log_export
from affino_mcp.gate.profiles.profile import Profile
from tests.unit.control_edge.desk import OperatorBrowser, text_of
from tests.world import WorldClient


@pytest.fixture
def busy(operator: OperatorBrowser, sales: WorldClient) -> OperatorBrowser:
    """Four calls: a list, a create with a warning, a list of something that the person may not see, a bad argument."""
    sales.call_tool("list_accounts", PageSize=3)
    operator.world.clock.move(minutes=35)
    sales.call_tool("create_account", Name="Orbital Labs", Nmae="typo")
    sales.call_tool("list_articles")
    sales.call_tool("get_account", AccountCode="none")
    return operator


def told(page: str) -> str:
    """The text of a page without the texts for screen readers."""
    return page.replace(" What changed: a group of rows for each record, a row for each field", "")


def methods(desk: OperatorBrowser, **filters: str) -> list[str]:
    found = desk.get("/logs/export", format="json", **filters)
    assert found.status_code == 200, found.text
    return [row["method"] for row in json.loads(found.text) if row["channel"] == "mcp"]


ALL = ["get_account", "list_articles", "create_account", "list_accounts"]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        pytest.param({}, ALL, id="everything"),
        pytest.param({"profile": "newsroom"}, ALL, id="a profile by name"),
        pytest.param({"profile": "Nothing"}, [], id="an unknown profile"),
        pytest.param({"person": "sal.seller@affino.example"}, ALL, id="a person by e-mail"),
        pytest.param({"person": "2"}, ALL, id="a person by code"),
        pytest.param({"person": "nobody@affino.example"}, [], id="nobody"),
        pytest.param({"method": "list_accounts"}, ALL[3:], id="a method"),
        pytest.param({"family": "articles"}, ["list_articles"], id="a family"),
        pytest.param({"family": "always"}, [], id="the family of nothing"),
        pytest.param({"status": "403"}, ["list_articles"], id="a status"),
        pytest.param({"record": "accounts#1"}, ["create_account"], id="a record"),
        pytest.param({"client": "https://app.example/c"}, [], id="an app"),
        pytest.param({"since": "30m"}, ALL[:3], id="lately"),
        pytest.param({"until": "30m"}, ALL[3:], id="earlier"),
        pytest.param({"words": "UNKNOWN_argument nmae"}, ["create_account"], id="words of a warning"),
        pytest.param({"words": "articles.read"}, ["list_articles"], id="words of an error"),
    ],
)
def test_filters(busy: OperatorBrowser, filters: dict[str, str], expected: list[str]) -> None:
    assert methods(busy, **filters) == expected
    page = text_of(busy.get("/logs", **filters))
    assert all(f"{method} " in page for method in expected)


@pytest.mark.parametrize(
    ("filters", "text"),
    [
        ({"since": "whenever"}, "Say yesterday, last hour, 2h"),
        ({"until": "0001-01-01T00:00+14:00"}, "Say yesterday, last hour, 2h"),
        ({"since": "1h", "until": "2h"}, "This is before the time in Since"),
        ({"status": "all"}, "A status is a number"),
        ({"family": "nonsense"}, "There is no such family."),
        ({"record": "Somewhere"}, "No record has this name."),
        ({"record": "accounts#" + "1" * 3000}, "No record has this name."),
    ],
    ids=["time", "before time", "the wrong way round", "status", "family", "record", "a record without end"],
)
def test_a_wrong_filter_says_so(busy: OperatorBrowser, filters: dict[str, str], text: str) -> None:
    answer = busy.get("/logs", **filters)
    assert (answer.status_code, text in text_of(answer)) == (400, True)
    assert ("Nothing was searched" in answer.text, "No calls" in answer.text) == (True, False)
    assert 'aria-invalid="true"' in answer.text


@pytest.mark.parametrize("path", ["/logs", "/logs/export?format=csv", "/logs/export?format=json"])
def test_a_foreign_cursor_says_so(busy: OperatorBrowser, path: str) -> None:
    answer = busy.browser.get(f"/control{path}{'&' if '?' in path else '?'}cursor=nonsense")
    assert (answer.status_code, "not one of the log's" in text_of(answer)) == (400, True)
    assert [row["outcome"] for row in busy.operator_rows()] == (["error"] if "export" in path else [])


@pytest.mark.parametrize("name", ["since", "until"])
@pytest.mark.parametrize("moment", ["0001-01-01", "1900-01-01", "9999-12-31", "9999d", "999999s", "2026-W48-1"])
def test_any_date_is_answered(busy: OperatorBrowser, name: str, moment: str) -> None:
    assert busy.get("/logs", **{name: moment}).status_code == 200
    assert busy.get("/logs/export", format="csv", **{name: moment}).status_code == 200


@pytest.mark.parametrize(
    ("filters", "text"),
    [
        ({"profile": "Newsrom"}, "No API Profile has 'Newsrom' in its name, nor this key. Nearest: Newsroom"),
        ({"profile": "News room?"}, "No API Profile has 'News room?' in its name, nor this key. Nearest: Newsroom"),
        ({"person": "nobody@affino.example"}, "Nobody has this e-mail address or code."),
        ({"person": "Sol"}, "No person has 'Sol' in the name. Nearest: Sal Seller (2)"),
        ({"person": "4711"}, "Nobody has this e-mail address or code."),
    ],
    ids=str,
)
def test_a_name_of_nobody_says_so_to_whoever_may_read_the_log(
    busy: OperatorBrowser, filters: dict[str, str], text: str
) -> None:
    assert text in text_of(busy.get("/logs", **filters))
    key = busy.world.profiles.list_profiles()[0].profile.key
    for known in ("newsroom", key, "control"):
        assert text not in text_of(busy.get("/logs", profile=known))
    busy.browser.cookies.clear()
    busy.sign_in("sal.seller@affino.example")
    assert text not in text_of(busy.get("/logs", **filters))


def test_a_row_opens_to_everything_that_is_known(busy: OperatorBrowser) -> None:
    row = next(row for row in busy.world.audit_rows() if row["method"] == "create_account")
    page = text_of(busy.get(f"/logs/{row['profile_key']}/{row['id']}"))
    for text in ("Orbital Labs", "UNKNOWN_ARGUMENT", "Sal Seller", row["request_id"], row["fingerprint"], "accounts#1"):
        assert text in page


@pytest.mark.parametrize("id_", ["01M83T4CM060710PCYHWFH0XZP", "nonsense"])
def test_a_row_that_is_not_there(busy: OperatorBrowser, profile: Profile, id_: str) -> None:
    assert busy.get(f"/logs/{profile.key}/{id_}").status_code == 404


def test_one_request_can_be_followed(busy: OperatorBrowser) -> None:
    row = next(row for row in busy.world.audit_rows() if row["method"] == "list_articles")
    page = busy.get(f"/logs/{row['profile_key']}/{row['id']}").text
    (link,) = [part.split('"')[0] for part in page.split('href="/control')[1:] if part.startswith("/logs?request=")]
    followed = text_of(busy.browser.get("/control" + link.replace("&amp;", "&")))
    assert "list_articles" in followed
    assert "create_account" not in followed


def test_operators_own_actions_stand_there_with_before_and_after(busy: OperatorBrowser, profile: Profile) -> None:
    busy.send(f"/profiles/{profile.key}/disable", busy.get(f"/profiles/{profile.key}"))
    (row,) = [row for row in busy.operator_rows() if row["method"] == "disable_profile"]
    page = text_of(busy.get(f"/logs/{profile.key}/{row['id']}"))
    assert f"What changed Field Before After API Profile {profile.key} enabled yes no" in told(page)
    assert "Arguments" not in page
    assert "disable_profile operator" in text_of(busy.get("/logs", record=f"api_profiles#{profile.key}"))


def test_a_confirmed_call_says_how(operator: OperatorBrowser, sales: WorldClient, profile: Profile) -> None:
    operator.world.profiles.change(profile.key, confirm=True)
    manager = operator.world.create_person("Sam", "Manager", "Sales Managers")
    sales.headers = operator.world.log_in(profile, manager)
    account = sales.call_tool("create_account", Name="Orbital Labs").result["Account"]["AccountCode"]
    for more in ({}, {"Confirm": True}):
        sales.call_tool("delete_account", AccountCode=account, **more)
    rows = json.loads(operator.get("/logs/export", format="json", method="delete_account").text)
    assert [row["confirmed"] for row in rows] == ["by argument", ""]
    pages = [text_of(operator.get(f"/logs/{profile.key}/{row['id']}")) for row in rows]
    assert "Confirmed by argument" in pages[0]
    assert "confirmation_required (-132)" in pages[1]
    assert "Confirmed by" not in pages[1]


def test_csv_is_a_table_that_no_spreadsheet_runs(busy: OperatorBrowser, sales: WorldClient) -> None:
    sales.call_tool("list_accounts", Search="=1+1")
    sales.call_tool("=HYPERLINK(1)")
    answer = busy.get("/logs/export", format="csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [row["method"] for row in rows if row["channel"] == "mcp"][:2] == ["'=HYPERLINK(1)", "list_accounts"]
    assert json.loads(rows[1]["arguments"] if rows[0]["channel"] == "mcp" else rows[2]["arguments"]) == {
        "Search": "=1+1"
    }


def test_an_export_is_bounded_and_in_the_log(busy: OperatorBrowser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_export, "MAX_FILE_ROWS", 2)
    assert len(json.loads(busy.get("/logs/export", format="json", method="get_account").text)) == 1
    two = json.loads(busy.get("/logs/export", format="json").text)
    assert [set(row) == {"rest"} for row in two] == [False, False, True]
    assert busy.operator_rows()[0]["arguments"]["after"] == {"format": "json", "filters": {"method": "get_account"}}
    assert busy.get("/logs/export", format="exe").status_code == 400


def test_a_person_without_the_right_sees_their_own_calls_alone(
    busy: OperatorBrowser, sales: WorldClient, profile: Profile
) -> None:
    handler = sales.handler
    other = WorldClient(
        busy.world, handler, busy.world.log_in(profile, busy.world.create_person("Ed", "Other", "Sales"))
    )
    other.call_tool("list_tasks")
    rows = {row["method"]: row for row in busy.world.audit_rows()}
    busy.browser.cookies.clear()
    busy.sign_in("sal.seller@affino.example")
    page = text_of(busy.get("/logs"))
    assert "My calls" in page
    assert "list_articles" in page
    assert "list_tasks" not in page + text_of(busy.get("/logs", person="3", profile="Newsroom"))
    assert "list_tasks" not in methods(busy, person="3")
    assert busy.get(f"/logs/{profile.key}/{rows['list_articles']['id']}").status_code == 200
    assert busy.get(f"/logs/{profile.key}/{rows['list_tasks']['id']}").status_code == 404


SPREAD, WHOLE_ROWS = len(ALL_CALLS_PARTITIONS), 1


@pytest.mark.parametrize(
    ("query", "most"),
    [
        ("", 2 + SPREAD + WHOLE_ROWS),
        ("?profile=Newsroom", 3),
        ("?person=sal.seller@affino.example", 2 + WHOLE_ROWS),
        ("?status=403&since=3d", 1 + SPREAD + WHOLE_ROWS),
        ("?words=x&profile=Newsroom", 3),
    ],
)
def test_a_screen_asks_the_stores_so_many_times_at_most(busy: OperatorBrowser, query: str, most: int) -> None:
    assert len(busy.count_store_calls(f"/logs{query}")) <= most


def test_a_row_costs_two(busy: OperatorBrowser) -> None:
    row = busy.world.audit_rows()[0]
    assert len(busy.count_store_calls(f"/logs/{row['profile_key']}/{row['id']}")) == 2


def test_further_back_goes_on_where_the_page_ended(busy: OperatorBrowser, sales: WorldClient) -> None:
    for _ in range(55):
        sales.call_tool("list_accounts")
    page = busy.get("/logs", profile="Newsroom")
    (link,) = [part.split('"')[0] for part in page.text.split('href="')[1:] if "cursor=" in part.split('"')[0]]
    further = busy.browser.get(link.replace("&amp;", "&"))
    assert "9 rows" in text_of(further)
    assert "create_account" in further.text
