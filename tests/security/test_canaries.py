"""Nothing secret is written anywhere: every password, secret and token is looked for in every line and every row."""

from __future__ import annotations

import pytest

from affino_mcp.errors import Refusal
from affino_mcp.login_edge.app import LoginApp
from tests.unit.gate.world import CREDENTIALS, GATE, PASSWORD, World, headers
from tests.unit.login_edge.desk import EMAIL, Desk, content


def test_no_secret_in_any_line_row_or_error(
    world: World, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    desk = Desk(world)
    desk.app = LoginApp(world.db, world.secrets, world.settings, world.clock)  # with the real log
    profile = desk.staffed()
    good = desk.login(profile).body
    replies = [
        desk.login(profile, "canary-wrong-password"),
        desk.login(profile, email="canary@orbital.example"),
        desk.send(desk.signed(profile, content(), Signature="0" * 128), content()),
        desk.send(desk.signed(profile, content(), APIKey=profile.secret), content()),
    ]
    world.people.disable(7)
    replies.append(desk.login(profile))
    refused = [
        _refusal(world, headers(profile.key, profile.secret, good["AccessToken"])),
        _refusal(world, headers(profile.key, "canary" * 6, good["AccessToken"])),
    ]
    world.db.inner = None  # type: ignore[assignment]
    replies.append(desk.login(profile))
    world.db.inner = world.memory
    lines = repr([vars(record) for record in caplog.records])
    logged = lines + "".join(capfd.readouterr())
    written = logged + repr(replies) + repr(refused) + repr(world.rows(GATE)) + repr(world.rows(CREDENTIALS))
    canaries = [
        good["AccessToken"],
        good["RefreshToken"],
        profile.secret,
        PASSWORD,
        "canary-wrong-password",
        "canary" * 6,
    ]
    assert lines.count("'result'") >= len(replies)
    assert [canary for canary in canaries if canary in written] == []
    assert EMAIL not in logged
    assert "canary@orbital.example" not in logged


def _refusal(world: World, given: list[tuple[bytes, bytes]]) -> str:
    with pytest.raises(Refusal) as refused:
        world.gate().admit(given, charge=True)
    refusal = refused.value
    return (
        f"{refusal!r} {refusal.message} {refusal.details} {refusal.profile!r} {refusal.person!r} {refusal.fingerprint}"
    )
