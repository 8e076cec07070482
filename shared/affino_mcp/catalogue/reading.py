"""What the value of an argument was meant as, before its kind checks it (agents send JSON as text, names, currency signs).

A conversion that changes the meaning leaves a note, which becomes a warning; one that does not is silent. A text with two
meanings is refused with both.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from datetime import UTC, tzinfo
from typing import Any, Final

from affino_mcp.catalogue import moments, plain_values
from affino_mcp.catalogue.money_text import MoneyRefused, read_money
from affino_mcp.catalogue.value_synonyms import find_synonym, fold_word
from affino_mcp.catalogue.warning import CallWarning, WarningCode, make_warning
from affino_mcp.value_class import value_class, work_class
from affino_mcp.zones import DEFAULT_ZONE

MAX_NAME_CHARACTERS: Final = 200
"""Longest name of a list of names, and longest name by which a record or an entry of a list is looked up."""


class ReadingRefused(ValueError):
    """A value can mean two things, or contradicts another; the message follows the argument's name."""


class RecordName(str):
    """The name of a record where its code is asked; the instance looks the code up."""

    __slots__ = ()


@value_class
class Implied:
    """A value for `argument` that the value of another argument, `source`, holds too; `told`: a warning says so."""

    argument: str
    value: str
    source: str
    told: bool


@work_class
class Reading:
    """Reads the values of one call. `zone` is the person's, for moments that name none.

    `argument` is the one that is being read, `takes_names` says whether it takes a record's name for its code. `warnings` and
    `implied` are what the values told so far.
    """

    zone: tzinfo = UTC
    zone_name: str = DEFAULT_ZONE
    argument: str = ""
    takes_names: bool = False
    warnings: list[CallWarning] = field(default_factory=list)
    implied: list[Implied] = field(default_factory=list)

    def note(self, text: str, code: WarningCode = WarningCode.STORED_DIFFERENTLY) -> None:
        """Adds a warning about the argument that is being read; `text` follows its name."""
        self.warnings.append(make_warning(code, self.argument, f"{self.argument} {text}."))

    def imply(self, argument: str, value: str, *, told: bool) -> None:
        """Notes that the value being read gives a value for another argument too."""
        self.implied.append(Implied(argument, value, self.argument, told))


Reader = Callable[[Any, Reading], Any]
"""Gives the value that was meant, or the value itself when no other was. Raises ReadingRefused."""


def read_whole_number(value: Any, _: Reading) -> Any:
    """A whole number (see plain_values)."""
    return plain_values.read_whole(value)


def read_truth_value(value: Any, _: Reading) -> Any:
    """True or false (see plain_values)."""
    return plain_values.read_truth(value)


def read_code(value: Any, reading: Reading) -> Any:
    """The code of a record; where the argument takes names, any other text is a name."""
    found = plain_values.read_whole(value)
    if not reading.takes_names or not isinstance(found, str) or len(found) > MAX_NAME_CHARACTERS:
        return found
    return RecordName(found) if any(c.isalpha() for c in found) else found


def read_codes(value: Any, reading: Reading) -> Any:
    """A list of codes; see `read_code` for its entries."""
    found = plain_values.read_list(value)
    return [read_code(each, reading) for each in found] if isinstance(found, list) else found


def read_entries(value: Any, _: Reading) -> Any:
    """A list of entries of a list, by code or name (see plain_values)."""
    return plain_values.read_list(value)


def read_names(value: Any, _: Reading) -> Any:
    """A list of names (see plain_values)."""
    return plain_values.read_names(value)


def read_amount(value: Any, reading: Reading) -> Any:
    """An amount of money, which may give the currency too. What a printed amount was taken as is noted."""
    if not isinstance(value, str):
        return value
    try:
        found = read_money(value)
    except MoneyRefused as refusal:
        raise ReadingRefused(str(refusal)) from None
    if found.currency:
        reading.imply("Currency", found.currency, told=True)
    if not value.strip().replace(".", "", 1).isdecimal():
        reading.note(f"was taken as {found.amount}")
    return found.amount


def make_choice_reader(choices: tuple[str, ...]) -> Reader:
    """The reader of a choice: case, blanks and strokes do not count; a common synonym is taken and noted."""
    by_fold = {fold_word(choice): choice for choice in choices}

    def read_choice(value: Any, reading: Reading) -> Any:
        if not isinstance(value, str):
            return value
        if exact := by_fold.get(fold_word(value)):
            return exact
        if synonym := find_synonym(value, choices):
            reading.note(f"was taken as {synonym}")
            return synonym
        return value

    return read_choice


def read_date(value: Any, reading: Reading) -> Any:
    """A day; a time of day that stands behind it is left out, which is noted."""
    if not isinstance(value, str):
        return value
    try:
        day, cut = moments.read_day(value)
    except moments.MomentRefused as refusal:
        raise ReadingRefused(str(refusal)) from None
    if cut:
        reading.note(f"is a day: it was taken as {day}")
    return day


def read_datetime(value: Any, reading: Reading) -> Any:
    """A moment in UTC; that one without a zone is in the person's is noted."""
    if not isinstance(value, str):
        return value
    try:
        found = moments.read_moment(value, reading.zone)
    except moments.MomentRefused as refusal:
        raise ReadingRefused(str(refusal)) from None
    if found.zone_taken:
        reading.note(f"names no time zone; it was taken as {reading.zone_name}", WarningCode.DEFAULTED)
    return found.text


def read_day_or_datetime(value: Any, reading: Reading) -> Any:
    """A day, which stays one, or a moment."""
    is_day = isinstance(value, str) and moments.DAY.fullmatch(value.strip())
    return read_date(value, reading) if is_day else read_datetime(value, reading)
