"""Deleted media: restorable for thirty days, then purged with bytes, history and texts; a restored file is never touched."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from affino_mcp import housekeeping_wiring
from affino_mcp.housekeeping.deleted_media import make_deleted_media_job
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.media.media_purge import BuiltinMediaUpkeep
from affino_mcp.store.faults import ConditionFailed, StoreUnavailable
from affino_mcp.store.files import ObjectPage
from affino_mcp.store.ops import Key, Put
from affino_mcp.store.testing.faulty_database import FaultyDatabase, StoreFault
from affino_mcp.store.testing.memory_database import MemoryDatabase
from affino_mcp.store.testing.recording import RecordingDatabase
from tests.flow.media import Library, codes, gif, png
from tests.world import World, WorldClient

OTTO, PAT = 2, 3
SECRET_WORDS = ("Spring cover", "Edna's portrait", "portrait.png", "by Edna")


def figures(world: World, job: str = "deleted_media") -> dict[str, Any]:
    """One turn of housekeeping; the figures of a job."""
    return dict(housekeeping_wiring.build_housekeeping(world.settings, world.stores, world.clock)()[job])


def later(library: Library, **by: float) -> WorldClient:
    """Moves the clock; gives the publisher, logged in anew."""
    library.world.clock.move(**by)
    return replace(library.publisher, headers=library.world.log_in(library.profile, PAT))


def made_item(library: Library) -> tuple[int, list[int]]:
    """An item with two files and a change in its history; its code and the files' codes."""
    item = library.item(library.publisher, Title="Spring cover", Description="Edna's portrait")
    first = library.attach(item, png(), by=library.publisher, FileName="portrait.png")
    second = library.attach(item, gif(), by=library.publisher, FileName="portrait.gif")
    library.publisher.call_tool("update_media_item", MediaFileItemCode=item, Credit="by Edna")
    return item, [first["MediaFileCode"], second["MediaFileCode"]]


def rows_about(world: World, *refs: str) -> list[dict[str, Any]]:
    """The rows of the records' partitions and of their index rows."""
    tables = (world.settings.records_table, world.settings.words_table)
    rows = [row for table in tables for row in world.database.list_rows(table)]
    named = [row for row in rows if row["pk"] in refs]
    return named + [row for row in rows if row["pk"].startswith(("F#media_items", "F#media_files", "W#media", "D#"))]


def test_a_deleted_item_is_purged_after_thirty_days_and_not_before(library: Library) -> None:
    world = library.world
    item, files = made_item(library)
    assert library.publisher.call_tool("delete_media_item", MediaFileItemCode=item).result
    refs = [f"media_items#{item}", *(f"media_files#{code}" for code in files)]
    assert figures(world) == {"days_owed": 0}
    later(library, days=30)
    assert figures(world) == {"days_owed": 0}
    assert len(world.files.keys) == 2
    later(library, days=1)
    assert figures(world) == {"records": 3, "files": 2, "bytes": len(png()) + len(gif()), "days_owed": 0}
    assert world.files.keys == []
    left = rows_about(world, *refs)
    assert [(row["pk"], row["sk"], row["deleted"], row["purged"][:10]) for row in left] == [
        (ref, "A", True, "2026-12-24") for ref in sorted(refs)
    ]
    assert not [words for words in SECRET_WORDS if words in str(left)]
    assert figures(world) == {"days_owed": 0}


def test_what_is_left_says_truthfully_that_it_cannot_be_restored(library: Library) -> None:
    item, _ = made_item(library)
    assert library.publisher.call_tool("delete_media_item", MediaFileItemCode=item).result
    asked = {"Family": "media_items", "Code": item}
    editor = later(library, days=20)
    before = editor.call_tool("list_record_history", **asked).result["Items"]
    assert before[0]["Kind"] == "deleted"
    editor = later(library, days=12)
    library.world.run_housekeeping()
    error = editor.call_tool("undo_change", **asked, Version=before[0]["Version"]).error
    assert (error["type"], error["details"]["argument"]) == ("conflict", "Version")
    assert error["message"].startswith(f"Media item {item} was removed for good on 2026-12-25. Nothing of it is kept")
    told = editor.call_tool("list_record_history", **asked).result
    assert (told["Items"], codes(told)) == ([], ["NOT_SHOWN"])
    assert "2026-12-25" in told["Warnings"][0]["Message"]
    mine = editor.call_tool("list_my_changes").result["Items"]
    assert item not in [record["Code"] for change in mine for record in change["Records"]]
    for tool in ("get_media_item", "update_media_item", "delete_media_item"):
        assert editor.call_tool(tool, MediaFileItemCode=item, **({"Title": "x"} if "update" in tool else {})).error[
            "type"
        ] == ("not_found")
    other = replace(library.other, headers=library.world.log_in(library.profile, OTTO))
    assert other.call_tool("undo_change", **asked, Version=1).error["type"] == "not_found", "nobody else is told"


def test_a_restored_item_is_left_alone_and_a_second_deletion_counts_from_its_own_day(library: Library) -> None:
    item, _ = made_item(library)
    asked = {"Family": "media_items", "Code": item}
    assert library.publisher.call_tool("delete_media_item", MediaFileItemCode=item).result
    editor = later(library, days=29)
    version = editor.call_tool("list_record_history", **asked).result["Items"][0]["Version"]
    assert editor.call_tool("undo_change", **asked, Version=version).result["Undone"]["How"] == "restored"
    editor = later(library, days=2)
    assert figures(library.world) == {"restored": 1, "days_owed": 0}
    assert len(editor.call_tool("get_media_item", MediaFileItemCode=item).result["MediaItem"]["Files"]) == 2
    assert editor.call_tool("delete_media_item", MediaFileItemCode=item).result
    later(library, days=30)
    assert figures(library.world) == {"days_owed": 0}
    later(library, days=1)
    assert figures(library.world)["records"] == 3


def test_a_deleted_file_is_purged_and_its_item_is_not(library: Library) -> None:
    item, (first, second) = made_item(library)
    assert library.publisher.call_tool("delete_media_file", MediaFileCode=first).result
    editor = later(library, days=31)
    done = figures(library.world)
    assert (done["records"], done["files"], done["bytes"]) == (1, 1, len(png()))
    found = editor.call_tool("get_media_item", MediaFileItemCode=item).result["MediaItem"]
    assert [file["MediaFileCode"] for file in found["Files"]] == [second]
    assert len(library.world.files.keys) == 1
    error = editor.call_tool("undo_change", Family="media_files", Code=first, Version=2).error
    assert (error["type"], "removed for good" in error["message"]) == ("conflict", True)


def test_what_an_undo_deletes_is_purged_too(library: Library) -> None:
    item = library.item(library.publisher)
    assert library.publisher.call_tool("undo_change", Family="media_items", Code=item, Version=1).result
    later(library, days=31)
    assert figures(library.world) == {"records": 1, "days_owed": 0}


class RestoredMeanwhile(RecordingDatabase):
    """A database on which somebody restores the item just before it is purged."""

    restore = staticmethod(lambda: None)

    def put(self, op: Put) -> None:
        if op.item.get("purged"):
            self.restore()
        super().put(op)


def test_who_restores_in_the_very_moment_of_the_purge_keeps_the_files(library: Library) -> None:
    item, _ = made_item(library)
    assert library.publisher.call_tool("delete_media_item", MediaFileItemCode=item).result
    editor, asked = later(library, days=30), {"Family": "media_items", "Code": item}
    version = editor.call_tool("list_record_history", **asked).result["Items"][0]["Version"]
    raced = RestoredMeanwhile(library.world.database)
    raced.restore = lambda: editor.call_tool("undo_change", **asked, Version=version).result  # type: ignore[assignment]
    stores = replace(library.world.stores, database=raced)
    turn = housekeeping_wiring.build_housekeeping(
        library.world.settings, stores, lambda: library.world.clock() + timedelta(days=1)
    )
    assert turn()["deleted_media"] == {"left": 1, "days_owed": 1}
    editor = later(library, days=1)
    assert figures(library.world) == {"restored": 1, "days_owed": 0}
    assert len(editor.call_tool("get_media_item", MediaFileItemCode=item).result["MediaItem"]["Files"]) == 2
    assert len(library.world.files.keys) == 2


class StoppedFiles:
    """A file store that removes nothing for a while."""

    def __init__(self, world: World) -> None:
        self._files, self.fails = world.files, True

    def delete(self, key: str) -> None:
        if self.fails:
            raise StoreUnavailable
        self._files.delete(key)

    def list_objects(self, prefix: str, start_after: str = "", limit: int = 1000) -> ObjectPage:
        return self._files.list_objects(prefix, start_after, limit)


@pytest.mark.parametrize("fault", [StoreFault.BEFORE, StoreFault.LOST, StoreFault.RESEND])
def test_a_purge_that_breaks_off_anywhere_is_finished_by_the_next(world: World, fault: StoreFault) -> None:
    """At every store call of the purge: afterwards nothing is left but the remainders, and each file was removed."""
    number = 0
    while True:
        fresh = World()
        handler = fresh.new_handler()
        library = Library(fresh, handler, fresh.create_profile())
        item, files = made_item(library)
        assert library.publisher.call_tool("delete_media_item", MediaFileItemCode=item).result
        later(library, days=31)
        (deletion,) = BuiltinMediaUpkeep(fresh.records).list_deletions(fresh.clock().date().replace(month=11, day=23))
        faulty = FaultyDatabase(fresh.database)
        faulty.arm({number: fault})
        tables, facets = (fresh.settings.records_table, fresh.settings.words_table), fresh.records.facets
        records, whole = (
            Records(faulty, *tables, facets, fresh.files),
            Records(fresh.database, *tables, facets, fresh.files),
        )
        with suppress(StoreUnavailable):
            BuiltinMediaUpkeep(records).purge_deletion(deletion, fresh.clock())
        reached = number < len(faulty.calls)
        make_deleted_media_job(fresh.database, fresh.settings.audit_table, BuiltinMediaUpkeep(whole)).run(fresh.clock())
        refs = [f"media_items#{item}", *(f"media_files#{code}" for code in files)]
        left = rows_about(fresh, *refs)
        assert sorted(row["pk"] for row in left if row.get("purged")) == sorted(refs), number
        assert (len(left), fresh.files.keys) == (3, []), number
        handler.close()
        if not reached:
            break
        number += 1
    assert number > 10


def test_bytes_that_could_not_be_removed_are_removed_by_the_next_turn(library: Library) -> None:
    item, _ = made_item(library)
    assert library.publisher.call_tool("delete_media_item", MediaFileItemCode=item).result
    editor = later(library, days=31)
    stopped = StoppedFiles(library.world)
    stores = replace(library.world.stores, files=stopped)  # type: ignore[arg-type]
    run = housekeeping_wiring.build_housekeeping(library.world.settings, stores, library.world.clock)
    with pytest.raises(Exception, match="deleted_media"):
        run()
    assert len(library.world.files.keys) == 2
    error = editor.call_tool("undo_change", Family="media_items", Code=item, Version=9).error
    assert "removed for good" in error["message"], "no restore can get between"
    stopped.fails = False
    run()
    assert library.world.files.keys == []


def test_a_deletion_of_a_record_that_is_gone_is_settled(library: Library) -> None:
    item, _ = made_item(library)
    assert library.publisher.call_tool("delete_media_item", MediaFileItemCode=item).result
    later(library, days=31)
    table, database = library.world.settings.records_table, library.world.database
    assert isinstance(database, MemoryDatabase)
    kept = [row for row in database.list_rows(table) if row["pk"] != f"media_items#{item}"]
    database.clear_table(table)
    for row in kept:
        with suppress(ConditionFailed):
            database.put(Put(table, row))
    assert figures(library.world) == {"days_owed": 0}
    assert database.get(table, Key("D#20261123", f"media_items#{item}#0000000005")) is None
