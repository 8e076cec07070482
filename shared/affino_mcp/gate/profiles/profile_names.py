"""Lists the profiles that can be used now, without their secrets and without reading Secrets Manager."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from affino_mcp.catalogue.scopes import capability_scopes, format_scopes, parse_scopes
from affino_mcp.gate.identity import row_keys
from affino_mcp.gate.profiles.admission_terms import AdmissionTerms
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.settings import Settings
from affino_mcp.store.ops import Database, Item, Query

MAX_LISTED_PROFILES = 100


class ListedProfile(NamedTuple):
    """A profile's key, its name, those of its terms that stand in its row (SHARED_TERMS), and the scopes of its families.

    A row of an older version names no families; it does so from the profile's next change on.
    """

    key: str
    name: str
    terms: AdmissionTerms
    scopes: frozenset[str]


def list_open_profiles(db: Database, settings: Settings, at: datetime) -> list[ListedProfile]:
    """Gives the profiles that are enabled and not expired at this moment, sorted by name; at most 100."""
    page = db.query(Query(settings.gate_table, row_keys.PROFILE_LIST_PARTITION, limit=MAX_LISTED_PROFILES))
    keys = [row_keys.profile_key(row["key"]) for row in page.items]
    found = db.get_many(settings.gate_table, keys) if keys else {}
    rows = {key: row for key in keys if (row := found.get(key)) is not None and row["enabled"]}
    listed = [_profile_from_row(key.pk.removeprefix(row_keys.PROFILE_PREFIX), row) for key, row in rows.items()]
    return [one for one in listed if not one.terms.is_over(at)]


def listed_attributes(profile: Profile) -> dict[str, Any]:
    """Gives the attributes of the profile's row for those who list profiles without their secrets."""
    return {
        "name": profile.name,
        "families": format_scopes(capability_scopes(profile.capability)),
        **profile.terms.to_row(),
    }


def _profile_from_row(key: str, row: Item) -> ListedProfile:
    return ListedProfile(key, row["name"], AdmissionTerms.from_json(row), parse_scopes(row.get("families", "")))
