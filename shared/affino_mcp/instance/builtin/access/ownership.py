"""Own and others' records: who may change a task or a note (catalogue: own, assigned, or `*.all`)."""

from __future__ import annotations

from affino_mcp.errors import PermissionDenied
from affino_mcp.instance.builtin.engine.document import Document
from affino_mcp.instance.port import Call


def owners(document: Document) -> set[int]:
    """Whose record it is: the one it is assigned to and the one who created it."""
    assigned, creator = document.values.get("OwnerCode"), document.system["CreatedBy"]["UserCode"]
    return {code for code in (assigned, creator) if code}


def must_own(call: Call, document: Document) -> None:
    """Raises PermissionDenied unless the person owns the record or holds the family's `all` right."""
    right = f"{document.family}.all"
    if call.actor.user_code not in owners(document) and not call.actor.has(right, call.at):
        text = f"This {document.record.words} belongs to somebody else; changing it needs the right '{right}'."
        raise PermissionDenied(right, text)
