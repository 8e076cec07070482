"""A regenerated secret as clients see it: the previous one is refused, or works for a limited time with a warning."""

from __future__ import annotations

from datetime import timedelta

from affino_mcp.gate.profiles.profile import Profile
from tests.world import World, WorldClient


def test_a_former_secret_gets_the_uniform_401_and_a_row(world: World, profile: Profile, manager: WorldClient) -> None:
    """For its caller the previous secret is a wrong secret, byte for byte; the operator sees who still uses it."""
    uniform = manager.with_headers(X_API_Key="nobody").call_tool("create_account", Name="No")
    world.profiles.regenerate_secret(profile.key)
    answer = manager.call_tool("create_account", Name=f"No {profile.secret}")
    assert (answer.status, answer.document) == (401, uniform.document)
    assert {n for n in answer.headers if n != "x-request-id"} == {n for n in uniform.headers if n != "x-request-id"}
    (row,) = world.audit_rows()
    assert (row["outcome"], row["status"], row["error"]["type"]) == ("refused", 401, "former_secret")
    assert (row["method"], row["profile_key"], row["person_name"]) == ("create_account", profile.key, "Sam Manager")
    assert row["arguments"] == {"Name": "No [withheld]"}
    assert not [row for row in world.database.list_rows(world.settings.records_table) if "accounts" in row["pk"]]


def test_strangers_with_a_former_secret_learn_nothing_of_the_profile(
    world: World, profile: Profile, manager: WorldClient
) -> None:
    stranger = manager.with_headers(Authorization="Bearer 01234567-89ab-cdef-0123-456789abcdef")
    wrong = stranger.with_headers(X_API_Secret="x" * 40)
    others = [wrong.call_tool("list_accounts") for _ in range(21)][-1]
    world.profiles.regenerate_secret(profile.key)
    answer = stranger.call_tool("list_accounts")
    assert (answer.status, answer.document) == (429, others.document)
    assert {n for n in answer.headers if n != "x-request-id"} == {n for n in others.headers if n != "x-request-id"}


def test_during_an_overlap_the_former_secret_works_and_says_so(
    world: World, profile: Profile, manager: WorldClient
) -> None:
    new = world.profiles.regenerate_secret(profile.key, overlap=timedelta(hours=24))
    (warned,) = manager.call_tool("list_accounts").result["Warnings"]
    assert (warned["Code"], warned["Until"]) == ("FORMER_SECRET", "2026-11-24T09:00:00.000000Z")
    assert "stops working on 2026-11-24 09:00 UTC" in warned["Message"]
    assert manager.call_tool("get_account", AccountCode=999).document["result"]["structuredContent"]["Warnings"] == [
        warned
    ]
    assert manager.with_headers(X_API_Secret=new.secret).call_tool("list_accounts").result["Warnings"] == []
    assert [[w["Code"] for w in row["warnings"]] for row in world.audit_rows()] == [
        ["FORMER_SECRET"],
        ["FORMER_SECRET"],
        [],
    ]
    for secret in (profile.secret, new.secret):
        manager.call_tool("list_accounts", Search=f"look {secret}")
        assert secret not in str(world.audit_rows())
    world.profiles.end_overlap(profile.key)
    assert manager.call_tool("list_accounts").status == 401


def test_a_forgotten_client_that_hammers_is_counted_and_always_told_the_same(
    world: World, profile: Profile, manager: WorldClient
) -> None:
    """A client with a valid token never has to wait, so its number of rows must be limited."""
    world.profiles.regenerate_secret(profile.key)
    answers = [manager.call_tool("list_accounts") for _ in range(200)]
    assert {answer.status for answer in answers} == {401}
    assert len({str(answer.document) for answer in answers}) == 1
    world.clock.move(seconds=1)
    assert manager.call_tool("list_accounts").status == 401
    rows = world.audit_rows()
    assert len(rows) == 61
    assert sum(row["count"] for row in rows) == 201
    assert {(row["status"], row["error"]["type"]) for row in rows} == {(401, "former_secret")}
    assert [row["person_name"] for row in rows if row["count"] > 1] == [""]
    world.run_housekeeping()
    (total,) = [row for row in world.database.list_rows(world.settings.audit_table) if row["pk"] == f"T#{profile.key}"]
    assert (total["calls"], total["errors"], total["limited"]) == (201, 201, 0)
