"""Matches the arguments that an agent sent with a method's arguments: tolerant of names, strict about values."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from pydantic import ValidationError

from affino_mcp.catalogue.faults import words
from affino_mcp.catalogue.field import Field, folded
from affino_mcp.catalogue.method import IDEMPOTENCY_KEY, Effect, Method
from affino_mcp.catalogue.warning import Warning_, WarningCode, warning
from affino_mcp.tool_errors import InvalidArgument

Values = dict[str, Any]
"""Checked argument values under Affino's names; only those that were given. The value None clears the attribute."""

_ZONE: Final = re.compile(r"T.*(Z|[+-]\d\d(:?\d\d)?)\s*$", re.IGNORECASE)
MOST_TOLD: Final = 20
"""How many unknown arguments get a warning of their own."""


@dataclass(frozen=True)
class Matched:
    """The arguments of a call after matching and checking."""

    values: Values
    warnings: tuple[Warning_, ...]


@lru_cache(maxsize=256)
def _known(method: Method) -> dict[str, str]:
    return {folded(field.name): field.name for field in method.takes}


@lru_cache(maxsize=256)
def _attributes(method: Method) -> dict[str, str]:
    """The attributes of the record's answer by folded name, with the name of the field behind each."""
    attributes = method.record.attributes if method.record else ()
    return {folded(name): field.name for field in attributes for name in (field.attribute, field.name)}


def match(method: Method, given: Mapping[str, Any]) -> Matched:
    """Matches and checks the arguments of a call.

    Unknown and read-only names become warnings; wrong values raise InvalidArgument. null clears an attribute in an
    update and counts as not given everywhere else.
    """
    known, found, strangers = _known(method), dict[str, Any](), list[str]()
    for name, value in given.items():
        argument = known.get(folded(name))
        if argument is None:
            strangers.append(name)
        elif argument in found:
            raise InvalidArgument(argument, f"{argument} is given twice under different spellings.")
        else:
            found[argument] = value
    named = {f.name: found[f.name] for f in method.takes if _is_given(method, f, found)}
    warnings = _strange(method, strangers)
    try:
        values = _checked(method, named)
    except InvalidArgument as error:
        error.details |= {"ignored": [stranger["Message"] for stranger in warnings]} if warnings else {}
        raise
    changed = () if method.effect is Effect.READ else _changed(method, named, values)
    return Matched(values, (*warnings, *changed))


def _is_given(method: Method, field: Field, found: Values) -> bool:
    return field.name in found and (found[field.name] is not None or method.clears(field))


def _strange(method: Method, names: list[str]) -> list[Warning_]:
    told = [_ignored(method, name) for name in names[:MOST_TOLD]]
    if len(names) > MOST_TOLD:
        text = f"{len(names) - MOST_TOLD} more arguments are not known; they were ignored."
        told.append(warning(WarningCode.UNKNOWN_ARGUMENT, "", text))
    return told


def _ignored(method: Method, name: str) -> Warning_:
    shown, wanted = name[:60].encode("utf-8", "replace").decode(), folded(name[:60])
    if method.effect is not Effect.READ and wanted in _attributes(method):
        meant = _attributes(method)[wanted]
        hint = f" Did you mean {meant}?" if folded(meant) in _known(method) else ""
        return warning(WarningCode.READ_ONLY, shown, f"{shown} cannot be set here; it was ignored.{hint}")
    close = difflib.get_close_matches(wanted, _known(method), n=1)
    hint = f" Did you mean {_known(method)[close[0]]}?" if close else ""
    return warning(WarningCode.UNKNOWN_ARGUMENT, shown, f"{method.name} has no argument {shown}; it was ignored.{hint}")


def _checked(method: Method, named: Values) -> Values:
    try:
        model = method.model.model_validate(named)
    except ValidationError as error:
        raise _fault(error) from None
    return _not_empty(method, model.model_dump(by_alias=True, exclude_unset=True))


def _not_empty(method: Method, values: Values) -> Values:
    for field in method.takes:
        if field.name in values and _is_empty(values[field.name]) and _must_be_filled(method, field):
            raise InvalidArgument(field.name, f"{field.name} must not be empty.")
    return values


def _is_empty(value: Any) -> bool:
    return value is None or value in ("", [])


def _must_be_filled(method: Method, field: Field) -> bool:
    return field.required or field.name == IDEMPOTENCY_KEY.name or method.keeps(field)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip()


def _changed(method: Method, named: Values, values: Values) -> list[Warning_]:
    """Warnings about values that are stored in another form than the one that was sent."""
    moments = {f.name for f in method.arguments if f.kind.schema.get("format") == "date-time"}
    texts = [(name, named[name], value) for name, value in values.items() if isinstance(value, str)]
    zoneless = [name for name, asked, _ in texts if name in moments and not _ZONE.search(asked)]
    tidied = [name for name, asked, value in texts if isinstance(asked, str) and value == _plain(asked) != asked]
    tidy = "was stored without surrounding blanks and in normal Unicode form."
    return [
        *(warning(WarningCode.STORED_DIFFERENTLY, name, f"{name} {tidy}") for name in tidied),
        *(
            warning(WarningCode.DEFAULTED, name, f"{name} names no time zone; it was taken as UTC.")
            for name in zoneless
        ),
    ]


def _is_entry(place: tuple[int | str, ...]) -> bool:
    return len(place) > 1 and isinstance(place[1], int)


def _fault(error: ValidationError) -> InvalidArgument:
    faults: dict[str, str] = {}
    for found in error.errors(include_url=False, include_input=False):
        argument = str(found["loc"][0])
        place = f"{argument}, entry {int(found['loc'][1]) + 1}," if _is_entry(found["loc"]) else argument
        faults.setdefault(argument, f"{place} {words(found)}.")
    first, text = next(iter(faults.items()))
    others = [other for name, other in faults.items() if name != first]
    return InvalidArgument(first, text, also=others or None)
