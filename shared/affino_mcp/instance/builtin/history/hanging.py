"""Counts what hangs on a deleted record: a deletion leaves it untouched, so it is there again with the record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from affino_mcp.catalogue.families.article_steps import STEP
from affino_mcp.catalogue.families.articles import ARTICLE
from affino_mcp.catalogue.families.forums import POST, THREAD
from affino_mcp.catalogue.families.member_lists import LIST_KINDS
from affino_mcp.instance.builtin.articles.article_access import ordered_step_codes
from affino_mcp.instance.builtin.engine.document import RecordState
from affino_mcp.instance.builtin.engine.index import count_key, count_members, lists_key
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.forums.thread_counts import POST_COUNT


def count_hanging(records: Records, stored: RecordState) -> Mapping[str, int]:
    """How many records of each kind hang on a record: linked to it, counted by it, part of it, or on the same lists."""
    document = stored.document
    found = Counter(ref.partition("#")[0] for ref in stored.relations)
    counted = records.db.get(records.table, count_key(document.ref)) or {}
    found.update({kind: number for kind, number in counted.items() if isinstance(number, int)})
    if document.family == ARTICLE.family:
        found[STEP.family] = len(ordered_step_codes(document))
    if document.family == THREAD.family:
        found[POST.family] = document.system[POST_COUNT]
    found.update(_count_memberships(records, stored))
    return {kind: number for kind, number in sorted(found.items()) if number > 0}


def _count_memberships(records: Records, stored: RecordState) -> dict[str, int]:
    """The members of a list, or the lists that a record is on."""
    family, code = stored.document.family, stored.document.code
    for kind in LIST_KINDS:
        if family == kind.record.family:
            return {kind.member.family: count_members(records.db, records.table, family, [code])[code]}
        if family == kind.member.family:
            row = records.db.get(records.table, lists_key(family, code))
            return {kind.record.family: len(row["lists"]) if row else 0}
    return {}
