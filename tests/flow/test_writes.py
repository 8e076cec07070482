"""Writes: once for a key, not at all in a rehearsal, never over somebody else's change, and all of it in the history."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from affino_mcp.gate.profile import Profile
from tests.flow import crm
from tests.world import Client, Response, World


def stored(world: World) -> str:
    return json.dumps(world.database.rows(world.settings.records_table))


@pytest.fixture
def things(manager: Client) -> dict[str, int]:
    """One of everything that can be written to."""
    at, jane = crm.account(manager, "There"), crm.contact(manager, "Jane")
    joe = crm.contact(manager, "Joe", AccountCode=at)
    manager.call("grant_contact_permission", UserCode=joe, PermissionCode=2)
    task = manager.call("create_task", Title="Call").result["Task"]["AppUserTaskCode"]
    note = manager.call("create_note", Body="Called", AccountCode=at).result["Note"]["NoteCode"]
    return {"at": at, "jane": jane, "joe": joe, "task": task, "note": note, "gone": crm.contact(manager, "Gone")}


Arguments = Callable[[dict[str, int]], dict[str, Any]]
WRITES: list[tuple[str, Arguments, dict[str, Any]]] = [
    # the tool, arguments that it takes, and what makes another call of them
    ("create_account", lambda t: {"Name": "New", "PrimaryContactCode": t["jane"]}, {"Name": "Other"}),
    ("update_account", lambda t: {"AccountCode": t["at"], "City": "Leeds"}, {"City": "York"}),
    (
        "create_contact",
        lambda t: {"Email": "n@o.example", "FirstName": "N", "LastName": "N", "AccountCode": t["at"]},
        {"LastName": "M"},
    ),
    ("update_contact", lambda t: {"UserCode": t["jane"], "JobTitle": "CTO"}, {"JobTitle": "CEO"}),
    ("delete_contact", lambda t: {"UserCode": t["gone"]}, {"UserCode": 4711}),
    ("link_contact_to_account", lambda t: {"UserCode": t["jane"], "AccountCode": t["at"]}, {"JobTitle": "x"}),
    (
        "update_contact_account_link",
        lambda t: {"UserCode": t["joe"], "AccountCode": t["at"], "Primary": True},
        {"Primary": False},
    ),
    ("unlink_contact_from_account", lambda t: {"UserCode": t["joe"], "AccountCode": t["at"]}, {"UserCode": 4711}),
    ("grant_contact_permission", lambda t: {"UserCode": t["jane"], "PermissionCode": 1}, {"PermissionCode": 3}),
    ("revoke_contact_permission", lambda t: {"UserCode": t["joe"], "PermissionCode": 2}, {"Reason": "x"}),
    ("create_task", lambda t: {"Title": "New", "UserCode": t["jane"]}, {"Title": "Other"}),
    ("update_task", lambda t: {"AppUserTaskCode": t["task"], "Status": "completed"}, {"Status": "cancelled"}),
    ("delete_task", lambda t: {"AppUserTaskCode": t["task"]}, {"AppUserTaskCode": 4711}),
    ("create_note", lambda t: {"Body": "New", "AccountCode": t["at"]}, {"Body": "Other"}),
    ("update_note", lambda t: {"NoteCode": t["note"], "Body": "New"}, {"Body": "Other"}),
    ("delete_note", lambda t: {"NoteCode": t["note"]}, {"NoteCode": 4711}),
]
every_write = pytest.mark.parametrize(("tool", "arguments", "other"), WRITES, ids=[w[0] for w in WRITES])


@every_write
def test_a_key_is_good_for_one_call(
    world: World, manager: Client, things: dict[str, int], tool: str, arguments: Arguments, other: dict[str, Any]
) -> None:
    asked = {**arguments(things), "IdempotencyKey": "order 7"}
    first = manager.call(tool, **asked).result
    before = stored(world)
    world.clock.move(seconds=30)
    again = manager.call(tool, **asked).result
    assert {n: v for n, v in again.items() if n != "Warnings"} == {n: v for n, v in first.items() if n != "Warnings"}
    assert crm.codes(again["Warnings"])[-1] == "REPLAYED"
    conflict = manager.call(tool, **{**asked, **other}).error
    assert (conflict["type"], conflict["details"]["argument"]) == ("conflict", "IdempotencyKey")
    assert stored(world) == before
    assert [row["status"] for row in world.rows()[-3:]] == [200, 200, 409]


@every_write
def test_a_rehearsal_shows_what_would_be_and_writes_nothing(
    world: World, manager: Client, things: dict[str, int], tool: str, arguments: Arguments, other: dict[str, Any]
) -> None:
    before = stored(world)
    shown = manager.call(tool, **arguments(things), DryRun=True, IdempotencyKey="k").result
    assert shown["DryRun"] is True
    assert crm.codes(shown["Warnings"])[-1] == "DRY_RUN"
    assert stored(world) == before
    row = world.rows()[-1]
    assert (row["method"], row["status"], row["dry_run"]) == (tool, 200, True)
    done = manager.call(tool, **arguments(things), IdempotencyKey="k").result
    assert "REPLAYED" not in crm.codes(done["Warnings"])
    ours = {"Warnings", "DryRun"}
    for name, part in done.items():
        if name not in ours and isinstance(part, dict):
            changing = {"UserAccountCode", "UIDString", "Accounts", *(n for n, v in shown[name].items() if v is None)}
            assert {n: v for n, v in part.items() if n not in changing} == {
                n: v for n, v in shown[name].items() if n not in changing
            }


@every_write
def test_a_rehearsal_is_refused_like_the_real_thing(
    world: World, manager: Client, things: dict[str, int], tool: str, arguments: Arguments, other: dict[str, Any]
) -> None:
    before = stored(world)
    for code in ("UserCode", "AccountCode", "AppUserTaskCode", "NoteCode", "PrimaryContactCode"):
        if code in arguments(things):
            error = manager.call(tool, **{**arguments(things), code: 4711}, DryRun=True).error
            assert (error["type"], error["details"]["argument"]) == ("not_found", code)
    assert stored(world) == before


def test_what_does_not_exist_yet_has_no_code(manager: Client, things: dict[str, int]) -> None:
    account = manager.call("create_account", Name="New", PrimaryContactCode=things["jane"], DryRun=True).result[
        "Account"
    ]
    assert (account["AccountCode"], account["Contacts"][0]["UserCode"]) == (None, things["jane"])
    new = {"Email": "n@o.example", "FirstName": "N", "LastName": "N", "AccountCode": things["at"]}
    contact = manager.call("create_contact", **new, DryRun=True).result["Contact"]
    assert contact["UserCode"] is None
    assert contact["Accounts"][0] == {
        "UserAccountCode": None, "UserCode": None, "AccountCode": things["at"], "Primary": False,
        "LeftCompany": False, "JobTitle": None, "Name": "There",
    }  # fmt: skip
    link = manager.call("link_contact_to_account", UserCode=things["jane"], AccountCode=things["at"], DryRun=True)
    assert link.result["Link"]["UserAccountCode"] is None


def test_keys_belong_to_person_and_profile(world: World, manager: Client, seller: Client) -> None:
    sam = manager.call("get_current_user").result["UserCode"]
    elsewhere = Client(world, manager.handler, world.headers(world.profile("another"), sam))
    made = [c.call("create_task", Title="x", IdempotencyKey="k").result["Task"] for c in (manager, seller, elsewhere)]
    assert len({task["AppUserTaskCode"] for task in made}) == 3


@pytest.mark.parametrize(("hours", "codes"), [(23.9, {1}), (24.1, {1, 2})])
def test_keys_are_kept_for_a_day(
    world: World, manager: Client, profile: Profile, hours: float, codes: set[int]
) -> None:
    sam = manager.call("get_current_user").result["UserCode"]
    first = manager.call("create_task", Title="x", IdempotencyKey="k").result["Task"]["AppUserTaskCode"]
    world.clock.move(hours=hours)
    again = Client(world, manager.handler, world.headers(profile, sam))
    second = again.call("create_task", Title="x", IdempotencyKey="k").result["Task"]["AppUserTaskCode"]
    assert {first, second} == codes


def test_a_key_with_a_refused_call_is_free(manager: Client) -> None:
    assert manager.call("create_note", Body="x", AccountCode=1, IdempotencyKey="k").error["type"] == "not_found"
    at = crm.account(manager)
    assert manager.call("create_note", Body="x", AccountCode=at, IdempotencyKey="k").result["Note"]["NoteCode"] == 1


def test_the_message_id_is_no_key(manager: Client) -> None:
    codes = {manager.call("create_task", Title="x").result["Task"]["AppUserTaskCode"] for _ in range(3)}
    assert len(codes) == 3


SEEN: list[tuple[str, Callable[[str], str], bool]] = [
    ("as it was shown", lambda seen: seen, True),
    ("in another zone", lambda seen: seen.replace("09:", "11:").replace("Z", "+02:00"), True),
    ("cut to seconds", lambda seen: seen[:19] + "Z", False),
    ("an earlier one", lambda seen: "2026-11-23T08:00:00Z", False),
    ("a later one", lambda seen: "2027-11-23T08:00:00Z", False),
]


@pytest.mark.parametrize(("said", "fresh"), [s[1:] for s in SEEN], ids=[s[0] for s in SEEN])
@pytest.mark.parametrize("record", ["Account", "Contact"])
def test_if_updated(world: World, manager: Client, record: str, said: Callable[[str], str], fresh: bool) -> None:
    world.clock.move(microseconds=123_456)
    code = {"Account": "AccountCode", "Contact": "UserCode"}[record]
    at = crm.account(manager) if record == "Account" else crm.contact(manager, "Jane")
    seen = manager.call(f"get_{record.lower()}", **{code: at}).result[record]["UpdatedDate"]
    answer = manager.call(f"update_{record.lower()}", **{code: at}, Website="o.example", IfUpdated=said(seen))
    if fresh:
        assert answer.result[record]["Website"] == "o.example"
    else:
        assert (answer.error["type"], answer.error["details"]["argument"]) == ("conflict", "IfUpdated")
        assert answer.error["details"]["UpdatedDate"] == seen


def test_two_changes_in_one_moment_are_two_versions(manager: Client) -> None:
    """The clock stands still, and still nobody overwrites what they have not seen."""
    at = crm.account(manager)
    seen = manager.call("get_account", AccountCode=at).result["Account"]["UpdatedDate"]
    assert manager.call("update_account", AccountCode=at, City="Leeds", IfUpdated=seen).result
    assert manager.call("update_account", AccountCode=at, City="York", IfUpdated=seen).error["type"] == "conflict"


@pytest.fixture
def crowd(world: World, manager: Client) -> Iterator[list[Client]]:
    """Several warm processes of the same service, on the same stores."""
    handlers = [world.handler() for _ in range(4)]
    yield [Client(world, handler, manager.headers) for handler in handlers]
    for handler in handlers:
        handler.close()


def together(crowd: list[Client], do: Callable[[Client, int], Response]) -> list[Response]:
    """What every process is answered when all of them do it at once."""
    start = threading.Barrier(len(crowd))

    def one(place: int) -> list[Response]:
        start.wait()
        return [do(crowd[place], place * 100 + n) for n in range(6)]

    with ThreadPoolExecutor(len(crowd)) as pool:
        return [answer for answers in pool.map(one, range(len(crowd))) for answer in answers]


def test_a_storm_of_creates_gives_every_record_its_own_code(world: World, manager: Client, crowd: list[Client]) -> None:
    at = crm.account(manager)
    answers = together(
        crowd,
        lambda c, n: c.call("create_contact", Email=f"p{n}@o.example", FirstName="P", LastName=str(n), AccountCode=at),
    )
    codes = [answer.result["Contact"]["UserCode"] for answer in answers]
    assert sorted(codes) == list(range(min(codes), min(codes) + 24))
    assert len({answer.result["Contact"]["Accounts"][0]["UserAccountCode"] for answer in answers}) == 24
    assert manager.call("get_account", AccountCode=at).result["Account"]["ContactCount"] == 24
    assert len(manager.call("list_contacts", AccountCode=at, PageSize=100).result["Items"]) == 24
    assert sum(row["method"] == "create_contact" for row in world.rows()) == 24


def test_one_email_in_a_storm_is_taken_once(crowd: list[Client]) -> None:
    answers = together(crowd, lambda c, _: c.call("create_contact", Email="j@o.example", FirstName="J", LastName="D"))
    made = [answer for answer in answers if not answer.document["result"]["isError"]]
    assert len(made) == 1
    assert {a.error["type"] for a in answers if a not in made} == {"conflict"}


def test_one_key_in_a_storm_is_good_for_one_record(world: World, manager: Client, crowd: list[Client]) -> None:
    answers = together(crowd, lambda c, _: c.call("create_task", Title="x", IdempotencyKey="k"))
    assert {answer.result["Task"]["AppUserTaskCode"] for answer in answers} == {1}
    assert len(manager.call("list_tasks").result["Items"]) == 1


def test_no_update_is_lost(manager: Client, crowd: list[Client]) -> None:
    at = crm.account(manager)
    names = ["City", "Address1", "Address2", "Telephone"]
    answers = together(crowd, lambda c, n: c.call("update_account", AccountCode=at, **{names[n // 100]: f"change {n}"}))
    assert all(answer.result for answer in answers)
    found = manager.call("get_account", AccountCode=at).result["Account"]
    assert [found[name] for name in names] == [f"change {n * 100 + 5}" for n in range(4)]


def test_of_those_who_saw_the_same_only_one_writes(manager: Client, crowd: list[Client]) -> None:
    at = crm.account(manager)
    seen = manager.call("get_account", AccountCode=at).result["Account"]["UpdatedDate"]
    answers = together(crowd, lambda c, n: c.call("update_account", AccountCode=at, City=f"City {n}", IfUpdated=seen))
    written = [answer for answer in answers if not answer.document["result"]["isError"]]
    assert len(written) == 1
    assert {a.error["details"]["argument"] for a in answers if a not in written} == {"IfUpdated"}


def test_parents_that_change_at_once_never_make_a_circle(manager: Client, crowd: list[Client]) -> None:
    places = [crm.account(manager, f"A{n}") for n in range(4)]
    together(
        crowd,
        lambda c, n: c.call("update_account", AccountCode=places[n // 100], ParentCode=places[(n // 100 + 1) % 4]),
    )
    parents = {}
    for place in places:
        parents[place] = manager.call("get_account", AccountCode=place).result["Account"]["Parent"]
    at, steps = places[0], 0
    while parents.get(at):
        at, steps = parents[at]["AccountCode"], steps + 1
        assert steps < 5


def test_a_parent_does_not_go_while_a_child_comes(manager: Client, crowd: list[Client]) -> None:
    for round_ in range(5):
        top = crm.account(manager, f"Top {round_}")
        together(
            crowd[:2],
            lambda c, n, top=top: (  # type: ignore[misc]
                c.call("delete_account", AccountCode=top)
                if n == 3
                else c.call("create_account", Name=f"Low {n}", ParentCode=top)
            ),
        )
        gone = manager.call("get_account", AccountCode=top).document["result"]["isError"]
        below = manager.call("list_accounts", ParentCode=top).result["Items"]
        assert not (gone and below)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["update", "link", "unlink", "primary", "grant", "revoke", "task", "note", "delete"]),
        st.integers(0, 2),
        st.integers(0, 1),
        st.sampled_from([None, "Leeds", "York", "  Bath "]),
    ),
    max_size=14,
)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(STEPS)
def test_the_history_from_the_beginning_gives_the_record_as_it_is(
    steps: list[tuple[str, int, int, str | None]],
) -> None:
    world = World()
    handler = world.handler()
    person = world.person("Sam", "Manager", "Sales Managers", "Legal")
    manager = Client(world, handler, world.headers(world.profile(), person))
    people = [crm.contact(manager, f"P{n}", TownCity="Hull") for n in range(3)]
    places = [crm.account(manager, f"A{n}") for n in range(2)]
    task = manager.call("create_task", Title="Call").result["Task"]["AppUserTaskCode"]
    note = manager.call("create_note", Body="Called", AccountCode=places[0]).result["Note"]["NoteCode"]
    for kind, who, where, text in steps:
        world.clock.move(seconds=1)
        both = {"UserCode": people[who], "AccountCode": places[where]}
        calls: dict[str, tuple[str, dict[str, Any]]] = {
            "update": ("update_contact", {"UserCode": people[who], "TownCity": text, "TopicCodes": [where + 1]}),
            "link": ("link_contact_to_account", {**both, "JobTitle": text, "Primary": who == 0}),
            "unlink": ("unlink_contact_from_account", both),
            "primary": (
                "update_account",
                {"AccountCode": places[where], "PrimaryContactCode": people[who], "City": text},
            ),
            "grant": ("grant_contact_permission", {"UserCode": people[who], "PermissionCode": where + 1}),
            "revoke": ("revoke_contact_permission", {"UserCode": people[who], "PermissionCode": where + 1}),
            "task": ("update_task", {"AppUserTaskCode": task, "Memo": text, "Status": ["pending", "completed"][where]}),
            "note": ("update_note", {"NoteCode": note, "Subject": text}),
            "delete": ("delete_contact", {"UserCode": people[who]}),
        }
        tool, arguments = calls[kind]
        assert manager.call(tool, **arguments).status == 200
    handler.close()
    _histories_fold(world)


def _histories_fold(world: World) -> None:
    partitions: dict[str, dict[str, Any]] = {}
    for row in world.database.rows(world.settings.records_table):
        partitions.setdefault(row["pk"], {})[row["sk"]] = row
    records = {pk: rows for pk, rows in partitions.items() if "body" in rows.get("A", {}) and not pk.startswith("I#")}
    assert len(records) >= 7
    for pk, rows in records.items():
        history = [row for sk, row in rows.items() if sk.startswith("H#")]
        folded: dict[str, Any] = {}
        for number, entry in enumerate(history, 1):
            change = json.loads(entry["entry"])
            assert entry["version"] == number
            assert {name: folded.get(name) for name in change["before"]} == change["before"], pk
            folded |= change["after"]
            assert entry["by"]["Name"] in ("Sam Manager", "Operator")
        now = json.loads(rows["A"]["body"])["values"] | {
            sk[2:]: row["data"] for sk, row in rows.items() if sk.startswith("B#")
        }
        assert {name: value for name, value in folded.items() if value is not None} == now, pk
        assert rows["A"]["version"] == len(history)
        assert rows["A"]["deleted"] is json.loads(history[-1]["entry"])["deleted"]
