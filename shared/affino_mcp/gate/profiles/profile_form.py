"""Validates what an operator enters for a profile, and draws random keys and secrets."""

from __future__ import annotations

import secrets
import string
from collections.abc import Iterator

from affino_mcp.catalogue.capability import SWITCHED_FAMILIES
from affino_mcp.gate.identity import row_keys
from affino_mcp.gate.identity.entered_texts import tidy_entered_text
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.text import fold
from affino_mcp.tool_errors import InvalidArgument

MAX_CALLS_PER_MINUTE = 6000
MAX_PROFILE_NAME_CHARACTERS, MAX_NOTES_CHARACTERS = 100, 2000


def draw_letters_and_digits(length: int) -> str:
    """Gives that many random letters and digits; 40 of them have 238 bits."""
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(length))


def fold_profile_name(name: str) -> str:
    """Gives a profile's name in the form in which two spellings of it are equal."""
    return fold(name)


def is_possible_name(text: str) -> bool:
    """True if the text can be a profile's name by its length and by the length of the key made from it."""
    return (
        0 < len(text) <= MAX_PROFILE_NAME_CHARACTERS
        and 0 < len(fold_profile_name(text).encode("utf-8", "replace")) <= row_keys.MAX_KEY_TEXT_BYTES
    )


def require_valid_profile(profile: Profile) -> Profile:
    """Gives the profile itself if it is valid; raises InvalidArgument naming the first wrong field."""
    for fault in find_faults(profile.name, profile.notes, rate=profile.rate, burst=profile.burst):
        raise fault
    if any(family not in SWITCHED_FAMILIES for family in profile.capability.families):
        raise InvalidArgument(
            "families", "There is no such family.", known=[str(family) for family in SWITCHED_FAMILIES]
        )
    return profile


def find_faults(name: str, notes: str, **numbers: object) -> Iterator[InvalidArgument]:
    """Yields an InvalidArgument for each wrong one of a profile's name, notes and `numbers` (rate, burst)."""
    yield from _find_name_faults(name)
    if len(notes) > MAX_NOTES_CHARACTERS:
        yield InvalidArgument("notes", f"The notes can have at most {MAX_NOTES_CHARACTERS:,} characters.")
    yield from _find_character_faults("notes", notes, lines=True)
    for field, value in numbers.items():
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MAX_CALLS_PER_MINUTE:
            yield InvalidArgument(field, f"The {field} must be a whole number from 1 to {MAX_CALLS_PER_MINUTE:,}.")


def _find_name_faults(name: str) -> Iterator[InvalidArgument]:
    found = list(_find_character_faults("name", name))
    if found:
        yield from found
    elif not 1 <= len(stored := tidy_entered_text("name", name)) <= MAX_PROFILE_NAME_CHARACTERS:
        yield InvalidArgument("name", f"The name must be 1 to {MAX_PROFILE_NAME_CHARACTERS} visible characters.")
    elif not is_possible_name(stored):
        yield InvalidArgument("name", "The name is too long: some of its signs stand for many letters.")


def _find_character_faults(argument: str, text: str, *, lines: bool = False) -> Iterator[InvalidArgument]:
    try:
        tidy_entered_text(argument, text, lines=lines)
    except InvalidArgument as fault:
        yield fault
