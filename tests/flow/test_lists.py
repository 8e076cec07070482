"""Lists: filters, sorts, pages, searches; every record once, whatever is asked."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
from tests.flow import crm
from tests.world import START, Client, World

NAMES = (
    "Zoë Ltd",
    "alpha",
    "Beta Works",
    "Äther AG",
    "Orbital Labs",
    "orbital ledger",
    "Lab One",
    "Élan Vital",
    "ALPHA two",
)


@pytest.fixture(scope="module")
def world() -> World:
    return World()


@pytest.fixture(scope="module")
def handler(world: World) -> LambdaHandler:
    return world.handler()


@pytest.fixture(scope="module")
def client(world: World, handler: LambdaHandler) -> Client:
    """A person in front of a small market, made one minute after the other."""
    found = Client(world, handler, world.headers(world.profile(), world.person("Sam", "Manager", "Sales Managers")))
    for n, name in enumerate(NAMES):
        topics = [t for t in (1, 2, 3) if (n + 1) % t == 0]
        crm.account(
            found, name, IndustryCode=1 + n % 2, AccountTypeCode=1 + n % 3, TopicCodes=topics,
            Website=f"https://site{n}.example", City=random.Random(n).choice(["Leeds", "York"]),
        )  # fmt: skip
        world.clock.move(minutes=1)
    found.call("update_account", AccountCode=2, City="Bath")
    world.clock.move(minutes=1)
    return found


@pytest.fixture(autouse=True)
def _time_passes(world: World) -> None:
    world.clock.move(seconds=0.5)


def names(client: Client, **filters: Any) -> list[str]:
    return [row["Name"] for row in client.call("list_accounts", **filters).result["Items"]]


BY_NAME = [
    "alpha",
    "ALPHA two",
    "Äther AG",
    "Beta Works",
    "Élan Vital",
    "Lab One",
    "Orbital Labs",
    "orbital ledger",
    "Zoë Ltd",
]
UPDATED = [*NAMES[:1], *NAMES[2:], NAMES[1]]
SORTS: list[tuple[dict[str, Any], list[str]]] = [
    ({}, list(NAMES)),
    ({"SortBy": "Code"}, list(NAMES)),
    ({"sort_by": "code", "sort_order": "DESC"}, list(NAMES)[::-1]),
    ({"SortBy": "Name"}, BY_NAME),
    ({"SortBy": "Name", "SortOrder": "desc"}, BY_NAME[::-1]),
    ({"SortBy": "Created", "SortOrder": "desc"}, list(NAMES)[::-1]),
    ({"SortBy": "Updated"}, UPDATED),
    ({"SortBy": "Updated", "SortOrder": "desc", "PageSize": 1}, ["alpha"]),
    ({"IndustryCode": 2}, list(NAMES[1::2])),
    ({"IndustryCode": "Media and Publishing", "SortBy": "Name"}, sorted(NAMES[1::2], key=BY_NAME.index)),
    ({"AccountTypeCode": 3}, list(NAMES[2::3])),
    ({"AccountTypeCode": 3, "IndustryCode": 2}, [NAMES[5]]),
    ({"TopicCodes": [3]}, list(NAMES[2::3])),
    ({"TopicCodes": [2, 3]}, [n for i, n in enumerate(NAMES, 1) if i % 2 == 0 or i % 3 == 0]),
    ({"TopicCodes": [2, 3], "AccountTypeCode": 3, "SortOrder": "desc"}, list(NAMES[2::3])[::-1]),
    ({"TopicCodes": []}, list(NAMES)),
    ({"TopicCodes": [99]}, []),
    ({"AccountManagerCode": 1}, []),
    ({"ParentCode": 4711}, []),
    ({"Mine": True}, list(NAMES)),
    ({"Mine": False}, list(NAMES)),
    ({"StartCode": 7}, list(NAMES[7:])),
    ({"StartCode": 7, "SortOrder": "desc"}, list(NAMES[7:])[::-1]),
    ({"StartCode": 7, "SortBy": "Name"}, ["ALPHA two", "Élan Vital"]),
    ({"StartCode": 7, "IndustryCode": 2}, ["Élan Vital"]),
    ({"StartCode": 4711}, []),
]  # fmt: skip


@pytest.mark.parametrize(("filters", "expected"), SORTS, ids=[str(filters) for filters, _ in SORTS])
def test_filters_and_sorts(client: Client, filters: dict[str, Any], expected: list[str]) -> None:
    assert names(client, **filters) == expected


SINCE = [START.replace(minute=minute).isoformat() for minute in (0, 5, 9, 30)]
DATES: list[tuple[dict[str, Any], list[str]]] = [
    ({"DateFilter": SINCE[0]}, list(NAMES[1:])),
    ({"DateFilter": "2026-11-23T08:59:59.999999Z"}, list(NAMES)),
    ({"DateFilter": "2026-11-23T10:00:00.000000+01:00"}, list(NAMES[1:])),
    ({"DateFilter": SINCE[1]}, [NAMES[1], *NAMES[6:]]),
    ({"DateFilter": SINCE[1], "SortBy": "Updated"}, [*NAMES[6:], NAMES[1]]),
    ({"DateFilter": SINCE[1], "SortBy": "Updated", "SortOrder": "desc"}, [NAMES[1], *NAMES[:5:-1]]),
    ({"DateFilter": SINCE[1], "SortBy": "Name"}, sorted([NAMES[1], *NAMES[6:]], key=BY_NAME.index)),
    ({"DateFilter": SINCE[1], "IndustryCode": 2, "StartCode": 3}, [NAMES[7]]),
    ({"DateFilter": SINCE[1], "Search": "alpha"}, ["alpha", "ALPHA two"]),
    ({"DateFilter": SINCE[2], "Search": "alpha"}, []),
    ({"DateFilter": SINCE[3]}, []),
]


@pytest.mark.parametrize(("filters", "expected"), DATES, ids=[str(filters) for filters, _ in DATES])
def test_created_or_updated_after(client: Client, filters: dict[str, Any], expected: list[str]) -> None:
    assert names(client, **filters) == expected


SEARCHES: list[tuple[str, dict[str, Any], list[str]]] = [
    ("one word", {"Search": "orbital"}, ["Orbital Labs", "orbital ledger"]),
    ("beginning of a word", {"Search": "orb"}, ["Orbital Labs", "orbital ledger"]),
    ("beginning of two words", {"Search": "lab"}, ["Orbital Labs", "Lab One"]),
    ("not the middle of a word", {"Search": "bital"}, []),
    ("capitals", {"Search": "ORBITAL"}, ["Orbital Labs", "orbital ledger"]),
    ("several words", {"Search": "labs orbital"}, ["Orbital Labs"]),
    ("several beginnings", {"Search": "l o"}, ["Orbital Labs", "orbital ledger", "Lab One"]),
    ("one word fits, the other not", {"Search": "orbital beta"}, []),
    ("accents not typed", {"Search": "zoe elan"}, []),
    ("an accent not typed", {"Search": "zoe"}, ["Zoë Ltd"]),
    ("an accent typed", {"Search": "älpha"}, ["alpha", "ALPHA two"]),
    ("an accent in two parts", {"Search": "Zoe\u0308"}, ["Zoë Ltd"]),
    ("wide letters", {"Search": "ｏｒｂｉｔａｌ"}, ["Orbital Labs", "orbital ledger"]),
    ("signs between", {"Search": "orbital-labs!"}, ["Orbital Labs"]),
    ("another field", {"Search": "site3"}, ["Äther AG"]),
    ("a whole address", {"Search": "https://site3.example"}, ["Äther AG"]),
    ("the same word twice", {"Search": "orbital orbital orbital"}, ["Orbital Labs", "orbital ledger"]),
    ("found by several of its words once", {"Search": "al"}, ["alpha", "ALPHA two"]),
    ("everything once", {"Search": "https"}, list(NAMES)),
    ("sorted by name", {"Search": "https", "SortBy": "Name"}, BY_NAME),
    ("sorted backward", {"Search": "https", "SortBy": "Updated", "SortOrder": "desc"}, UPDATED[::-1]),
    ("with a filter", {"Search": "orbital", "IndustryCode": 2}, ["orbital ledger"]),
    ("with topics", {"Search": "https", "TopicCodes": [3]}, list(NAMES[2::3])),
    ("with a start", {"Search": "orbital", "StartCode": 5}, ["orbital ledger"]),
    ("mine", {"Search": "orbital", "Mine": True}, ["Orbital Labs", "orbital ledger"]),
    ("only blanks", {"Search": "   "}, list(NAMES)),
    ("nothing", {"Search": ""}, list(NAMES)),
]


@pytest.mark.parametrize(("filters", "expected"), [s[1:] for s in SEARCHES], ids=[s[0] for s in SEARCHES])
def test_searches(client: Client, filters: dict[str, Any], expected: list[str]) -> None:
    answer = client.call("list_accounts", **filters).result
    assert [row["Name"] for row in answer["Items"]] == expected
    assert answer["TotalRecords"] == len(expected)


@pytest.mark.parametrize("search", ["!!!", "-", "🙂", "&", "\u0301"])
def test_a_search_without_a_word(client: Client, search: str) -> None:
    error = client.call("list_accounts", Search=search).error
    assert (error["type"], error["details"]["argument"]) == ("validation_error", "Search")


def test_the_answer_of_a_list(client: Client) -> None:
    whole = client.call("list_accounts").result
    assert whole.keys() == {"Items", "TotalRecords", "LastRecordCode", "NextCursor", "CurrentDate", "Warnings"}
    assert (whole["TotalRecords"], whole["LastRecordCode"], whole["NextCursor"]) == (
        9,
        whole["Items"][-1]["AccountCode"],
        None,
    )
    first = client.call("list_accounts", PageSize=4).result
    assert (first["TotalRecords"], first["LastRecordCode"]) == (None, first["Items"][-1]["AccountCode"])
    on = client.call("list_accounts", StartCode=first["LastRecordCode"]).result
    assert [row["AccountCode"] for row in first["Items"] + on["Items"]] == [
        row["AccountCode"] for row in whole["Items"]
    ]
    searched = client.call("list_accounts", Search="https", PageSize=4).result
    assert (searched["TotalRecords"], len(searched["Items"])) == (9, 4)
    assert set(whole["Items"][0]) == {
        "AccountCode", "Name", "Industry", "AccountType", "Website", "City", "CountryISO", "AccountManager", "Active",
        "CreatedDate", "UpdatedDate",
    }  # fmt: skip


@pytest.mark.parametrize("size", [1, 2, 4, 9, 10, 100])
@pytest.mark.parametrize(
    "filters",
    [
        {},
        {"SortBy": "Name", "SortOrder": "desc"},
        {"Search": "https"},
        {"TopicCodes": [2, 3]},
        {"DateFilter": SINCE[0]},
    ],
    ids=str,
)
def test_pages_of_every_size_show_all_once(client: Client, filters: dict[str, Any], size: int) -> None:
    assert visited(client, "list_accounts", PageSize=size, **filters) == visited(client, "list_accounts", **filters)


def visited(client: Client, tool: str, **filters: Any) -> list[int]:
    """The codes of all pages, in order."""
    found: list[int] = []
    cursor = None
    for _ in range(300):
        page = client.call(tool, **filters, Cursor=cursor).result
        found += [next(iter(row.values())) for row in page["Items"]]
        assert page["LastRecordCode"] == (found[-1] if page["Items"] else None)
        cursor = page["NextCursor"]
        if cursor is None:
            return found
        client.world.clock.move(seconds=0.01)
    raise AssertionError("the list does not end")


def test_a_page_between_two_changes(client: Client, world: World) -> None:
    """What is new behind the cursor is seen, what is gone is not, and nothing is seen twice."""
    first = client.call("list_accounts", PageSize=3).result
    new = crm.account(client, "Newcomer")
    second = client.call("list_accounts", PageSize=100, Cursor=first["NextCursor"]).result
    assert [row["Name"] for row in second["Items"]] == [*NAMES[3:], "Newcomer"]
    assert client.call("delete_account", AccountCode=new).result
    again = client.call("list_accounts", PageSize=100, Cursor=first["NextCursor"]).result
    assert [row["Name"] for row in again["Items"]] == list(NAMES[3:])


@pytest.fixture
def manager() -> Iterator[Client]:
    """A person in a world of a test's own."""
    world = World()
    handler = world.handler()
    yield Client(world, handler, world.headers(world.profile(), world.person("Sam", "Manager", "Sales Managers")))
    handler.close()


def test_a_tree_of_accounts(manager: Client) -> None:
    top = crm.account(manager, "Top")
    left, right = (crm.account(manager, name, ParentCode=top) for name in ("Left", "Right"))
    low = crm.account(manager, "Low", ParentCode=left, IndustryCode=1)
    crm.account(manager, "Lowest", ParentCode=low)
    other = crm.account(manager, "Other")
    assert names(manager, ParentCode=top) == ["Left", "Right"]
    everything = {"ParentCode": top, "IncludeChildren": True}
    assert names(manager, **everything) == ["Left", "Right", "Low", "Lowest"]
    assert names(manager, **everything, SortBy="Name", SortOrder="desc") == ["Right", "Lowest", "Low", "Left"]
    assert names(manager, **everything, IndustryCode=1) == ["Low"]
    assert names(manager, **everything, Search="low") == ["Low", "Lowest"]
    assert names(manager, **everything, StartCode=right) == ["Low", "Lowest"]
    assert visited(manager, "list_accounts", **everything, PageSize=1) == [left, right, low, low + 1]
    assert names(manager, ParentCode=other, IncludeChildren=True) == []
    assert manager.call("list_accounts", IncludeChildren=True).error["details"]["argument"] == "IncludeChildren"


BY_EMAIL: list[tuple[dict[str, Any], bool]] = [
    ({}, True), ({"Mine": True}, True), ({"StaffOnly": True}, False), ({"AccountCode": 1}, True), ({"AccountCode": 2}, False),
    ({"PermissionCode": 1}, False), ({"TopicCodes": [1, 2]}, True), ({"TopicCodes": [3]}, False), ({"Search": "jane"}, True),
    ({"Search": "joe"}, False), ({"DateFilter": "2026-11-23T08:00:00Z"}, True), ({"DateFilter": "2026-11-23T10:00:00Z"}, False),
    ({"StartCode": 1}, True), ({"StartCode": 4711}, False),
]  # fmt: skip


@pytest.mark.parametrize(("filters", "found"), BY_EMAIL, ids=[str(filters) for filters, _ in BY_EMAIL])
def test_an_email_with_every_other_filter(manager: Client, filters: dict[str, Any], found: bool) -> None:
    at = [crm.account(manager, "One"), crm.account(manager, "Two")]
    jane = crm.contact(manager, "Jane", AccountCode=at[0], TopicCodes=[2])
    answer = manager.call("list_contacts", Email="JANE@orbital.example", **filters).result
    assert [row["UserCode"] for row in answer["Items"]] == [jane] * found
    assert manager.call("list_contacts", Email="nobody@orbital.example", **filters).result["Items"] == []
    assert (
        manager.call("list_contacts", Email="jane@orbital.example", Cursor="x", **filters).error["details"]["argument"]
        == "Cursor"
    )


def test_staff_and_topics(client: Client) -> None:
    staff = client.call("list_contacts", StaffOnly=True).result
    assert [row["FirstName"] for row in staff["Items"]] == ["Sam"]
    topics = client.call("list_topics", PageSize=5).result
    assert (len(topics["Items"]), topics["TotalRecords"]) == (5, 12)
    assert visited(client, "list_topics", PageSize=5) == list(range(1, 13))
    assert [t["Name"] for t in client.call("list_topics", Search="platform").result["Items"]] == ["Platform Expansion"]
    assert client.call("list_topics", Cursor="x").error["details"]["argument"] == "Cursor"


MARKET = ("Ada", "Bo", "Çelik", "Dée", "ádám", "bo")
RECORDS: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {
        "name": st.sampled_from(MARKET),
        "IndustryCode": st.integers(1, 2),
        "TopicCodes": st.lists(st.integers(1, 3), max_size=2),
    }
)
FILTERS = st.fixed_dictionaries(
    {"PageSize": st.integers(1, 5)},
    optional={
        "SortBy": st.sampled_from(["Code", "Name", "Created", "Updated"]),
        "SortOrder": st.sampled_from(["asc", "desc"]),
        "IndustryCode": st.integers(1, 2),
        "TopicCodes": st.lists(st.integers(1, 3), min_size=1, max_size=2),
        "Search": st.sampled_from(["a", "bo", "ç", "d"]),
        "StartCode": st.integers(1, 8),
    },
)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_paging_visits_every_record_exactly_once(data: st.DataObject) -> None:
    world = World()
    handler = world.handler()
    seller = Client(world, handler, world.headers(world.profile(), world.person("Sal", "Seller", "Sales")))
    made: dict[int, dict[str, Any]] = {}
    for asked in data.draw(st.lists(RECORDS, max_size=14)):
        made[crm.account(seller, **asked)] = asked
        world.clock.move(seconds=data.draw(st.integers(0, 1)))
    filters = data.draw(FILTERS)
    found = visited(seller, "list_accounts", **filters)
    assert sorted(found) == sorted(code for code, asked in made.items() if _fits(asked, code, filters))
    handler.close()


def _words(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def _fits(asked: dict[str, Any], code: int, filters: dict[str, Any]) -> bool:
    return (
        filters.get("IndustryCode", asked["IndustryCode"]) == asked["IndustryCode"]
        and ("TopicCodes" not in filters or bool(set(filters["TopicCodes"]) & set(asked["TopicCodes"])))
        and code > filters.get("StartCode", 0)
        and _words(asked["name"]).startswith(_words(filters.get("Search", "")))
    )
