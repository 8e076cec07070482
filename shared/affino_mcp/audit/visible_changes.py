"""What of a row's changes a person may see who may not read the API Log."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from affino_mcp.audit.changes import Change, keep_shown_fields
from affino_mcp.catalogue.capability import CRM_FAMILIES
from affino_mcp.catalogue.families.history import HISTORY_FAMILIES
from affino_mcp.instance.port import linked_family

MayRead = Callable[[str], bool]
"""Whether the person may read the records of a family."""


def restrict_changes(changes: Iterable[Change], record: str, may_read: MayRead) -> tuple[Change, ...]:
    """Gives the changes of a call about this record (`accounts#12`) with the values that the person may see.

    Of a record of the call's own family, and of any customer record, the values are left if the person may read its family. Of
    other records the kind of change alone is left: who may read them is a question of each record, which the call did not
    ask. Links to records of a family that the person may not read are left out. What is left out is counted.
    """
    own = _rights_family(record)
    return tuple(_restrict_change(change, own, may_read) for change in changes)


def _restrict_change(change: Change, own: str, may_read: MayRead) -> Change:
    family = _rights_family(change["record"])
    whole = family in {own, *CRM_FAMILIES} and may_read(family)
    return keep_shown_fields(change, lambda name: whole and _may_see_field(name, may_read))


def _may_see_field(name: str, may_read: MayRead) -> bool:
    return linked_family(name) not in HISTORY_FAMILIES or may_read(_rights_family(name))


def _rights_family(ref: str) -> str:
    """The family whose rights apply to a record; "" for none."""
    return HISTORY_FAMILIES.get(ref.partition("#")[0], "")
