"""Filters of lists that name a record or an entry of a list by its code.

A list says `not_found` for a code that is not there, as a read of that record does, and alike for one that the call may
not see: an empty page would say that there is nothing, though nothing was looked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from affino_mcp.catalogue.families.lists import LIST_RECORDS
from affino_mcp.catalogue.families.shared import TOPIC_FILTER
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.named_codes import as_list
from affino_mcp.catalogue.registry import RECORDS
from affino_mcp.instance.builtin.access import record_security
from affino_mcp.instance.builtin.engine.list_rows import is_list, whole_list
from affino_mcp.instance.builtin.engine.records import KnownRecords
from affino_mcp.instance.builtin.references.references import OPERATOR_FAMILIES, STAFF_WORDS
from affino_mcp.instance.port import Call, RecordRef
from affino_mcp.tool_errors import NotFound
from affino_mcp.value_class import value_class

STAFF_LOOKUP: Final = "list_contacts with StaffOnly"
STAFF: Final = "staff"
LOOKUPS: Final[Mapping[str, str]] = {
    "accounts": "list_accounts",
    "contacts": "list_contacts",
    "opportunities": "list_opportunities",
    "topics": "list_topics",
    "permissions": "list_permissions",
    "sections": "list_sections",
    "channels": "list_sections",
    "article_types": "list_article_types",
    "article_categories": "list_article_categories",
    "media_categories": "list_media_categories",
    STAFF: STAFF_LOOKUP,
}
"""The tool that lists the codes of each kind of record or list."""


@value_class
class FilterTarget:
    """What an argument of a list names: a record, or an entry of a list, that must be there.

    `kind` is its family, or "staff"; `may_be_gone`: rows that name it are listed also when it has been deleted.
    """

    argument: str
    kind: str
    code: int
    may_be_gone: bool = False

    @property
    def ref(self) -> RecordRef:
        """The reference of the record or the entry."""
        return RecordRef("contacts" if self.kind == STAFF else self.kind, self.code)

    @property
    def to_load(self) -> RecordRef:
        """What to load to know whether it is there: the record, or the whole list of an entry."""
        return whole_list(self.kind) if is_list(self.kind) else self.ref

    def is_there(self, call: Call, known: KnownRecords) -> bool:
        """True when the target is among the loaded ones and open to the person."""
        found = known.get(self.ref)
        if found is None or (self.kind == STAFF and not found.system.get("Staff")):
            return False
        guarded = not is_list(self.kind) and record_security.READ_ACTION in found.record.writable
        return not guarded or record_security.may_read(call.actor, found)

    def missing(self) -> NotFound:
        """The refusal of the target."""
        record = LIST_RECORDS.get(self.kind) or RECORDS[self.ref.family]
        return NotFound(self.argument, STAFF_WORDS if self.kind == STAFF else record.words, lookup=LOOKUPS[self.kind])


def find_targets(
    call: Call, values: Values, kinds: Mapping[str, str], *, may_be_gone: bool = False
) -> tuple[FilterTarget, ...]:
    """The targets of the given arguments, whose kinds `kinds` names; topics are found without being named.

    Raises NotFound for a record of a family that the call may not read, whether or not it is there.
    """
    asked = [(name, kind, as_list(values.get(name))) for name, kind in (*kinds.items(), (TOPIC_FILTER.name, "topics"))]
    named = [(name, kind, code) for name, kind, codes in asked for code in codes if isinstance(code, int)]
    found = [FilterTarget(*each, may_be_gone=may_be_gone) for each in named]
    for target in found:
        if not _may_look(call, target):
            raise target.missing()
    return tuple(target for target in found if not _is_acting_person(call, target))


def _may_look(call: Call, target: FilterTarget) -> bool:
    kind = target.kind
    return kind == STAFF or is_list(kind) or kind in OPERATOR_FAMILIES or call.may_read(kind)


def _is_acting_person(call: Call, target: FilterTarget) -> bool:
    return target.kind == STAFF and target.code == call.actor.user_code


def require_targets(call: Call, targets: Iterable[FilterTarget], known: KnownRecords, *, listed: bool) -> None:
    """Raises NotFound for the first target that is not among the loaded records.

    With `listed`, the list has rows: then a target that may be gone is not missed.
    """
    for target in targets:
        if not (listed and target.may_be_gone) and not target.is_there(call, known):
            raise target.missing()
