"""Prints the answers of commands: JSON for machines, tables or lines for people."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table


def print_json(document: Any) -> None:
    """Prints a document as indented JSON."""
    typer.echo(json.dumps(document, indent=2, ensure_ascii=False))


def print_fields(fields: Mapping[str, Any]) -> None:
    """Prints one line for each field: its name and its value, not wrapped or cut, so that it can be copied."""
    width = max((len(name) for name in fields), default=0)
    for name, value in fields.items():
        typer.echo(f"{name:<{width}}  {_cell_text(value)}")


def print_table(columns: Sequence[str], rows: Iterable[Sequence[Any]], empty: str) -> None:
    """Prints a table as wide as the terminal, with long values over several lines; prints `empty` without rows."""
    table = Table(*(Column(name, overflow="fold") for name in columns), box=None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*(escape(_cell_text(value)) for value in row))
    if table.row_count:
        Console(highlight=False, width=None if Console().is_terminal else 200).print(table)
    else:
        typer.echo(empty)


def print_note(text: str) -> None:
    """Prints a remark on standard error, so that standard output holds the answer only."""
    typer.echo(text, err=True)


def write_part(part: str) -> bool:
    """Writes a part of a file to standard output; False when the reader (`| head`) has closed the pipe: no error."""
    try:
        typer.echo(part, nl=False)
    except BrokenPipeError:
        silence_stdout()
        return False
    return True


def silence_stdout() -> None:
    """Redirects standard output to /dev/null, so that no error about the closed pipe is printed at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _cell_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return str(value)
