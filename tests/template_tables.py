"""The indexes of the template's tables, for stores in memory."""

from __future__ import annotations

from functools import cache

from affino_mcp.local.places import TEMPLATE_FILE
from affino_mcp.local.tables import read_tables
from affino_mcp.settings import Settings
from affino_mcp.store.testing.index_shapes import IndexShapes, read_index_shapes

INSTANCE_AUDIT_TABLE = "affino-mcp-instance-audit"


@cache
def template_shapes() -> IndexShapes:
    """The indexes of every table of the template, under the names of the default settings."""
    found = {table.name: read_index_shapes(table.create) for table in read_tables(TEMPLATE_FILE, Settings())}
    return {**found, INSTANCE_AUDIT_TABLE: found[Settings().audit_table]}
