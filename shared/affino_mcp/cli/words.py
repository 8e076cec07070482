"""Parses values of options: family switches, times, direct rights, records."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import typer

from affino_mcp.audit.queries import is_record_ref
from affino_mcp.catalogue.capability import SWITCHED_FAMILIES, Access
from affino_mcp.clock import parse_time

FamilySwitches = dict[str, frozenset[Access]]

_SWITCH_WORDS: Final = {"read": Access.READ, "write": Access.WRITE}


def parse_family_switches(words: list[str]) -> FamilySwitches:
    """Switches by family from `accounts=read,write`, `contacts=read`, `notes=off`, each family once. Raises BadParameter."""
    found = dict(_parse_family(word) for word in words)
    if len(found) < len(words):
        raise _bad_parameter("a family is named twice: say all of its switches at once", "--family")
    return found


def _parse_family(word: str) -> tuple[str, frozenset[Access]]:
    name, sign, switches = word.partition("=")
    known = {str(family): family for family in SWITCHED_FAMILIES}
    if name not in known or not sign:
        advice = f"say FAMILY=read,write, FAMILY=read or FAMILY=off; families: {', '.join(known)}"
        raise _bad_parameter(f"'{word}': {advice}", "--family")
    wanted = [] if switches == "off" else switches.split(",")
    if not set(wanted) <= set(_SWITCH_WORDS):
        raise _bad_parameter(f"'{word}': after '=' say read, write, read,write or off", "--family")
    return known[name], frozenset(_SWITCH_WORDS[switch] for switch in wanted)


def parse_moment(word: str | None, now: datetime, option: str) -> datetime | None:
    """A time from `10m`, `2h`, `3d` (ago) or ISO 8601 (UTC without an offset); None for None. Raises BadParameter."""
    if word is None:
        return None
    try:
        return parse_time(word, now)
    except ValueError:
        raise _bad_parameter(f"'{word}': say 30s, 10m, 2h, 3d or 2026-11-22T09:00", option) from None


def parse_rights(words: list[str], before: dict[str, str | None]) -> dict[str, str | None]:
    """Direct rights after changes like `contacts.delete`, `contacts.delete=2026-12-31` and `contacts.delete=off`.

    Raises BadParameter for `contacts.delete=`, because a missing day must not grant the right without an end.
    """
    changed = dict(before)
    for word in words:
        right, sign, until = word.partition("=")
        if sign and not until:
            raise _bad_parameter(f"'{word}': after '=' say the last day, like 2026-12-31, or off", "--right")
        if until == "off":
            changed.pop(right, None)
        else:
            changed[right] = until or None
    return changed


def parse_record(word: str | None) -> str | None:
    """A record reference like `accounts#12`, or None. Raises BadParameter for any other text."""
    if word is not None and not is_record_ref(word):
        raise _bad_parameter(f"'{word}': say FAMILY#CODE, like accounts#12", "--record")
    return word


def _bad_parameter(message: str, option: str) -> typer.BadParameter:
    return typer.BadParameter(message, param_hint=f"'{option}'")
