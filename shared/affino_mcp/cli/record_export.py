"""`affino-mcp export`: writes records as CSV to standard output, as far as a person may read them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from inspect import Parameter
from itertools import chain
from pathlib import Path
from typing import Annotated, Any

import typer

from affino_mcp.admin.record_files.acting_person import ActingPerson
from affino_mcp.admin.record_files.file_kinds import FILE_KINDS, FileKind
from affino_mcp.admin.record_files.import_log import EXPORT_DEED
from affino_mcp.admin.record_files.record_export import export_columns, export_filters, export_pages, write_header
from affino_mcp.catalogue.record import Field
from affino_mcp.cli.acting import AsOption, act_as, make_file_log
from affino_mcp.cli.output import print_json, print_note, write_part
from affino_mcp.cli.service import Service, open_service
from affino_mcp.cli.structure_options import CONNECTION, CONTEXT, JSON, keyword, with_parameters
from affino_mcp.local.progress import ShowStep, show_progress
from affino_mcp.text import plural

app = typer.Typer(no_args_is_help=True, help="Write records to a CSV file, as a person.")
WritePart = Callable[[str], bool]
"""Writes a part of the file; False when nobody reads any more."""
OutputOption = Annotated[
    Path | None, typer.Option("--output", metavar="FILE", help="Where to write.", show_default="standard output")
]


def add_export_commands(group: typer.Typer) -> None:
    """Adds a command for each kind of file."""
    for kind in FILE_KINDS.values():
        group.command(kind.word)(_make_command(kind))


def _make_command(kind: FileKind) -> Callable[..., None]:
    def export_file(ctx: typer.Context, **given: Any) -> None:
        service = open_service(ctx, given["connection"])
        filters = {each.name: given[each.python_name] for each in export_filters(kind)}
        chosen = {name: value for name, value in filters.items() if value not in (None, False)}
        if given["as_json"] and given["output"] is None:
            raise typer.BadParameter("say where to write the file with --output FILE", param_hint="'--json'")
        with _open_output(given["output"]) as write:
            written = _export_file(service, act_as(service, given["person"]), kind, chosen, write)
        if given["as_json"]:
            print_json({"file": str(given["output"]), "lines": written})
        else:
            print_note(f"{plural(written, 'line')} written.")

    which = " --contact-list-code Newsletter" if kind.word == "list-members" else ""
    help_text = (
        f"Write {kind.plural} as CSV to standard output: what the person may read, with the filters of their list.\n\n"
        f"The file reads back in: 'affino-mcp import {kind.word}' of it changes nothing. "
        f"\n\nExample: affino-mcp export {kind.word} --as sales{which} > {kind.word}.csv"
    )
    options = [CONTEXT, keyword("person", AsOption), *map(_filter_option, export_filters(kind))]
    options += [keyword("output", OutputOption, default=None), JSON, CONNECTION]
    return with_parameters(export_file, options, help_text)  # type: ignore[no-any-return]


def _filter_option(field: Field) -> Parameter:
    is_switch = field.kind.schema.get("type") == "boolean"
    words = field.help or field.kind.display_name
    option = typer.Option(f"--{field.python_name.replace('_', '-')}", help=f"{words[:1].upper()}{words[1:]}.")
    if is_switch:
        return keyword(field.python_name, Annotated[bool, option], default=False)
    return keyword(field.python_name, Annotated[str | None, option], default=None)


@contextmanager
def _open_output(output: Path | None) -> Iterator[WritePart]:
    """The function that writes a part of the file: to standard output, or to a file that gets its name when it is whole."""
    if output is None:
        yield write_part
        return
    begun = output.with_name(f"{output.name}.part")
    with begun.open("w", encoding="utf-8", newline="") as opened:
        yield lambda part: bool(opened.write(part)) or not part
    begun.replace(output)


def _export_file(
    service: Service, acting: ActingPerson, kind: FileKind, filters: Mapping[str, Any], write: WritePart
) -> int:
    """Writes the file with its rows; gives the number of lines. Raises what the list refuses, before anything is written."""
    acting.require_any(kind.reading_rights)
    columns = export_columns(kind, filters)
    pages = _begin(export_pages(acting, kind, filters))
    log = make_file_log(service, acting.person, Kind=kind.word, **({"Filters": dict(filters)} if filters else {}))
    log.write_begun(EXPORT_DEED)
    written, is_whole = 0, False
    try:
        with show_progress(quiet=False) as say:
            is_whole = write(write_header(columns))
            for lines, _ in pages if is_whole else ():
                is_whole = write("".join(lines))
                written += len(lines)
                _show(say, kind, written)
                if not is_whole:
                    break
    finally:
        rest = "" if is_whole else "; the rest was not"
        log.write_ended(EXPORT_DEED, {"Lines": written}, f"{plural(written, 'line')} written{rest}")
    return written


def _show(say: ShowStep, kind: FileKind, written: int) -> None:
    say(f"exporting {kind.plural}", plural(written, "line"))


def _begin(pages: Iterator[Any]) -> Iterator[Any]:
    """The same pages after the first read, so that a faulty filter is refused before the file and its row are begun."""
    first = next(pages)
    return chain([first], pages)
