"""A profile's last day, people, groups and networks as callers and the API Log see them: the very next call obeys."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from affino_mcp.gate.profiles.admission_terms import AdmissionTerms
from affino_mcp.gate.profiles.profile import Profile
from tests.world import Response, World, WorldClient

HERE, ELSEWHERE = "203.0.113.0/24", "192.0.2.0/24"
TODAY, YESTERDAY = "2026-11-23", "2026-11-22"
REFUSALS = {
    "off": ("profile_disabled", "profile"),
    "over": ("profile_expired", "profile"),
    "network": ("not_allowed", "network"),
    "person": ("not_allowed", "profile"),
}
"""Type and `denied_by` of each refusal, in the order in which they are asked."""


def set_terms(world: World, profile: Profile, **terms: Any) -> None:
    """Puts these terms in force. A last day that is over is set while it is not."""
    now, world.clock.moment = world.clock.moment, world.clock.moment.replace(year=2020)
    world.profiles.change(profile.key, terms=AdmissionTerms(**terms))
    world.clock.moment = now


def bucket(world: World, profile: Profile) -> dict[str, Any]:
    """What calls change in the profile's row."""
    rows = world.database.list_rows(world.settings.gate_table)
    (row,) = [row for row in rows if row["pk"] == f"PROFILE#{profile.key}" and row["sk"] == "A"]
    return {name: value for name, value in row.items() if name in ("tat", "used") or name.startswith("calls_")}


def refusal_of(answer: Response) -> tuple[str, str]:
    assert answer.status == 403
    data = answer.document["error"]["data"]
    assert data["who_can_fix"] == "operator"
    return data["type"], data["denied_by"]


@pytest.mark.parametrize("warm", [True, False], ids=["warm", "cold"])
@pytest.mark.parametrize("unmet", list(product([False, True], repeat=4)), ids=str)
def test_every_combination(
    world: World, profile: Profile, manager: WorldClient, unmet: tuple[bool, ...], warm: bool
) -> None:
    """What refuses first is told; it costs no budget and leaves a row with the person; without any the call goes on."""
    off, over, network, person = unmet
    if warm:
        assert manager.call_tool("list_accounts").status == 200
    terms = {"expires": YESTERDAY if over else TODAY, "networks": (ELSEWHERE if network else HERE,)}
    set_terms(world, profile, **terms, groups=("Community",) if person else ("Community", "Sales Managers"))
    if off:
        world.profiles.disable(profile.key)
    before, rows = bucket(world, profile), len(world.audit_rows())
    answer = manager.call_tool("list_accounts")
    row = world.audit_rows()[rows]
    wanted = [kind for kind, refuses in zip(REFUSALS, unmet, strict=True) if refuses]
    if not wanted:
        assert (answer.status, row["outcome"]) == (200, "ok")
        return
    assert refusal_of(answer) == REFUSALS[wanted[0]]
    assert (row["outcome"], row["status"], row["error"]["type"]) == ("refused", 403, REFUSALS[wanted[0]][0])
    assert (row["profile_key"], row["person_name"]) == (profile.key, "Sam Manager")
    assert bucket(world, profile) == before
    assert refusal_of(manager.send_rpc("tools/list")) == REFUSALS[wanted[0]]


def test_the_last_day_to_the_second(world: World, profile: Profile, manager: WorldClient) -> None:
    world.profiles.change(profile.key, terms=AdmissionTerms(expires=TODAY))
    world.clock.moment = world.clock.moment.replace(hour=23, minute=30)
    client = WorldClient(world, manager.handler, world.log_in(profile, 1))
    world.clock.moment = world.clock.moment.replace(minute=59, second=59)
    assert client.call_tool("list_accounts").status == 200
    world.clock.move(seconds=1)
    assert refusal_of(client.call_tool("list_accounts")) == REFUSALS["over"]
    world.profiles.change(profile.key, terms=AdmissionTerms(expires="2026-11-24"))
    assert client.call_tool("list_accounts").status == 200


def test_an_agent_is_told_of_the_last_day(world: World, profile: Profile, manager: WorldClient) -> None:
    for expires, codes in (("2026-12-08", []), ("2026-12-07", ["PROFILE_EXPIRES_SOON"])):
        world.profiles.change(profile.key, terms=AdmissionTerms(expires=expires))
        assert [one["Code"] for one in manager.call_tool("get_current_user").result["Warnings"]] == codes
        assert manager.call_tool("list_accounts").result["Warnings"] == []


@pytest.mark.parametrize(
    ("terms", "calls"),
    [
        pytest.param({}, ["get_many", "update"], id="none"),
        pytest.param({"expires": TODAY, "networks": (HERE,)}, ["get_many", "update"], id="day and network"),
        pytest.param({"groups": ("Sales Managers",)}, ["get_many", "update"], id="group"),
        pytest.param({"groups": ("Community",)}, ["get", "get_many"], id="not the person"),
        pytest.param({"networks": (ELSEWHERE,)}, ["get", "get_many"], id="not from here"),
    ],
)
def test_no_term_costs_a_store_call(
    world: World, profile: Profile, manager: WorldClient, terms: dict[str, Any], calls: list[str]
) -> None:
    world.profiles.change(profile.key, terms=AdmissionTerms(**terms))
    manager.call_tool("list_accounts")
    world.own.calls.clear()
    manager.call_tool("list_accounts")
    assert sorted(method for method, table in world.own.calls if table == world.settings.gate_table) == calls


def test_a_change_of_groups_is_obeyed_at_once(world: World, profile: Profile, manager: WorldClient) -> None:
    world.profiles.change(profile.key, terms=AdmissionTerms(groups=("Community",)))
    assert refusal_of(manager.call_tool("list_accounts")) == REFUSALS["person"]
    world.people.change(world.audit_rows()[-1]["person_code"], groups=["Sales Managers", "Community"])
    assert manager.call_tool("list_accounts").status == 200


def test_a_token_of_nobody_is_told_so_before_the_people(world: World, profile: Profile, manager: WorldClient) -> None:
    world.profiles.change(profile.key, terms=AdmissionTerms(people=(999,)))
    stranger = manager.with_headers(Authorization="Bearer 01234567-89ab-4def-8123-456789abcdef")
    for message in ("tools/call", "tools/list"):
        answer = stranger.send_rpc(message, name="list_accounts", arguments={})
        assert (answer.status, answer.document["error"]["data"]["type"]) == (401, "session_unknown")


def test_a_forwarded_header_names_no_network(world: World, profile: Profile, manager: WorldClient) -> None:
    world.profiles.change(profile.key, terms=AdmissionTerms(networks=(ELSEWHERE,)))
    lying = manager.with_headers(X_Forwarded_For="192.0.2.1", Forwarded="for=192.0.2.1", X_Real_IP="192.0.2.1")
    assert refusal_of(lying.call_tool("list_accounts")) == REFUSALS["network"]


def test_housekeeping_tells_once_a_day(
    world: World, profile: Profile, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    for expires, stages in (
        ("2026-12-08", []),
        ("2026-12-08", ["soon"]),
        ("2026-11-29", ["urgent"]),
        ("2026-11-24", []),
    ):
        if expires != "2026-11-24":  # else it stays, and is over
            world.profiles.change(profile.key, terms=AdmissionTerms(expires=expires))
        capsys.readouterr()
        caplog.clear()
        for _ in range(2):
            world.run_housekeeping()
        told = [vars(record) for record in caplog.records if record.message == "profile expires soon"]
        assert [(one["profile"], one["stage"]) for one in told] == [(profile.key, stage) for stage in stages]
        assert ("ProfilesExpireSoon" in capsys.readouterr().out) is bool(stages)
        world.clock.move(days=1 if stages == [] else 3)
