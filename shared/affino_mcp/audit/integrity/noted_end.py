"""The end of the chain of digests as housekeeping has noted it in the log's table, outside the archive."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from affino_mcp.audit.integrity.digest_archive import ChainEnd
from affino_mcp.audit.row import job_partition
from affino_mcp.clock import format_iso
from affino_mcp.store.ops import Database, Item, Query

DIGEST_JOB: Final = "digests"
"""The name of the job that closes windows, under which the end is noted."""


def read_noted_end(database: Database, table: str) -> ChainEnd | None:
    """Gives the noted end, in one read; None when nothing was closed yet. Raises StoreUnavailable."""
    found = database.query(Query(table, job_partition(DIGEST_JOB), limit=1)).items
    return chain_end_from_item(found[0]) if found else None


def chain_end_from_item(item: Item) -> ChainEnd | None:
    """Gives the end in an item; None when it holds something else."""
    try:
        ends, made = (datetime.fromisoformat(item[name]) for name in ("ends", "made"))
        return ChainEnd(ends, str(item["identity"]), made) if ends.tzinfo and made.tzinfo else None
    except (KeyError, TypeError, ValueError):
        return None


def chain_end_item(end: ChainEnd) -> Item:
    """Gives the attributes that hold an end."""
    return {"ends": format_iso(end.ends), "identity": end.identity, "made": format_iso(end.made)}
