"""`affino-mcp purge`: erases what a person asks to have erased."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Final

import typer

from affino_mcp.admin.operator_audit import NO_PROFILE, ActionSubject
from affino_mcp.audit.row import RETENTION_DAYS
from affino_mcp.cli.confirming import require_yes
from affino_mcp.cli.journal import audit_command
from affino_mcp.cli.options import ConnectionOption, JsonOption
from affino_mcp.cli.output import print_fields, print_json, print_note
from affino_mcp.cli.service import Service, open_service
from affino_mcp.cli.unfinished import Unfinished
from affino_mcp.instance.upkeep import ErasurePlan, ErasureState
from affino_mcp.store.faults import StoreUnavailable

app = typer.Typer(no_args_is_help=True, help="Erasure on request: removes for good what is kept about somebody.")

KEPT: Final = {
    "API Log": f"the rows of calls on the contact, {RETENTION_DAYS} days, as proof of who did what; names and addresses that"
    " callers wrote stand in them, secrets and long texts do not",
    "answers": "answers kept for repeated calls with an IdempotencyKey, 24 hours; they expire by themselves",
    "backups": "the table's own backups (point in time), 35 days in a deployment; they expire by themselves",
    "code": "the contact's code with the dates of deletion and erasure, so that nothing takes its place",
}
"""What an erasure keeps, and why."""


@app.callback()
def purge() -> None:
    """Erasure on request: removes for good what is kept about somebody."""


@app.command()
def contact(
    ctx: typer.Context,
    code: Annotated[int, typer.Argument(metavar="CODE", help="The contact's UserCode.", min=1, max=2**53 - 1)],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be removed; change nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: JsonOption = False,
    connection: ConnectionOption = None,
) -> None:
    """Erase a contact: record, history, links, consents, memberships, e-mail address. It cannot be undone.

    Says what is removed, what is kept and why, and which records still name the contact. An erasure that was broken off is
    finished by the same command. A member of staff, and an account's primary contact, is refused.

    Example: affino-mcp purge contact 12 --dry-run
    """
    service = open_service(ctx, connection)
    found = service.contact_erasure.plan(code)
    if dry_run:
        _print_plan(found, "dry_run", as_json=as_json)
        return
    if not yes:
        _print_notes(found)
        require_yes(f"{found.title} would be erased for good.", f"{found.title} is erased for good.", as_json=as_json)
    subject = ActionSubject(NO_PROFILE, "Command line", f"contacts#{code}")
    with audit_command(service, "purge_contact", subject, {"state": found.state}, {"state": ErasureState.ERASED}):
        found = _erase(service, code)
    _print_plan(found, "erased", as_json=as_json)


def _erase(service: Service, code: int) -> ErasurePlan:
    try:
        return service.contact_erasure.erase(code, service.clock())
    except StoreUnavailable as error:
        text = "The service's stores stopped answering: the erasure may be done in part."
        raise Unfinished(text, next="Say the same command again; it goes on where this one ended.") from error


def _print_plan(found: ErasurePlan, outcome: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"outcome": outcome, **asdict(found), "kept": KEPT})
        return
    done = "Would be removed" if outcome == "dry_run" else "Removed"
    print_fields({"contact": found.title, "was": found.state, **{f"{done}: {n}": v for n, v in found.removed.items()}})
    _print_notes(found)


def _print_notes(found: ErasurePlan) -> None:
    for name, why in KEPT.items():
        print_note(f"Kept, {name}: {why}.")
    for family, codes in found.named_by.items():
        listed = ", ".join(map(str, codes))
        print_note(
            f"Still naming the contact's code, {family}: {listed}. Look whether their texts speak of the person."
        )
