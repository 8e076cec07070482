"""The page at `/`, above the Hub's own pages: what it shows besides the addresses."""

from __future__ import annotations

from typing import Final, NamedTuple

START_PATH: Final = "/"
"""The path of the page with the ways in, above the Hub's own."""


class ShownPerson(NamedTuple):
    """A demo person as the start page shows it: no password."""

    role: str
    name: str
    email: str
    groups: tuple[str, ...]
