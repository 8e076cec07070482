"""Tasks on the builtin instance."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, Final

from affino_mcp.catalogue.families.tasks import OWNER, PENDING, STATUS, TASK
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import Method
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.clock import iso, precise
from affino_mcp.instance.builtin.access.ownership import must_own
from affino_mcp.instance.builtin.crm import subject_record
from affino_mcp.instance.builtin.engine.document import HISTORY_SK, Document, created
from affino_mcp.instance.builtin.engine.index import Facets
from affino_mcp.instance.builtin.engine.record_state import Stored
from affino_mcp.instance.builtin.engine.records import Known, Records
from affino_mcp.instance.builtin.listing import listing
from affino_mcp.instance.builtin.references import references
from affino_mcp.instance.builtin.references.rendering import full
from affino_mcp.instance.port import Call, Done
from affino_mcp.store.ops import Query, Span
from affino_mcp.tool_errors import InvalidArgument

FAMILY: Final = TASK.family
CODE: Final = TASK.code
OPEN: Final = (PENDING, "in_progress")
COMPLETED: Final = "completed"
MOST_HISTORY: Final = 20
_EARLIEST: Final = "0"
_LATEST: Final = "9999~"


def facets(stored: Stored) -> Facets:
    """Facets of a task."""
    document = stored.document
    status = document.values[STATUS.name]
    rows = [f"owner={document.values[OWNER.name]}", f"status={status}"]
    rows += [subject_record.facet(family, code) for family, code in subject_record.target(document)]
    return Facets((*rows, "open") if status in OPEN else tuple(rows))


def list_tasks(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Lists tasks; a list with a due filter comes in the order of due dates."""
    owners = (values.get(OWNER.name), call.actor.user_code if values.get("Mine") else None)
    rows = [*subject_record.asked(values), *(f"owner={owner}" for owner in dict.fromkeys(owners) if owner)]
    rows += [f"status={values[STATUS.name]}"] if values.get(STATUS.name) else []
    rows += ["open"] if values.get("Timing") in ("overdue", "upcoming") else []
    plan = listing.Plan(
        TASK,
        tuple(rows),
        due=_due(values, call),
        adds=lambda document, known: _derived(call, document, known),
        also=subject_record.target,
    )
    return listing.run(records, plan, values, call)


def _due(values: Values, call: Call) -> Span | None:
    now = iso(call.at)
    today = now[:10]
    low, high = {
        "upcoming": (now, _LATEST),
        "today": (today, f"{today}~"),
        "overdue": (_EARLIEST, now),
    }.get(values.get("Timing", "all"), (_EARLIEST, _LATEST))
    if values.get("DueFrom", _EARLIEST) > values.get("DueTo", _LATEST):
        raise InvalidArgument("DueTo", "DueTo must not lie before DueFrom.")
    low = max(low, values.get("DueFrom", _EARLIEST))
    high = min(high, f"{values['DueTo']}~" if "DueTo" in values else _LATEST)
    return None if (low, high) == (_EARLIEST, _LATEST) else Span(low=low, high=high)


def _derived(call: Call, document: Document, known: Known) -> dict[str, Any]:
    due, status = document.values.get("DueDate"), document.values[STATUS.name]
    overdue = due is not None and status in OPEN and precise(due) < iso(call.at)
    return {**subject_record.shown(call, document, known), "Overdue": overdue}


def present(records: Records, call: Call, stored: Stored, have: Known | None = None, **more: Any) -> dict[str, Any]:
    """Renders the full task with its subject record."""
    document = stored.document
    known = records.documents([*references.pointed_to(call, [document]), *subject_record.target(document)], have)
    return full(call, document, known, **_derived(call, document, known), **more)


def get_task(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Answers one task with its history, newest change first."""
    stored = records.require(FAMILY, CODE, values[CODE], TASK.words)
    history = Query(
        records.table, stored.document.key.pk, span=Span(prefix=HISTORY_SK), forward=False, limit=MOST_HISTORY
    )
    entries = [_entry(item) for item in records.db.query(history).items]
    return Done({"Task": present(records, call, stored, History=entries)}, stored.document.ref)


def _entry(item: dict[str, Any]) -> dict[str, Any]:
    entry = json.loads(item["entry"])
    changes = [
        {"Attribute": n, "Before": entry["before"].get(n), "After": after} for n, after in entry["after"].items()
    ]
    return {"Date": item["at"], "By": item["by"], "Changes": changes}


def create_task(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Creates a pending task, assigned to the acting person unless the call names another owner."""
    change = records.change(method, values, call)
    if not values.get(OWNER.name):
        text = f"The task is assigned to {call.actor.name}, for whom you act."
        call.warn(WarningCode.DEFAULTED, OWNER.name, text)
    checked, known = references.check(records, change, TASK, values)
    scope, about = subject_record.check(records, change, values)
    code = records.codes.take(FAMILY, change)
    defaults = {**TASK.defaults, OWNER.name: call.actor.user_code}
    task = Stored(created(FAMILY, code, call, defaults | checked, Scope=scope, CompletedDate=None))
    records.save(change, None, task)
    return change.commit({"Task": present(records, call, task, known | about)})


def update_task(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Updates the given attributes of a task; completing the task sets CompletedDate."""
    before = records.require(FAMILY, CODE, values[CODE], TASK.words)
    must_own(call, before.document)
    change = records.change(method, values, call)
    if OWNER.name in values and values[OWNER.name] is None:
        raise InvalidArgument(OWNER.name, f"{OWNER.name} must not be empty.")
    checked, known = references.check(records, change, TASK, values)
    document = before.document.changed(call, checked, **_completion(call, before.document, checked))
    if document.values == before.document.values:
        return change.nothing({"Task": present(records, call, before, known)}, document.ref)
    records.save(change, before, replace(before, document=document))
    return change.commit({"Task": present(records, call, replace(before, document=document), known)})


def _completion(call: Call, document: Document, checked: Values) -> dict[str, Any]:
    status = checked.get(STATUS.name)
    if status is None or status == document.values[STATUS.name]:
        return {}
    return {"CompletedDate": iso(call.at) if status == COMPLETED else None}


def delete_task(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Deletes a task."""
    before = records.require(FAMILY, CODE, values[CODE], TASK.words)
    must_own(call, before.document)
    change = records.change(method, values, call)
    records.save(change, before, before.deleted_by(call))
    return change.commit({CODE: values[CODE], "Deleted": True})
