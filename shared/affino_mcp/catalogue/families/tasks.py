"""Tasks: follow-ups and reminders on a person, account, contact or opportunity."""

from __future__ import annotations

from typing import Final

from affino_mcp.catalogue.capability import Family
from affino_mcp.catalogue.families.shared import SCOPE
from affino_mcp.catalogue.field import Field, Reference
from affino_mcp.catalogue.kinds import choice, code, day, flag, line, moment, text
from affino_mcp.catalogue.method import MINE, PAGE_RETURNS, Effect, Method, listing
from affino_mcp.catalogue.record import PERSON_REFERENCE, Record
from affino_mcp.tool_errors import NotFound

PENDING: Final = "pending"
STATUS: Final = Field("Status", choice(PENDING, "in_progress", "completed", "cancelled"))
OWNER: Final = Field("OwnerCode", code(), "UserCode of a member of staff; default: you", Reference("staff", "Owner"))

TASK: Final = Record(
    name="Task",
    family=Family.TASKS,
    code="AppUserTaskCode",
    label=("Title",),
    fields=(
        Field("Title", line(255)),
        Field("Memo", text(8000)),
        Field("DueDate", moment()),
        OWNER,
        Field("Priority", choice("low", "normal", "high", "urgent")),
        STATUS,
    ),
    required=("Title",),
    derived=(
        Field("Scope", PERSON_REFERENCE, "Type, Code and Name of what it is about"),
        Field("Overdue", flag()),
        Field("CompletedDate", moment()),
        Field("History", PERSON_REFERENCE, "its changes, newest first (get_task)"),
    ),
    sorts=("Code", "Title", "Due", "Created", "Updated"),
    summary=("Title", "DueDate", "Status", "Priority", "OwnerCode"),
    search=("Title", "Memo"),
    defaults={"Priority": "normal", "Status": PENDING},
    due="DueDate",
)
_FULL: Final = {"Task": "the full task"}

METHODS: Final = (
    Method(
        "list_tasks",
        Family.TASKS,
        Effect.READ,
        "tasks.read",
        "List tasks, page by page.",
        "my overdue tasks.",
        PAGE_RETURNS,
        listing(
            TASK,
            STATUS,
            Field("Timing", choice("all", "upcoming", "today", "overdue")),
            OWNER,
            *SCOPE,
            Field("DueFrom", day()),
            Field("DueTo", day()),
            MINE,
        ),
        record=TASK,
    ),
    Method(
        "get_task",
        Family.TASKS,
        Effect.READ,
        "tasks.read",
        "Read one task with what it is about and its history.",
        "who changed this task?",
        _FULL,
        (TASK.code_field.needed(),),
        record=TASK,
        errors=(NotFound,),
    ),
    Method(
        "create_task",
        Family.TASKS,
        Effect.CREATE,
        "tasks.write",
        "Create a task for a person, on at most one account, contact or opportunity.",
        "call Jane Doe next Tuesday to confirm the pricing sheet.",
        _FULL,
        (*TASK.creating(without=("Status",)), *SCOPE),
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
        "Change a task; only the given arguments change.",
        "mark the call with Jane Doe completed.",
        _FULL,
        TASK.updating(),
        record=TASK,
        carries_undo=True,
        answers_as="get_task",
    ),
    Method(
        "delete_task",
        Family.TASKS,
        Effect.DELETE,
        "tasks.delete",
        "Delete a task; an operator can restore it for 30 days.",
        "remove a task made by mistake.",
        {"AppUserTaskCode": "the code", "Deleted": "true"},
        (TASK.code_field.needed(),),
        record=TASK,
        carries_undo=True,
    ),
)
