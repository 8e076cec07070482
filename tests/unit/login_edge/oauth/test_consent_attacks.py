"""Attacks on the consent page: forms of others, requests of others, what is sent twice, late or at once, names that lie."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from affino_mcp.gate.abuse.login_guard import MAX_PAIR_FAILURES, LoginGuard
from affino_mcp.gate.profiles.admission_terms import AdmissionTerms
from tests.unit.gate.world import GATE
from tests.unit.login_edge.desk import EMAIL
from tests.unit.login_edge.oauth.consent_desk import (
    DOCUMENT,
    AppBrowser,
    ConsentDesk,
    answer_of,
    hidden_fields,
    shown_text,
)


@pytest.mark.parametrize("change", ["off", "closed", "disabled", "logged out"])
def test_what_is_posted_is_checked_again(office: ConsentDesk, visitor: AppBrowser, change: str) -> None:
    question, world = visitor.asked_question(), office.world
    deeds: dict[str, Callable[[], object]] = {
        "off": lambda: world.profiles.disable(office.profile.key),
        "closed": lambda: world.profiles.change(office.profile.key, terms=AdmissionTerms()),
        "disabled": lambda: world.people.change(7, active=False),
        "logged out": lambda: world.sessions.end_all_sessions(7),
    }
    deeds[change]()
    refused = visitor.allow(question)
    assert refused.status_code in {400, 403}
    assert "location" not in refused.headers
    assert office.grants.list_of_person(7) == []


def test_a_get_never_consents(office: ConsentDesk, visitor: AppBrowser) -> None:
    question = visitor.asked_question()
    visitor.allow(question)
    for _ in range(2):
        again = visitor.question()
        assert 'name="Allow"' in again.text
    fields = hidden_fields(again)
    visitor.get(
        f"/oauth/consent?txn={fields['Txn']}&Key={fields['Key']}&Profile=Sales+Agent&Scope=contacts:read&Allow=yes"
    )
    assert len(office.grants.list_of_person(7)) == 1


def test_the_form_of_another_page_or_browser(office: ConsentDesk, visitor: AppBrowser) -> None:
    question = visitor.asked_question()
    stranger = office.browser()
    strange = stranger.asked_question()
    fields = hidden_fields(question)
    assert stranger.allow(question).status_code == 403
    given = [("Profile", "Sales Agent"), ("Scope", "contacts:read"), ("Allow", "yes")]
    mixed = visitor.client.post(
        "/oauth/consent", data={"Txn": hidden_fields(strange)["Txn"], "Key": fields["Key"], **dict(given)}
    )
    assert mixed.status_code == 400
    for key in ("", "0" * 64):
        assert (
            visitor.client.post("/oauth/consent", data={"Txn": fields["Txn"], "Key": key, **dict(given)}).status_code
            == 403
        )
    assert visitor.send(question, *given, headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert visitor.send(question, *given, ("Txn", "again")).status_code == 400
    assert visitor.send(question, *given, headers={"content-type": "text/plain"}).status_code == 400
    assert office.grants.list_of_person(7) == []
    assert visitor.send(question, *given).status_code == 303


def test_a_request_of_another_browser_is_not_shown(office: ConsentDesk, visitor: AppBrowser) -> None:
    place = visitor.authorize().headers["location"]
    strangers = [office.browser(), office.browser()]
    strangers[1].authorize()
    for stranger in strangers:
        refused = stranger.get(place)
        assert (refused.status_code, "client.example" in refused.text) == (400, False)
    for wrong in ("/oauth/consent", "/oauth/consent?txn=", "/oauth/consent?txn=x", f"{place}0", f"{place}&txn=x"):
        assert visitor.get(wrong).status_code == 400


def test_a_request_is_answered_once_and_within_ten_minutes(office: ConsentDesk, visitor: AppBrowser) -> None:
    question = visitor.asked_question()
    assert "code" in answer_of(visitor.allow(question))
    assert visitor.allow(question).status_code == 400
    late = visitor.question()
    office.world.clock.move(601)
    assert visitor.allow(late).status_code == 400
    assert len(office.grants.list_of_person(7)) == 1


def test_of_many_answers_at_once_one_counts(office: ConsentDesk, visitor: AppBrowser) -> None:
    question = visitor.asked_question()
    cookies = dict(visitor.client.cookies)

    def allow(_: int) -> int:
        one = office.browser()
        one.client.cookies.update(cookies)
        return one.allow(question).status_code

    with ThreadPoolExecutor(4) as pool:
        statuses = sorted(pool.map(allow, range(4)))
    assert (statuses, len(office.grants.list_of_person(7))) == ([303, 400, 400, 400], 1)


def test_a_wrong_password_and_guessing(office: ConsentDesk, visitor: AppBrowser) -> None:
    first = visitor.question()
    wrong = visitor.log_in(first, "wrong horse")
    assert (wrong.status_code, "wrong" in shown_text(wrong)) == (401, True)
    assert f'value="{EMAIL}"' in wrong.text
    guard = LoginGuard(office.world.db, office.world.settings, office.world.clock)
    for _ in range(MAX_PAIR_FAILURES):
        guard.record_failure(guard.begin_attempt("testclient", EMAIL))
    assert visitor.log_in(first, "wrong horse").status_code == 429
    assert visitor.log_in(first).status_code == 200


def test_headers_of_the_pages_and_answers(visitor: AppBrowser) -> None:
    first, question = visitor.question(), visitor.asked_question()
    denied = visitor.send(question, ("Deny", "yes"))
    for page in (first, question):
        policy = page.headers["content-security-policy"]
        assert "form-action 'self' https://client.example;" in policy
        assert "frame-ancestors 'none'" in policy
        assert page.headers["x-frame-options"] == "DENY"
        assert page.headers["referrer-policy"] == "no-referrer"
        assert page.headers["cache-control"] == "no-store"
    assert {page.headers["cross-origin-opener-policy"] for page in (first, question, denied)} == {"unsafe-none"}
    loopback = visitor.question(redirect_uri="http://127.0.0.1:59656/")
    assert "form-action 'self' http://127.0.0.1:59656;" in loopback.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("Anthropic", "Anthropic"),
        ("A\u202eB\u2066C", "A B C"),
        ("N" * 4000, "N" * 100),
        ('"><img src=x>', "&#34;&gt;&lt;img src=x&gt;"),
    ],
)
def test_the_name_is_what_the_app_says_and_its_host_stands_larger(
    office: ConsentDesk, visitor: AppBrowser, name: str, shown: str
) -> None:
    office.host.serve("/oauth/client", json.dumps({**DOCUMENT, "client_name": name}).encode())
    question = visitor.asked_question()
    assert "<h1>client.example asks to work as you</h1>" in question.text
    assert f"It calls itself <bdi>“{shown}”</bdi>." in question.text


def test_no_row_and_no_line_holds_a_code(office: ConsentDesk, visitor: AppBrowser) -> None:
    code = answer_of(visitor.allow(visitor.asked_question()))["code"]
    assert code not in json.dumps(office.world.rows(GATE), default=str)
    assert code not in json.dumps(office.lines)
