"""`affino-mcp log digest` and `log verify`: closes windows of the API Log, and checks the log against their digests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from affino_mcp import housekeeping_wiring
from affino_mcp.admin.display import format_time
from affino_mcp.audit.integrity.digest_archive import DigestArchive
from affino_mcp.audit.integrity.log_check import LogCheck
from affino_mcp.audit.integrity.noted_end import read_noted_end
from affino_mcp.audit.integrity.verdict import WindowState, WindowVerdict
from affino_mcp.audit.integrity.window_rows import LogTable
from affino_mcp.cli.options import ConnectionOption, JsonOption
from affino_mcp.cli.output import print_json, print_note, print_table
from affino_mcp.cli.service import Service, open_service
from affino_mcp.cli.words import parse_moment
from affino_mcp.clock import format_iso
from affino_mcp.errors import AffinoError
from affino_mcp.local.progress import ShowStep, show_progress
from affino_mcp.store.signing import NoPublicKey, SignatureCheck
from affino_mcp.text import plural

VERDICT_COLUMNS: Final = ("From (UTC)", "To (UTC)", "Windows", "Rows", "Verdict")
DEFAULT_SPAN: Final = "24h"
_WINDOWS_PER_STEP: Final = 50
"""Windows after which the progress is shown again."""


class NoDigests(AffinoError):
    """The service makes no digests: it was started or deployed by an older version."""

    type = "no_digests"


def digest(
    ctx: typer.Context,
    *,
    now: Annotated[bool, typer.Option("--now", help="Close every window up to this moment too, before its time.")] = (
        False
    ),
    as_json: JsonOption = False,
    connection: ConnectionOption = None,
) -> None:
    """Sign what the API Log holds: make the digests that are due, which the service itself does every five minutes.

    With --stack your credentials must be allowed kms:Sign, and s3:PutObject on the digests.

    Example: affino-mcp log digest --now
    """
    service = open_service(ctx, connection)
    job = housekeeping_wiring.build_digest_job(service.stores, service.settings)
    if job is None:
        raise _no_digests()
    done = job.close_early(service.clock()) if now else job.close_due(service.clock())
    figures = {"windows": done.windows, "rows": done.rows, "late": done.late, "until": format_iso(done.end.ends)}
    if as_json:
        print_json(figures)
        return
    typer.echo(f"{plural(done.windows, 'window')} closed, with {plural(done.rows, 'row')}.")
    typer.echo(f"The API Log is signed up to {format_time(format_iso(done.end.ends))} UTC.")


def verify(
    ctx: typer.Context,
    *,
    since: Annotated[str, typer.Option(metavar="TIME", help="10m, 2h, 30d, or an ISO time.")] = DEFAULT_SPAN,
    key: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="The public key of the digests (PEM); without it, the service's own is used."
        ),
    ] = None,
    as_json: JsonOption = False,
    connection: ConnectionOption = None,
) -> None:
    """Is the API Log untouched? Compares its rows with their signed digests; exit code 1 when a window is not as it was.

    Says ok, changed ID, missing n, added ID, no digest, bad signature, chain broken or expired (older than rows are
    kept) of each window of five minutes. Rows after the last window are not signed yet.

    Example: affino-mcp log verify --since 7d
    """
    service = open_service(ctx, connection)
    moment = service.clock()
    begins = parse_moment(since, moment, "--since") or moment
    check = _make_check(service, key)
    with show_progress(quiet=as_json) as say:
        verdicts = list(_show_steps(check.verify(begins, moment), say))
    if as_json:
        print_json([verdict_document(verdict) for verdict in verdicts])
    else:
        _print_verdicts(verdicts)
    if not all(verdict.is_sound for verdict in verdicts):
        raise typer.Exit(1)


def add_digest_commands(app: typer.Typer) -> None:
    """Adds both commands to the app of `log`."""
    for command in (digest, verify):
        app.command()(command)


def verdict_document(verdict: WindowVerdict) -> dict[str, Any]:
    """The verdict as JSON: the window, what is said of it, and the ids of the rows it is said of."""
    return {
        "from": format_iso(verdict.begins),
        "to": format_iso(verdict.ends),
        "rows": verdict.rows,
        "states": [state.value for state in verdict.states],
        "verdict": verdict.words,
        "changed": list(verdict.found.changed),
        "missing": list(verdict.found.missing),
        "added": list(verdict.found.added),
        "late": list(verdict.found.late),
    }


def _make_check(service: Service, key: Path | None) -> LogCheck:
    stores, settings = service.stores, service.settings
    if stores.archive is None or (stores.signer is None and key is None):
        raise _no_digests()
    pem = key.read_text(encoding="utf-8", errors="replace") if key else None
    try:
        found = SignatureCheck(pem if pem is not None else stores.signer.public_key() if stores.signer else "")
    except NoPublicKey:
        raise typer.BadParameter("it is no public key of the digests (PEM, P-256)", param_hint="'--key'") from None
    known = read_noted_end(stores.database, settings.audit_table)
    return LogCheck(LogTable(stores.database, settings.audit_table), DigestArchive(stores.archive), found, known)


def _no_digests() -> NoDigests:
    return NoDigests("This service signs no digests. Start or deploy it again with this version.")


def _show_steps(verdicts: Iterable[WindowVerdict], say: ShowStep) -> Iterator[WindowVerdict]:
    """The same verdicts; says now and then how far the check has come."""
    for number, verdict in enumerate(verdicts, 1):
        if number % _WINDOWS_PER_STEP == 0:
            say(f"checked up to {format_time(format_iso(verdict.ends))} UTC ({number} windows)")
        yield verdict


@dataclass
class _VerdictLine:
    """One line for people: a window, or windows in a row that are as they were."""

    verdict: WindowVerdict
    ends: datetime
    windows: int = 1
    rows: int = 0

    def cells(self) -> tuple[object, ...]:
        times = (format_time(format_iso(moment)) for moment in (self.verdict.begins, self.ends))
        return (*times, self.windows, self.rows, self.verdict.words)


def _print_verdicts(verdicts: list[WindowVerdict]) -> None:
    lines: list[_VerdictLine] = []
    for verdict in verdicts:
        last = lines[-1] if lines else None
        if last and last.verdict.states == verdict.states == [WindowState.OK]:
            last.ends, last.windows, last.rows = verdict.ends, last.windows + 1, last.rows + verdict.rows
        else:
            lines.append(_VerdictLine(verdict, verdict.ends, rows=verdict.rows))
    print_table(VERDICT_COLUMNS, [line.cells() for line in lines], "No window of this time is closed yet.")
    late = [id_ for verdict in verdicts for id_ in verdict.found.late]
    if late:
        print_note(f"Came after their window was closed, and listed by a later digest: {', '.join(late)}.")
    if verdicts and verdicts[-1].found.added:
        print_note(
            "A call that was under way when its window was closed early is 'added' until the next digest lists it."
        )
    if verdicts:
        print_note(f"Checked up to {format_time(format_iso(verdicts[-1].ends))} UTC. Later rows are not signed yet.")
