"""What became of the items of a call of many, as its answer tells it: one row for each in order, and totals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from typing import Any, Final

from affino_mcp.catalogue.families.many_records import ITEMS
from affino_mcp.catalogue.item_status import OUTCOME, TOTALS, ItemStatus
from affino_mcp.catalogue.record import Record
from affino_mcp.catalogue.warning import CallWarning, WarningCode
from affino_mcp.instance.port import Call, Done, RecordRef
from affino_mcp.text import plural
from affino_mcp.tool_errors import ToolError
from affino_mcp.value_class import value_class

ITEM: Final = "Item"
AFTER: Final = "After"
"""What names the earlier item, on the same record, on which a dry run of this one depends."""
MAX_TOLD_WARNINGS: Final = 20
"""How many different warnings of items an answer tells."""
MAX_NAMED_ITEMS: Final = 10
"""How many items a warning names."""
_SAID_BY_STATUS: Final = (WarningCode.DRY_RUN, WarningCode.NO_CHANGE, WarningCode.REPLAYED)


@value_class
class ItemOutcome:
    """What became of one item: its row of the answer, its warnings, and whether something was written."""

    place: int
    status: ItemStatus
    row: Mapping[str, Any] = field(default_factory=dict)
    warnings: Sequence[CallWarning] = ()
    sealed: bool = False

    def to_row(self) -> dict[str, Any]:
        """The row of the answer."""
        return {ITEM: self.place, OUTCOME: self.status.value, **self.row}


def describe_done(record: Record | None, done: Done, *, is_new: bool) -> dict[str, Any]:
    """The code and the name of the record that an item made or changed; a dry run's new record (`is_new`) has no code.

    Of an undo, which is about no one kind of record: what was undone.
    """
    if record is None:
        return dict(done.body.get("Undone", {}))
    found = done.body.get(record.name)
    named = found if isinstance(found, dict) else {}
    name = " ".join(str(named[part]) for part in record.label if named.get(part))
    code = {record.code: RecordRef.parse(done.record).code} if done.record and not is_new else {}
    return code | ({"Name": name} if name else {})


def find_status(done: Done, warnings: Iterable[CallWarning], *, is_dry_run: bool) -> ItemStatus:
    """The status of an item that was carried out without an error."""
    told = {warning["Code"] for warning in warnings}
    if done.sealed or WarningCode.REPLAYED in told:
        return ItemStatus.DONE
    if is_dry_run and WarningCode.NO_CHANGE not in told:
        return ItemStatus.POSSIBLE
    return ItemStatus.UNCHANGED


def describe_refusal(error: ToolError) -> dict[str, Any]:
    """An error as one row tells it: code, type, message, argument, and the codes of the records that it names."""
    named = {name: value for name, value in error.details.items() if name == "argument" or isinstance(value, int)}
    return {"Error": {"code": error.code, "type": error.type, "message": error.message, **named}}


def answer_items(call: Call, outcomes: Sequence[ItemOutcome]) -> dict[str, Any]:
    """The body of the answer; the call is warned of what its items were warned of, and of those that were refused."""
    _warn_of_refused(call, outcomes)
    _repeat_warnings(call, outcomes)
    counts = Counter(outcome.status for outcome in outcomes)
    totals = {status.value: counts[status] for status in ItemStatus if counts[status]}
    return {ITEMS.name: [outcome.to_row() for outcome in outcomes], TOTALS: {"asked": len(outcomes), **totals}}


def _warn_of_refused(call: Call, outcomes: Sequence[ItemOutcome]) -> None:
    refused = [outcome for outcome in outcomes if outcome.status is ItemStatus.REFUSED]
    if not refused:
        return
    told = [f"{o.place} ({o.row['Error']['type']})" for o in refused[:MAX_NAMED_ITEMS]]
    more = f" and {len(refused) - len(told)} more" if len(refused) > len(told) else ""
    text = f"{plural(len(refused), 'item')} of {len(outcomes)} refused: {', '.join(told)}{more}. See {ITEMS.name}."
    call.warn(WarningCode.INCOMPLETE, ITEMS.name, text)


def _repeat_warnings(call: Call, outcomes: Sequence[ItemOutcome]) -> None:
    """Tells each different warning of the items once, with the items that it is about."""
    about = dict[tuple[str, str, str], list[int]]()
    for outcome in outcomes:
        for each in outcome.warnings:
            if each["Code"] not in _SAID_BY_STATUS:
                about.setdefault((each["Code"], each["Argument"], each["Message"]), []).append(outcome.place)
    for (code, argument, message), places in list(about.items())[:MAX_TOLD_WARNINGS]:
        call.warn(WarningCode(code), argument, message, Items=places)
    if len(about) > MAX_TOLD_WARNINGS:
        text = f"{len(about) - MAX_TOLD_WARNINGS} further warnings about items are left out."
        call.warn(WarningCode.TRUNCATED, ITEMS.name, text)
