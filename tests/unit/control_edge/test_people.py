"""People in the browser: groups, effective rights, sessions, disabling; effective at once, and in the log."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest

from affino_mcp.admin.effective_rights import list_effective_rights
from affino_mcp.catalogue.capability import Access, Family
from affino_mcp.errors import PersonInactive, SessionUnknown
from affino_mcp.gate.identity.person import Person
from affino_mcp.gate.identity.security_groups import DEFAULT_GROUPS
from affino_mcp.store.ops import WriteOp
from tests.clock import START
from tests.unit.control_edge.desk import OperatorBrowser, text_of
from tests.world import WorldClient


@pytest.fixture
def edith(operator: OperatorBrowser) -> int:
    return operator.person("Edith", "Moreau", "Publishers")


@pytest.mark.parametrize(
    ("person", "right", "held", "because"),
    [
        pytest.param(
            Person(1, "A", "a@b.c", ("Publishers",)), "articles.publish", True, ["group Publishers"], id="group"
        ),
        pytest.param(
            Person(1, "A", "a@b.c", (), {"tasks.read": None}), "tasks.read", True, ["granted directly"], id="grant"
        ),
        pytest.param(
            Person(1, "A", "a@b.c", ("Sales",), {"tasks.read": "2026-12-31"}),
            "tasks.read",
            True,
            ["group Sales", "granted directly until 2026-12-31"],
            id="both",
        ),
        pytest.param(
            Person(1, "A", "a@b.c", (), {"tasks.read": "2026-11-01"}),
            "tasks.read",
            False,
            ["granted directly but over since the end of 2026-11-01"],
            id="a grant that is over",
        ),
        pytest.param(Person(1, "A", "a@b.c"), "tasks.read", False, [], id="nothing"),
    ],
)
def test_rights_are_explained(person: Person, right: str, held: bool, because: list[str]) -> None:
    (found,) = [one for one in list_effective_rights(DEFAULT_GROUPS.grant(person), START) if one.right == right]
    assert (found.held, found.because) == (held, because)


def test_everybody_is_listed_and_a_person_is_explained(operator: OperatorBrowser, edith: int) -> None:
    assert "Edith Moreau edith.moreau@affino.example Active Publishers" in text_of(operator.get("/people"))
    assert "Edith" not in text_of(operator.get("/people", q="operators"))
    assert "articles.publish group Publishers" in text_of(operator.get(f"/people/{edith}"))


def test_groups_are_changed_and_obeyed_at_once(operator: OperatorBrowser, edith: int) -> None:
    token = operator.world.sessions.create_session(edith, "key").access_token
    page = operator.get(f"/people/{edith}")
    assert operator.send(f"/people/{edith}/groups", page, group=["Sales", "Legal", "Nonsense"]).status_code == 303
    assert operator.world.sessions.resolve_token(token)[1].groups == ("Sales", "Legal")
    (row,) = operator.operator_rows()
    assert row["arguments"] == {"before": {"groups": ["Publishers"]}, "after": {"groups": ["Sales", "Legal"]}}
    assert row["record"] == f"R#people#{edith}"


def test_a_group_taken_away_meanwhile_does_not_come_back(operator: OperatorBrowser, edith: int) -> None:
    path, page = f"/people/{edith}", operator.get(f"/people/{edith}")
    operator.world.people.change(edith, groups=["Editors"])
    answer = operator.send(f"{path}/groups", page, group=["Publishers", "Sales"])
    assert (answer.status_code, "changed meanwhile" in answer.text) == (409, True)
    person = operator.world.people.get(edith)
    assert person is not None
    assert person.groups == ("Editors",)
    assert operator.send(f"{path}/groups", operator.get(path), group=["Editors", "Sales"]).status_code == 303
    assert [row["outcome"] for row in operator.operator_rows()] == ["error", "ok"]


def test_a_right_is_granted_until_a_day_and_taken_back(operator: OperatorBrowser, edith: int) -> None:
    token, path = operator.world.sessions.create_session(edith, "key").access_token, f"/people/{edith}"

    def may(right: str) -> bool:
        return operator.world.sessions.resolve_token(token)[1].has_right(right, operator.world.clock())

    page = operator.get(path)
    assert operator.send(f"{path}/grant", page, right="contacts.consent", until="2026-11-23").status_code == 303
    operator.send(f"{path}/grant", page, right="tasks.read", until="")
    assert may("contacts.consent")
    assert may("tasks.read")
    shown = text_of(operator.get(path))
    assert "contacts.consent 2026-11-23" in shown
    assert "tasks.read for good" in shown
    operator.send(f"{path}/revoke", page, right="tasks.read")
    assert not may("tasks.read")
    operator.world.clock.move(minutes=59)
    assert may("contacts.consent")
    assert [row["method"] for row in operator.operator_rows()] == ["change_rights"] * 3
    assert operator.operator_rows()[-1]["arguments"]["before"]["rights"] == {
        "contacts.consent": "2026-11-23",
        "tasks.read": None,
    }
    assert operator.operator_rows()[-1]["arguments"]["after"]["rights"] == {"contacts.consent": "2026-11-23"}


@pytest.mark.parametrize(
    "given", [{"right": "nonsense"}, {"right": ""}, {"right": "tasks.read", "until": "soon"}, {}], ids=str
)
def test_a_right_that_is_not_changes_nothing(operator: OperatorBrowser, edith: int, given: dict[str, str]) -> None:
    answer = operator.send(f"/people/{edith}/grant", operator.get(f"/people/{edith}"), **given)
    assert answer.status_code == 400
    person = operator.world.people.get(edith)
    assert person is not None
    assert person.rights == {}


def test_anybody_is_found_by_address(operator: OperatorBrowser) -> None:
    for number in range(100):
        operator.world.create_person("Nobody", f"N{number}")
    operator.world.create_person("Zoe", "Last", "Sales")
    assert "Zoe" not in text_of(operator.get("/people"))
    assert "Zoe Last" in text_of(operator.get("/people", q=" ZOE.last@affino.example"))
    assert "Nobody N99" not in text_of(operator.get("/people", q="zoe.last@affino.example"))
    assert len(operator.count_store_calls("/people?q=zoe.last@affino.example")) == 2
    assert "Nobody has these words in the name or the e-mail address." in text_of(
        operator.get("/people", q="zoe@elsewhere.example")
    )


def test_words_go_on_to_the_next_page(operator: OperatorBrowser) -> None:
    for number in range(101):
        operator.world.create_person("Nobody", f"N{number}")
    operator.world.create_person("Zoe", "Nobody", "Sales")
    page = operator.get("/people", q="nobody").text
    (link,) = re.findall(r'href="/control(/people\?[^"]+)" rel="next"', page)
    assert "Zoe Nobody" in text_of(operator.get(link.replace("&amp;", "&")))


def test_a_disabled_person_acts_no_more(operator: OperatorBrowser, edith: int) -> None:
    token = operator.world.sessions.create_session(edith, "key").access_token
    operator.send(f"/people/{edith}/disable", operator.get(f"/people/{edith}"))
    with pytest.raises(PersonInactive):
        operator.world.sessions.resolve_token(token)
    operator.send(f"/people/{edith}/enable", operator.get(f"/people/{edith}"))
    assert operator.world.sessions.resolve_token(token)[1].active


def test_sessions_are_seen_and_ended_one_by_one_or_all(operator: OperatorBrowser, edith: int) -> None:
    issued = [operator.world.sessions.create_session(edith, "key") for _ in range(3)]
    page = operator.get(f"/people/{edith}")
    assert all(one.session.fingerprint in page.text for one in issued)
    assert all(one.session.digest not in page.text for one in issued)
    operator.send(f"/people/{edith}/end-session", page, session=issued[0].session.fingerprint)
    with pytest.raises(SessionUnknown):
        operator.world.sessions.resolve_token(issued[0].access_token)
    assert len(operator.world.sessions.list_sessions(edith)) == 2
    operator.send(f"/people/{edith}/end-all", page)
    assert operator.world.sessions.list_sessions(edith) == []
    assert operator.send(f"/people/{edith}/end-session", page, session="nonsense").status_code == 400


def test_a_session_names_its_profile_and_its_last_use(operator: OperatorBrowser, edith: int) -> None:
    world = operator.world
    profile = world.create_profile("Newsroom", {Family.ARTICLES: frozenset({Access.READ})})
    for key in ("", "gone"):
        world.sessions.create_session(edith, key)
    token = world.sessions.create_session(edith, profile.key).access_token
    assert "Newsroom never" in text_of(operator.get(f"/people/{edith}"))
    headers = world.log_in(profile, edith) | {"Authorization": f"Bearer {token}"}
    handler = world.new_handler()
    WorldClient(world, handler, headers).call_tool("list_articles")
    handler.close()
    page = text_of(operator.get(f"/people/{edith}"))
    assert "Newsroom 2026-11-23 09:00:00" in page
    assert all(name in page for name in ("Hub never", "gone never"))
    for _ in range(50):
        world.sessions.create_session(edith, profile.key)
    assert "40 live sessions" in text_of(operator.get(f"/people/{edith}"))
    assert len(operator.count_store_calls(f"/people/{edith}")) <= 3


def test_nobody_locks_themselves_out(operator: OperatorBrowser) -> None:
    page = operator.get("/people/1")
    assert operator.send("/people/1/disable", page).status_code == 409
    assert operator.send("/people/1/groups", page, group=["Sales"]).status_code == 409
    for right in ("control.access", "profiles.manage"):
        operator.send("/people/1/grant", page, right=right)
    assert operator.send("/people/1/groups", page, group=["Sales"]).status_code == 303
    assert operator.send("/people/1/revoke", page, right="profiles.manage").status_code == 409
    assert operator.send("/people/1/grant", page, right="profiles.manage", until="2026-11-22").status_code == 409
    assert operator.get("/people").status_code == 200


@pytest.mark.parametrize("code", ["999", "nobody", "0", "9" * 30])
def test_a_person_who_is_not_there(operator: OperatorBrowser, code: str) -> None:
    assert operator.get(f"/people/{code}").status_code == 404


def test_screens_ask_the_stores_three_times_at_most(operator: OperatorBrowser, edith: int) -> None:
    assert len(operator.count_store_calls("/people")) <= 3
    assert len(operator.count_store_calls(f"/people/{edith}")) <= 3


def test_only_operators_see_people(desk: OperatorBrowser) -> None:
    desk.person("Edith", "Moreau", "Publishers")
    desk.sign_in("edith.moreau@affino.example")
    assert [desk.get(path).status_code for path in ("/people", "/people/1")] == [403, 403]


def test_a_right_that_is_taken_back_meanwhile_stays_taken_back(
    operator: OperatorBrowser, edith: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another operator revokes a right after the person is read and before a grant is written."""
    world = operator.world
    world.people.change(edith, rights={"tasks.read": None})
    transact = world.watched.transact

    def meanwhile(ops: Sequence[WriteOp], token: str) -> None:
        world.people.change(edith, rights={})
        transact(ops, token)

    page = operator.get(f"/people/{edith}")
    monkeypatch.setattr(world.watched, "transact", meanwhile)
    answer = operator.send(f"/people/{edith}/grant", page, right="contacts.consent", until="")
    person = world.people.get(edith)
    assert person is not None
    assert (answer.status_code, person.rights) == (409, {})
    assert "changed meanwhile" in answer.text
    (row,) = operator.operator_rows()
    assert (row["outcome"], row["status"], row["error"]["message"].startswith("Not done: ")) == ("error", 409, True)
