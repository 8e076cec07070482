"""The kinds of value of arguments and attributes: each gives its JSON Schema and its pydantic type.

The texts of errors are in `faults.py`; no error of this module repeats a value.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from html import unescape
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator, StrictBool, StrictInt, StrictStr
from pydantic_core import PydanticCustomError

MAX_CODE: Final = 2**53 - 1
"""The largest whole number that every JSON reader keeps exactly."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_BREAK = re.compile(r"[\r\n\t\u2028\u2029]")
_URL = re.compile(r"(https?://)?[^\s/@:<>\"'\\]+\.[^\s/@:<>\"'\\]+(:\d{1,5})?([/?#][^\s<>\"'\\]*)?", re.IGNORECASE)
_COUNTRY = re.compile("[A-Za-z]{2,3}")
_EMAIL = re.compile(r"[^\s@<>()\[\]\\,;:\"]+@[^\s@<>()\[\]\\,;:\"]+\.[^\s@<>()\[\]\\,;:\".]{2,}")


@dataclass(frozen=True, eq=False)
class Kind:
    """One kind of value. `word` is its name on help pages; `schema` is JSON Schema 2020-12."""

    word: str
    schema: dict[str, Any]
    annotation: Any
    kept_annotation: Any = None

    @property
    def stored_annotation(self) -> Any:
        """The pydantic type of the value as it is stored, where that differs from what is sent."""
        return self.annotation if self.kept_annotation is None else self.kept_annotation


def wrong(text: str) -> PydanticCustomError:
    """The error to raise from a validator, with our own fixed text."""
    return PydanticCustomError("affino", "{text}", {"text": text})


def _checked(text: str, good: Callable[[Any], bool]) -> AfterValidator:
    def check(value: Any) -> Any:
        if not good(value):
            raise wrong(text)
        return value

    return AfterValidator(check)


def _matches(text: str, pattern: re.Pattern[str]) -> AfterValidator:
    return _checked(text, lambda value: pattern.fullmatch(value) is not None)


def _tidy(value: str) -> str:
    if _CONTROL.search(value):
        raise wrong("must not contain control characters or broken Unicode")
    return unicodedata.normalize("NFC", value).strip()


def _string(limit: int, word: str, *checks: Any, **schema: Any) -> Kind:
    base = {"type": "string", "maxLength": limit} | schema
    return Kind(
        f"{word}, at most {limit}", base, Annotated[StrictStr, Field(max_length=limit), AfterValidator(_tidy), *checks]
    )


def line(limit: int) -> Kind:
    """One line of plain text."""
    return _string(limit, "text", _checked("must be one line", lambda v: not _BREAK.search(v)))


def text(limit: int) -> Kind:
    """Plain text of several lines."""
    return _string(limit, "long text")


def html(limit: int) -> Kind:
    """HTML, which is sanitised before it is stored (docs/html-policy.md).

    Sanitising writes some characters as entities; in the stored text an entity counts as the one character that it is.
    """
    fits = _checked(f"must be at most {limit} characters long", lambda v: len(unescape(v)) <= limit)
    sent = _string(limit, "HTML")
    return Kind(sent.word, sent.schema, sent.annotation, Annotated[StrictStr, fits])


def email(limit: int) -> Kind:
    """One e-mail address, stored as typed."""
    return _string(limit, "e-mail", _matches("must be one e-mail address, like jane@orbital.example", _EMAIL))


def url(limit: int) -> Kind:
    """A web address with http or https; no tool ever fetches it."""
    return _string(limit, "web address", _matches("must be a web address, like https://orbital.example", _URL))


def country() -> Kind:
    """An ISO 3166 country code, stored in capitals."""
    check = _matches("must be an ISO country code of two or three letters, like GB", _COUNTRY)
    return _string(3, "country code", check, AfterValidator(str.upper))


def _number_in_text(value: Any) -> Any:
    return int(value) if isinstance(value, str) and re.fullmatch(r"[0-9]{1,16}", value) else value


_CODE = Annotated[StrictInt, BeforeValidator(_number_in_text), Field(ge=1, le=MAX_CODE)]


def code() -> Kind:
    """The code of a record; a numeric string is accepted too."""
    return Kind("code", {"type": "integer", "minimum": 1}, _CODE)


def codes(limit: int) -> Kind:
    """Several codes; repeated ones count once."""
    schema = {"type": "array", "items": {"type": "integer"}, "maxItems": limit}
    unique = AfterValidator(lambda v: list(dict.fromkeys(v)))
    return Kind(f"list of codes, at most {limit}", schema, Annotated[list[_CODE], Field(max_length=limit), unique])


_NAME = Annotated[StrictStr, Field(max_length=200), AfterValidator(_tidy)]


def names(limit: int) -> Kind:
    """Several names, each at most 200 characters long; repeated ones count once."""
    schema = {"type": "array", "items": {"type": "string"}, "maxItems": limit}
    unique = AfterValidator(lambda v: list(dict.fromkeys(v)))
    return Kind(f"list of names, at most {limit}", schema, Annotated[list[_NAME], Field(max_length=limit), unique])


def _as_lookup(value: Any) -> Any:
    found = _number_in_text(value)
    if isinstance(found, str) and 0 < len(found) <= 200:
        return _tidy(found)
    if isinstance(found, int) and not isinstance(found, bool) and 1 <= found <= MAX_CODE:
        return found
    raise wrong("must be a code or an exact name")


def lookup() -> Kind:
    """The code or the exact name of an entry of a fixed list."""
    schema = {"anyOf": [{"type": "integer"}, {"type": "string"}]}
    return Kind("code or name", schema, Annotated[Any, PlainValidator(_as_lookup)])


def whole(low: int, high: int) -> Kind:
    """A whole number between two bounds."""
    schema = {"type": "integer", "minimum": low, "maximum": high}
    return Kind(f"whole number {low}-{high}", schema, Annotated[StrictInt, Field(ge=low, le=high)])


def _as_money(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise wrong("must be a number")
    if not 0 <= value <= 10**13:
        raise wrong("must be a finite number from 0 to 10,000,000,000,000")
    if round(value, 2) != value:
        raise wrong("must have at most two decimals")
    return value


def money() -> Kind:
    """An amount of money, zero or more, with at most two decimals."""
    return Kind("amount", {"type": "number", "minimum": 0}, Annotated[Any, PlainValidator(_as_money)])


def anything() -> Kind:
    """A JSON object; the tool that receives it checks its content."""
    return Kind("object", {"type": "object"}, dict[str, Any])


def flag() -> Kind:
    """JSON true or false."""
    return Kind("true or false", {"type": "boolean"}, StrictBool)


def choice(*values: str) -> Kind:
    """One of the given words; their case is ignored."""
    known = {value.casefold(): value for value in values}
    fold = BeforeValidator(lambda v: known.get(v.casefold(), v) if isinstance(v, str) else v)
    return Kind("one of " + ", ".join(values), {"enum": list(values)}, Annotated[Literal[values], fold])


def _as_date(value: str) -> str:
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        raise wrong("must be a date, like 2026-12-24") from None


def _as_moment(value: str) -> str:
    try:
        moment = datetime.fromisoformat(value)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        moment = moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise wrong("must be a date and time, like 2026-12-24T09:30:00Z") from None
    return moment.isoformat().removesuffix("+00:00") + "Z"  # strftime omits the zeros of early years


def day() -> Kind:
    """A calendar date, ISO 8601."""
    return Kind(
        "date",
        {"type": "string", "format": "date"},
        Annotated[StrictStr, Field(max_length=40), AfterValidator(_as_date)],
    )


def moment() -> Kind:
    """A date and time, ISO 8601; without a zone it is UTC. Answers are in UTC."""
    schema = {"type": "string", "format": "date-time"}
    return Kind("date and time", schema, Annotated[StrictStr, Field(max_length=40), AfterValidator(_as_moment)])
