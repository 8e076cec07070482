"""`affino-mcp methods`: help of methods from the catalogue, the same as on the Control Centre's help pages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Annotated, Any

import typer

from affino_mcp.admin.method_help import FamilyHelp, Help, Line, families
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.cli.options import AsJson, ConnectionFile
from affino_mcp.cli.output import note, print_fields, print_json, print_table
from affino_mcp.cli.service import opened


def methods(
    ctx: typer.Context,
    words: Annotated[
        list[str] | None, typer.Argument(metavar="[WORDS]...", help="A method's name, or words that its help holds.")
    ] = None,
    *,
    profile: Annotated[str | None, typer.Option("--profile", help="Key or name: what its agents see.")] = None,
    as_json: AsJson = False,
    connection: ConnectionFile = None,
) -> None:
    """Help for every method: one method's arguments, attributes, example, rights and errors, or a list of those that fit.

    Without --profile no service is needed. Example: affino-mcp methods create_article --profile content-editor
    """
    chosen = opened(ctx, connection).profile(profile).profile if profile else None
    asked = [word.casefold() for word in words or []]
    found = [help_ for family in families(chosen, asked) for help_ in family.methods]
    exact = [help_ for help_ in found if [help_.method.name] == asked]
    if as_json:
        print_json([_document(help_) for help_ in exact or found])
    elif exact or len(found) == 1:
        _print((exact or found)[0])
    else:
        rows = [(h.method.name, h.method.family, h.method.access, h.method.right, h.method.summary) for h in found]
        print_table(("Method", "Family", "Access", "Right", "What it does"), rows, "No method holds all these words.")
        note(f"{len(found)} of {len(METHODS)} methods. One by its name: affino-mcp methods NAME")


def _document(found: Help) -> dict[str, Any]:
    method = found.method
    return {
        **_told(found),
        "arguments": [asdict(line) for line in found.arguments],
        "attributes": [asdict(line) for line in _attributes(found)],
        "answer": dict(method.returns),
        "errors": {error.type: error.code for error in found.method.all_errors},
    }


def _told(found: Help) -> dict[str, Any]:
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


def _print(found: Help) -> None:
    print_fields({name: text for name, text in _told(found).items() if text})
    _print_lines("Argument", found.arguments, "It takes no arguments.")
    print_table(("Answer", "What it is"), found.method.returns.items(), "It answers nothing.")
    if found.method.record is not None:
        _print_lines(f"Attribute of {found.method.record.words}", _attributes(found), "")
    errors = [f"{error.type} ({error.code})" for error in found.method.all_errors]
    print_fields({"may answer": ", ".join(errors)})


def _attributes(found: Help) -> list[Line]:
    record = found.method.record
    return FamilyHelp.attributes(record) if record is not None else []


def _print_lines(title: str, lines: Iterable[Line], empty: str) -> None:
    rows = [(line.name, line.type, line.required or None, line.length, line.help) for line in lines]
    print_table((title, "Type", "Required", "Length", "What it is"), rows, empty)
