"""`Fields`: the attributes that a read answers, of its records and of what is inside them (`Owner.Name`).

The first attribute of each record, which names it (its code), is always answered.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import FIELDS, PAGE_RETURNS, Method
from affino_mcp.catalogue.record import LENGTH, NEXT, Record, fold_name
from affino_mcp.text import find_alike
from affino_mcp.tool_errors import InvalidArgument

MAX_LISTED_CHOICES: Final = 20
"""How many possible names a refusal lists; of more it names the nearest."""
_ROWS: Final = next(iter(PAGE_RETURNS))

Path = tuple[str, ...]


def resolve_fields(method: Method, values: Values) -> Values:
    """The values with the names of Fields as the record spells them, where the answer holds records of the method's own kind.

    Raises InvalidArgument for a name that such records do not have.
    """
    asked = values.get(FIELDS.name)
    if not asked or method.record is None or not (method.gets_record or "StartCode" in _names_of(method)):
        return values
    known = {fold_name(name): f.attribute for f in method.record.attributes for name in (f.name, f.attribute)}
    for name in asked:
        if fold_name(_split(name)[0]) not in known:
            raise _unknown_error(name, method.record.words, [f.attribute for f in method.record.attributes])
    found = [".".join((known[fold_name(path[0])], *path[1:])) for path in map(_split, asked)]
    return {**values, FIELDS.name: found}


def _names_of(method: Method) -> set[str]:
    return {field.name for field in method.arguments}


def wants(values: Values, attribute: str) -> bool:
    """True when the call asks for this attribute (`Steps.Body`), for what it is in, or for something inside it.

    A call that names no Fields asks for everything.
    """
    path = [fold_name(part) for part in _split(attribute)]
    asked = [[fold_name(part) for part in other] for other in _asked_paths(values)]
    return not asked or any(other[: len(path)] == path or path[: len(other)] == other for other in asked)


def asked_fields(record: Record, values: Values) -> tuple[str, ...]:
    """The fields of the record, by their own names, that the call asks for; empty without Fields."""
    asked = {_split(name)[0] for name in values.get(FIELDS.name, ())}
    return tuple(field.name for field in record.fields if asked & {field.name, field.attribute})


def select_fields(method: Method, values: Values, body: Mapping[str, Any]) -> dict[str, Any]:
    """The body with the asked attributes alone in its records: in the rows of a list, in the record of a get.

    Raises InvalidArgument for a name that none of them has.
    """
    asked = _asked_paths(values)
    parts = [name for name in method.returns if name == _ROWS] or [
        name for name, part in body.items() if isinstance(part, dict | list)
    ]
    rows = [row for name in parts for row in _entries(body[name])]
    for path in asked:
        _require_there(path, rows)
    return {name: keep_asked(values, part) if name in parts else part for name, part in body.items()}


def keep_asked(values: Values, part: Any) -> Any:
    """A record, or rows of a list, with the asked attributes alone."""
    asked = _asked_paths(values)
    return _keep(part, asked) if asked else part


def _asked_paths(values: Values) -> list[Path]:
    return [_split(name) for name in values.get(FIELDS.name, ())]


def _split(name: str) -> Path:
    return tuple(name.split("."))


def _entries(part: Any) -> list[Any]:
    return part if isinstance(part, list) else [part]


def _require_there(path: Path, rows: Iterable[Any]) -> None:
    """Raises InvalidArgument unless some of the rows have the attribute; where there are no rows, nothing is known."""
    for place, name in enumerate(path):
        records = [row for row in rows if isinstance(row, dict)]
        names = list(dict.fromkeys(key for record in records for key in record))
        if not names:
            return
        if fold_name(name) not in {fold_name(each) for key in names for each in (key, _owner(key))}:
            raise _unknown_error(".".join(path), ".".join(path[:place]) or "answer", names)
        inside = [value for record in records for key, value in record.items() if fold_name(key) == fold_name(name)]
        rows = [entry for value in inside for entry in _entries(value)]


def _keep(part: Any, asked: Sequence[Path]) -> Any:
    if isinstance(part, list):
        return [_keep(entry, asked) for entry in part]
    if not isinstance(part, dict):
        return part
    inside = {fold_name(path[0]): [other[1:] for other in asked if _is_below(other, path[0])] for path in asked}
    kept = {}
    for place, (name, value) in enumerate(part.items()):
        below = inside.get(fold_name(name), inside.get(fold_name(_owner(name))))
        if below is not None:
            kept[name] = value if () in below else _keep(value, below)
        elif place == 0:
            kept[name] = value
    return kept


def _owner(name: str) -> str:
    """The attribute that one of `BodyNext` and `BodyLength` says something of; any other name is its own."""
    return next((owner for suffix in (NEXT, LENGTH) if (owner := name.removesuffix(suffix)) not in ("", name)), name)


def _is_below(path: Path, name: str) -> bool:
    return fold_name(path[0]) == fold_name(name)


def _unknown_error(name: str, what: str, names: Sequence[str]) -> InvalidArgument:
    shown = name[:60].encode("utf-8", "replace").decode()
    return InvalidArgument(
        FIELDS.name, f"{FIELDS.name}: the {what} has no attribute {shown}. {_say_choices(name, names)}"
    )


def _say_choices(name: str, names: Sequence[str]) -> str:
    if len(names) <= MAX_LISTED_CHOICES:
        return f"It has {', '.join(names)}."
    folded = {fold_name(each): each for each in names}
    close = find_alike(fold_name(name[:60]), folded, 3, 0.5)
    listed = ", ".join(folded[each] for each in close) or ", ".join(names[:MAX_LISTED_CHOICES])
    return f"Did you mean {listed}?" if close else f"Some that it has: {listed}."
