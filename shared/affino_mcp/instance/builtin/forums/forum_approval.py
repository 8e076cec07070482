"""Approval in moderated forums: posts are held until a moderator approves them.

Moderators' own posts are not held. A post that its author changes later is held again, so that no unapproved text
becomes public.
"""

from __future__ import annotations

from typing import Any, Final

from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.clock import iso
from affino_mcp.instance.builtin.engine.document import Document, actor
from affino_mcp.instance.builtin.forums.forum_access import FRESH, PENDING, REJECTED, OpenForum, OpenThread, moderation
from affino_mcp.instance.port import Call

_UNTOUCHED: Final[dict[str, Any]] = {"By": None, "At": None, "Reason": None}


def new(call: Call, forum: OpenForum) -> dict[str, Any]:
    """The moderation state of a new thread or post in the forum."""
    if not forum.document.values["Moderated"] or forum.moderated_by(call):
        return dict(FRESH)
    _tell(call)
    return FRESH | {"Status": PENDING}


def edited(call: Call, thread: OpenThread, document: Document) -> dict[str, Any]:
    """The moderation state of a thread or post after the person has changed it."""
    state = moderation(document)
    again = thread.forum.document.values["Moderated"] or state["Status"] in (PENDING, REJECTED)
    if thread.moderator or not again:
        return state
    _tell(call)
    return state | _UNTOUCHED | {"Status": PENDING}


def decided(call: Call, document: Document, reason: str | None, **state: Any) -> dict[str, Any]:
    """The moderation state of a thread or post after a moderator's decision."""
    return moderation(document) | state | {"By": actor(call), "At": iso(call.at), "Reason": reason}


def _tell(call: Call) -> None:
    text = "This forum is moderated: until a moderator approves it, only its author and the moderators see it."
    call.warn(WarningCode.PENDING_MODERATION, "", text)
