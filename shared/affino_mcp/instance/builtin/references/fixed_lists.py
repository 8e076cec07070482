"""Fixed lists that records refer to: industries, account types, topics, stages, consent permissions."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Final

from affino_mcp.instance.builtin.engine.index import fold_accents
from affino_mcp.instance.builtin.references import opportunity_stages
from affino_mcp.tool_errors import InvalidArgument


def _numbered(*names: str) -> dict[int, str]:
    return dict(enumerate(names, 1))


FIXED_LISTS: Final[Mapping[str, dict[int, str]]] = {
    "industries": _numbered(
        "Technology",
        "Media and Publishing",
        "Financial Services",
        "Healthcare",
        "Education",
        "Government",
        "Manufacturing",
        "Retail",
        "Energy",
        "Professional Services",
        "Travel and Leisure",
        "Non-profit",
        "Other",
    ),
    "account_types": _numbered(
        "Prospect", "Customer", "Partner", "Supplier", "Analyst", "Competitor", "Press", "Former Customer", "Other"
    ),
    "topics": _numbered(
        "Platform Expansion",
        "Renewal",
        "Events",
        "Research",
        "Training",
        "Pricing",
        "Product News",
        "Case Studies",
        "Security",
        "Artificial Intelligence",
        "Membership",
        "Subscriptions",
    ),
    "stages": opportunity_stages.STAGE_NAMES,
}
MARKETING_PERMISSION: Final = 1
GRANTED: Final = "granted"
REVOKED: Final = "revoked"
CONSENT_PERMISSIONS: Final = {
    MARKETING_PERMISSION: ("Marketing e-mail", "I agree to receive marketing e-mails."),
    2: ("Telephone", "I agree to be called about products and services."),
    3: ("Third parties", "I agree that selected partners may contact me."),
}


def find_list_code(argument: str, name_of_list: str, wanted: int | str | None) -> int | None:
    """Finds the code for a code or a name of a fixed list; the case and accents of a name are ignored.

    Returns None for None. Raises InvalidArgument, with the nearest names, when the list has no such entry.
    """
    entries = FIXED_LISTS[name_of_list]
    if wanted is None or (isinstance(wanted, int) and wanted in entries):
        return wanted if isinstance(wanted, int) else None
    by_name = {fold_accents(name): code for code, name in entries.items()}
    if isinstance(wanted, str) and fold_accents(wanted) in by_name:
        return by_name[fold_accents(wanted)]
    near = difflib.get_close_matches(fold_accents(str(wanted)), by_name, n=3, cutoff=0.4)
    names = [entries[by_name[name]] for name in near] or list(entries.values())
    raise InvalidArgument(argument, f"{argument} is not in the list. Possible: {', '.join(names)}.")
