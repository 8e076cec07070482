"""Compares the API Log with what is stored: every effect has its row, and no row claims what is not there."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from affino_mcp.audit.row import AuditRow
from affino_mcp.instance.builtin.engine.document import HISTORY_SK, RECORD_SK
from affino_mcp.instance.builtin.engine.index import MEMBER_SK
from affino_mcp.store.ops import Item

Effect = tuple[str, str]
"""The request and the record of one change."""


@dataclass(frozen=True)
class Ledger:
    """What the API Log claims and what the records show; each list names what does not add up."""

    effects: int
    without_row: list[str]
    claims: int
    without_effect: list[str]


def compare(records: list[Item], audit: list[Item]) -> Ledger:
    """Compares all rows of the records table with all rows of the API Log."""
    calls = [row for row in read_rows(audit) if row["channel"] == "mcp"]
    done = [row for row in calls if row["outcome"] == "ok" and row["records"]]
    requests = {row["request_id"] for row in calls}
    history = [row for row in records if row["sk"].startswith(HISTORY_SK) and row["channel"] == "mcp"]
    effects = Counter((row["request_id"], row["pk"]) for row in history)
    claims = Counter((row["request_id"], ref) for row in done for ref in row["records"])
    missing = _names((effects - claims).elements()) + [
        f"{row['pk']} of a request without rows" for row in history if row["request_id"] not in requests
    ]
    return Ledger(
        effects.total(),
        missing + _uncounted_members(records, history),
        claims.total(),
        _names((claims - effects).elements()) + _unfounded_members(history, done),
    )


def read_rows(audit: list[Item]) -> list[dict[str, Any]]:
    """Gives the rows of the API Log among all rows of its table, with the fields that are not stored."""
    return [AuditRow.from_document(item).to_document() for item in audit if "outcome" in item]


def accounts_by_name(records: list[Item]) -> Counter[str]:
    """Counts the accounts of each name."""
    found = [row for row in records if row["pk"].startswith("accounts#") and row["sk"] == RECORD_SK]
    return Counter(json.loads(row["body"])["values"]["Name"] for row in found if not row["deleted"])


def members_of(records: list[Item]) -> dict[str, set[int]]:
    """Gives the members of each list by the list's reference."""
    found: dict[str, set[int]] = {}
    for row in records:
        if row["sk"].startswith(MEMBER_SK):
            found.setdefault(row["pk"], set()).add(row["code"])
    return found


def _names(effects: Iterable[Effect]) -> list[str]:
    return [f"{ref} of {request}" for request, ref in effects]


def _added(row: Item) -> list[int]:
    """The members that an entry of a list's history says were added."""
    value = json.loads(row["entry"])["after"].get("Members") or []
    return list(value)


def _uncounted_members(records: list[Item], history: list[Item]) -> list[str]:
    """Members who are on a list, although no change of it names them."""
    told: dict[str, set[int]] = {}
    for row in history:
        told.setdefault(row["pk"], set()).update(_added(row))
    on_lists = members_of(records)
    return [f"{ref}: members {sorted(now ^ told.get(ref, set()))}" for ref, now in on_lists.items() if now != told[ref]]


def _unfounded_members(history: list[Item], done: list[Item]) -> list[str]:
    """Rows that name other members than the change that they were written with."""
    shown = Counter((row["request_id"], row["pk"], _text(_added(row))) for row in history if _added(row))
    claimed = Counter(
        (row["request_id"], change["record"], change["fields"]["Members"].get("after", ""))
        for row in done
        for change in row.get("changes", [])
        if "Members" in change["fields"]
    )
    return [f"{ref} of {request}: members" for request, ref, _ in ((claimed - shown) + (shown - claimed)).elements()]


def _text(codes: list[Any]) -> str:
    return ", ".join(map(str, codes))
