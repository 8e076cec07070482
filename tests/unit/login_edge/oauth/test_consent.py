"""The consent page: what it says, what it asks, and that nothing but a person's own yes makes a grant."""

from __future__ import annotations

import json

import pytest

from affino_mcp.gate.grants.grants import Grant
from affino_mcp.gate.profiles.admission_terms import AdmissionTerms
from tests.unit.gate.world import PASSWORD
from tests.unit.login_edge.desk import EMAIL
from tests.unit.login_edge.oauth.consent_desk import (
    ASKED,
    CALLBACK,
    CLIENT,
    ISSUER,
    LOOPBACK,
    AppBrowser,
    ConsentDesk,
    answer_of,
    hidden_fields,
    shown_text,
    ticked_scopes,
)


def given(grant: Grant) -> tuple[list[str], list[str]]:
    """What a grant allows, and what the person declined."""
    return sorted(grant.scopes), sorted(grant.declined)


def test_login_question_and_yes(office: ConsentDesk, visitor: AppBrowser) -> None:
    first = visitor.question()
    assert 'name="Allow"' not in first.text
    question = visitor.log_in(first)
    said = shown_text(question)
    for part in ("client.example asks to work as you", "It calls itself “Claude”", "The answer goes to client.example",
                 "Person 7", EMAIL, "2026-12-22"):  # fmt: skip
        assert part in said, part
    assert ticked_scopes(question) == ["contacts:read", "contacts:write"]
    told = answer_of(visitor.allow(question))
    assert sorted(told) == ["code", "iss", "state"]
    assert (told["state"], told["iss"]) == (ASKED["state"], ISSUER)
    (grant,) = office.grants.list_of_person(7)
    assert (grant.client_id, grant.profile, grant.host, grant.name) == (
        CLIENT,
        office.profile.key,
        "client.example",
        "Claude",
    )
    assert given(grant) == (["accounts:read", "contacts:read", "contacts:write"], [])
    name, line = office.lines[-1]
    assert (name, line["result"], line["user_code"], line["profile"]) == (
        "oauth_consent",
        "allowed",
        7,
        office.profile.key,
    )
    assert not any(secret in json.dumps(office.lines) for secret in (told["code"], told["state"], PASSWORD))


def test_the_login_leaves_no_session_of_an_agent(office: ConsentDesk, visitor: AppBrowser) -> None:
    visitor.log_in(visitor.question())
    assert office.world.sessions.list_sessions(7) == []


def test_what_it_costs(office: ConsentDesk, visitor: AppBrowser) -> None:
    page = visitor.asked_question()
    office.world.asked()
    visitor.get(visitor.authorize().headers["location"])
    asked = office.world.asked()[2:]
    assert sorted(call for call, _ in asked) == ["get", "get", "get_many", "get_many", "query"]
    assert office.world.secrets.reads == 0
    visitor.allow(page)
    assert [call for call, _ in office.world.asked()].count("transact") == 1


def test_what_is_unticked_is_declined(office: ConsentDesk, visitor: AppBrowser) -> None:
    answer_of(visitor.allow(visitor.asked_question(), scopes=["contacts:read"]))
    (grant,) = office.grants.list_of_person(7)
    assert given(grant) == (["contacts:read"], ["contacts:write"])


@pytest.mark.parametrize("scope", [None, "", "claudeai unknown:read x", "read write"])
def test_without_a_known_scope_all_is_asked_for(office: ConsentDesk, visitor: AppBrowser, scope: str | None) -> None:
    question = visitor.asked_question(scope=scope)
    assert ticked_scopes(question) == ["contacts:read", "contacts:write", "articles:read"]
    visitor.allow(question)
    (grant,) = office.grants.list_of_person(7)
    assert grant.scopes == {"read", "write"}


@pytest.mark.parametrize(
    "scopes",
    [["contacts:read", "articles:read", "articles:write", "forums:write"], ["contacts:read", "read", "write", "x"]],
)
def test_nothing_is_allowed_that_the_app_did_not_ask_for_or_the_profile_has_not(
    office: ConsentDesk, visitor: AppBrowser, scopes: list[str]
) -> None:
    visitor.allow(visitor.asked_question(), scopes=scopes)
    (grant,) = office.grants.list_of_person(7)
    assert given(grant) == (["contacts:read"], ["contacts:write"])


def test_nothing_ticked_is_no_yes(office: ConsentDesk, visitor: AppBrowser) -> None:
    question = visitor.asked_question()
    again = visitor.allow(question, scopes=[])
    assert (again.status_code, "Tick at least one box" in shown_text(again)) == (400, True)
    assert office.grants.list_of_person(7) == []
    assert "code" in answer_of(visitor.allow(again, scopes=["contacts:read"]))


def test_no(office: ConsentDesk, visitor: AppBrowser) -> None:
    question = visitor.asked_question()
    told = answer_of(visitor.send(question, ("Deny", "yes")))
    assert told == {"error": "access_denied", "state": ASKED["state"], "iss": ISSUER}
    assert visitor.allow(question).status_code == 400
    assert office.grants.list_of_person(7) == []


def test_no_without_a_login(visitor: AppBrowser) -> None:
    assert answer_of(visitor.send(visitor.question(), ("Deny", "yes")))["error"] == "access_denied"


def test_a_person_for_whom_no_profile_is_open(office: ConsentDesk, visitor: AppBrowser) -> None:
    office.world.profiles.change(office.profile.key, terms=AdmissionTerms(connectable=("Editors",)))
    question = visitor.asked_question()
    assert "No API Profile is open to you" in shown_text(question)
    assert 'name="Allow"' not in question.text
    assert visitor.allow(question, scopes=["contacts:read"]).status_code == 400
    assert answer_of(visitor.send(question, ("Deny", "yes")))["error"] == "access_denied"


def test_profiles_that_are_offered(office: ConsentDesk, visitor: AppBrowser) -> None:
    office.open_profile("Reader", accounts={"read"})
    office.open_profile("Closed", AdmissionTerms(), accounts={"read"})
    office.open_profile("Others", AdmissionTerms(connectable=("Sales",), people=(8,)), accounts={"read"})
    office.open_profile("Over", AdmissionTerms(connectable=("Sales",), expires="2026-11-23"), accounts={"read"})
    office.world.profiles.disable(office.open_profile("Off", accounts={"read"}).key)
    office.world.clock.move(days=2)
    question = visitor.asked_question()
    shown = shown_text(question)
    assert [name in shown for name in ("Sales Agent", "Reader", "Closed", "Others", "Over", "Off ")] == [True] * 2 + [
        False
    ] * 4
    assert ticked_scopes(question) == ["accounts:read", "contacts:read", "contacts:write"]
    for name in ("Closed", "Others", "Over", "Off", "", "Nobody's"):
        assert visitor.allow(question, profile=name).status_code == 400
    visitor.allow(question, profile="Reader")
    (grant,) = office.grants.list_of_person(7)
    assert given(grant) == (["accounts:read", "contacts:read", "contacts:write"], [])


def test_somebody_else(visitor: AppBrowser) -> None:
    question = visitor.asked_question()
    link = f"/oauth/consent?txn={hidden_fields(question)['Txn']}&other=1"
    assert link.replace("&", "&amp;") in question.text
    assert 'name="Password"' in visitor.get(link).text


def test_a_program_on_this_computer(visitor: AppBrowser) -> None:
    question = visitor.asked_question(redirect_uri=LOOPBACK)
    assert "a program on this computer. Only go on if you have just started it" in shown_text(question)
    assert "code" in answer_of(visitor.allow(question), LOOPBACK)


def test_a_registered_app(office: ConsentDesk, visitor: AppBrowser) -> None:
    made = office.clients.add("Gemini", [CALLBACK]).client
    question = visitor.asked_question(client_id=made.client_id)
    assert "An app registered by your operator asks to work as you It is called “Gemini”" in shown_text(question)
    assert answer_of(visitor.allow(question))["iss"] == ISSUER
    (grant,) = office.grants.list_of_person(7)
    assert (grant.client_id, grant.host, grant.proof) == (made.client_id, "", "secret")
