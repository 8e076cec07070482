"""Lists the names of enabled profiles, without their secrets and without reading Secrets Manager."""

from __future__ import annotations

from affino_mcp.gate.identity import row_keys
from affino_mcp.settings import Settings
from affino_mcp.store.ops import Database, Query

MAX_LISTED_PROFILES = 100


def list_enabled_names(db: Database, settings: Settings) -> dict[str, str]:
    """Gives the names of the enabled profiles by key, sorted by name; at most 100."""
    page = db.query(Query(settings.gate_table, row_keys.PROFILE_LIST_PARTITION, limit=MAX_LISTED_PROFILES))
    keys = [row_keys.profile_key(row["key"]) for row in page.items]
    found = db.get_many(settings.gate_table, keys) if keys else {}
    names = {key.pk.removeprefix(row_keys.PROFILE_PREFIX): found[key] for key in keys if key in found}
    return {key: row["name"] for key, row in names.items() if row["enabled"]}
