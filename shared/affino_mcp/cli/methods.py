"""`affino-mcp methods`: help of methods from the catalogue, the same as on the Control Centre's help pages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Annotated, Any

import typer

from affino_mcp.admin.method_help import FamilyHelp, HelpRow, MethodHelp, list_family_help
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.cli.options import ConnectionOption, JsonOption
from affino_mcp.cli.output import print_fields, print_json, print_note, print_table
from affino_mcp.cli.service import open_service


def methods(
    ctx: typer.Context,
    words: Annotated[
        list[str] | None, typer.Argument(metavar="[WORDS]...", help="A method's name, or words that its help holds.")
    ] = None,
    *,
    profile: Annotated[str | None, typer.Option("--profile", help="Key or name: what its agents see.")] = None,
    as_json: JsonOption = False,
    connection: ConnectionOption = None,
) -> None:
    """Help for every method: one method's arguments, attributes, example, rights and errors, or a list of those that fit.

    Without --profile no service is needed. Example: affino-mcp methods create_article --profile content-editor
    """
    chosen = open_service(ctx, connection).require_profile(profile).profile if profile else None
    asked = [word.casefold() for word in words or []]
    found = [help_ for family in list_family_help(chosen, asked) for help_ in family.methods]
    exact = [help_ for help_ in found if [help_.method.name] == asked]
    if as_json:
        print_json([_help_document(help_) for help_ in exact or found])
    elif exact or len(found) == 1:
        _print_help((exact or found)[0])
    else:
        rows = [(h.method.name, h.method.family, h.method.access, h.method.right, h.method.summary) for h in found]
        print_table(("Method", "Family", "Access", "Right", "What it does"), rows, "No method holds all these words.")
        print_note(f"{len(found)} of {len(METHODS)} methods. One by its name: affino-mcp methods NAME")


def _help_document(found: MethodHelp) -> dict[str, Any]:
    method = found.method
    return {
        **_help_fields(found),
        "arguments": [asdict(line) for line in found.arguments],
        "attributes": [asdict(line) for line in _list_attributes(found)],
        "answer": dict(method.returns),
        "errors": {error.type: error.code for error in found.method.all_errors},
    }


def _help_fields(found: MethodHelp) -> dict[str, Any]:
    method = found.method
    return {
        "method": method.name,
        "family": method.family,
        "profile needs": f"{method.family}.{method.access}",
        "person needs": method.right,
        "what": method.summary,
        "example": method.example,
        "notes": method.notes,
    }


def _print_help(found: MethodHelp) -> None:
    print_fields({name: text for name, text in _help_fields(found).items() if text})
    _print_help_rows("Argument", found.arguments, "It takes no arguments.")
    print_table(("Answer", "What it is"), found.method.returns.items(), "It answers nothing.")
    if found.method.record is not None:
        _print_help_rows(f"Attribute of {found.method.record.words}", _list_attributes(found), "")
    errors = [f"{error.type} ({error.code})" for error in found.method.all_errors]
    print_fields({"may answer": ", ".join(errors)})


def _list_attributes(found: MethodHelp) -> list[HelpRow]:
    record = found.method.record
    return FamilyHelp.list_attributes(record) if record is not None else []


def _print_help_rows(title: str, lines: Iterable[HelpRow], empty: str) -> None:
    rows = [(line.name, line.type, line.required or None, line.length, line.help) for line in lines]
    print_table((title, "Type", "Required", "Length", "What it is"), rows, empty)
