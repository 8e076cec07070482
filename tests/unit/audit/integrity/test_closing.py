"""Closing windows: when, how many, by how many processes, and what a digest holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Thread

import pytest

from affino_mcp.audit.integrity.closing import WindowCloser
from affino_mcp.audit.integrity.digest import SignedDigest
from affino_mcp.audit.integrity.late_rows import LATE_PERIOD, MAX_LATE_ROWS
from affino_mcp.audit.integrity.row_hash import hash_row
from affino_mcp.audit.row import row_item, row_key
from affino_mcp.store.faults import StoreUnavailable
from affino_mcp.store.ops import Update
from affino_mcp.store.signing import SignatureCheck
from tests.unit.audit.integrity.sealed_log import MINUTE, MemorySigner, SealedLog, sealed
from tests.unit.audit.rows import NOON, TABLE, refusal, row


def test_a_window_is_closed_when_it_is_fifteen_minutes_old() -> None:
    log = sealed(1)
    assert log.windows() == [(0, 5)]
    assert log.close(24.9).windows == 0
    assert log.close(25).windows == 1
    assert log.windows() == [(0, 5), (5, 10)]


def test_an_empty_window_has_a_digest_too() -> None:
    log = sealed(1)
    log.close(40)
    assert [log.digest(minute).digest.rows for minute in (0, 5, 10, 15, 20)] == [2, 0, 0, 0, 0]


def test_a_digest_holds_its_rows_their_tree_and_the_digest_before() -> None:
    log = sealed(2)
    first, second = log.digest(0), log.digest(5)
    rows = [
        item for item in log.database.list_rows(TABLE) if log.digest(5).digest.begins.isoformat()[:16] <= item["at"]
    ]
    assert [leaf.id for leaf in second.leaves] == sorted(item["sk"] for item in rows)
    assert {leaf.hash for leaf in second.leaves} == {hash_row(item) for item in rows}
    assert (first.digest.previous, second.digest.previous) == ("", first.digest.identity)
    assert second.digest.made == NOON + 25 * MINUTE
    assert SignatureCheck(log.signer.public_key()).is_valid(second.digest.payload(), second.signature)


def test_after_a_pause_every_window_of_it_is_closed_within_the_turns_time() -> None:
    log = sealed(1)
    turns = iter([True, True, True, False])
    assert log.close(120, goes_on=lambda: next(turns)).windows == 3
    assert log.windows()[-1] == (15, 20)
    assert log.close(120).windows == 17
    assert log.windows()[-1] == (100, 105)
    assert not log.wrong(120)


def test_a_window_with_too_many_rows_ends_sooner() -> None:
    log = SealedLog(max_rows=10)
    for number in range(35):
        log.log(1 + number / 100)
    log.close(20)
    assert [log.digest(begins).digest.rows for begins, _ in log.windows()] == [10, 10, 10, 5]
    assert (log.windows()[0][0], log.windows()[-1][1]) == (0, 5)
    assert not log.wrong(20)


def test_rows_of_one_millisecond_stay_together_or_come_late() -> None:
    log = SealedLog(max_rows=3)
    for _ in range(5):
        log.log(1)
    log.close(20)
    log.close(25)
    assert not log.wrong(25)


def test_processes_at_once_make_one_digest_of_a_window() -> None:
    log = sealed(1)
    start = Barrier(8)

    def close() -> None:
        start.wait()
        log.close(60)

    threads = [Thread(target=close) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert log.windows() == [(minute, minute + 5) for minute in range(0, 45, 5)]
    assert not log.wrong(60)


def test_who_comes_second_goes_on_from_the_others_digest() -> None:
    log = sealed(1)
    other = SealedLog(log.database, log.objects, log.signer)
    ahead = other.close(25.5, early=True)
    assert ahead.end.ends == NOON + 25.5 * MINUTE
    behind = WindowCloser(log.table, log.archive, log.signer)._close(log.close(24).end, NOON + 10 * MINUTE, NOON, ())
    assert behind[1] is None
    assert not log.wrong(25.5)


def test_a_window_that_is_closed_early_ends_now_and_the_next_begins_there() -> None:
    log = sealed(1)
    log.log(21)
    assert log.close(21.5, early=True).end.ends == NOON + 21.5 * MINUTE
    log.log(22)
    assert not log.wrong(22)
    log.close(40)
    assert log.windows()[-2:] == [(20, 21.5), (21.5, 25)]
    assert log.digest(21.5).digest.rows == 1
    assert not log.wrong(40)


def test_closing_early_twice_at_once_closes_nothing_the_second_time() -> None:
    log = sealed(1)
    log.close(21.5, early=True)
    assert log.close(21.5, early=True).windows == 0


def test_a_row_that_comes_later_is_listed_by_the_next_digest() -> None:
    log = sealed(3)
    late = log.log(7, person_code=None)
    assert log.wrong(31) == {5: f"added {late.id}"}
    log.close(35)
    assert log.digest(15).digest.late == ((late.id, hash_row(log.item(late))),)
    assert not log.wrong(35)
    assert [verdict.found.late for verdict in log.verdicts(35)] == [(), (late.id,), (), ()]
    log.close(40)
    assert log.digest(20).digest.late == ()


def test_a_late_row_is_guarded_like_any_other() -> None:
    log = sealed(3)
    late = log.log(7)
    log.close(35)
    before = log.remove(late)
    assert log.wrong(36) == {5: f"missing 1 ({late.id})"}
    log.put(before | {"status": 500})
    assert log.wrong(36) == {5: f"changed {late.id}"}
    log.put(before)
    assert not log.wrong(36)


def test_a_row_that_comes_far_too_late_is_not_signed() -> None:
    log = sealed(3)
    log.close(20 + LATE_PERIOD / MINUTE + 20)
    much = log.log(7)
    log.close(20 + LATE_PERIOD / MINUTE + 25)
    assert log.wrong(110) == {5: f"added {much.id}"}


def test_very_many_late_rows_are_listed_by_the_digests_that_follow() -> None:
    log = sealed(3)
    for number in range(MAX_LATE_ROWS + 10):
        log.log(7 + number / 10_000)
    log.close(35)
    log.close(40)
    assert [len(log.digest(minute).digest.late) for minute in (15, 20)] == [MAX_LATE_ROWS, 10]
    assert not log.wrong(40)


def test_the_count_of_a_storm_may_rise_after_its_window_is_closed() -> None:
    log = SealedLog()
    storm = replace(refusal(NOON), method="(many)", count=5)
    log.put(row_item(storm))
    log.close(20)
    log.database.update(Update(TABLE, row_key(storm), {"result": "refused: other"}, {"count": 3}))
    assert not log.wrong(20)
    log.database.update(Update(TABLE, row_key(storm), {"status": 200}))
    assert log.wrong(20) == {0: f"changed {storm.id}"}


def test_bookkeeping_rows_are_no_part_of_it() -> None:
    log = sealed(1)
    for pk in ("T#*", "T#K1", "S#K1", "H#digests"):
        log.put({"pk": pk, "sk": row(NOON).id, "at": "2026-11-10T12:01:00.000000Z"})
    assert not log.wrong(20)
    log.close(25)
    assert log.digest(5).digest.late == ()


def test_nothing_is_made_while_the_clock_is_behind() -> None:
    log = sealed(4)
    before = dict(log.objects.objects)
    assert log.close(30).windows == 0
    assert log.close(-2000).windows == 0
    assert log.objects.objects == before
    assert log.close(40).windows == 1
    assert not log.wrong(40)


def test_the_end_that_was_noted_elsewhere_keeps_a_removed_window_from_a_second_digest() -> None:
    log = sealed(3)
    end = log.close(30).end
    log.objects.objects.pop(log.key(10))
    log.close(35, known=end)
    assert log.wrong(35) == {10: "no digest"}


@pytest.mark.parametrize("wrong", [timedelta(days=1), timedelta(days=3000)])
def test_an_end_in_the_future_is_not_believed(wrong: timedelta) -> None:
    log = sealed(1)
    end = log.close(20).end
    assert log.close(25, known=replace(end, ends=end.ends + wrong)).windows == 1
    assert log.close(30, known=replace(end, ends=end.ends + timedelta(minutes=9), made=end.made + wrong)).windows == 1
    assert not log.wrong(30)


def test_what_is_no_digest_does_not_stop_the_ones_after_it() -> None:
    log = sealed(1)
    log.objects.objects[log.key(5)] = b"{}"
    log.objects.objects[log.key(5_000_000)] = b"{}"
    log.objects.objects["digests/zzz"] = b"{}"
    log.close(35)
    assert log.wrong(35) == {5: "bad signature"}


def test_a_store_that_is_down_leaves_the_work_to_the_next_turn() -> None:
    log = sealed(1)
    log.objects.broken = True
    with pytest.raises(StoreUnavailable):
        log.close(30)
    log.objects.broken = False
    assert log.close(30).windows == 2
    assert not log.wrong(30)


def test_keys_of_others_do_not_sign_for_this_log() -> None:
    log = sealed(2)
    foreign = MemorySigner()
    digest = log.digest(5)
    forged = replace(digest, signature=foreign.sign(digest.digest.payload()))
    log.objects.objects[log.key(5)] = forged.to_bytes()
    assert log.wrong(25) == {5: "bad signature"}
    assert SignedDigest.from_bytes(forged.to_bytes()) == forged
