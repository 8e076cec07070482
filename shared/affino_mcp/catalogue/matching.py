"""Matches the arguments that an agent sent with a method's arguments: tolerant of names, strict about values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, tzinfo
from typing import Any

from pydantic import ValidationError

from affino_mcp.catalogue.argument_reading import ReadArguments, read_arguments
from affino_mcp.catalogue.faults import describe_fault
from affino_mcp.catalogue.method import Effect, Method
from affino_mcp.catalogue.record import Field, Record, fold_name
from affino_mcp.catalogue.unknown_arguments import unknown_warnings
from affino_mcp.catalogue.warning import CallWarning, WarningCode, make_warning, warn_of_tidying
from affino_mcp.tool_errors import InvalidArgument
from affino_mcp.value_class import value_class
from affino_mcp.zones import DEFAULT_ZONE

Values = dict[str, Any]
"""Checked argument values under Affino's names; only those that were given. The value None clears the attribute."""


@value_class
class MatchedArguments:
    """The arguments of a call after matching and checking."""

    values: Values
    warnings: tuple[CallWarning, ...]


def match_arguments(
    method: Method, given: Mapping[str, Any], zone: tzinfo = UTC, zone_name: str = DEFAULT_ZONE
) -> MatchedArguments:
    """Matches, reads and checks the arguments of a call; moments without a zone are in `zone`.

    Unknown and read-only names become warnings, which come first; on a read, one that could narrow it raises
    InvalidArgument, as wrong values do. null and empty texts clear an attribute in an update and count as not given
    everywhere else.
    """
    known, found, strangers = method.argument_names, dict[str, Any](), list[str]()
    for name, value in given.items():
        argument = known.get(fold_name(name))
        if argument is None:
            strangers.append(name)
        elif argument in found:
            raise InvalidArgument(argument, f"{argument} is given twice under different spellings.")
        else:
            found[argument] = value
    warnings = unknown_warnings(method, strangers) if strangers else []
    read = read_arguments(method, found, zone, zone_name)
    try:
        values = _validate(method, read)
    except InvalidArgument as error:
        error.details |= {"ignored": [stranger["Message"] for stranger in warnings]} if warnings else {}
        raise
    changed = () if method.effect is Effect.READ else _storage_warnings(method, read.values, values)
    return MatchedArguments(values, (*warnings, *read.warnings, *changed))


def requires_arguments(method: Method) -> bool:
    """True when a call of the method must give at least one argument."""
    return any(field.required for field in method.all_arguments)


def _validate(method: Method, read: ReadArguments) -> Values:
    if not (read.values or read.faults or requires_arguments(method)):
        return {}  # a model takes up to 4 ms to build
    faults = {name: f"{name} {text}." for name, text in read.faults.items()}
    try:
        model = method.arguments_model.model_validate(read.values)
    except ValidationError as error:
        faults = _describe_faults(error) | faults
        raise _first_fault(method, faults) from None
    if faults:
        raise _first_fault(method, faults)
    return _settle_empty(method, model.model_dump(by_alias=True, exclude_unset=True))


def check_values(record: Record, values: Mapping[str, Any]) -> None:
    """Raises InvalidArgument, naming the attribute, for a value that its field of the record does not allow."""
    known = {name: value for name, value in values.items() if name in record.writable}
    try:
        record.model.model_validate(known)
    except ValidationError as error:
        raise _argument_error(error) from None


def normalise_values(record: Record, values: Mapping[str, Any]) -> Values:
    """The values in the form in which a record stores them; None stays. Raises InvalidArgument, naming the attribute."""
    try:
        model = record.model.model_validate(values)
    except ValidationError as error:
        raise _argument_error(error) from None
    return model.model_dump(by_alias=True, exclude_unset=True)


def _settle_empty(method: Method, values: Values) -> Values:
    """The values without texts that show nothing: they clear in an update. Raises InvalidArgument where one must be filled."""
    settled = dict(values)
    for field in method.all_arguments:
        if field.name not in values or not _is_empty(values[field.name]):
            continue
        if _must_be_filled(method, field):
            raise InvalidArgument(field.name, f"{field.name} must not be empty.")
        if values[field.name] == "":
            settled[field.name] = None
            if not method.can_clear(field):
                del settled[field.name]
    return settled


def _is_empty(value: Any) -> bool:
    return value is None or value in ("", [])


def _must_be_filled(method: Method, field: Field) -> bool:
    return field.required or method.must_have(field)


def _storage_warnings(method: Method, named: Values, values: Values) -> list[CallWarning]:
    """Warnings about values that are stored in another form than the one that was sent."""
    return [*_tidying_warnings(method, named, values), *_restating_warnings(method, named, values)]


def _tidying_warnings(method: Method, named: Values, values: Values) -> list[CallWarning]:
    told = list[CallWarning]()
    for field in method.all_arguments:
        asked, stored = _texts_of(named.get(field.name)), _texts_of(values.get(field.name))
        tidied = [field.kind.tidy(text) for text in asked if field.kind.tidy and text not in stored]
        changed = [each for each in tidied if each.text in stored]
        told += [warn_of_tidying(field.name, changed)] if changed else []
    return told


def _restating_warnings(method: Method, named: Values, values: Values) -> list[CallWarning]:
    """Warnings about values that are stored in another word than was sent, but for its case."""
    restated = [field.name for field in method.all_arguments if field.kind.restated and values.get(field.name)]
    changed = [name for name in restated if str(named[name]).strip().upper() != values[name]]
    code = WarningCode.STORED_DIFFERENTLY
    return [make_warning(code, name, f"{name} was stored as {values[name]}.") for name in changed]


def _texts_of(value: Any) -> dict[str, None]:
    found = value if isinstance(value, list) else [value]
    return dict.fromkeys(each for each in found if isinstance(each, str))


def _is_list_entry(place: tuple[int | str, ...]) -> bool:
    return len(place) > 1 and isinstance(place[1], int)


def _describe_faults(error: ValidationError) -> dict[str, str]:
    faults: dict[str, str] = {}
    for found in error.errors(include_url=False, include_input=False):
        argument = str(found["loc"][0])
        place = f"{argument}, entry {int(found['loc'][1]) + 1}," if _is_list_entry(found["loc"]) else argument
        place += f" {found['loc'][2]}" if len(found["loc"]) > 2 else ""
        faults.setdefault(argument, f"{place} {describe_fault(found)}.")
    return faults


def _first_fault(method: Method, faults: dict[str, str]) -> InvalidArgument:
    """The refusal of the first argument with a fault, in the method's order, which tells the others too."""
    named = [field.name for field in method.all_arguments if field.name in faults]
    return InvalidArgument(named[0], faults[named[0]], also=[faults[other] for other in named[1:]] or None)


def _argument_error(error: ValidationError) -> InvalidArgument:
    faults = _describe_faults(error)
    first, text = next(iter(faults.items()))
    others = [other for name, other in faults.items() if name != first]
    return InvalidArgument(first, text, also=others or None)
