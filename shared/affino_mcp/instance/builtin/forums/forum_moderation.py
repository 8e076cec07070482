"""Moderates threads and posts: for moderators of the forum and, when a thread moves, of the target forum too."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from affino_mcp.catalogue.families.forum_threads import MODERATION_ACTION, TARGET_FORUM
from affino_mcp.catalogue.families.forums import FORUM, POST, REASON_FIELD, THREAD
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import Method
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.instance.builtin.access import guards
from affino_mcp.instance.builtin.engine.document import Document
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.forums import forum_access, forum_approval, forum_posts, forum_view
from affino_mcp.instance.builtin.forums.forum_access import (
    APPROVED,
    MODERATION_ATTRIBUTE,
    REJECTED,
    OpenForum,
    OpenThread,
    moderation_state,
)
from affino_mcp.instance.port import Call, Done
from affino_mcp.tool_errors import Conflict, InvalidArgument

MOVE_ACTION: Final = "move"
_STATE_OF_ACTION: Final[dict[str, dict[str, Any]]] = {
    "pin": {"Pinned": True},
    "unpin": {"Pinned": False},
    "lock": {"Locked": True},
    "unlock": {"Locked": False},
    "hide": {"Hidden": True},
    "unhide": {"Hidden": False},
    "approve": {"Status": APPROVED},
    "reject": {"Status": REJECTED},
    MOVE_ACTION: {},
}
_NO_CHANGE_TEXT: Final = "It is so already; nothing was changed."


def moderate_forum_thread(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Pins, locks, hides, approves, rejects or moves a thread, or reverses one of these.

    Warns when the thread already has that state.
    """
    before = forum_access.open_thread(records, call, values[THREAD.code])
    before.forum.require_moderator(call)
    target = _find_target(records, values, call, before)
    change = records.start_change(method, values, call)
    wanted = _STATE_OF_ACTION[values[MODERATION_ACTION.name]]
    if target.document.code == before.forum.document.code and _has_state(before.document, wanted):
        answer = forum_view.render_thread(records, call, before)
        return change.no_change({"Thread": answer}, before.document.ref, _NO_CHANGE_TEXT)
    state = forum_approval.state_after_decision(call, before.document, values.get(REASON_FIELD.name), **wanted)
    document = before.document.next_version(call, {FORUM.code: target.document.code, MODERATION_ATTRIBUTE: state})
    after = replace(before.stored, document=document)
    guards.require_unchanged(change, before.forum.document, target.document)
    records.save_record(change, before.stored, after)
    found = OpenThread(after, target, is_moderator=True)
    return change.commit({"Thread": forum_view.render_thread(records, call, found)})


def _find_target(records: Records, values: Values, call: Call, found: OpenThread) -> OpenForum:
    """The forum that the thread will be in; only the action move takes another forum."""
    code = values.get(TARGET_FORUM.name)
    if values[MODERATION_ACTION.name] != MOVE_ACTION:
        if code is not None:
            call.warn(
                WarningCode.IGNORED, TARGET_FORUM.name, f"{TARGET_FORUM.name} is for the action move; it was ignored."
            )
        return found.forum
    if code is None:
        raise InvalidArgument(TARGET_FORUM.name, f"The action move needs {TARGET_FORUM.name}.")
    target = forum_access.open_forum(records, call, TARGET_FORUM.name, code)
    target.require_moderator(call)
    return target


def _has_state(document: Document, wanted: dict[str, Any]) -> bool:
    return wanted.items() <= moderation_state(document).items()


def moderate_forum_post(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Hides, unhides, approves or rejects a reply. Warns when the reply already has that state."""
    before = forum_access.open_post(records, call, values[POST.code])
    before.thread.forum.require_moderator(call)
    if before.is_opening:
        text = "This is the opening post: moderate its thread with moderate_forum_thread."
        raise Conflict(text, argument=POST.code)
    change, wanted = records.start_change(method, values, call), _STATE_OF_ACTION[values[MODERATION_ACTION.name]]
    if _has_state(before.document, wanted):
        answer = forum_view.render_post(records, call, before)
        return change.no_change({"Post": answer}, before.document.ref, _NO_CHANGE_TEXT)
    state = forum_approval.state_after_decision(call, before.document, values.get(REASON_FIELD.name), **wanted)
    document = before.document.next_version(call, {MODERATION_ATTRIBUTE: state})
    found = replace(before, stored=replace(before.stored, document=document))
    return forum_posts.save_post(records, change, found, before.stored)
