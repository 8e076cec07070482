"""Options of the structure commands: made from the fields of a kind, and read back into the fields' values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from inspect import Parameter, Signature
from typing import Annotated, Any, Final

import typer

from affino_mcp.catalogue.families.lists import PARENT
from affino_mcp.catalogue.record import Field
from affino_mcp.catalogue.structure import StructureKind, option_word
from affino_mcp.cli.options import ConnectionOption, JsonOption, OnOff

NONE_WORD: Final = "none"
"""The value of a repeated option that empties the field."""
_VALUE_TYPES: Final = {"boolean": OnOff, "integer": int, "array": list[str]}

ItemArgument = Annotated[str, typer.Argument(metavar="CODE|NAME", help="Its code or its name.")]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Say what would change; change nothing.")]
YesOption = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


def keyword(name: str, annotation: Any, default: Any = Parameter.empty) -> Parameter:
    """A parameter of a command's function."""
    return Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


CONTEXT: Final = keyword("ctx", typer.Context)
JSON: Final = keyword("as_json", JsonOption, default=False)
CONNECTION: Final = keyword("connection", ConnectionOption, None)
DRY_RUN: Final = keyword("dry_run", DryRunOption, default=False)
YES: Final = keyword("yes", YesOption, default=False)
ITEM: Final = keyword("item", ItemArgument)


def kind_parameters(kinds: Iterable[StructureKind]) -> list[Parameter]:
    """The option `--kind` of a word that stands for several kinds; none for others."""
    choices = {kind.choice: kind.choice for kind in kinds if kind.choice}
    if not choices:
        return []
    option = typer.Option("--kind", help="Which kind is meant.")
    return [keyword("kind", Annotated[Enum("KindChoice", choices, type=str), option])]


def field_parameters(kinds: Sequence[StructureKind], *, is_new: bool) -> list[Parameter]:
    """One option for each field of the kinds, of two fields with one name the first; those of a new entry say defaults."""
    fields = {field.name: field for kind in kinds for field in kind.fields}
    defaults = {name: value for kind in kinds for name, value in kind.record.defaults.items()} if is_new else {}
    needed = kinds[0].record.required if is_new else ()
    return [
        _field_parameter(field, defaults.get(field.name), is_required=field.name in needed) for field in fields.values()
    ]


def _field_parameter(field: Field, default: Any, *, is_required: bool) -> Parameter:
    told = _option_help(field) + ("" if default in (None, []) else f" Default: {_default_text(default)}.")
    option = typer.Option(f"--{option_word(field)}", help=told)
    value: Any = str if field.name == PARENT else _VALUE_TYPES.get(str(field.kind.schema.get("type")), str)
    if is_required:
        return keyword(field.python_name, Annotated[value, option])
    return keyword(field.python_name, Annotated[value | None, option], None)


def _default_text(default: Any) -> str:
    if isinstance(default, bool):
        return OnOff.ON.value if default else OnOff.OFF.value
    return ", ".join(default) if isinstance(default, list) else str(default)


def _option_help(field: Field) -> str:
    text = field.help or f"its {field.python_name.replace('_', ' ')}"
    if "enum" in field.kind.schema:
        text += f": {', '.join(field.kind.schema['enum'])}"
    repeated = f"; may be repeated, '{NONE_WORD}' empties it" if field.kind.schema.get("type") == "array" else ""
    return f"{text[:1].upper()}{text[1:]}{repeated}."


def with_parameters(command: Any, parameters: Iterable[Parameter], help_text: str) -> Any:
    """The command's function with these parameters and this help, as Typer reads them."""
    command.__signature__ = Signature(list(parameters))
    command.__annotations__ = {}
    command.__doc__ = help_text
    return command


def given_values(kinds: Iterable[StructureKind], options: Mapping[str, Any]) -> dict[str, Any]:
    """The values of the options that the command names, by the fields' names; an empty text clears a field."""
    fields = {field.name: field for kind in kinds for field in kind.fields}
    named = {name: options.get(field.python_name) for name, field in fields.items()}
    return {name: _plain_value(value) for name, value in named.items() if value is not None}


def _plain_value(value: Any) -> Any:
    if isinstance(value, OnOff):
        return value is OnOff.ON
    if isinstance(value, list):
        return [] if value == [NONE_WORD] else value
    return None if value == "" else value
