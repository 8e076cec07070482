"""Moderates threads and posts: for moderators of the forum and, when a thread moves, of the target forum too."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from affino_mcp.catalogue.families.forum_threads import ACTION, TARGET
from affino_mcp.catalogue.families.forums import FORUM, POST, REASON, THREAD
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import Method
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.instance.builtin.access import guards
from affino_mcp.instance.builtin.engine.document import Document
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.forums import forum_access, forum_approval, forum_posts, forum_view
from affino_mcp.instance.builtin.forums.forum_access import (
    APPROVED,
    MODERATION,
    REJECTED,
    OpenForum,
    OpenThread,
    moderation,
)
from affino_mcp.instance.port import Call, Done
from affino_mcp.tool_errors import Conflict, InvalidArgument

MOVE: Final = "move"
_STATES: Final[dict[str, dict[str, Any]]] = {
    "pin": {"Pinned": True},
    "unpin": {"Pinned": False},
    "lock": {"Locked": True},
    "unlock": {"Locked": False},
    "hide": {"Hidden": True},
    "unhide": {"Hidden": False},
    "approve": {"Status": APPROVED},
    "reject": {"Status": REJECTED},
    MOVE: {},
}
_SAME: Final = "It is so already; nothing was changed."


def moderate_forum_thread(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Pins, locks, hides, approves, rejects or moves a thread, or reverses one of these.

    Warns when the thread already has that state.
    """
    before = forum_access.thread(records, call, values[THREAD.code])
    before.forum.must_moderate(call)
    target = _target(records, values, call, before)
    change = records.change(method, values, call)
    wanted = _STATES[values[ACTION.name]]
    if target.document.code == before.forum.document.code and _is_so(before.document, wanted):
        answer = forum_view.whole_thread(records, call, before)
        return change.nothing({"Thread": answer}, before.document.ref, _SAME)
    state = forum_approval.decided(call, before.document, values.get(REASON.name), **wanted)
    document = before.document.changed(call, {FORUM.code: target.document.code, MODERATION: state})
    after = replace(before.stored, document=document)
    guards.still(change, before.forum.document, target.document)
    records.save(change, before.stored, after)
    found = OpenThread(after, target, moderator=True)
    return change.commit({"Thread": forum_view.whole_thread(records, call, found)})


def _target(records: Records, values: Values, call: Call, found: OpenThread) -> OpenForum:
    """The forum that the thread will be in; only the action move takes another forum."""
    code = values.get(TARGET.name)
    if values[ACTION.name] != MOVE:
        if code is not None:
            call.warn(WarningCode.IGNORED, TARGET.name, f"{TARGET.name} is for the action move; it was ignored.")
        return found.forum
    if code is None:
        raise InvalidArgument(TARGET.name, f"The action move needs {TARGET.name}.")
    target = forum_access.forum(records, call, TARGET.name, code)
    target.must_moderate(call)
    return target


def _is_so(document: Document, wanted: dict[str, Any]) -> bool:
    return wanted.items() <= moderation(document).items()


def moderate_forum_post(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Hides, unhides, approves or rejects a reply. Warns when the reply already has that state."""
    before = forum_access.post(records, call, values[POST.code])
    before.thread.forum.must_moderate(call)
    if before.opening:
        text = "This is the opening post: moderate its thread with moderate_forum_thread."
        raise Conflict(text, argument=POST.code)
    change, wanted = records.change(method, values, call), _STATES[values[ACTION.name]]
    if _is_so(before.document, wanted):
        answer = forum_view.whole_post(records, call, before)
        return change.nothing({"Post": answer}, before.document.ref, _SAME)
    state = forum_approval.decided(call, before.document, values.get(REASON.name), **wanted)
    document = before.document.changed(call, {MODERATION: state})
    found = replace(before, stored=replace(before.stored, document=document))
    return forum_posts.save(records, change, found, before.stored)
