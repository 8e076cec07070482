"""The summary of tasks: counts by owner, status or timing."""

from __future__ import annotations

from typing import Final

from affino_mcp.catalogue.families.summaries import GROUP_BY
from affino_mcp.catalogue.families.tasks import OWNER, TASK, TASK_STATUS
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import Method
from affino_mcp.instance.builtin.crm import due_dates, tasks
from affino_mcp.instance.builtin.crm.group_names import find_record_names
from affino_mcp.instance.builtin.engine.document import Document
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.listing.filtered_records import iterate_filtered, require_plan_targets
from affino_mcp.instance.builtin.listing.summaries import MAX_SUMMARISED, Grouping, GroupKey, summarise
from affino_mcp.instance.builtin.listing.summary_filters import read_filters
from affino_mcp.instance.port import Call, Done

_NOT_OPEN: Final = "not open"


def summarise_tasks(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Answers how many tasks the filters let through, by groups. Of timings, a task that is not open has none of its own."""
    filters = read_filters(records, method, values, call)
    plan = tasks.plan_list(records, filters, call)
    require_plan_targets(records, plan, call)
    names = find_record_names("contacts")
    grouping = Grouping(
        lambda documents: {each.code: (_find_group(call, each, values[GROUP_BY]),) for each in documents},
        lambda codes: names(records, codes),
    )
    return summarise(iterate_filtered(records, plan, filters, call, MAX_SUMMARISED), grouping, call)


def _find_group(call: Call, task: Document, by: str) -> GroupKey:
    if by == "Timing":
        return _find_timing(call, task)
    found: GroupKey = task.values[{"Owner": OWNER.name, "Status": TASK_STATUS.name}[by]]
    return found


def _find_timing(call: Call, task: Document) -> str | None:
    """The timing of an open task, None without a due date; one word for all that are not open."""
    if task.values[TASK_STATUS.name] not in tasks.OPEN_STATUSES:
        return _NOT_OPEN
    due = task.values.get(TASK.due)
    return due_dates.find_timing(due, call) if due else None
