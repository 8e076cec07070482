"""Matches the arguments that an agent sent with a method's arguments: tolerant of names, strict about values."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from pydantic import ValidationError

from affino_mcp.catalogue.faults import describe_fault
from affino_mcp.catalogue.method import IDEMPOTENCY_KEY, Effect, Method
from affino_mcp.catalogue.record import Field, Record, fold_name
from affino_mcp.catalogue.warning import CallWarning, WarningCode, make_warning, warn_of_tidying
from affino_mcp.tool_errors import InvalidArgument

Values = dict[str, Any]
"""Checked argument values under Affino's names; only those that were given. The value None clears the attribute."""

_TIME_ZONE: Final = re.compile(r"T.*(Z|[+-]\d\d(:?\d\d)?)\s*$", re.IGNORECASE)
MAX_NAMED_UNKNOWN: Final = 20
"""How many unknown arguments get a warning of their own."""


@dataclass(frozen=True)
class MatchedArguments:
    """The arguments of a call after matching and checking."""

    values: Values
    warnings: tuple[CallWarning, ...]


@lru_cache(maxsize=256)
def _argument_names(method: Method) -> dict[str, str]:
    return {fold_name(field.name): field.name for field in method.all_arguments}


@lru_cache(maxsize=256)
def _attribute_fields(method: Method) -> dict[str, str]:
    """The attributes of the record's answer by folded name, with the name of the field behind each."""
    attributes = method.record.attributes if method.record else ()
    return {fold_name(name): field.name for field in attributes for name in (field.attribute, field.name)}


def match_arguments(method: Method, given: Mapping[str, Any]) -> MatchedArguments:
    """Matches and checks the arguments of a call.

    Unknown and read-only names become warnings; wrong values raise InvalidArgument. null clears an attribute in an
    update and counts as not given everywhere else.
    """
    known, found, strangers = _argument_names(method), dict[str, Any](), list[str]()
    for name, value in given.items():
        argument = known.get(fold_name(name))
        if argument is None:
            strangers.append(name)
        elif argument in found:
            raise InvalidArgument(argument, f"{argument} is given twice under different spellings.")
        else:
            found[argument] = value
    named = {f.name: found[f.name] for f in method.all_arguments if _is_given(method, f, found)}
    warnings = _unknown_warnings(method, strangers)
    try:
        values = _validate(method, named)
    except InvalidArgument as error:
        error.details |= {"ignored": [stranger["Message"] for stranger in warnings]} if warnings else {}
        raise
    changed = () if method.effect is Effect.READ else _storage_warnings(method, named, values)
    return MatchedArguments(values, (*warnings, *changed))


def _is_given(method: Method, field: Field, found: Values) -> bool:
    return field.name in found and (found[field.name] is not None or method.can_clear(field))


def _unknown_warnings(method: Method, names: list[str]) -> list[CallWarning]:
    told = [_ignored_warning(method, name) for name in names[:MAX_NAMED_UNKNOWN]]
    if len(names) > MAX_NAMED_UNKNOWN:
        text = f"{len(names) - MAX_NAMED_UNKNOWN} more arguments are not known; they were ignored."
        told.append(make_warning(WarningCode.UNKNOWN_ARGUMENT, "", text))
    return told


def _ignored_warning(method: Method, name: str) -> CallWarning:
    shown, wanted = name[:60].encode("utf-8", "replace").decode(), fold_name(name[:60])
    if method.effect is not Effect.READ and wanted in _attribute_fields(method):
        meant = _attribute_fields(method)[wanted]
        hint = f" Did you mean {meant}?" if fold_name(meant) in _argument_names(method) else ""
        return make_warning(WarningCode.READ_ONLY, shown, f"{shown} cannot be set here; it was ignored.{hint}")
    close = difflib.get_close_matches(wanted, _argument_names(method), n=1)
    hint = f" Did you mean {_argument_names(method)[close[0]]}?" if close else ""
    return make_warning(
        WarningCode.UNKNOWN_ARGUMENT, shown, f"{method.name} has no argument {shown}; it was ignored.{hint}"
    )


def _validate(method: Method, named: Values) -> Values:
    try:
        model = method.arguments_model.model_validate(named)
    except ValidationError as error:
        raise _argument_error(error) from None
    return _require_filled(method, model.model_dump(by_alias=True, exclude_unset=True))


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


def _require_filled(method: Method, values: Values) -> Values:
    for field in method.all_arguments:
        if field.name in values and _is_empty(values[field.name]) and _must_be_filled(method, field):
            raise InvalidArgument(field.name, f"{field.name} must not be empty.")
    return values


def _is_empty(value: Any) -> bool:
    return value is None or value in ("", [])


def _must_be_filled(method: Method, field: Field) -> bool:
    return field.required or field.name == IDEMPOTENCY_KEY.name or method.must_have(field)


def _storage_warnings(method: Method, named: Values, values: Values) -> list[CallWarning]:
    """Warnings about values that are stored in another form than the one that was sent."""
    moments = {f.name for f in method.arguments if f.kind.schema.get("format") == "date-time"}
    texts = [(name, named[name], value) for name, value in values.items() if isinstance(value, str)]
    zoneless = [name for name, asked, _ in texts if name in moments and not _TIME_ZONE.search(asked)]
    return [
        *_tidying_warnings(method, named, values),
        *_restating_warnings(method, named, values),
        *(
            make_warning(WarningCode.DEFAULTED, name, f"{name} names no time zone; it was taken as UTC.")
            for name in zoneless
        ),
    ]


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


def _argument_error(error: ValidationError) -> InvalidArgument:
    faults: dict[str, str] = {}
    for found in error.errors(include_url=False, include_input=False):
        argument = str(found["loc"][0])
        place = f"{argument}, entry {int(found['loc'][1]) + 1}," if _is_list_entry(found["loc"]) else argument
        faults.setdefault(argument, f"{place} {describe_fault(found)}.")
    first, text = next(iter(faults.items()))
    others = [other for name, other in faults.items() if name != first]
    return InvalidArgument(first, text, also=others or None)
