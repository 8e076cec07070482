"""The form of one entry of the structure: its fields as inputs, made from the kind, and read back into values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field as dataclass_field
from typing import Any, Final

from affino_mcp.catalogue.families.lists import CHANNEL, ORDER, PARENT
from affino_mcp.catalogue.families.website import GROUP_NAMES
from affino_mcp.catalogue.kinds import MAX_CODE
from affino_mcp.catalogue.record import Field, snake_case
from affino_mcp.catalogue.structure import MODERATORS_FIELD, StructureKind
from affino_mcp.control_edge.screen_request import ScreenRequest
from affino_mcp.gate.identity.emails import is_plausible_email
from affino_mcp.gate.identity.permissions import PERMISSIONS
from affino_mcp.gate.identity.person import Person, is_user_code
from affino_mcp.gate.people.group_changes import RIGHTS_FIELD
from affino_mcp.gate.people.people import People
from affino_mcp.tool_errors import InvalidArgument
from affino_mcp.value_class import value_class

_LONG_TEXT_CHARACTERS: Final = 500


@value_class
class FormInput:
    """One input: its `shape` (text, area, number, choice, switch, groups), value and choices."""

    name: str
    label: str
    hint: str
    shape: str
    value: Any
    choices: Sequence[str] = ()
    is_required: bool = False
    most: int | None = None


@value_class
class Choices:
    """What can be chosen in a form: groups, channels, and the entries of the same kind by code."""

    groups: Sequence[str]
    channels: Sequence[str] = ()
    parents: Mapping[int, str] = dataclass_field(default_factory=dict)


def field_label(name: str) -> str:
    """A field's name for people: `Read groups` for ReadGroups."""
    return snake_case(name).replace("_", " ").capitalize()


def form_fields(kind: StructureKind) -> Iterable[Field]:
    """The fields that the form shows: all but the place in the list, which is changed there."""
    return [field for field in kind.fields if field.name != ORDER]


def is_number(text: str) -> bool:
    """True for a whole number in digits that every reader of JSON keeps exactly."""
    return text.isascii() and text.isdigit() and len(text) < len(str(MAX_CODE))


def make_inputs(
    kind: StructureKind, values: Mapping[str, Any], choices: Choices, person_name: Callable[[int], str]
) -> list[FormInput]:
    """The inputs of an entry with these values."""
    return [_make_input(kind, field, values.get(field.name), choices, person_name) for field in form_fields(kind)]


def _make_input(
    kind: StructureKind, field: Field, value: Any, known: Choices, person_name: Callable[[int], str]
) -> FormInput:
    schema, hint = field.kind.schema, field.help[:1].upper() + field.help[1:]
    shape, choices = _shape(field), _list_choices(field, known, value)
    if shape == "people":
        value = ", ".join(person_name(code) for code in value or ())
    elif isinstance(value, list):
        value = ", ".join(map(str, value))
    return FormInput(
        field.name,
        field_label(field.name),
        hint,
        shape,
        value,
        choices,
        field.name in kind.record.required,
        schema.get("maxLength"),
    )


def _list_choices(field: Field, known: Choices, value: Any) -> list[str]:
    """The words of a choice, with those that the entry has and that exist no more."""
    if field.kind is GROUP_NAMES:
        return [*known.groups, *(group for group in value or () if group not in known.groups)]
    if field.name == RIGHTS_FIELD:
        return sorted(PERMISSIONS)
    if field.name == CHANNEL.name:
        return [*known.channels, *([value] if value and value not in known.channels else [])]
    if field.name == PARENT:
        return [str(code) for code in known.parents]
    return list(field.kind.schema.get("enum", ()))


def _shape(field: Field) -> str:
    schema = field.kind.schema
    if field.kind is GROUP_NAMES or field.name == RIGHTS_FIELD:
        return "groups"
    if field.name == PARENT:
        return "parent"
    if field.name == CHANNEL.name:
        return "choice"
    if field is MODERATORS_FIELD:
        return "people"
    if "enum" in schema:
        return "choice"
    long = int(schema.get("maxLength", 0)) > _LONG_TEXT_CHARACTERS
    return {"boolean": "switch", "integer": "number"}.get(str(schema.get("type")), "area" if long else "text")


def read_values(ask: ScreenRequest, kind: StructureKind) -> dict[str, Any]:
    """The values of a sent form. Raises InvalidArgument for what cannot be read as the field's kind."""
    return {field.name: _read_value(ask, field) for field in form_fields(kind)}


def _read_value(ask: ScreenRequest, field: Field) -> Any:
    text, shape = ask.form.get(field.name, "").strip(), _shape(field)
    if shape == "switch":
        return text == "on"
    if shape == "groups":
        return list(ask.multi_values.get(field.name, ()))
    if shape == "people":
        return [_read_person(ask.centre.people, word.strip()) for word in text.split(",") if word.strip()]
    if shape in {"number", "parent"} and text:
        if not is_number(text):
            raise InvalidArgument(field.name, f"{field.name} must be a whole number.")
        return int(text)
    return text or None


def _read_person(people: People, word: str) -> int:
    found: Person | None = None
    if is_user_code(word):
        found = people.get(int(word))
    elif is_plausible_email(word):
        found = people.find_by_email(word)
    if found is None:
        raise InvalidArgument(MODERATORS_FIELD.name, f"Nobody here has the e-mail address or code '{word[:60]}'.")
    return found.user_code
