"""Subject records: the one record that a task or a note is about."""

from __future__ import annotations

from typing import Any, Final

from affino_mcp.catalogue.families.shared import SCOPE
from affino_mcp.catalogue.matching import Values
from affino_mcp.instance.builtin.engine.change import Change
from affino_mcp.instance.builtin.engine.document import Document, record_key
from affino_mcp.instance.builtin.engine.records import Known, Place, Records
from affino_mcp.instance.builtin.references.rendering import shows
from affino_mcp.instance.port import Call, RecordRef
from affino_mcp.tool_errors import InvalidArgument, NotFound, PermissionDenied, ToolDisabled

FAMILY_OF: Final = dict(zip((field.name for field in SCOPE), ("accounts", "contacts", "opportunities"), strict=True))
"""Maps each scope argument to the family of its record."""

_WORDS: Final = {"accounts": "account", "contacts": "contact", "opportunities": "opportunity"}


def given(values: Values) -> tuple[str, int] | None:
    """The scope argument of the call with its code, None without one. Raises InvalidArgument for more than one."""
    found = [(name, values[name]) for name in FAMILY_OF if values.get(name) is not None]
    if len(found) > 1:
        raise InvalidArgument(found[1][0], f"Give only one of {', '.join(FAMILY_OF)}.")
    return found[0] if found else None


def check(records: Records, change: Change, values: Values) -> tuple[dict[str, Any] | None, Known]:
    """Checks the scope argument; returns the scope to store, and its record.

    Raises NotFound, PermissionDenied when the person may not read such records, and ToolDisabled when the profile may
    not.
    """
    scope = given(values)
    if scope is None:
        return None, {}
    argument, code = scope
    family = FAMILY_OF[argument]
    if not change.call.readable(family):
        raise ToolDisabled(f"{family}.read")
    if not change.call.actor.has(f"{family}.read", change.call.at):
        raise PermissionDenied(f"{family}.read", argument=argument)
    known = records.documents([(family, code)])
    if (family, code) not in known:
        raise NotFound(argument, _WORDS[family])
    change.must_exist(record_key(family, code), lambda _: NotFound(argument, _WORDS[family]))
    return {"family": family, "code": code}, known


def facet(family: str, code: int) -> str:
    """The facet of all tasks or notes about one record."""
    return f"scope={RecordRef(family, code)}"


def asked(values: Values) -> tuple[str, ...]:
    """The facets for the scope filters of a list."""
    return tuple(facet(family, values[name]) for name, family in FAMILY_OF.items() if values.get(name))


def target(document: Document) -> list[Place]:
    """`(family, code)` of the record that a document is about, as a list of at most one."""
    scope = document.system.get("Scope")
    return [(scope["family"], scope["code"])] if scope else []


def shown(call: Call, document: Document, known: Known) -> dict[str, Any]:
    """The scope as an attribute of an answer; with its name only where the call may read that family."""
    for family, code in target(document):
        answer: dict[str, Any] = {"Type": _WORDS[family], "Code": code}
        if shows(call, family, "Scope.Name"):
            found = known.get((family, code))
            answer |= {"Name": found.label if found else None}
        return {"Scope": answer}
    return {"Scope": None}
