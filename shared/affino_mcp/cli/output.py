"""What commands print: JSON for machines, a table or lines for people."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table


def print_json(document: Any) -> None:
    """The document, indented."""
    typer.echo(json.dumps(document, indent=2, ensure_ascii=False))


def print_fields(fields: Mapping[str, Any]) -> None:
    """One line per field: its name, then its value, never wrapped or cut (values are copied from here)."""
    width = max((len(name) for name in fields), default=0)
    for name, value in fields.items():
        typer.echo(f"{name:<{width}}  {_text(value)}")


def print_table(columns: Sequence[str], rows: Iterable[Sequence[Any]], empty: str) -> None:
    """A table as wide as the terminal, long values over several lines and never cut; `empty` when there are no rows."""
    table = Table(*(Column(name, overflow="fold") for name in columns), box=None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*(escape(_text(value)) for value in row))
    if table.row_count:
        Console(highlight=False, width=None if Console().is_terminal else 200).print(table)
    else:
        typer.echo(empty)


def note(text: str) -> None:
    """Something beside the answer, on standard error."""
    typer.echo(text, err=True)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return str(value)
