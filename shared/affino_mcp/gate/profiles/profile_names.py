"""Lists the profiles that can be used now, without their secrets and without reading Secrets Manager."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from affino_mcp.gate.identity import row_keys
from affino_mcp.gate.profiles.admission_terms import AdmissionTerms
from affino_mcp.settings import Settings
from affino_mcp.store.ops import Database, Query

MAX_LISTED_PROFILES = 100


class ListedProfile(NamedTuple):
    """A profile's key, its name, and those of its terms that stand in its row (SHARED_TERMS)."""

    key: str
    name: str
    terms: AdmissionTerms


def list_open_profiles(db: Database, settings: Settings, at: datetime) -> list[ListedProfile]:
    """Gives the profiles that are enabled and not expired at this moment, sorted by name; at most 100."""
    page = db.query(Query(settings.gate_table, row_keys.PROFILE_LIST_PARTITION, limit=MAX_LISTED_PROFILES))
    keys = [row_keys.profile_key(row["key"]) for row in page.items]
    found = db.get_many(settings.gate_table, keys) if keys else {}
    listed = [
        ListedProfile(key.pk.removeprefix(row_keys.PROFILE_PREFIX), row["name"], AdmissionTerms.from_json(row))
        for key in keys
        if (row := found.get(key)) is not None and row["enabled"]
    ]
    return [one for one in listed if not one.terms.is_over(at)]
