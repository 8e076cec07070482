"""Subject records: the one record that a task or a note is about."""

from __future__ import annotations

from typing import Any, Final

from affino_mcp.catalogue.capability import Family
from affino_mcp.catalogue.crossings import Crossing
from affino_mcp.catalogue.families.shared import MOVED_SCOPE, SCOPE_FIELDS
from affino_mcp.catalogue.kinds import MAX_CODE
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.plain_values import read_whole
from affino_mcp.catalogue.record import fold_name
from affino_mcp.instance.builtin.engine.change import Change
from affino_mcp.instance.builtin.engine.document import Document, record_key
from affino_mcp.instance.builtin.engine.records import KnownRecords, Records
from affino_mcp.instance.builtin.listing.filter_targets import FilterTarget, find_targets
from affino_mcp.instance.builtin.references.references import may_show_family
from affino_mcp.instance.family_access import require_crossing
from affino_mcp.instance.port import Call, RecordRef
from affino_mcp.tool_errors import InvalidArgument, NotFound

SUBJECT_FAMILIES: Final = dict(
    zip((field.name for field in SCOPE_FIELDS), ("accounts", "contacts", "opportunities"), strict=True)
)
"""Maps each scope argument to the family of its record."""

_MAX_NAME_CHARACTERS: Final = 60
_WORDS: Final = {"accounts": "account", "contacts": "contact", "opportunities": "opportunity"}


def find_scope(values: Values) -> tuple[str, int] | None:
    """The scope argument of the call with its code, None without one. Raises InvalidArgument for more than one."""
    found = [(name, values[name]) for name in SUBJECT_FAMILIES if values.get(name) is not None]
    if len(found) > 1:
        raise InvalidArgument(found[1][0], f"Give only one of {', '.join(SUBJECT_FAMILIES)}.")
    return found[0] if found else None


def check_scope(records: Records, change: Change, values: Values) -> tuple[dict[str, Any] | None, KnownRecords]:
    """Checks the scope argument; returns the scope to store, and its record.

    Raises NotFound, and InvalidArgument for more than one.
    """
    scope = find_scope(values)
    if scope is None:
        return None, {}
    argument, code = scope
    family = SUBJECT_FAMILIES[argument]
    known = records.load_documents([RecordRef(family, code)])
    if (family, code) not in known:
        raise NotFound(argument, _WORDS[family])
    change.require_existing(record_key(family, code), lambda _: NotFound(argument, _WORDS[family]))
    return {"family": family, "code": code}, known


def read_move(records: Records, change: Change, values: Values) -> tuple[dict[str, Any], KnownRecords]:
    """The scope that the call moves a task or a note to, as a system attribute; empty when it does not.

    Raises InvalidArgument, NotFound, and ToolDisabled or PermissionDenied for a record of a family that may not be read.
    """
    if values.get(MOVED_SCOPE.name) is None:
        return {}, {}
    given = {fold_name(name[:_MAX_NAME_CHARACTERS]): value for name, value in values[MOVED_SCOPE.name].items()}
    named = {name: read_whole(given[fold_name(name)]) for name in SUBJECT_FAMILIES if fold_name(name) in given}
    codes = {name: code for name, code in named.items() if type(code) is int and 0 < code <= MAX_CODE}
    if len(given) != 1 or len(codes) != 1:
        text = f"{MOVED_SCOPE.name} must hold the code of one record, as one of {', '.join(SUBJECT_FAMILIES)}."
        raise InvalidArgument(MOVED_SCOPE.name, text)
    (argument,) = codes
    require_crossing(change.call, Crossing(MOVED_SCOPE.name, Family(SUBJECT_FAMILIES[argument])))
    scope, known = check_scope(records, change, codes)
    return {MOVED_SCOPE.name: scope}, known


def scope_arguments(document: Document) -> dict[str, int] | None:
    """The scope of a task or a note in the form of the argument that moves it; None without one."""
    names = {family: argument for argument, family in SUBJECT_FAMILIES.items()}
    return next(({names[family]: code} for family, code in subject_refs(document)), None)


def noted_move(before: Document, after: Document) -> dict[str, tuple[Any, Any]]:
    """What history notes of a move, by attribute: before and after; empty when there was none."""
    was, now = scope_arguments(before), scope_arguments(after)
    return {} if was == now else {MOVED_SCOPE.name: (was, now)}


def scope_facet(family: str, code: int) -> str:
    """The facet of all tasks or notes about one record."""
    return f"scope={RecordRef(family, code)}"


def find_subject_targets(call: Call, values: Values) -> tuple[FilterTarget, ...]:
    """What the scope filters of a list name. A record that has been deleted still leads to the tasks and notes about it."""
    return find_targets(call, values, SUBJECT_FAMILIES, may_be_gone=True)


def scope_facets(values: Values) -> tuple[str, ...]:
    """The facets for the scope filters of a list."""
    return tuple(scope_facet(family, values[name]) for name, family in SUBJECT_FAMILIES.items() if values.get(name))


def subject_refs(document: Document) -> list[RecordRef]:
    """`(family, code)` of the record that a document is about, as a list of at most one."""
    scope = document.system.get("Scope")
    return [RecordRef(scope["family"], scope["code"])] if scope else []


def render_scope(call: Call, document: Document, known: KnownRecords) -> dict[str, Any]:
    """The scope as an attribute of an answer; with its name only where the call may read that family.

    A deleted record keeps its name there, and is marked; one that was removed for good has none.
    """
    for family, code in subject_refs(document):
        answer: dict[str, Any] = {"Type": _WORDS[family], "Code": code}
        if may_show_family(call, family, "Scope.Name"):
            found = known.get(RecordRef(family, code))
            answer |= {"Name": found.label or None if found else None}
            answer |= {"Deleted": True} if found is None or found.deleted else {}
        return {"Scope": answer}
    return {"Scope": None}
