"""What is done to the log or to its digests is said of the window it was done in; put back, the window is ok again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affino_mcp.audit.integrity.digest import SignedDigest
from affino_mcp.audit.integrity.row_hash import hash_row
from affino_mcp.audit.integrity.verdict import WindowState
from affino_mcp.audit.row import RETENTION_DAYS, AuditRow, row_item
from affino_mcp.store.ops import Key
from tests.unit.audit.integrity.deeds import (
    DEEDS,
    WINDOWS,
    Deed,
    add,
    edit,
    remove,
    remove_the_digest,
    set_the_clock_back,
    swap_two_digests,
)
from tests.unit.audit.integrity.sealed_log import MINUTE, SealedLog, sealed
from tests.unit.audit.rows import NOON, TABLE, row

ROWS = 20_000


def filled(rows: int, closings: Iterable[int]) -> tuple[SealedLog, list[AuditRow]]:
    """A log of so many rows in 20 windows, closed at these minutes, and some of the rows: one of each window."""
    log, some = SealedLog(), []
    for number in range(rows):
        made = log.log(5 * WINDOWS * number / rows, profile_key=f"K{number % 7}", person_code=number % 50)
        if number % (rows // WINDOWS) == rows // WINDOWS // 3:
            some.append(made)
    for minute in closings:
        log.close(minute)
    assert log.windows() == [(5 * n, 5 * n + 5) for n in range(WINDOWS)]
    return log, some


@pytest.fixture(scope="module")
def twenty_thousand() -> tuple[SealedLog, list[AuditRow]]:
    return filled(ROWS, [20, NOW])


@pytest.fixture(scope="module")
def some_rows() -> tuple[SealedLog, list[AuditRow]]:
    return filled(10 * WINDOWS, range(20, NOW, 5))


NOW = 5 * WINDOWS + 16


@pytest.mark.parametrize("place", [0, 9, WINDOWS - 2], ids=["first", "middle", "last but one"])
@pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed.__name__)
def test_a_deed_is_said_of_its_window_and_no_longer_when_it_is_taken_back(
    some_rows: tuple[SealedLog, list[AuditRow]], deed: Deed, place: int
) -> None:
    log, some = some_rows
    said, back = deed(log, some[place])
    found = log.wrong(NOW)
    back()
    assert found == said
    assert not log.wrong(NOW)


def test_deeds_in_twenty_thousand_rows_are_each_said_of_their_window(
    twenty_thousand: tuple[SealedLog, list[AuditRow]],
) -> None:
    log, some = twenty_thousand
    said, backs = dict[float, str](), list[Callable[[], object]]()
    for window, deed in enumerate((edit, remove, add, remove_the_digest, swap_two_digests, set_the_clock_back)):
        words, back = deed(log, some[3 * window])
        said |= words
        backs.append(back)
    assert len(said) == 7
    assert log.wrong(NOW) == said
    for back in backs:
        back()
    assert not log.wrong(NOW)


def test_each_row_has_a_hash_of_its_own(
    twenty_thousand: tuple[SealedLog, list[AuditRow]], record_property: Callable[[str, object], None]
) -> None:
    log, _ = twenty_thousand
    items = [item for item in log.database.list_rows(TABLE) if "outcome" in item]
    assert len(items) == ROWS
    begun = process_time()
    hashes = {hash_row(item) for item in items}
    assert len(hashes) == ROWS
    record_property("cpu_seconds", process_time() - begun)


def test_what_is_checked_is_every_row(twenty_thousand: tuple[SealedLog, list[AuditRow]]) -> None:
    log, _ = twenty_thousand
    found = log.verdicts(NOW)
    assert sum(verdict.rows for verdict in found) == ROWS
    assert {word for verdict in found for word in verdict.states} == {WindowState.OK}


@pytest.mark.parametrize(
    ("since", "windows"), [(0, 4), (5, 3), (7, 3), (12, 2), (19.99, 1), (20, 0), (30, 0), (-60, 4)], ids=str
)
def test_windows_that_end_after_the_moment_are_checked(since: float, windows: int) -> None:
    assert len(sealed(4).verdicts(36, since)) == windows


def test_a_digest_before_the_moment_is_only_used_for_the_chain() -> None:
    log = sealed(4)
    log.objects.objects.pop(log.key(0))
    assert not log.wrong(36, since=10)
    assert log.wrong(36, since=2) == {2: "no digest"}


def test_digests_that_end_too_soon_are_missed() -> None:
    log = sealed(4)
    assert not log.wrong(50)
    assert log.wrong(51) == {20: "no digest"}
    assert log.verdicts(51)[-1].ends == NOON + 35 * MINUTE


def test_the_last_digest_is_missed_at_once_when_its_end_was_noted() -> None:
    log = sealed(3)
    end = log.close(20.5 + 10, early=True).end
    assert log.verdicts(31, known=end)[-1].words == "ok"
    log.objects.objects.pop(log.key(30))
    assert [(verdict.words, verdict.ends) for verdict in log.verdicts(31, known=end)[-1:]] == [("no digest", end.ends)]


def test_a_log_without_any_digest_is_said_to_have_none() -> None:
    assert SealedLog().wrong(60) == {0: "no digest"}


def test_the_first_digest_ever_is_where_the_check_begins() -> None:
    log = sealed(2)
    assert not log.wrong(25, since=-600)
    log.objects.objects.pop(log.key(0))
    assert log.wrong(25, since=-600) == {-600: "no digest"}


def test_windows_of_rows_that_have_expired_are_not_judged() -> None:
    log = sealed(4)
    for item in sorted(log.database.list_rows(TABLE), key=lambda item: str(item["sk"]))[:6]:
        log.forget(Key(item["pk"], item["sk"]))
    later = RETENTION_DAYS * 24 * 60 + 12
    found = log.verdicts(later, since=-30)
    assert [verdict.words for verdict in found] == ["expired", "expired", "ok", "no digest"]
    assert [verdict.is_sound for verdict in found] == [True, True, True, False]


changes = st.sampled_from(["status", "arguments", "at", "request_id", "pk", "person", "record", "method"])


@given(changes, st.one_of(st.text(max_size=5), st.integers(), st.none(), st.lists(st.booleans(), max_size=2)))
def test_any_other_value_of_any_attribute_is_another_hash(name: str, value: object) -> None:
    before = row_item(row(id="01KAQ3W5Z0M1T7R2H8C4X9B6ND"))
    after = before | {name: value}
    same = type(before[name]) is type(value) and before[name] == value
    assert (hash_row(before) == hash_row(after)) == same


def test_a_row_may_be_kept_longer() -> None:
    before = row_item(row())
    assert hash_row(before) == hash_row(before | {"ttl": before["ttl"] + 1})
    assert hash_row(before) == hash_row({name: value for name, value in before.items() if name != "ttl"})


@given(st.binary(max_size=60) | st.from_regex(r"\{\"digest\":.{0,40}\}", fullmatch=True).map(str.encode))
def test_any_bytes_in_place_of_a_digest_are_a_bad_signature(content: bytes) -> None:
    log = FEW
    before = log.objects.objects[log.key(5)]
    log.objects.objects[log.key(5)] = content
    found = log.wrong(36)
    log.objects.objects[log.key(5)] = before
    assert found == {5: "bad signature"}


FIELDS = ["from", "to", "made", "rows", "root", "previous", "late", "version"]


@pytest.mark.parametrize(
    "value", [None, "", 7, -1, [], [["x"]], "2026-11-10T12:05:00", "9999-12-31T23:59:59+00:00"], ids=str
)
@pytest.mark.parametrize("name", FIELDS)
def test_no_field_of_a_digest_can_be_replaced(name: str, value: object) -> None:
    log = sealed(3)
    document = json.loads(log.objects.objects[log.key(5)])
    if document["digest"][name] == value:
        return
    document["digest"][name] = value
    log.objects.objects[log.key(5)] = json.dumps(document).encode()
    assert log.wrong(31) == {5: "bad signature"}


FEW = sealed(4)


def test_a_stored_digest_is_read_as_it_was_made() -> None:
    signed = FEW.digest(5)
    assert SignedDigest.from_bytes(signed.to_bytes()) == signed
