"""What `affino-mcp reindex` costs: `python -m bench.reindex_cost` prints request units for a thousand records.

The records are those of tests/layouts, a mix of every family: first they come from layout 1, then nothing is to do.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import NamedTuple

from affino_mcp.instance.builtin.engine.index_upkeep import BuiltinIndexUpkeep
from affino_mcp.store.testing.metered_database import MeteredDatabase, Usage
from tests.former_layout import put_former_rows, record_refs
from tests.template_tables import template_shapes
from tests.world import World


class ReindexCost(NamedTuple):
    """Requests to the store, read units and write units of a reindex, for a thousand records."""

    requests: float
    reads: float
    writes: float


def measure_reindex() -> tuple[ReindexCost, ReindexCost]:
    """What a reindex from layout 1 costs, and one that finds nothing to do."""
    database = MeteredDatabase(template_shapes())
    world = World(database=database)
    put_former_rows(database, world.settings)
    return _measure(world, database), _measure(world, database)


def _measure(world: World, database: MeteredDatabase) -> ReindexCost:
    database.usage = Usage()
    list(BuiltinIndexUpkeep(world.records).reindex(database))
    thousands, used = len(record_refs()) / 1000, database.usage
    return ReindexCost(used.requests / thousands, used.reads / thousands, used.writes / thousands)


def render_costs() -> Iterator[str]:
    """Renders the table of docs/operating.md."""
    yield "| a thousand records | store requests | RRU | WRU |"
    yield "|---|---|---|---|"
    for name, cost in zip(("from layout 1", "nothing to do"), measure_reindex(), strict=True):
        yield f"| {name} | " + " | ".join(f"{units:,.0f}" for units in cost) + " |"


def main() -> int:
    """Prints the table."""
    print("\n".join(render_costs()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
