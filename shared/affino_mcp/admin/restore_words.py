"""What operators are told about deleted records and restores, in browser and shell."""

from __future__ import annotations

from collections.abc import Sequence

from affino_mcp.instance.record_restorer import DeletedRecord, RestorePlan
from affino_mcp.text import plural

CLOSED_NAME = "(in a place that is closed to you)"
"""What stands for the name of a record that the reader may not see."""


def title_record(kind: str, record: str, name: str | None) -> str:
    """A record in running text: `Account 41 'Orbital Labs'`."""
    return f"{kind.capitalize()} {record.partition('#')[2]} {CLOSED_NAME if name is None else repr_name(name)}".rstrip()


def repr_name(name: str) -> str:
    """A name in quotes, without what cannot be printed; empty for none."""
    shown = "".join(letter for letter in name if letter.isprintable())
    return f"'{shown}'" if shown else ""


def describe_deletion(found: DeletedRecord) -> str:
    """Who deleted a record, when, and with what."""
    tool = f" with {found.tool}" if found.tool else ""
    return f"deleted by {found.by or 'somebody'} on {_minute(found.deleted)} UTC{tool}"


def describe_plan(plan: RestorePlan) -> Sequence[str]:
    """What a restore would do, a sentence each."""
    hanging = [plural(number, kind.replace("_", " ").removesuffix("s")) for kind, number in plan.hanging.items()]
    told = [f"With it are there again: {', '.join(hanging)}."] if hanging else []
    told += [f"{ref} comes back with it." for ref in plan.back]
    return [*told, *(f"{ref} does not come back: {reason}." for ref, reason in plan.away.items())]


def _minute(moment: str) -> str:
    return moment[:16].replace("T", " ")
