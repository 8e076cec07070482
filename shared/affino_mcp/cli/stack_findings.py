"""The findings of `affino-mcp stack check`: whether a deployed stack is as this version of the command needs it."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from affino_mcp import VERSION
from affino_mcp.cli.checks import check_layout
from affino_mcp.cli.service import Service
from affino_mcp.cli.stack_costs import price_snapshot
from affino_mcp.local.tables import LocalTable, has_same_shape, read_tables
from affino_mcp.settings import Settings
from affino_mcp.store.stack_inventory import FunctionVersion, StackInventory
from affino_mcp.store.stacks import Stack
from affino_mcp.text import plural
from affino_mcp.value_class import value_class

TABLE_SETTINGS: Final = ("gate_table", "audit_table", "records_table", "words_table", "credentials_table")
_SETTLED: Final = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE")
_TAKEN_BACK: Final = "UPDATE_ROLLBACK_COMPLETE"
_ADDED_LATER: Final = "GlobalSecondaryIndexes"
"""The part of a table that a deployment can change; its keys and local indexes are those that it was made with."""


class FindingState(StrEnum):
    """Green: as it must be. Note: allowed, and worth knowing. Red: to be mended."""

    GREEN = "green"
    NOTE = "note"
    RED = "red"


@value_class
class StackFinding:
    """One thing that was looked at: what was seen, and what to do if anything."""

    name: str
    state: FindingState
    seen: str
    fix: str = ""


def find_stack_state(service: Service, stack: Stack, found: StackInventory, template: Path) -> Iterator[StackFinding]:
    """Gives a finding for each thing that is looked at. `template` is the template of this version."""
    yield _check_version(stack)
    yield _check_status(stack)
    yield from _check_tables(service.settings, found, template)
    if not service.settings.instance_url:
        layout = check_layout(service)
        yield StackFinding(layout.name, FindingState.GREEN if layout.ok else FindingState.RED, layout.seen, layout.fix)
    yield _check_old_versions(found.versions)
    yield _check_who_is_told(stack)
    for part, reason in found.unseen.items():
        seen = f"AWS does not let these credentials see it ({reason})"
        yield StackFinding(part, FindingState.RED, seen, "Use a role that may (docs/operating.md names the rights).")


def _check_version(stack: Stack) -> StackFinding:
    runs = stack.outputs.get("Version", "")
    if runs == VERSION:
        return StackFinding("version", FindingState.GREEN, f"{runs}, as this command")
    seen = f"the stack runs {runs or 'a version before its output Version'}, this command is {VERSION}"
    fix = "Deploy this version, or use the command of the stack's version."
    return StackFinding("version", FindingState.RED, seen, fix)


def _check_status(stack: Stack) -> StackFinding:
    if stack.status in _SETTLED:
        return StackFinding("status", FindingState.GREEN, stack.status)
    if stack.status.endswith("_IN_PROGRESS"):
        return StackFinding(
            "status", FindingState.RED, f"{stack.status}: it is being changed", "Wait until it is over."
        )
    seen = f"{stack.status}: the last deployment was taken back" if stack.status == _TAKEN_BACK else stack.status
    fix = f"'aws cloudformation describe-stack-events --stack-name {stack.name}' says why."
    return StackFinding("status", FindingState.RED, seen, fix)


def _check_tables(settings: Settings, found: StackInventory, template: Path) -> Iterator[StackFinding]:
    wanted = {table.name: table for table in read_tables(template, settings)}
    for name, there in found.tables.items():
        yield _check_table(name, there, wanted[name])


def _check_table(name: str, there: dict[str, Any] | None, wanted: LocalTable) -> StackFinding:
    if there is None:
        fix = "Restore it, and deploy with its Existing... parameter (docs/deploying.md)."
        return StackFinding(f"table {name}", FindingState.RED, "it does not exist", fix)
    if has_same_shape(there, wanted):
        return StackFinding(f"table {name}", FindingState.GREEN, "keys and indexes as this version needs them")
    if has_same_shape(_drop_added_later(there), LocalTable(_drop_added_later(wanted.create), wanted.expires_by)):
        return StackFinding(f"table {name}", FindingState.RED, "its global indexes differ", "Deploy this version.")
    fix = "Do not deploy this version here: it would make an empty table. Its release notes say how to move."
    return StackFinding(f"table {name}", FindingState.RED, "its keys or local indexes differ", fix)


def _drop_added_later(description: dict[str, Any]) -> dict[str, Any]:
    return {part: value for part, value in description.items() if part != _ADDED_LATER}


def _check_old_versions(versions: list[FunctionVersion]) -> StackFinding:
    old = [one for one in versions if not one.is_live]
    if not old:
        return StackFinding("old versions", FindingState.GREEN, "none is left")
    dollars = sum(price_snapshot(one.snapshot_gb) for one in old)
    seen = f"{plural(len(old), 'old version')} of functions, ${dollars:.2f} a month for snapshots"
    fix = "; ".join(
        f"aws lambda delete-function --function-name {one.function} --qualifier {one.number}" for one in old
    )
    return StackFinding("old versions", FindingState.NOTE, seen, fix)


def _check_who_is_told(stack: Stack) -> StackFinding:
    told = stack.outputs.get("AlarmsTell", "not told by this stack")
    given = stack.parameters.get("AlarmTopicArn") or stack.parameters.get("AlarmEmail")
    if given:
        return StackFinding("alarms", FindingState.GREEN, f"they tell {told}")
    fix = "Deploy with AlarmEmail or AlarmTopicArn."
    return StackFinding("alarms", FindingState.NOTE, "they tell nobody and show in the console alone", fix)
