"""What an operator may enter for a profile, and the random texts that make its key and secret."""

from __future__ import annotations

import secrets
import string
import unicodedata

from affino_mcp.catalogue.capability import SWITCHED
from affino_mcp.errors import InvalidArgument
from affino_mcp.gate.profile import Profile

MOST_PER_MINUTE = 6000
NAME_LENGTH, NOTES_LENGTH = 100, 2000
_FOLDED_BYTES = 1000
"""The folded name is a sort key, which DynamoDB bounds."""


def drawn(length: int) -> str:
    """That many random letters and digits; 40 of them are 238 bits."""
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(length))


def folded_name(name: str) -> str:
    """The form in which two spellings of a profile's name are equal."""
    return unicodedata.normalize("NFKC", name).casefold()


def sound(profile: Profile) -> Profile:
    """The profile itself; raises InvalidArgument naming what is wrong with it."""
    if not 1 <= len(profile.name) <= NAME_LENGTH or not profile.name.isprintable():
        raise InvalidArgument("name", f"The name must be 1 to {NAME_LENGTH} printable characters.")
    if len(folded_name(profile.name).encode()) > _FOLDED_BYTES:
        raise InvalidArgument("name", "The name is too long: some of its signs stand for many letters.")
    if len(profile.notes) > NOTES_LENGTH:
        raise InvalidArgument("notes", f"The notes can have at most {NOTES_LENGTH:,} characters.")
    if any(family not in SWITCHED for family in profile.capability.families):
        raise InvalidArgument("families", "There is no such family.", known=[str(family) for family in SWITCHED])
    for name, value in (("rate", profile.rate), ("burst", profile.burst)):
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MOST_PER_MINUTE:
            raise InvalidArgument(name, f"The {name} must be a whole number from 1 to {MOST_PER_MINUTE:,}.")
    return profile
