"""Deleting a profile: the next call is a stranger's, and what was broken off is finished by the same command."""

from __future__ import annotations

import json
import threading

import pytest
from typer.testing import CliRunner

from affino_mcp.cli.app import app
from affino_mcp.gate.identity import row_keys
from affino_mcp.gate.profiles.deletion import ProfileDeletion
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.store.testing.faulty_database import StoreFault
from affino_mcp.tool_errors import Conflict, NotFound
from tests.flow.operator_stage import Stage
from tests.unit.control_edge.desk import text_of
from tests.world import World, WorldClient

WORDS = ["profile", "delete", "Newsroom", "--yes", "--json"]


def delete(world: World, key: str) -> None:
    ProfileDeletion(world.watched, world.secrets, world.settings, world.clock).delete(key)


@pytest.mark.parametrize("warm", [True, False], ids=["warm", "cold"])
def test_a_deleted_key_is_an_unknown_key(world: World, profile: Profile, manager: WorldClient, warm: bool) -> None:
    """Byte for byte, and with the same traces: a call of nobody leaves no row."""
    if warm:
        assert manager.call_tool("list_accounts").status == 200
    rows = len(world.audit_rows())
    delete(world, profile.key)
    for kind in ("tools/call", "tools/list"):
        asked = {"name": "list_accounts", "arguments": {}}
        gone = manager.send_rpc(kind, **asked)
        unknown = manager.with_headers(X_API_Key="nobody").send_rpc(kind, **asked)
        assert (gone.status, gone.document) == (401, unknown.document)
        assert set(gone.headers) == set(unknown.headers)
    assert len(world.audit_rows()) == rows
    assert [name for name, _ in world.secrets._documents if profile.key in name] == []
    with pytest.raises(NotFound):
        world.profiles.get(profile.key)
    assert world.create_profile(profile.name).key != profile.key


def test_no_call_that_begins_after_the_deletion_is_accepted(
    world: World, profile: Profile, manager: WorldClient
) -> None:
    """Clients call without a pause while the profile is deleted; each notes whether the deletion had returned before."""
    returned, wrong, statuses = threading.Event(), list[int](), set[int]()

    def call_on() -> None:
        client = WorldClient(world, world.new_handler(), manager.headers)
        after = 0
        while after < 5:
            was_gone = returned.is_set()
            status = client.call_tool("list_accounts").status
            statuses.add(status)
            after += was_gone
            if was_gone and status == 200:
                wrong.append(status)
        client.handler.close()

    workers = [threading.Thread(target=call_on) for _ in range(3)]
    for worker in workers:
        worker.start()
    delete(world, profile.key)
    returned.set()
    for worker in workers:
        worker.join()
    assert wrong == []
    assert statuses <= {200, 401, 403, 429, 503}


def test_a_profile_that_is_switched_on_again_meanwhile_stays(world: World, profile: Profile) -> None:
    """Another operator enables it between the switch and the removal."""
    transact = world.database.transact

    def meddle(ops: object, token: str) -> None:
        if len(list(ops)) > 1:  # type: ignore[call-overload]
            world.database.transact = transact  # type: ignore[method-assign]
            world.profiles.enable(profile.key)
        transact(ops, token)  # type: ignore[arg-type]

    world.database.transact = meddle  # type: ignore[method-assign]
    with pytest.raises(Conflict, match="Somebody changed this API Profile meanwhile"):
        delete(world, profile.key)
    assert world.profiles.get(profile.key).enabled


def test_a_change_that_is_overtaken_leaves_no_secret(world: World, profile: Profile) -> None:
    write = world.secrets.write

    def overtaken(*given: object) -> None:
        world.secrets.write = write  # type: ignore[method-assign]
        delete(world, profile.key)
        write(*given)  # type: ignore[arg-type]

    world.secrets.write = overtaken  # type: ignore[assignment, method-assign]
    with pytest.raises(NotFound):
        world.profiles.change(profile.key, rate=7)
    assert [name for name, _ in world.secrets._documents if profile.key in name] == []


def test_whatever_fails_the_same_command_finishes_it() -> None:
    """One fault at each store call in turn, before it or with a lost answer; each run has a begun and a closed row."""
    known = Stage()
    known.arm({}, {})
    with known.restored():
        CliRunner().invoke(app, WORDS, obj=known.service)
        calls = len(known.faulty.calls), len(known.secrets.calls)
    plans: list[tuple[dict[int, StoreFault], dict[int, StoreFault]]]
    plans = [({n: fault}, {}) for n in range(calls[0]) for fault in (StoreFault.BEFORE, StoreFault.LOST)]
    plans += [({}, {n: fault}) for n in range(calls[1]) for fault in (StoreFault.BEFORE, StoreFault.LOST)]
    for database, secrets in plans:
        with known.restored():
            known.arm(database, secrets)
            CliRunner().invoke(app, WORDS, obj=known.service)
            known.arm({}, {})
            done = CliRunner().invoke(app, WORDS, obj=known.service)
            assert done.exit_code == 0, (database, secrets, done.stdout)
            assert json.loads(done.stdout)["name"] == "Newsroom"
            assert known.gate_row(row_keys.profile_key(known.key)) == {}
            assert known.gate_row(row_keys.profile_name_key("newsroom")) == {}
            assert [name for name, _ in known.secrets._documents if known.key in name] == []
            known.keep_house()
            rows = [row for row in known.rows() if row["method"] == "delete_profile"]
            assert sum(row["outcome"] == "begun" for row in rows) * 2 == len(rows), (database, secrets)
            assert {row["profile_name"] for row in rows} == {"Newsroom"}


def test_in_the_browser_it_asks_once_and_the_log_finds_the_name() -> None:
    known = Stage()
    known.desk.world.clock.move(seconds=1)
    page = known.desk.get(f"/profiles/{known.key}")
    assert f"/profiles/{known.key}/delete" in page.text
    question = known.desk.get(f"/profiles/{known.key}/delete")
    assert ("Delete Newsroom?" in text_of(question), "Last used: never." in text_of(question)) == (True, True)
    assert known.gate_row(row_keys.profile_key(known.key))["enabled"] is True
    for _ in range(2):
        done = known.desk.send(f"/profiles/{known.key}/delete", question)
        assert (done.status_code, "Newsroom is deleted" in text_of(done)) == (200, True)
    assert known.desk.get(f"/profiles/{known.key}").status_code == 404
    for asked in ("newsroom", known.key):
        found = known.desk.get("/logs", profile=asked)
        assert found.text.count("delete_profile") >= 4
        assert "There is no API Profile of this name" not in text_of(found)


def test_the_shell_asks_and_shows_whom_to_tell() -> None:
    known = Stage()
    manager = known.world.new_handler()
    profile = known.world.profiles.get(known.key).profile
    WorldClient(known.world, manager, known.world.log_in(profile, known.edith)).call_tool("get_current_user")
    manager.close()
    refused = CliRunner().invoke(app, ["profile", "delete", "Newsroom"], obj=known.service)
    assert (refused.exit_code, known.world.profiles.get(known.key).enabled) == (1, True)
    for said in ("Last used: just now.", "Tell 1 person", "Edith Moreau", "edith.moreau@affino.example", "--yes"):
        assert said in refused.stderr
    assert json.loads(CliRunner().invoke(app, WORDS, obj=known.service).stdout)["outcome"] == "deleted"
    assert json.loads(CliRunner().invoke(app, WORDS, obj=known.service).stdout)["outcome"] == "was deleted before"
    assert CliRunner().invoke(app, ["profile", "delete", "Other", "--yes"], obj=known.service).exit_code == 1
