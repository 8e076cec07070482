"""The daily passes over the bucket: what no record names goes, what a record names stays, in as many turns as it takes."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from affino_mcp import housekeeping_wiring, wiring
from affino_mcp.deadline import deadline
from affino_mcp.housekeeping import daily_pass
from affino_mcp.housekeeping.daily_report import DailyReport
from affino_mcp.housekeeping.unreferenced_files import make_unreferenced_files_job
from affino_mcp.instance.builtin.media.media_purge import BuiltinMediaUpkeep
from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
from affino_mcp.store.faults import Unanswered
from affino_mcp.store.files import FileUpload
from affino_mcp.store.ops import WriteOp
from affino_mcp.store.testing.recording import RecordingDatabase
from tests.flow.media import Library, base64_of, gif, jpeg, png
from tests.world import World, WorldClient

BYTES = b"bytes that nobody asked for"
PAT = 3


def stored(world: World, *keys: str) -> None:
    """Objects that no call has made known."""
    for key in keys:
        world.files.put(FileUpload(key, "image/png", len(BYTES), hashlib.sha256(BYTES).hexdigest()), BYTES)


def run(world: World) -> dict[str, Any]:
    """One turn of housekeeping; the figures of all jobs."""
    return dict(housekeeping_wiring.build_housekeeping(world.settings, world.stores, world.clock)())


def later(library: Library, **by: float) -> WorldClient:
    library.world.clock.move(**by)
    return replace(library.publisher, headers=library.world.log_in(library.profile, PAT))


def test_an_object_that_no_record_names_goes_after_a_day(library: Library) -> None:
    item = library.item()
    library.attach(item, png())
    (named,) = library.world.files.keys
    stored(library.world, f"media/{item}/orphan.png")
    later(library, hours=23)
    assert run(library.world)["unreferenced_files"]["removed"] == 0
    later(library, hours=24)
    found = run(library.world)["unreferenced_files"]
    assert found == {"looked_at": 2, "removed": 1, "bytes": len(BYTES), "waiting": 0, "finished": True}
    assert library.world.files.keys == [named]


class LostWrites(RecordingDatabase):
    """A database whose transactions are never answered; `carried_out` says whether they are made all the same."""

    carried_out = False

    def transact(self, ops: Sequence[WriteOp], token: str) -> None:
        if self.carried_out:
            super().transact(ops, token)
        raise Unanswered


@pytest.mark.parametrize("carried_out", [True, False])
def test_of_a_write_that_was_not_answered_the_object_stays_when_it_was_carried_out(
    library: Library, carried_out: bool
) -> None:
    world, item = library.world, library.item()
    database = LostWrites(world.database)
    database.carried_out = carried_out
    app = wiring.build_mcp_app(world.settings, replace(world.stores, database=database), world.clock, in_thread=False)
    handler = LambdaHandler(app, world.settings.stage)
    asked = {"MediaFileItemCode": item, "FileName": "a.png", "ContentBase64": base64_of(png())}
    replace(library.editor, handler=handler).call_tool("attach_media_file", **asked)
    handler.close()
    stored(world, f"media/{item}/left-by-s3.png")
    later(library, days=2)
    removed = run(world)["unreferenced_files"]["removed"]
    found = later(library).call_tool("get_media_item", MediaFileItemCode=item).result["MediaItem"]["Files"]
    assert (len(found), len(world.files.keys)) == ((1, 1) if carried_out else (0, 0))
    assert removed >= 1


def test_deleted_files_and_files_of_deleted_items_are_named_until_they_are_purged(library: Library) -> None:
    item, other = library.item(library.publisher), library.item(library.publisher)
    gone = library.attach(item, png(), by=library.publisher)["MediaFileCode"]
    library.attach(item, gif(), by=library.publisher)
    library.attach(other, jpeg(), by=library.publisher)
    assert library.publisher.call_tool("delete_media_file", MediaFileCode=gone).result
    assert library.publisher.call_tool("delete_media_item", MediaFileItemCode=other).result
    later(library, days=25)
    assert run(library.world)["unreferenced_files"] == {
        "looked_at": 3,
        "removed": 0,
        "bytes": 0,
        "waiting": 0,
        "finished": True,
    }
    stored(library.world, f"media/{other}/orphan.png")
    later(library, days=7)
    done = run(library.world)
    assert (done["deleted_media"]["files"], done["unreferenced_files"]["removed"]) == (2, 1)
    assert len(library.world.files.keys) == 1


@pytest.mark.parametrize("key", ["media/99/x.png", "media/x.png", "media/0/x.png", "media/1", "media/٣/x.png"])
def test_an_object_of_an_item_that_never_was_waits_for_thirty_days(library: Library, key: str) -> None:
    """A bucket beside another table's records must not be emptied within a day."""
    stored(library.world, key)
    later(library, days=29)
    found = run(library.world)["unreferenced_files"]
    assert (found["removed"], found["waiting"]) == (0, 1)
    later(library, days=2)
    assert run(library.world)["unreferenced_files"]["removed"] == 1


def test_uploads_that_nobody_attached_go_after_a_day(library: Library) -> None:
    item = library.item()
    ticket = library.ticket(item, png(), "image/png")
    library.world.files.accept_upload(ticket["Url"], ticket["Headers"], png())
    (key,) = library.world.files.keys
    assert key.startswith("uploads/")
    later(library, hours=23)
    assert run(library.world)["unfinished_uploads"]["removed"] == 0
    later(library, hours=24)
    assert run(library.world)["unfinished_uploads"]["removed"] == 1
    assert library.world.files.keys == []


def test_a_pass_goes_on_in_the_next_turn_and_the_report_of_its_day_adds_up(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = library.world
    monkeypatch.setattr(daily_pass, "OBJECTS_PER_STEP", 3)
    item = library.item()
    library.attach(item, png())
    stored(world, *(f"media/{item}/{n:02d}.png" for n in range(20)))
    later(library, days=2)
    turns, day = 0, world.clock().date()
    upkeep = BuiltinMediaUpkeep(world.records)
    job = make_unreferenced_files_job(world.database, world.settings.audit_table, world.files, upkeep)
    while True:
        turns += 1
        seconds = iter(range(14, 0, -1))  # each look at the clock finds a second less
        with deadline(lambda seconds=seconds: float(next(seconds, 0))):  # type: ignore[misc]
            found = job.run(world.clock())
        if found["finished"]:
            break
        world.clock.move(hours=10)  # over midnight: the pass is finished before another begins
    assert turns > 2
    assert (found["looked_at"], found["removed"], found["bytes"]) == (21, 20, 20 * len(BYTES))
    report = DailyReport(world.database, world.settings.audit_table, "unreferenced_files")
    (told,) = [one for one in report.read(day - timedelta(days=9), day + timedelta(days=9)) if one.figures["removed"]]
    assert (told.day, told.figures) == (day.isoformat(), found)


def test_a_pass_is_made_once_a_day(library: Library) -> None:
    item = library.item()
    later(library, days=2)
    run(library.world)
    stored(library.world, f"media/{item}/orphan.png")
    later(library, hours=1)
    assert run(library.world)["unreferenced_files"]["looked_at"] == 0
