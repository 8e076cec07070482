"""What hangs on a record: the records of other kinds that are about it, belong to it or have it on them.

A deletion leaves them as they are, so whoever deletes the record is told of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from affino_mcp.catalogue.families.history import HISTORY_FAMILIES
from affino_mcp.catalogue.families.member_lists import LIST_KINDS
from affino_mcp.catalogue.families.shared import HANGING
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.instance.builtin.engine.document import RecordState
from affino_mcp.instance.builtin.engine.index import count_members, facet_partition, lists_key
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.port import Call
from affino_mcp.store.ops import Query

MAX_COUNTED: Final = 1000
"""Most records of one kind that are counted: one query."""

OPEN_FACET: Final = "open"
OPEN_TASKS: Final = "open_tasks"
_ABOUT: Final = (("notes", "scope={family}#{code}"), ("tasks", "scope={family}#{code}"))
FACETS: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "accounts": (*_ABOUT, ("contacts", "account={code}"), ("opportunities", "account={code}")),
    "contacts": (*_ABOUT, ("opportunities", "user={code}")),
    "opportunities": _ABOUT,
    "articles": (("article_comments", "article={code}&approved"), ("article_media", "article={code}")),
    "article_steps": (("article_media", "step={code}"),),
    "media_items": (("article_media", "item={code}"), ("articles", "item={code}"), ("article_steps", "item={code}")),
}
"""What can hang on each kind of record: the kinds of record, and the facet by which they are found."""


def count_dependents(records: Records, stored: RecordState) -> Counter[str]:
    """How many records of each kind hang on a record: one query for each kind, and one read for the lists that it is on.

    Open tasks count among the tasks, and also apart. More than 1,000 of a kind count as 1,001.
    """
    family, code = stored.document.family, stored.document.code
    found = Counter[str]()
    for kind, facet in FACETS.get(family, ()):
        partition = facet_partition(kind, facet.format(family=family, code=code))
        rows = records.db.query(Query(records.table, partition, limit=MAX_COUNTED + 1)).items
        found[kind] = len(rows)
        found[OPEN_TASKS] += sum(kind == "tasks" and OPEN_FACET in row["facets"] for row in rows)
    for lists in LIST_KINDS:
        if family == lists.record.family:
            found[lists.member.family] = count_members(records.db, records.table, family, [code])[code]
        if family == lists.member.family:
            row = records.db.get(records.table, lists_key(family, code))
            found[lists.record.family] = len(row["lists"]) if row else 0
    return +found


def render_dependents(records: Records, call: Call, stored: RecordState, **more: int) -> dict[str, Any]:
    """What hangs on a record that is being deleted, as an attribute of the answer: the number of each kind.

    Takes the numbers of further kinds. Kinds that the call may not read are left out, with a warning.
    """
    found = count_dependents(records, stored) + Counter(more)
    closed = sorted({kind for kind, _ in FACETS.get(stored.document.family, ()) if not _may_read(call, kind)})
    if closed:
        text = f"{HANGING.name} leaves out what this profile or this person may not read: {', '.join(closed)}."
        call.warn(WarningCode.NOT_SHOWN, HANGING.name, text)
    return {HANGING.name: {kind: number for kind, number in sorted(found.items()) if _may_read(call, kind)}}


def _may_read(call: Call, kind: str) -> bool:
    return call.may_read(HISTORY_FAMILIES["tasks" if kind == OPEN_TASKS else kind])
