"""Ownership: decides who may change a task, a note or an opportunity.

The owner, the creator, and a holder of the family's `*.all` right may.
"""

from __future__ import annotations

from affino_mcp.instance.builtin.engine.document import Document
from affino_mcp.instance.port import Call
from affino_mcp.tool_errors import PermissionDenied


def owner_codes(document: Document) -> set[int]:
    """The UserCodes of a record's owners: the person it is assigned to and the person who created it."""
    assigned, creator = document.values.get("OwnerCode"), document.creator
    return {code for code in (assigned, creator) if code}


def require_ownership(call: Call, document: Document) -> None:
    """Raises PermissionDenied unless the person owns the record or holds the family's `all` right."""
    right = f"{document.family}.all"
    if call.actor.user_code not in owner_codes(document) and not call.actor.has_right(right, call.at):
        text = f"This {document.record.words} belongs to somebody else; changing it needs the right '{right}'."
        raise PermissionDenied(right, text)
