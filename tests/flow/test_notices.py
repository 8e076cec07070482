"""What operators are told of without asking: by housekeeping, once for each subject and hour, in words and with a next step."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from affino_mcp import housekeeping_wiring
from affino_mcp.admin.deeds import DEEDS
from affino_mcp.audit.hourly_rollup import SECRET_DEEDS, roll_up_hours
from affino_mcp.gate.profiles.admission_terms import AdmissionTerms
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.housekeeping import notices as thresholds
from affino_mcp.housekeeping.turn import HousekeepingFailed
from affino_mcp.notices.notice import NOTICES_PARTITION, NoticeKind, list_notices
from affino_mcp.store.faults import StoreUnavailable
from tests.world import World, WorldClient


@dataclass
class Mailbox:
    """A topic that keeps what it gets; `is_down` refuses it."""

    mails: list[tuple[str, str]] = field(default_factory=list)
    is_down: bool = False

    def send(self, title: str, text: str) -> None:
        if self.is_down:
            raise StoreUnavailable("InternalFailure")
        self.mails.append((title, text))


@pytest.fixture
def mailbox(world: World) -> Mailbox:
    made = Mailbox()
    world.stores = replace(world.stores, notices=made)
    return made


def kinds_told(world: World) -> list[NoticeKind]:
    return sorted(one.kind for one in list_notices(world.database, world.settings.audit_table))


def delete_accounts(client: WorldClient, number: int, **more: Any) -> None:
    for place in range(number):
        made = client.call_tool("create_account", Name=f"Account {place}").result["Account"]
        assert client.call_tool("delete_account", AccountCode=made["AccountCode"], **more).result


def make_refusals(client: WorldClient, number: int, **headers: str) -> None:
    stranger = client.with_headers(**headers)
    assert {stranger.send_rpc("tools/list").status for _ in range(number)} == {401}


def test_nothing_is_told_of_usual_calls(world: World, manager: WorldClient, mailbox: Mailbox) -> None:
    """And looking for it costs one read of a turn: of the notices that there are."""
    delete_accounts(manager, thresholds.MIN_DELETES - 1)
    make_refusals(
        manager, thresholds.MIN_REFUSED_CALLS - 1, Authorization="Bearer 01234567-89ab-4def-8123-456789abcdef"
    )
    world.run_housekeeping()
    assert (kinds_told(world), mailbox.mails) == ([], [])
    world.watched.calls.clear()
    counted = roll_up_hours(world.database, world.settings.audit_table, world.clock())
    job = thresholds.NoticesJob(world.watched, world.settings.audit_table, mailbox, "")
    job.take_counts(counted)
    assert job.run(world.clock()) == {"made": 0, "sent": 0}
    assert world.watched.calls == [("query", world.settings.audit_table)]


def test_calls_that_are_refused_again_and_again(world: World, manager: WorldClient, mailbox: Mailbox) -> None:
    make_refusals(manager, thresholds.MIN_REFUSED_CALLS, Authorization="Bearer 01234567-89ab-4def-8123-456789abcdef")
    make_refusals(manager, 3, X_API_Secret="a guess")
    for _ in range(3):
        world.run_housekeeping()
    ((title, text),) = mailbox.mails
    assert title == "Calls are refused: all"
    assert "calls with the API Profile “all” were refused (401) since 2026-11-23 09:00 (UTC)" in text
    assert "an AccessToken that is not known (20)" in text
    assert "Most came from 203.0.113.7." in text
    assert f"/control/logs?profile={manager.headers['X-API-Key']}&status=401" in text
    assert "a guess" not in text
    world.clock.move(hours=1)
    make_refusals(manager, thresholds.MIN_REFUSED_CALLS, Authorization="Bearer 01234567-89ab-4def-8123-456789abcdef")
    world.run_housekeeping()
    assert [title for title, _ in mailbox.mails] == ["Calls are refused: all"] * 2


def test_calls_over_the_limit(world: World, mailbox: Mailbox, handler: Any) -> None:
    profile = world.create_profile("Newsletter Agent", rate=1)
    client = WorldClient(world, handler, world.log_in(profile, world.create_person("Sal", "Seller", "Sales")))
    for _ in range(thresholds.MIN_LIMITED_CALLS + 20):
        client.call_tool("list_accounts")
    world.run_housekeeping()
    ((title, text),) = mailbox.mails
    assert title == "Too many calls: Newsletter Agent"
    assert "were turned away (429) since" in text
    assert f"/control/profiles/{profile.key}" in text


def test_many_deletions_of_one_person(world: World, manager: WorldClient, mailbox: Mailbox) -> None:
    delete_accounts(manager, thresholds.MIN_DELETES)
    world.run_housekeeping()
    ((title, text),) = mailbox.mails
    assert title == "Many deletions: Sam Manager"
    assert "20 records were deleted with the API Profile “all” since" in text
    assert "Sam Manager deleted 20 of them." in text
    assert "/control/logs?person=" in text


def test_deletions_that_were_only_tried_are_not_told(world: World, manager: WorldClient, mailbox: Mailbox) -> None:
    delete_accounts(manager, thresholds.MIN_DELETES, DryRun=True)
    world.run_housekeeping()
    assert (kinds_told(world), mailbox.mails) == ([], [])


def test_a_profile_that_expires_is_told_of_twice(world: World, profile: Profile, mailbox: Mailbox) -> None:
    world.profiles.change(profile.key, terms=AdmissionTerms(expires="2026-12-12"))
    for _ in range(21):
        world.run_housekeeping()
        world.clock.move(days=1)
    assert [title for title, _ in mailbox.mails] == ["Expires in 14 days: all", "Expires in 2 days: all"]
    assert f"/control/profiles/{profile.key}/edit" in mailbox.mails[0][1]


def test_a_topic_that_fails_gets_it_later_and_breaks_nothing(
    world: World, manager: WorldClient, mailbox: Mailbox
) -> None:
    mailbox.is_down = True
    delete_accounts(manager, thresholds.MIN_DELETES)
    with pytest.raises(HousekeepingFailed):
        world.run_housekeeping()
    assert kinds_told(world) == [NoticeKind.MANY_DELETES]
    manager.call_tool("list_accounts").result  # noqa: B018 (a call goes on)
    mailbox.is_down = False
    world.clock.move(minutes=5)
    for _ in range(2):
        world.run_housekeeping()
    assert [title for title, _ in mailbox.mails] == ["Many deletions: Sam Manager"]


def test_notices_are_bounded_in_time(world: World, manager: WorldClient) -> None:
    delete_accounts(manager, thresholds.MIN_DELETES)
    world.run_housekeeping()
    (row,) = [one for one in world.database.list_rows(world.settings.audit_table) if one["pk"] == NOTICES_PARTITION]
    assert row["ttl"] == int(world.clock().timestamp()) + 90 * 86_400


def test_without_a_topic_they_are_kept_for_the_page(world: World, manager: WorldClient) -> None:
    delete_accounts(manager, thresholds.MIN_DELETES)
    figures = housekeeping_wiring.build_housekeeping(world.settings, world.stores, world.clock)()
    assert figures["notices"] == {"made": 1, "sent": 0}
    assert kinds_told(world) == [NoticeKind.MANY_DELETES]


def test_the_deeds_that_make_a_secret_are_deeds() -> None:
    assert set(DEEDS) > SECRET_DEEDS
