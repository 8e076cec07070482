"""What operators are told of the login guard at work: once, with the person who is meant, and never with what was typed."""

from __future__ import annotations

from affino_mcp.gate.abuse.login_guard import MAX_PAIR_FAILURES, LoginGuard
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.notices.notice import SUBJECTS_PER_HOUR, NoticeKind, list_notices
from affino_mcp.notices.words import describe_notice
from tests.unit.login_edge.desk import EMAIL, Desk

TYPED = "hunter2@a-password-in-the-wrong-field.example"


def words_told(desk: Desk) -> list[str]:
    found = list_notices(desk.world.db, desk.world.settings.audit_table)
    return [describe_notice(one).happened for one in found]


def test_the_first_wait_is_told_once_with_the_person(desk: Desk, profile: Profile) -> None:
    for _ in range(MAX_PAIR_FAILURES):
        assert desk.login(profile, "wrong").status == 401
    assert words_told(desk) == []
    for _ in range(3):
        assert desk.login(profile, "wrong").status == 429
    (words,) = words_told(desk)
    assert words.startswith("11 wrong passwords from 198.51.100.7: somebody may be guessing the password of ")
    (notice,) = list_notices(desk.world.db, desk.world.settings.audit_table)
    assert describe_notice(notice).page == "/control/people/7"
    assert EMAIL not in str(notice)


def test_what_was_typed_is_never_kept(desk: Desk, profile: Profile) -> None:
    for _ in range(MAX_PAIR_FAILURES + 1):
        desk.login(profile, "wrong", email=TYPED)
    (notice,) = list_notices(desk.world.db, desk.world.settings.audit_table)
    assert "somebody may be guessing passwords" in describe_notice(notice).happened
    assert "hunter2" not in str(notice)


def test_an_attack_on_many_leaves_few_notices(desk: Desk) -> None:
    """Each subject is a network here; strangers choose as many as they like."""
    guard = LoginGuard(desk.world.db, desk.world.settings, desk.world.clock)
    for place in range(40):
        for _ in range(MAX_PAIR_FAILURES + 1):
            guard.record_failure(guard.begin_attempt(f"203.0.{place}.1", f"{place}@orbital.example"))
    assert 8 < len(words_told(desk)) <= SUBJECTS_PER_HOUR[NoticeKind.LOGINS_HELD]


def test_a_notice_that_cannot_be_kept_changes_no_answer(desk: Desk, profile: Profile) -> None:
    desk.world.db.broken.add(("put", desk.world.settings.audit_table))
    answers = [desk.login(profile, "wrong").status for _ in range(MAX_PAIR_FAILURES + 2)]
    assert answers == [401] * MAX_PAIR_FAILURES + [429] * 2
    assert desk.login(profile).status == 200
