"""Reads and writes records.

One query reads a record with its relations; one transaction writes everything that changes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import IF_UPDATED, Method
from affino_mcp.clock import precise
from affino_mcp.instance.builtin.engine.change import Change
from affino_mcp.instance.builtin.engine.codes import Codes
from affino_mcp.instance.builtin.engine.document import RECORD_SK, RELATION_SK, Document, from_item, record_key
from affino_mcp.instance.builtin.engine.index import Facets, count_key, moves, rows
from affino_mcp.instance.builtin.engine.memberships import follow
from affino_mcp.instance.builtin.engine.record_state import Stored
from affino_mcp.instance.port import Call, Done
from affino_mcp.store.files import Files
from affino_mcp.store.ops import Database, Delete, Item, Key, Put, Query, Span, absent, equals
from affino_mcp.text import fold
from affino_mcp.tool_errors import Conflict, NotFound

Place = tuple[str, int]
Known = dict[Place, Document]
"""Loaded documents by family and code."""

Facet = Callable[[Stored], Facets]
Carry = Callable[["Records", Method, Values, Call], Done]
"""Carries out one method."""

_MOST_RELATIONS: Final = 100


def unique_key(family: str, name: str, value: str) -> Key:
    """The key of the row that reserves a unique value. Case is ignored, accents count.

    The value is hashed, because a key holds at most 2,048 bytes.
    """
    return Key(f"U#{family}#{name}#{hashlib.sha256(fold(value).encode()).hexdigest()}", "A")


class Records:
    """The records of the builtin instance.

    `facets` gives, per family, the function that makes a record's facets; `files` stores the files of media items.
    """

    def __init__(
        self, db: Database, table: str, facets: Mapping[str, Facet], files: Files | None = None, audit_table: str = ""
    ) -> None:
        self.db, self.table, self.files, self.audit_table = db, table, files, audit_table
        self.codes = Codes(db, table)
        self._facets = facets

    def change(self, method: Method, values: Values, call: Call) -> Change:
        """Starts a write."""
        return Change(self.db, self.table, method, values, call, audit_table=self.audit_table)

    def load(self, family: str, code: int) -> Stored | None:
        """Loads a record with its relations in one read; None when there is none or it is deleted."""
        found = self.kept(family, code)
        return None if found is None or found.document.deleted else found

    def kept(self, family: str, code: int) -> Stored | None:
        """Loads a record with its relations, deleted or not; None when there is none."""
        span = Span(low=RECORD_SK, high=RELATION_SK + "~")
        pk = record_key(family, code).pk
        found = self.db.query(Query(self.table, pk, span=span, limit=_MOST_RELATIONS + 1)).items
        if not found or found[0]["sk"] != RECORD_SK:
            return None
        relations = {item["sk"][len(RELATION_SK) :]: item["data"] for item in found[1:]}
        return Stored(from_item(found[0]), relations)

    def require(self, family: str, argument: str, code: int, what: str) -> Stored:
        """Loads a record with its relations. Raises NotFound, naming the argument, when there is none or it is deleted."""
        found = self.load(family, code)
        if found is None:
            raise NotFound(argument, what)
        return found

    def documents(self, wanted: Iterable[Place], have: Known | None = None) -> Known:
        """Loads documents that exist and are not deleted.

        Takes `(family, code)` of each, and documents loaded before (`have`), which are not read again; returns both
        together.
        """
        known = dict(have or {})
        keys = [record_key(*place) for place in dict.fromkeys(wanted) if place not in known]
        items = self.db.get_many(self.table, keys)
        found = [from_item(item) for item in items.values()]
        return known | {(d.family, d.code): d for d in found if not d.deleted}

    def taken(self, family: str, name: str, value: str) -> int | None:
        """The code of the record that holds a unique value; None when no record does."""
        row = self.db.get(self.table, unique_key(family, name, value))
        return row["code"] if row else None

    def save(self, change: Change, before: Stored | None, after: Stored, **noted: tuple[Any, Any]) -> None:
        """Adds a record's new state to a change: document, history, relations, unique values, index rows and counts.

        Takes the state before (None: a new record) and after; `noted` adds values to the history entry, by name: before
        and after.
        """
        old, new = before.values() if before else {}, after.values()
        old, new = old | {n: was for n, (was, _) in noted.items()}, new | {n: now for n, (_, now) in noted.items()}
        change.document(before.document if before else None, after.document, old, new)
        self._save_unique(change, before, after)
        follow(self.db, change, before, after)
        for op in moves(self.table, self._rows(before), self._rows(after)):
            change.add(op)
        counted, now = self._counted(before), self._counted(after)
        for ref in counted ^ now:
            change.count(count_key(ref), after.document.family, 1 if ref in now else -1)

    def restate(self, change: Change, before: Stored, after: Stored) -> None:
        """Adds what a record stores about its parts (counts, the latest part) to a change: its row and index rows.

        No history entry is written, because it would reveal parts that are hidden from the reader.
        """
        change.add(Put(self.table, after.document.item(), equals("version", before.document.version)))
        change.touched.append(after.document.ref)
        for op in moves(self.table, self._rows(before), self._rows(after)):
            change.add(op)

    def _counted(self, stored: Stored | None) -> set[str]:
        if stored is None or stored.document.deleted:
            return set()
        return set(self._facets[stored.document.family](stored).counted)

    def _rows(self, stored: Stored | None) -> dict[Key, Item]:
        if stored is None:
            return {}
        facets = self._facets[stored.document.family](stored)
        return {**stored.relation_rows(), **rows(stored.document, facets)}

    def _save_unique(self, change: Change, before: Stored | None, after: Stored) -> None:
        old, new = _unique(before), _unique(after)
        for key in old.keys() - new.keys():
            change.add(Delete(self.table, key))
        for key in new.keys() - old.keys():
            change.add(Put(self.table, new[key], absent()), _duplicate(after.document, new[key]["name"]))


def _unique(stored: Stored | None) -> dict[Key, Item]:
    if stored is None or stored.document.deleted:
        return {}
    document, found = stored.document, dict[Key, Item]()
    for name in document.record.unique:
        if value := document.values.get(name):
            key = unique_key(document.family, name, value)
            found[key] = {"pk": key.pk, "sk": key.sk, "code": document.code, "name": name}
    return found


def _duplicate(document: Document, argument: str) -> Callable[[Item | None], Exception]:
    def refuse(row: Item | None) -> Exception:
        record = document.record
        return Conflict(
            f"Another {record.words} has this {argument} already. Use the existing record instead of a second one.",
            argument=argument,
            existing={record.code: row["code"]} if row else None,
        )

    return refuse


def check_unchanged(document: Document, values: Values) -> None:
    """Raises Conflict when the call names a version (`IfUpdated`) that is no longer the current one."""
    seen = values.get(IF_UPDATED.name)
    if seen is not None and precise(seen) != document.system["UpdatedDate"]:
        raise Conflict(
            "The record has been changed since you read it. Read it again, then decide.",
            argument=IF_UPDATED.name,
            UpdatedDate=document.system["UpdatedDate"],
        )
