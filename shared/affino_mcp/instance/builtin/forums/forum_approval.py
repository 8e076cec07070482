"""Approval: in a moderated forum what is written is held until a moderator approves it (R114).

Moderators' own posts are not held. What its author changes later is held again, so that nothing unseen becomes public.
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
    """How something new in the forum stands."""
    if not forum.document.values["Moderated"] or forum.moderated_by(call):
        return dict(FRESH)
    _tell(call)
    return FRESH | {"Status": PENDING}


def edited(call: Call, thread: OpenThread, document: Document) -> dict[str, Any]:
    """How a thread or post stands once the person has changed it."""
    state = moderation(document)
    again = thread.forum.document.values["Moderated"] or state["Status"] in (PENDING, REJECTED)
    if thread.moderator or not again:
        return state
    _tell(call)
    return state | _UNTOUCHED | {"Status": PENDING}


def decided(call: Call, document: Document, reason: str | None, **state: Any) -> dict[str, Any]:
    """How a thread or post stands once a moderator has decided."""
    return moderation(document) | state | {"By": actor(call), "At": iso(call.at), "Reason": reason}


def _tell(call: Call) -> None:
    text = "This forum is moderated: until a moderator approves it, only its author and the moderators see it."
    call.warn(WarningCode.PENDING_MODERATION, "", text)
