"""`affino-mcp`: profiles, people, the API Log, logins and the local service, from a terminal.

Exit codes: 0 done, 1 refused or failed, 2 the command was not understood, 3 not known whether it was done.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Annotated

import typer

from affino_mcp import VERSION
from affino_mcp.cli import (
    apps,
    connect,
    doctor,
    housekeeping,
    invitations,
    local,
    log,
    log_chart,
    log_digests,
    log_missing,
    log_more,
    login,
    methods,
    operators,
    people,
    person_changes,
    profile_adoption,
    profile_deletion,
    profile_secret,
    profile_switch,
    profiles,
    purge,
    record_export,
    record_import,
    records,
    reindex,
    sessions,
    signing,
    stack,
    structure,
    trial,
    whatif,
)
from affino_mcp.cli.failing import CommandGroup
from affino_mcp.cli.target import remember_target

app = typer.Typer(
    name="affino-mcp",
    cls=CommandGroup,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    help="Operate an Affino MCP service: profiles, people, the API Log, logins, and the local run.\n\n"
    "Exit codes: 0 done, 1 refused, failed or not all green, 2 the command was not understood, "
    "3 not known whether it was done.",
)
profile_secret.add_secret_commands(profiles.app)
profile_switch.add_switch_commands(profiles.app)
profiles.app.command("delete")(profile_deletion.delete)
profiles.app.command("adopt")(profile_adoption.adopt)
app.add_typer(profiles.app, name="profile")
invitations.add_invitation_commands(people.app)
person_changes.add_change_command(people.app)
app.add_typer(people.app, name="person")
app.add_typer(operators.app, name="operator")
app.add_typer(sessions.app, name="session")
app.add_typer(apps.app, name="app")
app.add_typer(purge.app, name="purge")
app.add_typer(records.app, name="record")
record_import.add_import_commands(record_import.app)
app.add_typer(record_import.app, name="import")
record_export.add_export_commands(record_export.app)
app.add_typer(record_export.app, name="export")
app.add_typer(housekeeping.app, name="housekeeping")
app.add_typer(local.app, name="local")
log_more.add_log_commands(log.app)
log.app.command()(log_chart.chart)
log.app.command()(log_missing.missing)
log_digests.add_digest_commands(log.app)
app.add_typer(log.app, name="log")
app.add_typer(stack.app, name="stack")
structure.add_structure_commands(app)
app.command("doctor")(doctor.doctor)
app.command("login")(login.login)
app.command("connect")(connect.connect)
app.command("test")(trial.try_out)
app.command("methods")(methods.methods)
app.command("reindex")(reindex.reindex)
app.command("signing")(signing.signing)
app.command("whatif")(whatif.whatif)


def _print_version(asked: bool | None) -> None:
    if asked:
        typer.echo(f"affino-mcp {VERSION}")
        raise typer.Exit


@app.callback()
def affino_mcp(
    ctx: typer.Context,
    *,
    connection: Annotated[Path | None, typer.Option(metavar="FILE", help="The service's connection file.")] = None,
    stack: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="A deployed stack instead, with this shell's AWS credentials and region."),
    ] = None,
    version: Annotated[bool | None, typer.Option("--version", callback=_print_version, is_eager=True)] = None,  # noqa: ARG001
) -> None:
    """Operate an Affino MCP service.

    Commands work on the service named in .local/connection.json of this folder, in --connection FILE, or deployed as
    the CloudFormation stack --stack NAME.
    """
    remember_target(ctx, connection, stack)


def main() -> None:
    """The entry point of the `affino-mcp` command; characters that the terminal cannot show are printed as escapes."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    app()
