"""The places of entries in their list: which of them change when one is moved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence


def order_moves(places: Sequence[tuple[int, int]], code: int, steps: int) -> Iterator[tuple[int, int]]:
    """Yields the code and the new place of each entry that changes when one is moved.

    Takes the codes with their places, in order, the code of the one that is moved, and how far: down, or up when `steps` is
    negative. Moving beyond an end stops there. The new places rise strictly, so that no two entries share one.
    """
    codes, orders = [each for each, _ in places], sorted(order for _, order in places)
    if code not in codes:
        return
    at = codes.index(code)
    codes.insert(max(0, min(len(codes) - 1, at + steps)), codes.pop(at))
    before, last = dict(places), 0
    for each, order in zip(codes, orders, strict=True):
        last = max(order, last + 1)
        if before[each] != last:
            yield each, last
