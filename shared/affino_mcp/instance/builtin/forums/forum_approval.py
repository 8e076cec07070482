"""Approval in moderated forums: posts are held until a moderator approves them.

Moderators' own posts are not held. A post that its author changes later is held again, so that no unapproved text
becomes public.
"""

from __future__ import annotations

from typing import Any, Final

from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.clock import format_iso
from affino_mcp.instance.builtin.engine.document import Document, actor_stamp
from affino_mcp.instance.builtin.forums.forum_access import (
    NEW_POST_STATE,
    PENDING,
    REJECTED,
    OpenForum,
    OpenThread,
    moderation_state,
)
from affino_mcp.instance.port import Call

_NOT_DECIDED: Final[dict[str, Any]] = {"By": None, "At": None, "Reason": None}


def new_state(call: Call, forum: OpenForum) -> dict[str, Any]:
    """The moderation state of a new thread or post in the forum."""
    if not forum.document.values["Moderated"] or forum.is_moderated_by(call):
        return dict(NEW_POST_STATE)
    _warn_pending(call)
    return NEW_POST_STATE | {"Status": PENDING}


def state_after_edit(call: Call, thread: OpenThread, document: Document) -> dict[str, Any]:
    """The moderation state of a thread or post after the person has changed it."""
    state = moderation_state(document)
    again = thread.forum.document.values["Moderated"] or state["Status"] in (PENDING, REJECTED)
    if thread.is_moderator or not again:
        return state
    _warn_pending(call)
    return state | _NOT_DECIDED | {"Status": PENDING}


def state_after_decision(call: Call, document: Document, reason: str | None, **state: Any) -> dict[str, Any]:
    """The moderation state of a thread or post after a moderator's decision."""
    return moderation_state(document) | state | decision_stamps(call, reason)


def decision_stamps(call: Call, reason: str | None) -> dict[str, Any]:
    """Who decided, when and why, in a moderation state."""
    return {"By": actor_stamp(call), "At": format_iso(call.at), "Reason": reason}


def _warn_pending(call: Call) -> None:
    text = "This forum is moderated: until a moderator approves it, only its author and the moderators see it."
    call.warn(WarningCode.PENDING_MODERATION, "", text)
