"""`affino-mcp record`: what was deleted, a record and its history in short, and the restore."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Final

import typer

from affino_mcp.admin.operator_audit import NO_PROFILE, ActionSubject
from affino_mcp.admin.operator_call_log import OperatorCallLog
from affino_mcp.admin.restore_words import describe_deletion, describe_plan, title_record
from affino_mcp.catalogue.families.history import HISTORY_FAMILIES
from affino_mcp.catalogue.families.shared import RESTORE_DAYS
from affino_mcp.cli.confirming import ask_on_terminal
from affino_mcp.cli.journal import audit_command, operator_name
from affino_mcp.cli.options import ConnectionOption, JsonOption
from affino_mcp.cli.output import print_fields, print_json, print_note, print_table
from affino_mcp.cli.service import Service, open_service
from affino_mcp.cli.words import parse_moment
from affino_mcp.errors import AffinoError
from affino_mcp.gate.identity.person import is_user_code
from affino_mcp.instance.port import RecordRef
from affino_mcp.instance.record_restorer import DeletedRecord, RecordPresence, RestorePlan
from affino_mcp.instance.upkeep import Operator

app = typer.Typer(no_args_is_help=True, help="Records: what was deleted, and its restore.")
RecordFamily = StrEnum("RecordFamily", {kind: kind for kind in HISTORY_FAMILIES})  # type: ignore[misc]
RefArgument = Annotated[str, typer.Argument(metavar="FAMILY#CODE", help="The record, like accounts#41.")]
MAX_LISTED: Final = 1000
"""How many deleted records one command lists."""


class RestoreRefused(AffinoError):
    """The record cannot be restored; the message gives every reason."""

    type = "conflict"
    status: ClassVar[int] = 409


@app.callback()
def record() -> None:
    """Records: what was deleted, and its restore."""


@app.command()
def deleted(
    ctx: typer.Context,
    *,
    since: Annotated[str, typer.Option("--since", metavar="TIME", help="10m, 2h, 7d, or an ISO time.")] = "7d",
    family: Annotated[RecordFamily | None, typer.Option("--family", help="One kind of record.")] = None,
    as_json: JsonOption = False,
    connection: ConnectionOption = None,
) -> None:
    """List deleted records that can be restored, the newest day first: at most 1,000, and 30 days back.

    Example: affino-mcp record deleted --since 7d --family accounts --json
    """
    service = open_service(ctx, connection)
    now = service.clock()
    begins = parse_moment(since, now, "--since") or now
    found, more = _list_deleted(service, begins, now, str(family) if family else None)
    if as_json:
        print_json({"records": [asdict(each) for each in found], "more": more})
        return
    rows = [(each.record, each.name, each.deleted[:16], each.by, each.restorable_until[:10]) for each in found]
    print_table(["Record", "Name", "Deleted (UTC)", "By", "Restorable until"], rows, "Nothing was deleted.")
    if more:
        print_note(f"More than {MAX_LISTED}: say a later --since, or --family.")


def _list_deleted(
    service: Service, since: datetime, now: datetime, family: str | None
) -> tuple[list[DeletedRecord], bool]:
    """The deleted records, and whether there are more."""
    page = service.record_restorer.list_deleted(since, now, family)
    found = list(page.records)
    while page.next and len(found) < MAX_LISTED:
        page = service.record_restorer.list_deleted(since, now, family, page.next)
        found += page.records
    return found[:MAX_LISTED], bool(page.next) or len(found) > MAX_LISTED


@app.command()
def show(
    ctx: typer.Context, ref: RefArgument, *, as_json: JsonOption = False, connection: ConnectionOption = None
) -> None:
    """Show a record, deleted or not: its values, and its history in short.

    Example: affino-mcp record show accounts#41 --json
    """
    service = open_service(ctx, connection)
    place = _parse_ref(ref)
    found = service.record_restorer.show(place)
    plan = service.record_restorer.plan(place, service.clock()) if found.presence is RecordPresence.DELETED else None
    if as_json:
        print_json({**asdict(found), "restore": asdict(plan) if plan else None})
        return
    head = {"record": title_record(found.kind, found.record, found.name or ""), "is": str(found.presence)}
    print_fields({**head, **(found.values or {})})
    lines = [(line.version, line.at[:16], line.by, line.kind, line.tool, line.attributes) for line in found.history]
    print_table(["Version", "When (UTC)", "By", "Change", "Tool", "Attributes"], lines, "No history.")
    if plan:
        _print_plan(plan)


@app.command()
def restore(
    ctx: typer.Context,
    ref: RefArgument,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what it would do; change nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask on a terminal.")] = False,
    as_json: JsonOption = False,
    connection: ConnectionOption = None,
) -> None:
    """Restore a deleted record, for 30 days after its deletion, whoever deleted it.

    Says first what comes back with it, and what does not and why. Its history names you.

    Example: affino-mcp record restore accounts#41 --dry-run
    """
    service = open_service(ctx, connection)
    place = _parse_ref(ref)
    plan = service.record_restorer.plan(place, service.clock())
    title = title_record(plan.deletion.kind, plan.deletion.record, plan.deletion.name)
    if plan.hindrances:
        raise RestoreRefused(" ".join(plan.hindrances), hindrances=list(plan.hindrances))
    if dry_run:
        _print_outcome("dry_run", f"{title} would be restored.", plan, as_json=as_json)
        return
    if not yes:
        _print_plan(plan)
        ask_on_terminal(f"{title} is restored.", as_json=as_json)
    _restore(service, place, plan)
    _print_outcome("restored", f"{title} is restored.", plan, as_json=as_json)


def _restore(service: Service, ref: RecordRef, plan: RestorePlan) -> None:
    subject = ActionSubject(NO_PROFILE, "Command line", str(ref))
    before, after = {"State": "deleted", "Version": plan.version}, {"State": "restored", "Version": plan.version + 1}
    with audit_command(service, "restore_record", subject, before, after) as action:
        by = Operator(operator_name(service))
        service.record_restorer.restore(ref, plan.version, by, service.clock(), OperatorCallLog(action))


def _parse_ref(word: str) -> RecordRef:
    """The record of a reference. Raises BadParameter for any other text, and for a kind that does not exist."""
    family, _, code = word.partition("#")
    if family not in HISTORY_FAMILIES or not is_user_code(code):
        text = f"'{word}': say FAMILY#CODE, like accounts#41; families: {', '.join(HISTORY_FAMILIES)}"
        raise typer.BadParameter(text, param_hint="'FAMILY#CODE'")
    return RecordRef(family, int(code))


def _print_outcome(outcome: str, told: str, plan: RestorePlan, *, as_json: bool) -> None:
    if as_json:
        print_json({"outcome": outcome, **_plan_document(plan)})
        return
    typer.echo(told)
    _print_plan(plan)


def _plan_document(plan: RestorePlan) -> dict[str, Any]:
    return {**asdict(plan.deletion), **{name: value for name, value in asdict(plan).items() if name != "deletion"}}


def _print_plan(plan: RestorePlan) -> None:
    print_note(
        f"It was {describe_deletion(plan.deletion)}; {RESTORE_DAYS} days end on {plan.deletion.restorable_until[:10]}."
    )
    for line in (*describe_plan(plan), *plan.hindrances):
        print_note(line)
