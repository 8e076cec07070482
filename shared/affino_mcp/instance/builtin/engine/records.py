"""Reads and writes records.

One query reads a record with its relations; one transaction writes everything that changes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, Final

from affino_mcp.catalogue.families.merging import MERGED_INTO
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import IF_UPDATED, Method
from affino_mcp.clock import with_microseconds
from affino_mcp.instance.builtin.engine.change import Change
from affino_mcp.instance.builtin.engine.codes import CodeCounter
from affino_mcp.instance.builtin.engine.deletions import note_deletion
from affino_mcp.instance.builtin.engine.document import (
    RECORD_SK,
    RELATION_SK,
    Document,
    RecordState,
    document_from_row,
    record_key,
)
from affino_mcp.instance.builtin.engine.index import (
    Facets,
    adjust_member_counts,
    count_key,
    index_operations,
    index_rows,
)
from affino_mcp.instance.builtin.engine.late_words import NewWord
from affino_mcp.instance.builtin.engine.list_rows import list_key, lists_among, read_list
from affino_mcp.instance.builtin.engine.unique_values import save_unique_values, unique_key
from affino_mcp.instance.builtin.engine.word_index import word_rows
from affino_mcp.instance.port import Call, Done, RecordRef
from affino_mcp.store.files import FileStore
from affino_mcp.store.ops import Database, Delete, Item, Key, Put, Query, SortSpan, equals
from affino_mcp.tool_errors import Conflict, NotFound

KnownRecords = dict[RecordRef, Document]
"""Loaded documents by family and code."""

FacetFunction = Callable[[RecordState], Facets]
Carry = Callable[["Records", Method, Values, Call], Done]
"""Carries out one method."""

_MAX_RELATIONS: Final = 100
_MILLISECONDS: Final = len("2026-12-24T09:30:00.123")
"""How much of a moment's text is its milliseconds."""


class Records:
    """The records of the builtin instance, in `table`; the words that they are found by are in `words_table`.

    `facets` gives, per family, the function that makes a record's facets; `files` stores the files of media items; the row
    of a write in the API Log goes into `audit_table`. `codes` is given by records that share the codes of others.
    """

    def __init__(
        self,
        db: Database,
        table: str,
        words_table: str,
        facets: Mapping[str, FacetFunction],
        files: FileStore | None = None,
        audit_table: str = "",
        codes: CodeCounter | None = None,
    ) -> None:
        self.db, self.files = db, files
        self.table, self.words_table, self.audit_table = table, words_table, audit_table
        self.codes = codes or CodeCounter(db, table)
        self.facets = facets

    def start_change(self, method: Method, values: Values, call: Call) -> Change:
        """Starts a write."""
        return Change(self.db, self.table, method, values, call, audit_table=self.audit_table)

    def with_former_relations(self, after: RecordState) -> RecordState:
        """The state with the relations that an undo puts back; without an undo it stays as it is."""
        return after

    def load_record(self, family: str, code: int) -> RecordState | None:
        """Loads a record with its relations in one read; None when there is none or it is deleted."""
        found = self.load_including_deleted(family, code)
        return None if found is None or found.document.deleted else found

    def load_including_deleted(self, family: str, code: int) -> RecordState | None:
        """Loads a record with its relations, deleted or not; None when there is none."""
        span = SortSpan(low=RECORD_SK, high=RELATION_SK + "~")
        pk = record_key(family, code).pk
        found = self.db.query(Query(self.table, pk, span=span, limit=_MAX_RELATIONS + 1)).items
        if not found or found[0]["sk"] != RECORD_SK:
            return None
        relations = {item["sk"][len(RELATION_SK) :]: item["data"] for item in found[1:]}
        return RecordState(document_from_row(found[0]), relations)

    def require_record(self, family: str, argument: str, code: int, what: str) -> RecordState:
        """Loads a record with its relations. Raises NotFound, naming the argument, when there is none or it is deleted."""
        found = self.load_including_deleted(family, code)
        if found is None or found.document.deleted:
            raise NotFound(argument, what, **_tell_merged(found))
        return found

    def load_documents(
        self,
        wanted: Iterable[RecordRef],
        have: KnownRecords | None = None,
        even_deleted: Collection[RecordRef] = (),
    ) -> KnownRecords:
        """Loads documents that exist and are not deleted; those of `even_deleted` are given deleted, too.

        Takes `(family, code)` of each, and documents loaded before (`have`), which are not read again; returns both
        together. For an entry of a list, or `whole_list`, all entries of the list are loaded; it is one row of the same read.
        """
        known = dict(have or {})
        places = [place for place in dict.fromkeys(wanted) if place not in known]
        lists = {family: list_key(family) for family in lists_among({place.family for place in places})}
        keys = [record_key(*place) for place in places if place.family not in lists]
        rows = self.db.get_many(self.table, [*lists.values(), *keys])
        for family, key in lists.items():
            known |= read_list(family, rows.pop(key, None)).to_documents()
        found = map(document_from_row, rows.values())
        return known | {d.place: d for d in found if not d.deleted or d.place in even_deleted}

    def find_by_unique(self, family: str, name: str, value: str) -> int | None:
        """The code of the record that holds a unique value; None when no record does."""
        row = self.db.get(self.table, unique_key(family, name, value))
        return row["code"] if row else None

    def save_record(
        self, change: Change, before: RecordState | None, after: RecordState, **noted: tuple[Any, Any]
    ) -> None:
        """Adds a record's new state to a change: document, history, relations, unique values, index rows and counts.

        Takes the state before (None: a new record) and after; `noted` adds values to the history entry, by name: before
        and after.
        """
        old, new = before.history_values() if before else {}, after.history_values()
        old, new = old | {n: was for n, (was, _) in noted.items()}, new | {n: now for n, (_, now) in noted.items()}
        change.write_document(before.document if before else None, after.document, old, new)
        note_deletion(change, before.document if before else None, after.document)
        save_unique_values(self.db, change, before, after)
        adjust_member_counts(self.db, change, before, after)
        self._save_rows(change, before, after)
        counted, now = self._counted_refs(before), self._counted_refs(after)
        for ref in counted ^ now:
            change.add_count(count_key(ref), after.document.family, 1 if ref in now else -1)

    def save_without_history(self, change: Change, before: RecordState, after: RecordState) -> None:
        """Adds what a record stores about its parts (counts, the latest part) to a change: its row and index rows.

        No history entry is written, because it would reveal parts that are hidden from the reader.
        """
        change.add_operation(Put(self.table, after.document.to_row(), equals("version", before.document.version)))
        change.changed_refs.append(after.document.ref)
        self._save_rows(change, before, after)

    def delete_index_rows(self, stored: RecordState) -> None:
        """Removes a record's facet rows and word rows, each in a write of its own."""
        facets = self.facets[stored.document.family](stored)
        for table, rows in ((self.table, index_rows), (self.words_table, word_rows)):
            for key in rows(stored.document, facets):
                self.db.delete(Delete(table, key))

    def _save_rows(self, change: Change, before: RecordState | None, after: RecordState) -> None:
        for op in index_operations(self.table, self._record_rows(before), self._record_rows(after)):
            change.add_operation(op)
        for op in index_operations(self.words_table, self._word_rows(before), self._word_rows(after)):
            if isinstance(op, Put):
                change.new_words.append(NewWord(after.document, op))
            else:
                change.add_operation(op)

    def _word_rows(self, stored: RecordState | None) -> dict[Key, Item]:
        if stored is None:
            return {}
        return word_rows(stored.document, self.facets[stored.document.family](stored))

    def _counted_refs(self, stored: RecordState | None) -> set[str]:
        if stored is None or stored.document.deleted:
            return set()
        return set(self.facets[stored.document.family](stored).counted)

    def _record_rows(self, stored: RecordState | None) -> dict[Key, Item]:
        if stored is None:
            return {}
        facets = self.facets[stored.document.family](stored)
        return {**stored.relation_rows(), **index_rows(stored.document, facets)}


def _tell_merged(stored: RecordState | None) -> dict[str, Any]:
    """What a refusal says of a record that is gone because it was merged into another one: the code of that one."""
    into = stored.document.system.get(MERGED_INTO) if stored else None
    return {} if into is None else {MERGED_INTO: into}


def require_if_updated(document: Document, values: Values) -> None:
    """Raises Conflict when the call names a version (`IfUpdated`) that is no longer the current one.

    A moment that a client has cut to milliseconds is compared in milliseconds.
    """
    seen = values.get(IF_UPDATED.name)
    if seen is not None and not _is_same_moment(with_microseconds(seen), document.system["UpdatedDate"]):
        raise Conflict(
            "The record has been changed since you read it. Read it again, then decide.",
            argument=IF_UPDATED.name,
            UpdatedDate=document.system["UpdatedDate"],
        )


def _is_same_moment(seen: str, updated: str) -> bool:
    return seen == updated or (len(seen) == len(updated[:_MILLISECONDS]) + 1 and updated.startswith(seen.rstrip("Z")))
