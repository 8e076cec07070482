"""Tasks: follow-ups and reminders on a person, account, contact or opportunity."""

from __future__ import annotations

from typing import Final

from affino_mcp.catalogue.capability import Family
from affino_mcp.catalogue.families.shared import DATE_RANGES, MOVED_SCOPE, RESTORABLE, SCOPE_FIELDS
from affino_mcp.catalogue.kinds import (
    boolean_kind,
    choice_kind,
    code_kind,
    codes_kind,
    line_kind,
    text_kind,
)
from affino_mcp.catalogue.method import MINE, PAGE_RETURNS, Effect, Method, list_arguments
from affino_mcp.catalogue.record import PART_KIND, ROWS_KIND, Field, Record, Reference
from affino_mcp.catalogue.time_kinds import date_kind, datetime_kind, due_kind
from affino_mcp.tool_errors import NotFound

TASK_PENDING: Final = "pending"
TASK_STATUS: Final = Field("Status", choice_kind(TASK_PENDING, "in_progress", "completed", "cancelled"))
OWNER: Final = Field("OwnerCode", code_kind(), "UserCode of staff", Reference("staff", "Owner"))
OWNER_FILTER: Final = Field("OwnerCodes", codes_kind(12), "", OWNER.reference)
FROM_NOTE: Final = Field("NoteCode", code_kind(), "takes Memo and record from it")
NEW_OWNER: Final = OWNER.with_help("UserCode of staff; default: you")

TASK: Final = Record(
    name="Task",
    family=Family.TASKS,
    code="AppUserTaskCode",
    label=("Title",),
    fields=(
        Field("Title", line_kind(255)),
        Field("Memo", text_kind(8000)),
        Field("DueDate", due_kind(), "a day, or a moment"),
        OWNER,
        Field("Priority", choice_kind("low", "normal", "high", "urgent")),
        TASK_STATUS,
    ),
    required=("Title",),
    derived=(
        Field("Scope", PART_KIND, "Type, Code and Name of what it is about"),
        Field("Overdue", boolean_kind()),
        Field("CompletedDate", datetime_kind()),
        Field("History", ROWS_KIND, "its changes, newest first (get_task)"),
    ),
    sorts=("Code", "Title", "Due", "Created", "Updated"),
    summary=("Title", "DueDate", "Status", "Priority", "OwnerCode"),
    search=("Title", "Memo"),
    defaults={"Priority": "normal", "Status": TASK_PENDING},
    filled=(OWNER.name, MOVED_SCOPE.name),
    due="DueDate",
)
_FULL: Final = {"Task": "the full task"}

METHODS: Final = (
    Method(
        "list_tasks",
        Family.TASKS,
        Effect.READ,
        "tasks.read",
        "List tasks.",
        "the overdue tasks of Sam and Sal.",
        PAGE_RETURNS,
        list_arguments(
            TASK,
            TASK_STATUS,
            Field("Timing", choice_kind("all", "upcoming", "today", "overdue"), "upcoming: after today"),
            OWNER,
            OWNER_FILTER,
            *SCOPE_FIELDS,
            Field("DueFrom", date_kind()),
            Field("DueTo", date_kind()),
            MINE,
            *DATE_RANGES,
        ),
        record=TASK,
        errors=(NotFound,),
    ),
    Method(
        "get_task",
        Family.TASKS,
        Effect.READ,
        "tasks.read",
        "Read one task with what it is about and its history.",
        "who changed this task?",
        _FULL,
        (TASK.code_field.as_required(),),
        record=TASK,
        errors=(NotFound,),
    ),
    Method(
        "create_task",
        Family.TASKS,
        Effect.CREATE,
        "tasks.write",
        "Create a task for a person, on at most one account, contact or opportunity.",
        "call Jane Doe next Tuesday.",
        _FULL,
        (*TASK.create_arguments(without=("Status", OWNER.name)), NEW_OWNER, *SCOPE_FIELDS, FROM_NOTE),
        "Status starts at pending. If you cannot act yourself, leave a task for a person.",
        record=TASK,
        errors=(NotFound,),
        answers_as="get_task",
    ),
    Method(
        "update_task",
        Family.TASKS,
        Effect.UPDATE,
        "tasks.write",
        "Change a task.",
        "mark the call with Jane Doe completed.",
        _FULL,
        (*TASK.update_arguments(), MOVED_SCOPE),
        record=TASK,
        carries_undo=True,
        answers_as="get_task",
    ),
    Method(
        "delete_task",
        Family.TASKS,
        Effect.DELETE,
        "tasks.delete",
        f"Delete a task; {RESTORABLE}.",
        "remove a task made by mistake.",
        {"AppUserTaskCode": "the code", "Deleted": "true"},
        (TASK.code_field.as_required(),),
        record=TASK,
        carries_undo=True,
    ),
)
