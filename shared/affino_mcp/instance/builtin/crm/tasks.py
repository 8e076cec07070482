"""Tasks on the builtin instance."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, Final

from affino_mcp.catalogue.families.notes import NOTE
from affino_mcp.catalogue.families.tasks import FROM_NOTE, OWNER, OWNER_FILTER, TASK, TASK_PENDING, TASK_STATUS
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import Method
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.clock import format_iso
from affino_mcp.instance.builtin.access.ownership import require_ownership
from affino_mcp.instance.builtin.crm import due_dates, subject_record
from affino_mcp.instance.builtin.engine.change_journal import short_history_value
from affino_mcp.instance.builtin.engine.document import HISTORY_SK, Document, RecordState, new_document
from affino_mcp.instance.builtin.engine.index import Facets
from affino_mcp.instance.builtin.engine.records import KnownRecords, Records
from affino_mcp.instance.builtin.listing import filter_targets, listing
from affino_mcp.instance.builtin.listing.date_ranges import with_date_ranges
from affino_mcp.instance.builtin.listing.filter_targets import find_targets
from affino_mcp.instance.builtin.listing.pages import ListPlan
from affino_mcp.instance.builtin.listing.partition_merge import narrow_to_groups
from affino_mcp.instance.builtin.references import references
from affino_mcp.instance.builtin.references.references import render_record
from affino_mcp.instance.port import Call, Done
from affino_mcp.store.ops import Query, SortSpan

FAMILY: Final = TASK.family
CODE: Final = TASK.code
OPEN_STATUSES: Final = (TASK_PENDING, "in_progress")
COMPLETED_STATUS: Final = "completed"
MAX_HISTORY_ENTRIES: Final = 20


def facets(stored: RecordState) -> Facets:
    """Facets of a task."""
    document = stored.document
    status = document.values[TASK_STATUS.name]
    rows = [f"owner={document.values[OWNER.name]}", f"status={status}"]
    rows += [subject_record.scope_facet(family, code) for family, code in subject_record.subject_refs(document)]
    return Facets((*rows, "open") if status in OPEN_STATUSES else tuple(rows))


def list_tasks(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Lists tasks; a list with a due filter comes in the order of due dates."""
    return listing.list_records(records, plan_list(records, values, call), values, call)


def plan_list(records: Records, values: Values, call: Call) -> ListPlan:
    """The list that the filters among the values ask for."""
    owners = (values.get(OWNER.name), call.actor.user_code if values.get("Mine") else None)
    rows = [*subject_record.scope_facets(values), *(f"owner={owner}" for owner in dict.fromkeys(owners) if owner)]
    rows += [f"status={values[TASK_STATUS.name]}"] if values.get(TASK_STATUS.name) else []
    rows += ["open"] if _asks_for_open(values) else []
    due = due_dates.make_due_filter(values, call)
    plan = ListPlan(
        TASK,
        tuple(rows),
        due=due.span if due else None,
        fits_due=lambda date: due is None or due.fits(date),
        derive=lambda document, known: _derived_attributes(call, document, known),
        extra_refs=subject_record.subject_refs,
        targets=(
            *find_targets(call, values, dict.fromkeys((OWNER.name, OWNER_FILTER.name), filter_targets.STAFF)),
            *subject_record.find_subject_targets(call, values),
        ),
    )
    group = tuple(f"owner={code}" for code in values.get(OWNER_FILTER.name, ()))
    return with_date_ranges(records, narrow_to_groups(plan, [group], _has_many_tasks), values, call)


def _has_many_tasks(facet: str) -> bool:
    """True for a facet that tasks of everybody have."""
    return facet.startswith(("open", "status="))


def _asks_for_open(values: Values) -> bool:
    """True for a timing that only open tasks have; those due today are asked for by their Status too."""
    timing = values.get("Timing")
    return timing in due_dates.OPEN_TIMINGS and not (timing == "today" and TASK_STATUS.name in values)


def _derived_attributes(call: Call, document: Document, known: KnownRecords) -> dict[str, Any]:
    due, status = document.values.get("DueDate"), document.values[TASK_STATUS.name]
    overdue = due is not None and status in OPEN_STATUSES and due_dates.is_over(due, call)
    return {**subject_record.render_scope(call, document, known), "Overdue": overdue}


def render_task(
    records: Records, call: Call, stored: RecordState, have: KnownRecords | None = None, **more: Any
) -> dict[str, Any]:
    """Renders the full task with its subject record."""
    document = stored.document
    subject = subject_record.subject_refs(document)
    wanted = [*references.reference_targets(call, [document]), *subject]
    known = records.load_documents(wanted, have, even_deleted=subject)
    return render_record(call, document, known, **_derived_attributes(call, document, known), **more)


def get_task(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Answers one task with its history, newest change first."""
    stored = records.require_record(FAMILY, CODE, values[CODE], TASK.words)
    history = Query(
        records.table,
        stored.document.key.pk,
        span=SortSpan(prefix=HISTORY_SK),
        forward=False,
        limit=MAX_HISTORY_ENTRIES,
    )
    entries = [_render_entry(item) for item in records.db.query(history).items]
    return Done({"Task": render_task(records, call, stored, History=entries)}, stored.document.ref)


def _render_entry(item: dict[str, Any]) -> dict[str, Any]:
    entry = json.loads(item["entry"])
    changes = [
        {"Attribute": n, "Before": short_history_value(entry["before"].get(n)), "After": short_history_value(after)}
        for n, after in entry["after"].items()
    ]
    return {"Date": item["at"], "By": item["by"], "Changes": changes}


def create_task(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Creates a pending task, assigned to the acting person unless the call names another owner."""
    change = records.start_change(method, values, call)
    values = _with_note(records, values)
    if not values.get(OWNER.name):
        text = f"The task is assigned to {call.actor.name}, for whom you act."
        call.warn(WarningCode.DEFAULTED, OWNER.name, text)
    checked, known = references.check_references(records, change, TASK, values)
    scope, about = subject_record.check_scope(records, change, values)
    code = records.codes.take_code(FAMILY, change)
    defaults = {**TASK.defaults, OWNER.name: call.actor.user_code}
    task = RecordState(new_document(FAMILY, code, call, defaults | checked, Scope=scope, CompletedDate=None))
    records.save_record(change, None, task)
    return change.commit({"Task": render_task(records, call, task, known | about)})


def _with_note(records: Records, values: Values) -> Values:
    """The values with the memo and the record of the note that the call names, where it gives none. Raises NotFound."""
    code = values.get(FROM_NOTE.name)
    if code is None:
        return values
    note = records.require_record(NOTE.family, FROM_NOTE.name, code, NOTE.words).document
    scope = {} if subject_record.find_scope(values) else subject_record.scope_arguments(note) or {}
    return {"Memo": note.values["Body"], **scope, **values}


def update_task(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Updates the given attributes of a task; completing the task sets CompletedDate."""
    before = records.require_record(FAMILY, CODE, values[CODE], TASK.words)
    require_ownership(call, before.document)
    change = records.start_change(method, values, call)
    checked, known = references.check_references(records, change, TASK, values)
    moved, about = subject_record.read_move(records, change, values)
    stamp = _completion_stamp(call, before.document, checked)
    document = before.document.next_version(call, checked, **stamp, **moved)
    noted = subject_record.noted_move(before.document, document)
    if document.values == before.document.values and not noted:
        return change.no_change({"Task": render_task(records, call, before, known)}, document.ref)
    after = replace(before, document=document)
    records.save_record(change, before, after, **noted)
    return change.commit({"Task": render_task(records, call, after, known | about)})


def _completion_stamp(call: Call, document: Document, checked: Values) -> dict[str, Any]:
    status = checked.get(TASK_STATUS.name)
    if status is None or status == document.values[TASK_STATUS.name]:
        return {}
    return {"CompletedDate": format_iso(call.at) if status == COMPLETED_STATUS else None}


def delete_task(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Deletes a task."""
    before = records.require_record(FAMILY, CODE, values[CODE], TASK.words)
    require_ownership(call, before.document)
    change = records.start_change(method, values, call)
    records.save_record(change, before, before.deleted_by(call))
    return change.commit({CODE: values[CODE], "Deleted": True})
