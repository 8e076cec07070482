"""A person without control.access sees in words what their agent did, and undoes one change or a whole session."""

from __future__ import annotations

import pytest

from tests.flow.hub_visitor import checked_changes, links_to
from tests.flow.own_office import RIVAL, SAL, Office, office, worked
from tests.unit.control_edge.desk import text_of

__all__ = ["office", "worked"]


def test_without_a_login_each_page_leads_to_it_and_back(office: Office) -> None:
    for path in ("/hub/work?family=tasks", "/hub/work/K/01/undo", "/hub/work/K/01/session"):
        answer = office.visitor.get(path)
        assert (answer.status_code, answer.text) == (303, "")
        assert office.visitor.log_in(SAL, path).headers["location"] == path
        office.visitor.browser.cookies.clear()


def test_what_the_agent_did_is_told_in_words(worked: Office) -> None:
    page = worked.visitor.get("/hub/work")
    words = text_of(page)
    for said in (
        "Changed Website and City of account 1 (Orbital Labs)",
        "Created account 2 (Lunar <b>Works</b>)",
        "Tried to get account",
        "Listed accounts: 2 of 2 accounts",
    ):
        assert said in words, said
    assert words.index("Listed accounts") < words.index("Changed Website") < words.index("Created account 1")
    assert "<b>Works" not in page.text
    assert "Rita" not in page.text
    assert 'aria-current="page"' in page.text
    assert '<time datetime="2026-' in page.text


def test_a_page_is_three_reads_and_one_for_the_rows(worked: Office) -> None:
    tables = worked.visitor.count_reads("/hub/work")
    settings = worked.world.settings
    assert tables == [
        ("get", settings.gate_table),
        ("get_many", settings.gate_table),
        ("query", settings.audit_table),
        ("get_many", settings.audit_table),
    ]
    assert len(worked.visitor.count_reads("/hub/work?family=accounts&agent=unnamed&session=x")) == 4


def test_it_is_narrowed_by_family_agent_and_session(worked: Office) -> None:
    worked.agent.call_tool("list_tasks")
    page = worked.visitor.get("/hub/work?family=tasks")
    assert ("Listed tasks" in page.text, "Listed accounts" in page.text) == (True, False)
    assert "No call of yours fits." in text_of(worked.visitor.get("/hub/work?agent=claude-code"))
    assert "Listed tasks" in worked.visitor.get("/hub/work?agent=unnamed").text
    (session, *_) = [link for link in links_to(worked.visitor.get("/hub/work"), "") if "?session=" in link]
    assert "Listed tasks" in worked.visitor.get(session).text
    assert "Listed tasks" not in worked.visitor.get("/hub/work?session=000000000000").text


@pytest.mark.parametrize("query", ["cursor=x", "cursor=%00", "family=nothing", "family=%3Cb%3E&agent=%3Cscript%3E"])
def test_odd_addresses_are_answered(worked: Office, query: str) -> None:
    answer = worked.visitor.get(f"/hub/work?{query}")
    assert answer.status_code == (400 if query.startswith("cursor") else 200)
    assert "<script>" not in answer.text


def test_older_calls_are_on_further_pages(worked: Office) -> None:
    for _ in range(60):
        worked.agent.call_tool("list_tasks")
    page = worked.visitor.get("/hub/work")
    assert "Changed Website" not in page.text
    (older,) = [link for link in links_to(page, "") if "cursor=" in link]
    assert "Changed Website" in worked.visitor.get(older).text


def test_one_change_is_undone_after_a_question(worked: Office) -> None:
    visitor = worked.visitor
    (change,) = links_to(visitor.get("/hub/work"), "/undo")[:1]
    asked = visitor.get(change)
    assert "Undo: Changed Website and City of account 1" in text_of(asked)
    assert worked.account(1)["City"] == "Leeds"
    done = visitor.send(change, asked)
    assert (done.status_code, "It is undone." in done.text) == (200, True)
    assert worked.account(1)["City"] is None
    assert worked.own_rows() == [("take_back_change", "ok", "Sal Seller", "Hub")]
    page = visitor.get("/hub/work")
    assert "You took back a change of account 1" in text_of(page)
    assert "taken back" in page.text
    assert change not in links_to(page, "/undo")
    again = visitor.send(change, asked)
    assert (again.status_code, "It cannot be undone" in again.text) == (409, True)


def test_what_prevents_an_undo_is_said_before_it(worked: Office) -> None:
    change = links_to(worked.visitor.get("/hub/work"), "/undo")[0]
    worked.rita.call_tool("update_account", AccountCode=1, City="York")
    page = worked.visitor.get(change)
    assert "Changed again since: City" in text_of(page)
    worked.agent.call_tool("update_account", AccountCode=1, City="Hull")
    page = worked.visitor.get(change)
    assert "Changed again since: City" in text_of(page)
    assert "Undo it</button>" not in page.text


def test_a_whole_session_is_undone_newest_first(worked: Office) -> None:
    visitor = worked.visitor
    session = links_to(visitor.get("/hub/work"), "/session")[0]
    asked = visitor.get(session)
    words = text_of(asked)
    assert "3 changes of 3 shown here can be undone" in words
    assert words.index("Changed Website") < words.index("Created account 2") < words.index("Created account 1")
    assert "Can be tried once the later changes are undone. Now: Changed again since: City, Website" in words
    done = visitor.send(session, asked, change=checked_changes(asked))
    assert "3 of 3 changes undone." in text_of(done)
    assert [item["Name"] for item in worked.agent.call_tool("list_accounts").result["Items"]] == ["Rita's secret"]
    assert [row[:3] for row in worked.own_rows()] == [("take_back_change", "ok", "Sal Seller")] * 3
    assert "No change of this session is left to undo." in text_of(visitor.get(session))


def test_only_ticked_changes_are_undone(worked: Office) -> None:
    session = links_to(worked.visitor.get("/hub/work"), "/session")[0]
    asked = worked.visitor.get(session)
    newest, *_ = checked_changes(asked)
    assert "1 of 1 change undone." in text_of(worked.visitor.send(session, asked, change=[newest]))
    assert worked.account(2)["Name"] == "Lunar <b>Works</b>"
    assert "No change was chosen." in text_of(worked.visitor.send(session, asked))


def test_a_session_names_what_cannot_be_undone_and_why(worked: Office) -> None:
    worked.rita.call_tool("update_account", AccountCode=2, City="York")
    asked = worked.visitor.get(links_to(worked.visitor.get("/hub/work"), "/session")[0])
    words = text_of(asked)
    assert ("2 changes of 3" in words, "1 cannot" in words, "Changed again since: City" in words) == (True, True, True)
    assert len(checked_changes(asked)) == 2


def test_what_the_person_may_not_do_is_no_change_that_waits_for_another(office: Office) -> None:
    """Rita may make and change accounts, and delete none: that undoing the later change goes first would not help."""
    office.rita.call_tool("create_account", Name="Solar Labs")
    office.rita.call_tool("update_account", AccountCode=1, City="York")
    office.visitor.log_in(RIVAL)
    asked = office.visitor.get(links_to(office.visitor.get("/hub/work"), "/session")[0])
    assert "Undoing this means delete_account, which needs the right 'accounts.delete'." in text_of(asked)
    assert len(checked_changes(asked)) == 1


def test_a_refusal_says_who_can_change_it(office: Office) -> None:
    office.rita.call_tool("create_article", Title="T", standardSectionCode=1)
    office.visitor.log_in(RIVAL)
    words = text_of(office.visitor.get("/hub/work"))
    assert ("Tried to create article" in words, "Your operator can change that." in words) == (True, True)


def test_nothing_of_others_is_shown_or_undone(worked: Office) -> None:
    row = next(row for row in reversed(worked.world.audit_rows()) if row["person_name"] == "Rita Rival")
    place = f"/hub/work/{row['profile_key']}/{row['id']}"
    page = worked.visitor.get("/hub/work")
    for answer in (
        worked.visitor.get(f"{place}/undo"),
        worked.visitor.send(f"{place}/undo", worked.visitor.get(links_to(page, "/undo")[0])),
        worked.visitor.get(f"{place}/session"),
    ):
        assert (answer.status_code, "Rita" in answer.text) == (404, False)
    own = links_to(page, "/session")[0]
    sent = worked.visitor.send(own, worked.visitor.get(own), change=[f"{row['profile_key']}/{row['id']}"])
    assert sent.status_code == 404
    assert worked.own_rows() == []


@pytest.mark.parametrize("token", ["", "0" * 64], ids=["none", "wrong"])
def test_a_form_of_another_site_changes_nothing(worked: Office, token: str) -> None:
    for end in ("/undo", "/session"):
        place = links_to(worked.visitor.get("/hub/work"), end)[0]
        asked = worked.visitor.get(place)
        answer = worked.visitor.send(place, asked, csrf=token, change=checked_changes(asked))
        assert answer.status_code == 403
    assert worked.own_rows() == []


def test_the_hubs_cookie_opens_no_screen_of_the_control_centre(worked: Office) -> None:
    assert worked.visitor.get("/control/logs").headers["location"].startswith("/control/sign-in")


def test_a_disabled_person_sees_nothing(worked: Office) -> None:
    worked.world.people.disable(1)
    assert worked.visitor.get("/hub/work").headers["location"].startswith("/hub/login")
