"""Words of the command line: family switches, spans of time, rights."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import typer

from affino_mcp.catalogue.capability import SWITCHED, Access
from affino_mcp.clock import understood

Families = dict[str, frozenset[Access]]

_WORDS: Final = {"read": Access.READ, "write": Access.WRITE}


def families(words: list[str]) -> Families:
    """Switches from `accounts=read,write`, `contacts=read`, `notes=off`; raises BadParameter."""
    return dict(_family(word) for word in words)


def _family(word: str) -> tuple[str, frozenset[Access]]:
    name, sign, switches = word.partition("=")
    known = {str(family): family for family in SWITCHED}
    if name not in known or not sign:
        raise typer.BadParameter(
            f"'{word}': say FAMILY=read,write, FAMILY=read or FAMILY=off; families: {', '.join(known)}"
        )
    wanted = [] if switches == "off" else switches.split(",")
    if not set(wanted) <= set(_WORDS):
        raise typer.BadParameter(f"'{word}': after '=' say read, write, read,write or off")
    return known[name], frozenset(_WORDS[switch] for switch in wanted)


def moment(word: str | None, now: datetime) -> datetime | None:
    """A time from `10m`, `2h`, `3d` (ago) or ISO 8601 (UTC when no offset is said); raises BadParameter."""
    if word is None:
        return None
    try:
        return understood(word, now)
    except ValueError:
        raise typer.BadParameter(f"'{word}': say 30s, 10m, 2h, 3d or 2026-11-22T09:00") from None


def rights(words: list[str], before: dict[str, str | None]) -> dict[str, str | None]:
    """Direct rights after changes like `contacts.delete`, `contacts.delete=2026-12-31` and `contacts.delete=off`."""
    changed = dict(before)
    for word in words:
        right, _, until = word.partition("=")
        if until == "off":
            changed.pop(right, None)
        else:
            changed[right] = until or None
    return changed
