"""What an attacker may do to an API Log or to its digests, and what must then be said of which window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from affino_mcp.audit.integrity.digest import sign_digest, tree_hash
from affino_mcp.audit.integrity.row_hash import hash_row
from affino_mcp.audit.log import new_row_id
from affino_mcp.audit.row import AuditRow, row_item
from affino_mcp.store.ops import Item, Key
from tests.unit.audit.integrity.sealed_log import MINUTE, SealedLog
from tests.unit.audit.rows import NOON, row

WINDOWS = 20
"""Windows of the log that the deeds are done to."""


def change_a_byte(item: Item) -> Item:
    return item | {"request_id": str(item["request_id"])[:-1] + "!"}


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
