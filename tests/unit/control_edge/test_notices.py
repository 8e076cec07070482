"""The page of notices: what an operator's deed leaves there, in words and with the page of the next step."""

from __future__ import annotations

from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.http.answer_bound import MAX_ANSWER_BYTES, text_bytes_in_answer
from affino_mcp.notices.notice import MAX_SHOWN_NOTICES, NoticeKind, list_notices, make_notice, store_notice
from tests.unit.control_edge.desk import OperatorBrowser, text_of


def test_without_notices_it_says_what_would_be_there(operator: OperatorBrowser) -> None:
    assert 'href="/control/notices"' in operator.get("/logs").text
    assert "Nothing to look at" in text_of(operator.get("/notices"))


def test_a_new_secret_is_told_within_a_turn_of_housekeeping(operator: OperatorBrowser, profile: Profile) -> None:
    operator.send(f"/profiles/{profile.key}/regenerate")
    operator.world.run_housekeeping()
    operator.world.clock.move(minutes=5)
    operator.world.run_housekeeping()
    page = operator.get("/notices")
    told = "Olivia Park made a new secret for the API Profile “Newsroom” at 2026-11-23 09:00 (UTC)."
    assert text_of(page).count(told) == 1
    assert "disable the profile and ask Olivia Park" in text_of(page)
    assert f'href="/control/profiles/{profile.key}"' in page.text
    assert operator.world.profiles.get(profile.key).profile.secret not in page.text
    assert len(operator.count_store_calls("/notices")) == 2


def test_a_secret_that_was_not_made_is_not_told(operator: OperatorBrowser, profile: Profile) -> None:
    operator.world.watched.broken.add(("transact", "affino-mcp-gate"))
    assert operator.send(f"/profiles/{profile.key}/regenerate").status_code == 503
    operator.world.watched.broken.clear()
    operator.world.clock.move(minutes=20)
    operator.world.run_housekeeping()
    assert list_notices(operator.world.database, operator.world.settings.audit_table) == []


def test_names_are_text(operator: OperatorBrowser) -> None:
    world = operator.world
    facts = {"profile": "<b>Newsroom</b>", "by": "<script>", "since": "2026-11-23T09:00:00Z"}
    store_notice(
        world.database, world.settings.audit_table, make_notice(NoticeKind.NEW_CREDENTIALS, "x", world.clock(), facts)
    )
    page = operator.get("/notices").text
    assert "&lt;b&gt;Newsroom" in page
    assert "<script>" not in page.partition("<main")[2]


def test_it_is_for_those_who_may_read_the_log(operator: OperatorBrowser) -> None:
    operator.person("Sal", "Seller", "Sales")
    operator.sign_in("sal.seller@affino.example")
    assert operator.get("/notices").status_code == 403
    assert "/control/notices" not in operator.get("/logs").text


def test_the_page_of_the_largest_notices_is_far_below_what_lambda_passes_on(operator: OperatorBrowser) -> None:
    world = operator.world
    facts = {"profile": '"' * 500, "by": "<" * 500, "since": "2026-11-23T09:00:00Z"}
    for place in range(MAX_SHOWN_NOTICES + 20):
        made = make_notice(NoticeKind.NEW_CREDENTIALS, f"{place}" * 50, world.clock(), facts)
        assert store_notice(world.database, world.settings.audit_table, made)
    page = operator.get("/notices").text
    assert page.count("made a new secret") == MAX_SHOWN_NOTICES
    assert text_bytes_in_answer(page) < MAX_ANSWER_BYTES / 10
