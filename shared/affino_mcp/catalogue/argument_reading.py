"""Reads the arguments of a call as they were meant: empty texts, JSON as text, names, and what one value says of another."""

from __future__ import annotations

from dataclasses import field
from datetime import tzinfo
from typing import Any

from affino_mcp.catalogue.kinds import is_empty_text
from affino_mcp.catalogue.method import Method
from affino_mcp.catalogue.named_codes import named_codes
from affino_mcp.catalogue.reading import Implied, Reading, ReadingRefused
from affino_mcp.catalogue.record import Field
from affino_mcp.catalogue.warning import CallWarning
from affino_mcp.value_class import work_class


@work_class
class ReadArguments:
    """What was meant: `values` by argument, `faults` (the end of a sentence) by argument, and warnings of conversions."""

    values: dict[str, Any]
    faults: dict[str, str] = field(default_factory=dict)
    warnings: list[CallWarning] = field(default_factory=list)


def read_arguments(method: Method, found: dict[str, Any], zone: tzinfo, zone_name: str) -> ReadArguments:
    """Reads the values of the arguments that were given under their own names.

    An empty optional is not given; in an update it is null, which clears. What is left is for the check of the kinds.
    """
    read, reading, naming = ReadArguments({}), Reading(zone, zone_name), named_codes(method)
    for each in method.all_arguments:
        if each.name not in found:
            continue
        reading.argument, reading.takes_names = each.name, each.name in naming
        value = _without_empty(each, found[each.name])
        if value is None and each.required and found[each.name] is not None:
            read.faults[each.name] = "must not be empty"
        elif value is not None or method.can_clear(each):
            _read_value(each, value, reading, read)
    for implied in reading.implied:
        _add_implied(method, implied, read, reading)
    read.warnings = reading.warnings
    return read


def _without_empty(argument: Field, value: Any) -> Any:
    return None if is_empty_text(value, argument.kind.reader is not None) else value


def _read_value(argument: Field, value: Any, reading: Reading, read: ReadArguments) -> None:
    reader = argument.kind.reader
    try:
        read.values[argument.name] = value if reader is None or value is None else reader(value, reading)
    except ReadingRefused as refusal:
        read.faults[argument.name] = str(refusal)


def _add_implied(method: Method, implied: Implied, read: ReadArguments, reading: Reading) -> None:
    """Adds a value that another argument's value holds, unless it was given; a contradiction is a fault of the other."""
    target = next((each for each in method.arguments if each.name == implied.argument), None)
    choices = target.kind.schema.get("enum") if target else None
    given = read.values.get(implied.argument)
    if target is None:
        read.faults[implied.source] = f"must not name a currency here, and names {implied.value}"
    elif choices is not None and implied.value not in choices:
        read.faults[implied.source] = f"is in {implied.value}; {target.name} can be {', '.join(choices)}"
    elif given is None:
        read.values[target.name] = implied.value
        reading.argument = target.name
        if implied.told:
            reading.note(f"was set to {implied.value}, which {implied.source} names")
    elif isinstance(given, str) and given.casefold() != implied.value.casefold():
        read.faults[implied.source] = f"is in {implied.value}, and {target.name} says another: give one of them"
