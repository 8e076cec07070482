"""Reads profiles for the screens, and names the rows that this needs, so that they are read together with the visit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from affino_mcp.control_edge import gate_row_page
from affino_mcp.control_edge.screen_request import Ask
from affino_mcp.gate.identity import row_keys
from affino_mcp.gate.profiles.profile import ProfileState
from affino_mcp.gate.profiles.profile_form import MAX_PROFILE_NAME_CHARACTERS, fold_profile_name, is_possible_name
from affino_mcp.store.ops import Item, Key
from affino_mcp.tool_errors import NotFound

PAGE: Final = 50
"""Profiles on one page of the list."""


class Page(NamedTuple):
    """One page of profiles in the order of their names, and the place after which the next page begins, if any."""

    profiles: list[ProfileState]
    next: str | None


def keys(given: Mapping[str, str]) -> Sequence[Key]:
    """The key of the row of the profile that a path names."""
    return (row_keys.profile_key(given["key"][:64]),)


def keys_of_query(given: Mapping[str, str]) -> Sequence[Key]:
    """The key of the row of the profile that a query names, if it names one."""
    return keys({"key": given["profile"]}) if given.get("profile") else ()


def the(ask: Ask) -> ProfileState:
    """The profile that the path names. Raises NotFound."""
    row = ask.rows.get(row_keys.profile_key(ask.path["key"][:64]))
    if row is None:
        raise NotFound("key", "API Profile")
    return ask.centre.reader.state_from_row(ask.path["key"], row)


def keys_of_search(given: Mapping[str, str]) -> Sequence[Key]:
    """The key of the row of the profile whose API Key is searched for, if a search is made."""
    return (row_keys.profile_key(given["q"].strip()[:64]),) if given.get("q", "").strip() else ()


def named(ask: Ask) -> ProfileState | None:
    """The profile whose API Key is searched for; None when no profile has the key."""
    row = next((ask.rows[key] for key in keys_of_search(ask.query) if key in ask.rows), None)
    return None if row is None else ask.centre.reader.state_from_row(ask.query["q"].strip(), row)


def page(ask: Ask, after: str | None, begins: str = "") -> Page:
    """One page of the profiles whose names begin with `begins`.

    Takes two reads, and one of each secret that this process has not read yet. Raises InvalidArgument when no page of the
    list can end at `after`.
    """
    begins = begins[:MAX_PROFILE_NAME_CHARACTERS]
    if begins and not is_possible_name(begins):
        return Page([], None)
    found = gate_row_page.page(
        ask.centre, row_keys.PROFILE_LIST_PARTITION, _profile, PAGE, after, fold_profile_name(begins)
    )
    listed = [(place.pk.partition("#")[2], row) for place, row in found.rows.items()]
    return Page(list(ask.centre.threads.map(lambda one: ask.centre.reader.state_from_row(*one), listed)), found.next)


def _profile(item: Item) -> Key:
    return row_keys.profile_key(item["key"])
