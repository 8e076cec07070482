"""The kinds of value of arguments and attributes: each gives its JSON Schema and its pydantic type.

The texts of errors are in `faults.py`; no error of this module repeats a value.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator, StrictBool, StrictInt, StrictStr
from pydantic_core import PydanticCustomError

from affino_mcp.catalogue import reading
from affino_mcp.catalogue.faults import HTML_GROWTH, describe_growth
from affino_mcp.catalogue.money_text import MAX_AMOUNT, NOT_MONEY, OUT_OF_BOUNDS
from affino_mcp.catalogue.reading import MAX_NAME_CHARACTERS, Reader, RecordName
from affino_mcp.characters import tidy_text
from affino_mcp.late_pattern import late_pattern
from affino_mcp.tidied_text import ForbiddenCharacters, TidyText
from affino_mcp.value_class import value_class

MAX_CODE: Final = 2**53 - 1
"""The largest whole number that every JSON reader keeps exactly."""

_URL = late_pattern(r"(https?://)?[^\s/@:<>\"'\\]+\.[^\s/@:<>\"'\\]+(:\d{1,5})?([/?#][^\s<>\"'\\]*)?", re.IGNORECASE)
_EMAIL = late_pattern(r"[^\s@<>()\[\]\\,;:\"]+@[^\s@<>()\[\]\\,;:\"]+\.[^\s@<>()\[\]\\,;:\".]{2,}")
_MAX_EMPTY_CHARACTERS: Final = 200


@value_class(eq=False)
class Kind:
    """One kind of value. `display_name` is its name on help pages; `schema` is JSON Schema 2020-12.

    `tidy` gives a text's stored form (None: no text). `restated`: the value may be stored in another word than was sent.
    `reader` gives the value that was meant, before it is checked; None for plain texts. `lines`: several; `html`: of HTML.
    """

    display_name: str
    schema: dict[str, Any]
    annotation: Any
    kept_annotation: Any = None
    tidy: Callable[[str], TidyText] | None = None
    restated: bool = False
    reader: Reader | None = None
    lines: bool = False
    html: bool = False

    @property
    def stored_annotation(self) -> Any:
        """The pydantic type of the value as it is stored, where that differs from what is sent."""
        return self.annotation if self.kept_annotation is None else self.kept_annotation


def is_empty_text(value: Any, kind_reads: bool = False) -> bool:
    """True for a text of blanks alone; for the text `null` too, of a kind that is no text (`kind_reads`)."""
    if not isinstance(value, str) or len(value) > _MAX_EMPTY_CHARACTERS:
        return False
    return value.strip() in (("", "null") if kind_reads else ("",))


def fixed_error(text: str) -> PydanticCustomError:
    """The error to raise from a validator, with our own fixed text."""
    return PydanticCustomError("affino", "{text}", {"text": text})


def _pattern_validator(text: str, pattern: re.Pattern[str]) -> AfterValidator:
    def check(value: Any) -> Any:
        if pattern.fullmatch(value) is None:
            raise fixed_error(text)
        return value

    return AfterValidator(check)


def _normalise_text(value: str, limit: int, *, lines: bool = False) -> str:
    """The text as it is stored. Raises the error for forbidden characters, and for a text that grows beyond its limit."""
    try:
        text = tidy_text(value, lines=lines).text
    except ForbiddenCharacters as fault:
        raise fixed_error(str(fault)) from None
    if len(text) > limit:
        raise fixed_error(describe_growth(len(text), limit, "in normal Unicode form"))
    return text


@cache
def string_kind(limit: int, word: str, *checks: Any, lines: bool = False) -> Kind:
    """A text of at most `limit` characters in one line, or in several; `word` names it, and `checks` are pydantic's."""
    fit = AfterValidator(partial(_normalise_text, limit=limit, lines=lines))
    return Kind(
        f"{word}, at most {limit}",
        {"type": "string", "maxLength": limit},
        Annotated[StrictStr, Field(max_length=limit), fit, *checks],
        tidy=partial(tidy_text, lines=lines),
        lines=lines,
    )


def line_kind(limit: int) -> Kind:
    """One line of plain text."""
    return string_kind(limit, "text")


def text_kind(limit: int) -> Kind:
    """Plain text of several lines."""
    return string_kind(limit, "long text", lines=True)


def html_kind(limit: int) -> Kind:
    """HTML, which is sanitised before it is stored (docs/html-policy.md).

    The limit holds for what is sent and for what is stored, where `&` counts as the five characters of its entity.
    """

    def fit(value: str) -> str:
        if len(value) > limit:
            raise fixed_error(describe_growth(len(value), limit, HTML_GROWTH))
        return value

    sent = string_kind(limit, "HTML", lines=True)
    return replace(sent, kept_annotation=Annotated[StrictStr, AfterValidator(fit)], html=True)


def email_kind(limit: int) -> Kind:
    """One e-mail address, stored as typed."""
    check = _pattern_validator("must be one e-mail address, like jane@orbital.example", _EMAIL)
    return string_kind(limit, "e-mail", check)


def url_kind(limit: int) -> Kind:
    """A web address with http or https; no tool ever fetches it."""
    check = _pattern_validator("must be a web address, like https://orbital.example", _URL)
    return string_kind(limit, "web address", check)


def _parse_code(value: Any) -> Any:
    found = int(value) if isinstance(value, str) and re.fullmatch(r"[0-9]{1,16}", value) else value
    if isinstance(found, RecordName):
        return RecordName(_tidy_name(found))
    if isinstance(found, bool) or not isinstance(found, int):
        raise fixed_error("must be a whole number")
    if not 1 <= found <= MAX_CODE:
        raise fixed_error("must be at least 1" if found < 1 else f"must be at most {MAX_CODE}")
    return found


_CODE_TYPE = Annotated[Any, PlainValidator(_parse_code)]
_UNIQUE: Final = AfterValidator(lambda values: list(dict.fromkeys(values)))


def code_kind() -> Kind:
    """The code of a record; a numeric string is accepted too."""
    return Kind("code", {"type": "integer", "minimum": 1}, _CODE_TYPE, reader=reading.read_code)


@cache
def codes_kind(limit: int) -> Kind:
    """Several codes; repeated ones count once."""
    schema = {"type": "array", "items": {"type": "integer"}, "maxItems": limit}
    codes = Annotated[list[_CODE_TYPE], Field(max_length=limit), _UNIQUE]
    return Kind(f"list of codes, at most {limit}", schema, codes, reader=reading.read_codes)


_tidy_name = partial(_normalise_text, limit=MAX_NAME_CHARACTERS)
_NAME_TYPE = Annotated[StrictStr, Field(max_length=MAX_NAME_CHARACTERS), AfterValidator(_tidy_name)]


def names_kind(limit: int) -> Kind:
    """Several names, each at most 200 characters long; repeated ones count once."""
    schema = {"type": "array", "items": {"type": "string"}, "maxItems": limit}
    names = Annotated[list[_NAME_TYPE], Field(max_length=limit), _UNIQUE]
    return Kind(f"list of names, at most {limit}", schema, names, tidy=tidy_text, reader=reading.read_names)


def _parse_lookup(value: Any) -> Any:
    found = int(value) if isinstance(value, str) and re.fullmatch(r"[0-9]{1,16}", value) else value
    if isinstance(found, str) and 0 < len(found) <= MAX_NAME_CHARACTERS:
        return _tidy_name(found)
    if isinstance(found, int) and not isinstance(found, bool) and 1 <= found <= MAX_CODE:
        return found
    raise fixed_error("must be a code or an exact name")


def lookup_kind() -> Kind:
    """The code or the exact name of an entry of a list.

    The schema says text alone, because some clients drop the type of a choice between types; whole numbers are taken too.
    """
    lookup = Annotated[Any, PlainValidator(_parse_lookup)]
    return Kind("code or name", {"type": "string"}, lookup, tidy=tidy_text, reader=reading.read_whole_number)


def lookups_kind(limit: int) -> Kind:
    """Several entries of a list, each by its code or its exact name; repeated ones count once."""
    schema = {"type": "array", "items": {"type": "string"}, "maxItems": limit}
    lookups = Annotated[list[Annotated[Any, PlainValidator(_parse_lookup)]], Field(max_length=limit), _UNIQUE]
    return Kind(f"list of codes or names, at most {limit}", schema, lookups, reader=reading.read_entries)


@cache
def integer_kind(low: int, high: int) -> Kind:
    """A whole number between two bounds."""
    schema = {"type": "integer", "minimum": low, "maximum": high}
    number = Annotated[StrictInt, Field(ge=low, le=high)]
    return Kind(f"whole number {low}-{high}", schema, number, reader=reading.read_whole_number)


def _parse_money(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise fixed_error(NOT_MONEY)
    if not 0 <= value <= MAX_AMOUNT:
        raise fixed_error(OUT_OF_BOUNDS)
    if round(value, 2) != value:
        raise fixed_error("must have at most two decimals")
    return value


def money_kind() -> Kind:
    """An amount of money, zero or more, with at most two decimals."""
    money = Annotated[Any, PlainValidator(_parse_money)]
    return Kind("amount", {"type": "number", "minimum": 0}, money, reader=reading.read_amount)


def object_kind() -> Kind:
    """A JSON object; the tool that receives it checks its content."""
    return Kind("object", {"type": "object"}, dict[str, Any])


def boolean_kind() -> Kind:
    """JSON true or false."""
    return Kind("true or false", {"type": "boolean"}, StrictBool, reader=reading.read_truth_value)


def choice_kind(*values: str) -> Kind:
    """One of the given words; case, blanks and strokes are ignored, and common synonyms are taken."""
    known = {value.casefold(): value for value in values}
    fold = BeforeValidator(lambda v: known.get(v.casefold(), v) if isinstance(v, str) else v)
    return Kind(
        "one of " + ", ".join(values),
        {"type": "string", "enum": list(values)},
        Annotated[Literal[values], fold],
        reader=reading.make_choice_reader(values),
    )
