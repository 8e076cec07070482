"""`affino-mcp local`: starts, shows and stops the whole service on this machine."""

from __future__ import annotations

import shlex
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from affino_mcp.cli.options import AsJson, ConnectionFile
from affino_mcp.cli.output import print_fields, print_json, print_table
from affino_mcp.cli.service import file
from affino_mcp.connect.clients import claude_words
from affino_mcp.local import background
from affino_mcp.local.connection import Connection, read
from affino_mcp.local.places import CONNECTION, PORT, STATE
from affino_mcp.local.process import DidNotStart
from affino_mcp.local.progress import shown
from affino_mcp.local.run import Plan, Running, running

app = typer.Typer(no_args_is_help=True, help="The whole service on this machine, with a demo instance.")

StateFolder = Annotated[Path, typer.Option("--state", metavar="FOLDER", help="Where its state is kept.")]
_EVERY = 0.5


@app.command()
def up(
    ctx: typer.Context,
    *,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Where it listens, on 127.0.0.1.")] = PORT,
    state: StateFolder = STATE,
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget the state first and start empty.")] = False,
    foreground: Annotated[bool, typer.Option("--foreground", help="Stay until Ctrl-C.")] = False,
    as_json: AsJson = False,
    connection: ConnectionFile = None,
) -> None:
    """Start the service; shows the endpoint and the demo's credentials when it is ready. State survives a stop.

    Example: affino-mcp local up --port 8642
    """
    plan = Plan(port, state, connection or file(ctx) or CONNECTION, fresh)
    if foreground:
        _stay(plan, as_json=as_json)
        return
    with shown(quiet=as_json) as say:
        found = background.start(plan, say)
    _print(found, plan, as_json=as_json)


@app.command()
def down(*, state: StateFolder = STATE, as_json: AsJson = False, connection: ConnectionFile = None) -> None:  # noqa: ARG001
    """Stop the service and save its state.

    Example: affino-mcp local down
    """
    stopped = background.stop(state)
    if as_json:
        print_json({"stopped": stopped})
    else:
        typer.echo("The local service has stopped; its state is saved." if stopped else "No local service was running.")


@app.command()
def status(*, state: StateFolder = STATE, as_json: AsJson = False, connection: ConnectionFile = None) -> None:  # noqa: ARG001
    """Whether the service runs; exit code 1 when it does not.

    Example: affino-mcp local status --json
    """
    found = background.status(state)
    document: dict[str, Any] = asdict(found) | {"connection": str(found.connection) if found.connection else None}
    if found.connection:
        reached = read(found.connection)
        document |= {"mcp_url": reached.mcp_url, "login_url": reached.login_url}
    if as_json:
        print_json(document)
    else:
        print_fields(document)
    if not found.ready:
        raise typer.Exit(1)


def _stay(plan: Plan, *, as_json: bool) -> None:
    with _stopped_by_signals(), ExitStack() as stack:
        with shown(quiet=as_json) as say:
            service = stack.enter_context(running(plan, say))
        _print(service.connection, plan, as_json=as_json)
        _wait(service)


@contextmanager
def _stopped_by_signals() -> Iterator[None]:
    """Ends the body once, in order, at Ctrl-C, SIGTERM or a closed terminal; ignores further signals while it ends."""
    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def end(*_: object) -> None:
        for one in signals:
            signal.signal(one, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = [signal.signal(one, end) for one in signals]
    try:
        yield
    except KeyboardInterrupt:
        typer.echo("stopped; the state is saved", err=True)
    finally:
        for one, handler in zip(signals, before, strict=True):
            signal.signal(one, handler)


def _wait(service: Running) -> None:
    while (ended := service.ended()) is None:
        time.sleep(_EVERY)
    raise DidNotStart(f"The {ended.name} has ended by itself. The end of {ended.log}:\n{ended.last_words()}")


def _print(found: Connection, plan: Plan, *, as_json: bool) -> None:
    if as_json:
        print_json(asdict(found))
        return
    addresses = {"MCP endpoint": found.mcp_url, "Login": found.login_url, "Hub": f"{plan.url}/hub"}
    addresses |= {"Control Centre": f"{found.control_url} (as the person 'operator')"}
    print_fields(addresses | {"Connection": plan.connection} | found.headers)
    typer.echo()
    profiles = [(name, keys["key"], keys["secret"]) for name, keys in found.profiles.items()]
    print_table(("Profile", "API Key", "API Secret"), profiles, "")
    typer.echo()
    people = [(role, who["email"], who["password"], who["user_code"]) for role, who in found.people.items()]
    print_table(("Person", "E-mail", "Password", "User code"), people, "")
    typer.echo(f"\nConnect Claude Code:\n\n{claude_line(found)}\n")


def claude_line(found: Connection) -> str:
    """The shell command that connects Claude Code with the headers of the connection file."""
    return shlex.join(claude_words(found.mcp_url, found.headers))
