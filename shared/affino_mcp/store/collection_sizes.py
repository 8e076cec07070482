"""How near a partition of a table with local indexes is to its limit of 10 GB, above which DynamoDB refuses writes to it.

CloudWatch has no metric of it. DynamoDB gives an estimate with a write that asks for it (`ReturnItemCollectionMetrics`), without
a further request: one transaction in 256 asks. A partition grows by its writes, so that one of millions of rows is met many
times between the threshold and the limit.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from typing import Any, Final

from affino_mcp.late_pattern import late_pattern
from affino_mcp.value_class import value_class

ONE_IN: Final = 256
NEARLY_FULL_GB: Final = 8
FULL_ERROR: Final = "ItemCollectionSizeLimitExceeded"
"""The beginning of DynamoDB's name for the error of a partition that is full."""
_KIND: Final = late_pattern(r"(?:[A-Z]#)?[a-z_]+")


@value_class
class LargeCollection:
    """A partition whose estimated size is above the threshold: its table, its kind of rows (`F#contacts`), its gigabytes."""

    table: str
    kind: str
    gigabytes: int


def asks_for_sizes(token: str) -> bool:
    """True for one token in 256, and always for the same ones: a transaction that is sent again has the same body."""
    return zlib.crc32(token.encode()) % ONE_IN == 0


def find_large_collections(answer: Mapping[str, Any]) -> Iterator[LargeCollection]:
    """Gives the partitions that are nearly full, from the answer to a write that asked for sizes; never a whole key."""
    for table, sizes in answer.get("ItemCollectionMetrics", {}).items():
        for one in sizes:
            largest = int(max(one.get("SizeEstimateRangeGB", [0])))
            if largest >= NEARLY_FULL_GB:
                kind = _KIND.match(one["ItemCollectionKey"]["pk"]["S"])
                yield LargeCollection(table, kind[0] if kind else "", largest)
