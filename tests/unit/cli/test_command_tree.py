"""The tests keep the tree of commands, by a private part of Typer."""

from __future__ import annotations

import typer.main
import typer.testing

from affino_mcp.cli.app import app


def test_typer_itself_makes_a_new_tree_at_each_run() -> None:
    """When it does not any more, the line in tests/conftest.py can go."""
    assert typer.main.get_command(app) is not typer.main.get_command(app)


def test_the_tests_use_the_tree_that_they_keep() -> None:
    made = typer.testing._get_command  # type: ignore[attr-defined]
    assert made(app) is made(app)
