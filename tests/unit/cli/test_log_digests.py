"""`affino-mcp log digest` and `log verify`, on a service in memory."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from affino_mcp.audit.row import row_item
from affino_mcp.cli.service import Service
from affino_mcp.store.ops import Key, Put, Update
from affino_mcp.store.testing.memory_archive import MemoryArchive
from tests.clock import START
from tests.unit.audit.integrity.sealed_log import MINUTE, MemorySigner
from tests.unit.audit.rows import row
from tests.unit.cli.conftest import Terminal

SIGNER = MemorySigner()


@pytest.fixture
def signing(terminal: Terminal) -> Terminal:
    """A terminal on a service that signs digests, with four calls, which are signed up to this moment."""
    stores = replace(terminal.world.stores, archive=MemoryArchive(), signer=SIGNER)
    terminal.service = replace(terminal.service, stores=stores)
    for minute in (-12, -11, -7, -1):
        terminal.world.database.put(Put(table(terminal), row_item(row(START + minute * MINUTE))))
    terminal.run("log", "digest", "--now")
    return terminal


def table(terminal: Terminal) -> str:
    return terminal.world.settings.audit_table


def objects(service: Service) -> dict[str, bytes]:
    assert isinstance(service.stores.archive, MemoryArchive)
    return service.stores.archive.objects


def rows(terminal: Terminal) -> list[Key]:
    found = terminal.world.audit_rows()
    return [Key(item["pk"], item["sk"]) for item in found]


def test_an_untouched_log_is_ok_in_one_line(signing: Terminal) -> None:
    out, err = signing.run("log", "verify")
    assert [line.split() for line in out.splitlines()[1:]] == [
        ["2026-11-23", "08:40:00", "2026-11-23", "09:00:00", "4", "4", "ok"]
    ]
    assert "Checked up to 2026-11-23 09:00:00 UTC" in err


def test_json_has_every_window(signing: Terminal) -> None:
    found = signing.run_json("log", "verify", "--since", "30m")
    assert [(window["from"][11:16], window["to"][11:16], window["rows"], window["verdict"]) for window in found] == [
        ("08:40", "08:45", 0, "ok"),
        ("08:45", "08:50", 2, "ok"),
        ("08:50", "08:55", 1, "ok"),
        ("08:55", "09:00", 1, "ok"),
    ]


def test_what_was_done_is_said_of_its_window_with_exit_code_1(signing: Terminal) -> None:
    first, second, third, last = rows(signing)
    database = signing.world.database
    database.update(Update(table(signing), first, {"status": 500}))
    database._tables[table(signing)][third.pk].pop(third.sk)
    forged = row(START - 2 * MINUTE)
    database.put(Put(table(signing), row_item(forged)))
    out, err = signing.run("log", "verify", code=1)
    words = [line.rstrip().split("  ")[-1].strip() for line in out.splitlines()[1:]]
    assert words == ["ok", f"changed {first.sk}", f"missing 1 ({third.sk})", f"added {forged.id}"]
    assert "under way" in err
    found = json.loads(signing.run("log", "verify", "--json", code=1)[0])
    assert [window["states"] for window in found] == [["ok"], ["changed"], ["missing"], ["added"]]
    assert (found[1]["changed"], found[2]["missing"], found[3]["added"]) == ([first.sk], [third.sk], [forged.id])
    assert second.sk not in str(found)
    assert last.sk not in str(found)


def test_a_row_that_came_late_is_told_apart(signing: Terminal) -> None:
    late = row(START - 2 * MINUTE)
    signing.world.database.put(Put(table(signing), row_item(late)))
    signing.run("log", "verify", code=1)
    signing.world.clock.move(1)
    assert signing.run_json("log", "digest", "--now") == {
        "windows": 1,
        "rows": 0,
        "late": 1,
        "until": "2026-11-23T09:00:01.000000Z",
    }
    _, err = signing.run("log", "verify")
    assert f"listed by a later digest: {late.id}" in err


def test_a_removed_digest_is_said_also_when_it_is_the_last(signing: Terminal) -> None:
    for key in sorted(objects(signing.service))[2:]:
        content = objects(signing.service).pop(key)
        out, _ = signing.run("log", "verify", code=1)
        assert "no digest" in out
        objects(signing.service)[key] = content
        signing.run("log", "verify")


def test_without_now_only_what_is_due_is_closed(signing: Terminal) -> None:
    signing.world.clock.move(minutes=3)
    assert signing.run_json("log", "digest")["windows"] == 0
    signing.world.clock.move(minutes=17)
    assert "1 window closed, with 0 rows." in signing.run("log", "digest")[0]


def test_a_public_key_in_a_file_checks_without_the_signer(signing: Terminal, tmp_path: Path) -> None:
    own, foreign, none = (tmp_path / name for name in ("own.pem", "foreign.pem", "none.pem"))
    own.write_text(SIGNER.public_key())
    foreign.write_text(MemorySigner().public_key())
    none.write_text("no key")
    signing.service = replace(signing.service, stores=replace(signing.service.stores, signer=None))
    signing.run("log", "verify", "--key", str(own))
    assert "bad signature" in signing.run("log", "verify", "--key", str(foreign), code=1)[0]
    signing.run("log", "verify", "--key", str(none), code=2)
    assert "refused to read" in signing.run("log", "verify", "--key", str(tmp_path / "nowhere"), code=1)[1]


def test_a_time_without_closed_windows_is_said_to_have_none(signing: Terminal) -> None:
    signing.world.clock.move(minutes=2)
    assert "No window of this time is closed yet." in signing.run("log", "verify", "--since", "1m")[0]


def test_a_service_that_signs_nothing_says_so(terminal: Terminal) -> None:
    for words in (["log", "digest"], ["log", "verify"]):
        assert terminal.run_refused(*words)["type"] == "no_digests"


def test_stores_that_are_down_are_said_to_be(signing: Terminal) -> None:
    archive = signing.service.stores.archive
    assert isinstance(archive, MemoryArchive)
    archive.broken = True
    for words in (["log", "digest", "--now"], ["log", "verify"]):
        assert signing.run_refused(*words)["type"] == "unavailable"
