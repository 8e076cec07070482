"""`affino-mcp local`: starts, shows and stops the whole service on this machine."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from affino_mcp.cli.options import ConnectionOption, JsonOption
from affino_mcp.cli.output import print_fields, print_json
from affino_mcp.cli.target import connection_file
from affino_mcp.cli.ways_in import print_ways_in
from affino_mcp.clock import utc_now
from affino_mcp.local import background
from affino_mcp.local.connection import Connection, read_connection
from affino_mcp.local.places import CONNECTION_FILE, DEFAULT_PORT, STATE_FOLDER
from affino_mcp.local.plan import LocalPlan
from affino_mcp.local.process import DidNotStart
from affino_mcp.local.progress import show_progress
from affino_mcp.local.run import RunningService, run_local_service

app = typer.Typer(no_args_is_help=True, help="The whole service on this machine, with a demo instance.")

StateOption = Annotated[Path, typer.Option("--state", metavar="FOLDER", help="Where its state is kept.")]
_POLL_SECONDS = 0.5


@app.command()
def up(
    ctx: typer.Context,
    *,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Where it listens, on 127.0.0.1.")] = DEFAULT_PORT,
    state: StateOption = STATE_FOLDER,
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget the state first and start empty.")] = False,
    foreground: Annotated[bool, typer.Option("--foreground", help="Stay until Ctrl-C.")] = False,
    remote: Annotated[
        bool, typer.Option("--remote", help="Two services: the instance, and one in front of it.")
    ] = False,
    as_json: JsonOption = False,
    connection: ConnectionOption = None,
) -> None:
    """Start the service; shows the endpoint and the demo's credentials when it is ready. State survives a stop.

    Example: affino-mcp local up --port 8642
    """
    plan = LocalPlan(port, state, connection or connection_file(ctx) or CONNECTION_FILE, fresh, remote)
    if foreground:
        _run_in_foreground(plan, as_json=as_json)
        return
    with show_progress(quiet=as_json) as say:
        found = background.start_in_background(plan, say)
    _print_connection(found, plan, as_json=as_json)


@app.command()
def down(
    *,
    state: StateOption = STATE_FOLDER,
    as_json: JsonOption = False,
    connection: ConnectionOption = None,  # noqa: ARG001 (every command takes it)
) -> None:
    """Stop the service and save its state.

    Example: affino-mcp local down
    """
    stopped = background.stop_service(state)
    if as_json:
        print_json({"stopped": stopped})
    else:
        typer.echo("The local service has stopped; its state is saved." if stopped else "No local service was running.")


@app.command()
def status(
    *,
    state: StateOption = STATE_FOLDER,
    as_json: JsonOption = False,
    connection: ConnectionOption = None,  # noqa: ARG001 (every command takes it)
) -> None:
    """Whether the service runs; exit code 1 when it does not.

    Example: affino-mcp local status --json
    """
    found = background.read_status(state)
    document: dict[str, Any] = asdict(found) | {"connection": str(found.connection) if found.connection else None}
    if found.connection:
        reached = read_connection(found.connection)
        document |= {"mcp_url": reached.mcp_url, "login_url": reached.login_url}
    if as_json:
        print_json(document)
    else:
        print_fields(document)
    if not found.ready:
        raise typer.Exit(1)


def _run_in_foreground(plan: LocalPlan, *, as_json: bool) -> None:
    with _end_at_signals(), ExitStack() as stack:
        with show_progress(quiet=as_json) as say:
            service = stack.enter_context(run_local_service(plan, say))
        _print_connection(service.connection, plan, as_json=as_json)
        _wait_until_ended(service)


@contextmanager
def _end_at_signals() -> Iterator[None]:
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


def _wait_until_ended(service: RunningService) -> None:
    while (ended := service.find_ended()) is None:
        time.sleep(_POLL_SECONDS)
    raise DidNotStart(f"The {ended.name} has ended by itself. The end of {ended.log}:\n{ended.read_log_end()}")


def _print_connection(found: Connection, plan: LocalPlan, *, as_json: bool) -> None:
    if as_json:
        print_json(asdict(found))
    else:
        print_ways_in(found, plan, utc_now())
