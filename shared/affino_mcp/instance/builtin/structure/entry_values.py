"""The values of an entry: given ones are checked and completed, stored ones are shown with their defaults."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from affino_mcp.catalogue.families.lists import ACTIVE, CHANNEL
from affino_mcp.catalogue.families.website import SECTION
from affino_mcp.catalogue.matching import Values, normalise_values
from affino_mcp.catalogue.structure import MODERATORS_FIELD, StructureKind, place_order
from affino_mcp.instance.builtin.engine.document import RecordState
from affino_mcp.instance.builtin.engine.list_rows import StoredList
from affino_mcp.text import fold
from affino_mcp.tool_errors import InvalidArgument

PEOPLE_FAMILY: Final = "contacts"
CHANNEL_NAME: Final = "Channel"


def show_values(kind: StructureKind, stored: RecordState, channels: StoredList) -> Values:
    """All values of an entry by the fields' names: what is not stored has its default, its order follows from its code."""
    document = stored.document
    values = {**kind.record.defaults, **document.values, "Order": place_order(document.code, document.values)}
    if kind.record is SECTION and values[CHANNEL.code] in channels.entries:
        values[CHANNEL_NAME] = channels.entries[values[CHANNEL.code]].label
    if MODERATORS_FIELD in kind.added:
        values[MODERATORS_FIELD.name] = sorted(stored.relations_to(PEOPLE_FAMILY))
    return values


def check_given(kind: StructureKind, given: Mapping[str, Any]) -> Values:
    """The given values in their stored form.

    Raises InvalidArgument, naming the field, for one that the kind does not have, or a value that it may not hold.
    """
    known = {field.name for field in kind.fields}
    for name in given:
        if name not in known:
            raise InvalidArgument(name, f"{kind.plural.capitalize()} have no field {name[:60]}.", known=sorted(known))
    values = normalise_values(kind.shape, given)
    for name in (*kind.record.required, *kind.record.defaults):
        if values.get(name, name) in (None, ""):
            raise InvalidArgument(name, f"{name} must not be empty.")
    return values


def complete_new(kind: StructureKind, values: Values) -> Values:
    """The values of a new entry, with the defaults. Raises InvalidArgument when a required one is missing."""
    for name in kind.record.required:
        if not values.get(name):
            raise InvalidArgument(name, f"{name} is missing: a new {kind.noun} needs one.")
    return {**kind.record.defaults, **values}


def derive_values(kind: StructureKind, values: Values, channels: StoredList) -> Values:
    """Adds what follows from the values: a section's channel and path; without a channel it belongs to the first one.

    Raises InvalidArgument for a channel that cannot be chosen.
    """
    if kind.record is not SECTION:
        return values
    kept = values.get(CHANNEL.code)
    possible = [entry for entry in channels.in_order if entry.values[ACTIVE] or entry.code == kept]
    wanted = fold(str(values.get(CHANNEL_NAME) or possible[0].label)) if possible else ""
    channel = next((entry for entry in possible if fold(entry.label) == wanted), None)
    if channel is None:
        names = sorted(entry.label for entry in possible)
        raise InvalidArgument(CHANNEL_NAME, "There is no channel of this name.", known=names)
    derived = {CHANNEL_NAME: channel.label, CHANNEL.code: channel.code, "Path": f"{channel.code}/{values['Name']}"}
    return values | derived
