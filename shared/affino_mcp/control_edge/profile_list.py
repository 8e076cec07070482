"""Reads profiles for the screens, and names the rows that this needs, so that they are read together with the web session."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from affino_mcp.control_edge import gate_row_page
from affino_mcp.control_edge.screen_request import ScreenRequest
from affino_mcp.gate.identity import row_keys
from affino_mcp.gate.profiles.profile import ProfileState
from affino_mcp.gate.profiles.profile_form import MAX_PROFILE_NAME_CHARACTERS
from affino_mcp.plain_text import plain
from affino_mcp.store.ops import Item, Key
from affino_mcp.tool_errors import NotFound

PROFILES_PER_PAGE: Final = 50
"""Profiles on one page of the list."""


class ProfilePage(NamedTuple):
    """One page of profiles in the order of their names, and the place after which the next page begins, if any."""

    profiles: list[ProfileState]
    next: str | None


def select_profile_row(given: Mapping[str, str]) -> Sequence[Key]:
    """The key of the row of the profile that a path names."""
    return (row_keys.profile_key(given["key"][:64]),)


def select_queried_profile_row(given: Mapping[str, str]) -> Sequence[Key]:
    """The key of the row of the profile that a query names, if it names one."""
    return select_profile_row({"key": given["profile"]}) if given.get("profile") else ()


def find_profile_row(ask: ScreenRequest) -> Item | None:
    """The row of the profile that the path names; None when there is none."""
    return ask.gate_rows.get(row_keys.profile_key(ask.path_values["key"][:64]))


def require_profile_row(ask: ScreenRequest) -> tuple[str, Item]:
    """The key and the row of the profile that the path names, without its secret. Raises NotFound."""
    row = find_profile_row(ask)
    if row is None:
        raise NotFound("key", "API Profile")
    return ask.path_values["key"], row


def require_profile(ask: ScreenRequest) -> ProfileState:
    """The profile that the path names. Raises NotFound."""
    return ask.centre.profile_reader.state_from_row(*require_profile_row(ask))


def select_searched_profile_row(given: Mapping[str, str]) -> Sequence[Key]:
    """The key of the row of the profile whose API Key is searched for, if a search is made."""
    return (row_keys.profile_key(given["q"].strip()[:64]),) if given.get("q", "").strip() else ()


def find_searched_profile(ask: ScreenRequest) -> ProfileState | None:
    """The profile whose API Key is searched for; None when no profile has the key."""
    row = next(
        (ask.gate_rows[key] for key in select_searched_profile_row(ask.query_values) if key in ask.gate_rows), None
    )
    return None if row is None else ask.centre.profile_reader.state_from_row(ask.query_values["q"].strip(), row)


def list_profile_page(ask: ScreenRequest, after: str | None, words: str = "") -> ProfilePage:
    """One page of the profiles in whose names all these words stand, at any place, without case and accents.

    Takes two reads, with words at most ten more, and one of each secret that this process has not read yet. Raises
    InvalidArgument when no page of the list can end at `after`.
    """
    wanted = plain(words[:MAX_PROFILE_NAME_CHARACTERS]).split()
    found = gate_row_page.list_gate_rows(
        ask.centre,
        row_keys.PROFILE_LIST_PARTITION,
        _named_profile_key,
        PROFILES_PER_PAGE,
        after,
        accepts=(lambda item: _has_words(item, wanted)) if wanted else None,
    )
    listed = [(place.pk.partition("#")[2], row) for place, row in found.rows.items()]
    return ProfilePage(
        list(ask.centre.thread_pool.map(lambda one: ask.centre.profile_reader.state_from_row(*one), listed)), found.next
    )


def _has_words(item: Item, wanted: Sequence[str]) -> bool:
    name = plain(str(item.get("name") or item["sk"]))
    return all(word in name for word in wanted)


def _named_profile_key(item: Item) -> Key:
    return row_keys.profile_key(item["key"])
