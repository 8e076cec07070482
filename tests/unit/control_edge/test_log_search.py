"""The search line of the API Logs: a sentence gives just the rows that it asks for, and names what it did not understand."""

from __future__ import annotations

import json
from contextlib import closing

import pytest

from affino_mcp.control_edge.screens.logs import LOG_ROWS_PER_PAGE
from tests.unit.control_edge.desk import OperatorBrowser, text_of
from tests.world import World, WorldClient

ORBITAL, NORTHWIND, JANE = 1, 2, 4


def work(world: World, client: WorldClient, number: int) -> None:
    """A change of Orbital Labs, one that hangs on it, one of another account, a read, and a refusal."""
    client.call_tool("update_account", AccountCode=ORBITAL, City=f"York {number}")
    client.call_tool("create_note", AccountCode=ORBITAL, Subject=f"Call {number}", Body="They ask for prices.")
    client.call_tool("update_account", AccountCode=NORTHWIND, City=f"Leeds {number}")
    client.call_tool("list_accounts", PageSize=3)
    client.call_tool("delete_account", AccountCode=ORBITAL)
    world.clock.move(minutes=1)


@pytest.fixture(scope="module")
def asked() -> OperatorBrowser:
    """Edith and Sam, two profiles, and the same work of both on three days; today is the third, at noon."""
    desk = OperatorBrowser().operator()
    world = desk.world
    sales, news = world.create_profile("CRM Sales Agent"), world.create_profile("Newsroom")
    edith = desk.person("Edith", "Moreau", "Sales")
    sam = desk.person("Sam", "Stone", "Sales")
    with closing(world.new_handler()) as handler:
        for day in range(3):
            clients = [WorldClient(world, handler, world.log_in(*who)) for who in ((sales, edith), (news, sam))]
            if day == 0:
                clients[1].call_tool("create_account", Name="Orbital Labs")
                clients[1].call_tool("create_account", Name="Northwind Traders")
                clients[1].call_tool("create_contact", FirstName="Jane", LastName="Doe", Email="jane@orbital.example")
            for client in clients:
                work(world, client, day)
            world.clock.move(minutes=24 * 60 - 2)
    assert desk.sign_in("olivia.park@affino.example").status_code == 303
    return desk


def rows(desk: OperatorBrowser, line: str, **more: str) -> list[dict[str, object]]:
    found = desk.get("/logs/export", format="json", q=line, **more)
    assert found.status_code == 200, found.text
    return [row for row in json.loads(found.text) if row["channel"] == "mcp"]


def told(desk: OperatorBrowser, line: str) -> list[tuple[str, str, int, str]]:
    return [
        (str(r["person_name"]).split()[0], str(r["method"]), int(str(r["status"])), str(r["at"])[8:10])
        for r in rows(desk, line)
    ]


ON_ORBITAL = ["delete_account", "create_note", "update_account"]


@pytest.mark.parametrize(
    "line",
    [
        "what did Edith's agent do to Orbital Labs yesterday",
        "What did Edith’s agent do to Orbital Labs yesterday?",
        "edith orbital labs yesterday",
        "yesterday: orbital labs, moreau",
        'moreau "orbital labs" 25/11/2026',
        "edith.moreau@affino.example account 1 on 25 Nov",
        "mor orbital yesterday",
        "CRM Sales Agent orbital labs 25 november",
    ],
)
def test_a_sentence_gives_just_the_rows_that_it_asks_for(asked: OperatorBrowser, line: str) -> None:
    assert [(who, method, day) for who, method, _, day in told(asked, line)] == [
        ("Edith", method, "25") for method in ON_ORBITAL
    ]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("edith refused yesterday", [("Edith", "delete_account")]),
        ("4xx 25 Nov", [("Sam", "delete_account"), ("Edith", "delete_account")]),
        ("403 sam 25/11/2026", [("Sam", "delete_account")]),
        ("list_accounts yesterday", [("Sam", "list_accounts"), ("Edith", "list_accounts")]),
        ("notes of sam yesterday", [("Sam", "create_note")]),
        ("what has Sam created yesterday", [("Sam", "create_note")]),
        (
            "newsroom yesterday orbital labs changes",
            [("Sam", "delete_account"), ("Sam", "create_note"), ("Sam", "update_account")],
        ),
        ("jane doe", [("Sam", "create_contact")]),
        ("contact Jane Doe", [("Sam", "create_contact")]),
        ("northwind 25 nov", [("Sam", "update_account"), ("Edith", "update_account")]),
        ("accounts#2 yesterday edith", [("Edith", "update_account")]),
        ("oreau list_accounts yesterday", [("Edith", "list_accounts")]),
    ],
    ids=str,
)
def test_words_are_combined(asked: OperatorBrowser, line: str, expected: list[tuple[str, str]]) -> None:
    assert [(who, method) for who, method, _, _ in told(asked, line)] == expected


@pytest.mark.parametrize(
    ("line", "said", "link"),
    [
        (
            "edyth orbital labs",
            "No person, profile, method or record has 'edyth' in the name. Nearest: Edith Moreau",
            "Edith+Moreau+orbital+labs",
        ),
        (
            "edith newsrom",
            "has 'newsrom' in the name. Nearest: Newsroom . The result leaves these words out.",
            "edith+Newsroom",
        ),
        ("<b>qqqq</b> yesterday", "has '<b>qqqq</b>' in the name. The result leaves these words out.", ""),
    ],
    ids=str,
)
def test_what_is_not_understood_is_named_beside_the_result(
    asked: OperatorBrowser, line: str, said: str, link: str
) -> None:
    page = asked.get("/logs", q=line)
    assert said in text_of(page)
    assert f"/control/logs?q={link}" in page.text
    assert "<b>" not in page.text


def test_a_line_of_which_nothing_is_understood_shows_no_call(asked: OperatorBrowser) -> None:
    page = text_of(asked.get("/logs", q="qqqq"))
    assert "Nothing was searched: no word of the line was understood." in page
    assert "list_accounts" not in page.split("Is the log untouched?")[0].split("method")[-1]


def test_the_page_says_what_it_took_the_words_for(asked: OperatorBrowser) -> None:
    page = text_of(asked.get("/logs", q="what did Edith's agent do to Orbital Labs yesterday"))
    assert "Shown: Time: yesterday Person: Edith Moreau Record: account 1 (Orbital Labs)" in page


def test_fields_narrow_what_the_line_says(asked: OperatorBrowser) -> None:
    assert rows(asked, "edith yesterday", person="sam") == []
    assert {row["method"] for row in rows(asked, "edith", since="25/11/2026", until="25 nov", record="account 1")} == {
        "update_account"
    }


@pytest.mark.parametrize(
    ("name", "value"), [("person", "edith"), ("person", "MOREAU"), ("profile", "sales"), ("profile", "crm agent")]
)
def test_person_and_profile_are_found_by_any_part_of_the_name(asked: OperatorBrowser, name: str, value: str) -> None:
    assert {row["person_name"] for row in rows(asked, "", **{name: value})} == {"Edith Moreau"}


def test_a_row_sets_the_filter(asked: OperatorBrowser) -> None:
    page = asked.get("/logs", q="edith orbital yesterday").text
    for part in ("&amp;person=2", "&amp;method=create_note", "&amp;record=accounts%231", "&amp;profile="):
        assert f"/control/logs?q=edith+orbital+yesterday{part}" in page
    for since in ("15+min", "1+h", "today", "7+d"):
        assert f"/control/logs?q=edith+orbital+yesterday&amp;since={since}" in page


@pytest.mark.parametrize(
    "line",
    [
        "",
        "what did Edith's agent do to Orbital Labs yesterday",
        "edith sam newsroom sales orbital labs northwind traders jane doe nobody knows 12 refused",
        "q w e r t y u i o p " * 20,
        "orbital labs",
    ],
)
def test_a_page_is_three_reads_and_one_for_each_row_that_it_may_show(asked: OperatorBrowser, line: str) -> None:
    asked.world.watched.calls.clear()
    assert asked.get("/logs", q=line).status_code == 200
    assert len(asked.world.watched.calls) <= 3 + LOG_ROWS_PER_PAGE
    assert len(asked.world.watched.calls) <= (7 if not line else 40)


def test_who_may_not_read_the_log_finds_no_names(asked: OperatorBrowser) -> None:
    asked.browser.cookies.clear()
    try:
        assert asked.sign_in("edith.moreau@affino.example").status_code == 303
        page = text_of(asked.get("/logs", q="sam newsroom orbital yesterday"))
        assert "names are looked up for those who may read the whole log" in page
        assert "Stone" not in page
        assert {row["person_name"] for row in rows(asked, "list_accounts")} == {"Edith Moreau"}
    finally:
        asked.browser.cookies.clear()
        asked.sign_in("olivia.park@affino.example")
