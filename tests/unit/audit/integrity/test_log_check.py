"""What is done to the log or to its digests is said of the window it was done in; put back, the window is ok again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affino_mcp.audit.integrity.digest import SignedDigest, sign_digest, tree_hash
from affino_mcp.audit.integrity.row_hash import hash_row
from affino_mcp.audit.integrity.verdict import WindowState
from affino_mcp.audit.log import new_row_id
from affino_mcp.audit.row import RETENTION_DAYS, AuditRow, row_item
from affino_mcp.store.ops import Item, Key
from tests.unit.audit.integrity.sealed_log import MINUTE, SealedLog, sealed
from tests.unit.audit.rows import NOON, TABLE, row

ROWS = 20_000
WINDOWS = 20


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


def change_a_byte(item: Item) -> Item:
    return item | {"result": str(item["result"])[:-1] + "!"}


Deed = Callable[[SealedLog, AuditRow], tuple[dict[float, str], Callable[[], object]]]
"""Does something to the log in the window of a row; gives what must be said, by window, and the deed that takes it back."""


def edit(log: SealedLog, of: AuditRow) -> tuple[dict[float, str], Callable[[], object]]:
    before = log.item(of)
    log.put(change_a_byte(before))
    return {minute_of(of): f"changed {of.id}"}, lambda: log.put(before)


def remove(log: SealedLog, of: AuditRow) -> tuple[dict[float, str], Callable[[], object]]:
    before = log.remove(of)
    return {minute_of(of): f"missing 1 ({of.id})"}, lambda: log.put(before)


def add(log: SealedLog, of: AuditRow) -> tuple[dict[float, str], Callable[[], object]]:
    forged = row(NOON + (minute_of(of) + 1) * MINUTE, profile_key="K1")
    log.put(row_item(forged))
    return {minute_of(of): f"added {forged.id}"}, lambda: log.remove(forged)


def add_with_the_same_id(log: SealedLog, of: AuditRow) -> tuple[dict[float, str], Callable[[], object]]:
    log.put(log.item(of) | {"pk": "P#other"})
    return {minute_of(of): f"added {of.id}"}, lambda: log.forget(Key("P#other", of.id))


def hide_from_the_index(log: SealedLog, of: AuditRow) -> tuple[dict[float, str], Callable[[], object]]:
    before = log.item(of)
    log.put({name: value for name, value in before.items() if name != "everybody"})
    return {minute_of(of): f"missing 1 ({of.id})"}, lambda: log.put(before)


def move_to_another_time(log: SealedLog, of: AuditRow) -> tuple[dict[float, str], Callable[[], object]]:
    before, elsewhere = log.remove(of), (minute_of(of) + 10) % (5 * WINDOWS)
    moved = new_row_id(NOON + (elsewhere + 1) * MINUTE)
    log.put(before | {"sk": moved, "id": moved})

    def back() -> None:
        log.forget(Key(before["pk"], moved))
        log.put(before)

    return {minute_of(of): f"missing 1 ({of.id})", elsewhere: f"added {moved}"}, back


def remove_the_digest(log: SealedLog, of: AuditRow) -> tuple[dict[float, str], Callable[[], object]]:
    key = log.key(minute_of(of))
    before = log.objects.objects.pop(key)
    return {minute_of(of): "no digest"}, lambda: log.objects.add(key, before)


def swap_two_digests(log: SealedLog, of: AuditRow) -> tuple[dict[float, str], Callable[[], object]]:
    here, there = minute_of(of), (minute_of(of) + 25) % (5 * WINDOWS)
    objects = log.objects.objects

    def swap() -> None:
        objects[log.key(here)], objects[log.key(there)] = objects[log.key(there)], objects[log.key(here)]

    swap()
    return {here: "chain broken", there: "chain broken"}, swap


def replace_by_the_digest_before(log: SealedLog, of: AuditRow) -> tuple[dict[float, str], Callable[[], object]]:
    return put_digest(log, of, log.objects.objects[log.key((minute_of(of) + 5) % (5 * WINDOWS))], "chain broken")


def edit_a_leaf(log: SealedLog, of: AuditRow) -> tuple[dict[float, str], Callable[[], object]]:
    signed = log.digest(minute_of(of))
    leaves = (signed.leaves[0]._replace(hash="0" * 64), *signed.leaves[1:])
    return put_digest(log, of, replace(signed, leaves=leaves).to_bytes(), "bad signature")


def edit_the_digest(log: SealedLog, of: AuditRow) -> tuple[dict[float, str], Callable[[], object]]:
    """The row is changed, and digest and leaves are made to fit; only the signature cannot be."""
    signed, before = log.digest(minute_of(of)), log.item(of)
    log.put(change_a_byte(before))
    changed = hash_row(log.item(of))
    leaves = tuple(leaf._replace(hash=changed) if leaf.id == of.id else leaf for leaf in signed.leaves)
    forged = replace(signed, digest=replace(signed.digest, root=tree_hash(leaves)), leaves=leaves)
    said, back = put_digest(log, of, forged.to_bytes(), "bad signature")

    def both_back() -> None:
        back()
        log.put(before)

    return said, both_back


def no_digest_at_all(log: SealedLog, of: AuditRow) -> tuple[dict[float, str], Callable[[], object]]:
    return put_digest(log, of, b'{"digest": [], "signature": 1}', "bad signature")


def set_the_clock_back(log: SealedLog, of: AuditRow) -> tuple[dict[float, str], Callable[[], object]]:
    """A digest with the right key, signed at a time before its own window's end."""
    signed = log.digest(minute_of(of))
    early = replace(signed.digest, made=signed.digest.ends - timedelta(minutes=1))
    return put_digest(log, of, sign_digest(log.signer, early, signed.leaves).to_bytes(), "chain broken")


def sign_it_again(log: SealedLog, of: AuditRow) -> tuple[dict[float, str], Callable[[], object]]:
    """Whoever gets the key to sign another digest must sign every digest after it too."""
    signed = log.digest(minute_of(of))
    other = replace(signed.digest, made=signed.digest.made + timedelta(seconds=1))
    following = minute_of(of) + 5
    said, back = put_digest(log, of, sign_digest(log.signer, other, signed.leaves).to_bytes(), "ok")
    del said[minute_of(of)]
    return (said | {following: "chain broken"} if following < 5 * WINDOWS else said), back


def put_digest(
    log: SealedLog, of: AuditRow, content: bytes, words: str
) -> tuple[dict[float, str], Callable[[], object]]:
    key, objects = log.key(minute_of(of)), log.objects.objects
    before, objects[key] = objects[key], content
    return {minute_of(of): words}, lambda: objects.update({key: before})


def minute_of(of: AuditRow) -> float:
    window = (float(of.at[11:13]) - 12) * 60 + float(of.at[14:16])
    return window - window % 5


DEEDS: list[Deed] = [
    edit,
    remove,
    add,
    add_with_the_same_id,
    hide_from_the_index,
    move_to_another_time,
    remove_the_digest,
    swap_two_digests,
    replace_by_the_digest_before,
    edit_a_leaf,
    edit_the_digest,
    no_digest_at_all,
    set_the_clock_back,
    sign_it_again,
]


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


def test_a_row_is_hashed_in_little_time(twenty_thousand: tuple[SealedLog, list[AuditRow]]) -> None:
    log, _ = twenty_thousand
    items = [item for item in log.database.list_rows(TABLE) if "outcome" in item]
    assert len(items) == ROWS
    begun = process_time()
    hashes = {hash_row(item) for item in items}
    print(f"{ROWS} rows hashed in {process_time() - begun:.3f} s of CPU")
    assert len(hashes) == ROWS


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


changes = st.sampled_from(
    ["status", "person_code", "arguments", "at", "request_id", "pk", "person", "record", "method"]
)


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
