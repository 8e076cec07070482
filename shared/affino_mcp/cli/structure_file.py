"""`affino-mcp structure`: writes the structure of an instance into a file, and makes another instance like it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from affino_mcp.admin.structure_difference import (
    EntryDifference,
    StructureDifference,
    apply_difference,
    find_difference,
)
from affino_mcp.admin.structure_file import MAX_STRUCTURE_BYTES, read_structure, write_structure
from affino_mcp.catalogue.structure import STRUCTURE_KINDS
from affino_mcp.cli.confirming import require_yes
from affino_mcp.cli.options import ConnectionOption, JsonOption
from affino_mcp.cli.output import print_json, print_note, print_table
from affino_mcp.cli.service import open_service
from affino_mcp.cli.structure_desk import open_desk
from affino_mcp.cli.structure_options import DryRunOption, YesOption
from affino_mcp.text import plural

FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="The file; - for the standard input.")]
NewFileArgument = Annotated[Path | None, typer.Argument(metavar="FILE", help="Where to write; else standard output.")]


app = typer.Typer(no_args_is_help=True, help="The whole structure: sections, forums, lists and groups in a file.")


@app.command()
def export(
    ctx: typer.Context,
    file: NewFileArgument = None,
    *,
    as_json: JsonOption = False,
    connection: ConnectionOption = None,
) -> None:
    """Write the structure as YAML: names and no codes, to be applied elsewhere.

    Example: affino-mcp structure export structure.yaml
    """
    desk = open_desk(open_service(ctx, connection))
    items = {kind.family: desk.list_items(kind) for kind in STRUCTURE_KINDS}
    text = write_structure(items)
    if file is not None:
        file.write_text(text, encoding="utf-8")
    counts = {family: len(found) for family, found in items.items() if found}
    if as_json:
        print_json({"file": str(file) if file else None, "entries": counts, "structure": text})
    elif file is None:
        typer.echo(text, nl=False)
    else:
        print_note(f"{plural(sum(counts.values()), 'entry', 'entries')} written to {file}.")


@app.command()
def apply(
    ctx: typer.Context,
    file: FileArgument,
    *,
    dry_run: DryRunOption = False,
    yes: YesOption = False,
    as_json: JsonOption = False,
    connection: ConnectionOption = None,
) -> None:
    """Make the structure like the file's, by name; shows the difference first. What the file does not name stays.

    Example: affino-mcp structure apply structure.yaml --dry-run
    """
    entries = read_structure(_read_file(file))
    desk = open_desk(open_service(ctx, connection))
    found = find_difference(desk, entries)
    if not as_json:
        _print_difference(found)
    if found.writes and not dry_run:
        if not yes:
            what = plural(len(found.writes), "entry", "entries")
            require_yes(f"{what} would be written.", f"{what} are written.", as_json=as_json)
        apply_difference(desk, found)
    if as_json:
        print_json({"dry_run": dry_run, **_describe_difference(found)})


def _read_file(file: Path) -> bytes:
    """The file's first bytes: one more than is allowed, so that a file that is too large is refused."""
    if str(file) == "-":
        return sys.stdin.buffer.read(MAX_STRUCTURE_BYTES + 1)
    with file.open("rb") as opened:
        return opened.read(MAX_STRUCTURE_BYTES + 1)


def _outcome(each: EntryDifference) -> str:
    return "new" if each.code is None else "same" if each.is_same else "changed"


def _describe_difference(found: StructureDifference) -> dict[str, Any]:
    sides = {
        "new": [_describe_entry(each) for each in found.writes if each.code is None],
        "changed": [_describe_entry(each) for each in found.writes if each.code is not None],
    }
    left = [{"kind": kind.noun, "name": item.values["Name"]} for kind, item in found.left_alone]
    return {**sides, "same": len(found.entries) - len(found.writes), "left_alone": left}


def _describe_entry(each: EntryDifference) -> dict[str, Any]:
    named = {"kind": each.entry.kind.noun, "name": each.entry.values["Name"]}
    plan = each.plan
    told = {"consequences": list(plan.consequences)} if plan.consequences else {}
    return {**named, "before": dict(plan.before), "after": dict(plan.after), **told}


def _print_difference(found: StructureDifference) -> None:
    rows = [
        (_outcome(each), each.entry.kind.noun, each.entry.values["Name"], ", ".join(each.plan.after))
        for each in found.writes
    ]
    print_table(("What", "Kind", "Name", "Fields"), rows, "Nothing differs.")
    for each in found.writes:
        for sentence in each.plan.consequences:
            print_note(f"{each.entry.title}: {sentence}")
    same = len(found.entries) - len(found.writes)
    print_note(f"The same: {same}. Not in the file, left alone: {len(found.left_alone)}.")
