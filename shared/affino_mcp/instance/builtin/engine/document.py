"""Documents: the stored form of a record, with its version, creator and dates, and with the record's relations."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from affino_mcp.catalogue.matching import check_values
from affino_mcp.catalogue.record import Record
from affino_mcp.catalogue.registry import RECORDS
from affino_mcp.clock import format_iso
from affino_mcp.compact_json import to_json
from affino_mcp.instance.port import Call, RecordRef
from affino_mcp.store.ops import Item, Key
from affino_mcp.value_class import value_class

RECORD_SK: Final = "A"
RELATION_SK: Final = "B#"
HISTORY_SK: Final = "H#"
_MAX_LABEL_CHARACTERS: Final = 100


def record_key(family: str, code: int) -> Key:
    """The key of a record's own row."""
    return Key(str(RecordRef(family, code)), RECORD_SK)


@value_class
class Document:
    """One stored record.

    `values` hold the fields of the catalogue; `system` holds the creator, the dates and the attributes that only the
    service writes. `purged` is when the record was removed for good ("" for a record that was not): what is left of it
    says that alone.
    """

    family: str
    code: int
    version: int
    values: Mapping[str, Any]
    system: Mapping[str, Any]
    deleted: bool = False
    purged: str = ""

    @property
    def record(self) -> Record:
        """The catalogue's definition of this kind of record."""
        return RECORDS[self.family]

    @property
    def place(self) -> RecordRef:
        """The record's family and code."""
        return RecordRef(self.family, self.code)

    @property
    def ref(self) -> str:
        """The record's reference `family#code`, as history, audit and relations write it."""
        return str(self.place)

    @property
    def key(self) -> Key:
        """The key of the record's row."""
        return record_key(self.family, self.code)

    @property
    def creator(self) -> int | None:
        """The UserCode of the person who made the record; None when no person did."""
        found: int | None = self.system["CreatedBy"]["UserCode"]
        return found

    @property
    def label(self) -> str:
        """The record's name for people: the values of the catalogue's label fields."""
        return " ".join(str(self.values[name]) for name in self.record.label if self.values.get(name))

    def title(self, *, new: bool) -> str:
        """The kind, code and label of the record in running text; a new record's code is left out."""
        which = self.record.words if new else f"{self.record.words} {self.code}"
        label = "".join(letter for letter in self.label[:_MAX_LABEL_CHARACTERS] if letter.isprintable())
        return f"{which} '{label}'" if label else which

    def to_row(self) -> Item:
        """The document as a row of the table."""
        body = to_json({"values": self.values, "system": self.system})
        row = {"pk": self.key.pk, "sk": self.key.sk, "version": self.version, "deleted": self.deleted, "body": body}
        return row | ({"purged": self.purged} if self.purged else {})

    def next_version(self, call: Call, values: Mapping[str, Any], **system: Any) -> Document:
        """Makes the document's next version, stamped with the acting person and time.

        Takes the call, the values to set (None removes a value) and the system attributes to set.
        """
        check_document_values(self.record, values)
        merged = {name: value for name, value in {**self.values, **values}.items() if value is not None}
        stamps = {"UpdatedDate": self._next_updated_date(call.at), "UpdatedBy": actor_stamp(call)}
        return replace(self, version=self.version + 1, values=merged, system={**self.system, **system, **stamps})

    def _next_updated_date(self, at: datetime) -> str:
        """The UpdatedDate of the next version: later than the one before, even when this process's clock runs behind."""
        last = datetime.fromisoformat(self.system["UpdatedDate"])
        return format_iso(max(at, last + timedelta(microseconds=1)))


def check_document_values(record: Record, values: Mapping[str, Any]) -> None:
    """Raises InvalidArgument, naming the attribute, for a value that the record may not hold, whichever tool made it.

    A long text that is stored in rows of its own has been checked before it was split off (see long_texts).
    """
    check_values(record, {name: value for name, value in values.items() if not is_long_text(value)})


def is_long_text(value: Any) -> bool:
    """True for the value that a record holds in place of a long text, which is stored in rows of its own."""
    return isinstance(value, dict) and "Parts" in value


def actor_stamp(call: Call) -> dict[str, Any]:
    """The acting person as dates and history name people: UserCode and Name."""
    return {"UserCode": call.actor.user_code or None, "Name": call.actor.name}


def new_document(family: str, code: int, call: Call, values: Mapping[str, Any], **system: Any) -> Document:
    """Makes the first version of a new record, stamped with the acting person and time; None values are left out."""
    stamps = {
        "CreatedDate": format_iso(call.at),
        "CreatedBy": actor_stamp(call),
        "UpdatedDate": format_iso(call.at),
        "UpdatedBy": actor_stamp(call),
    }
    check_document_values(RECORDS[family], values)
    kept = {name: value for name, value in values.items() if value is not None}
    return Document(family, code, 1, kept, {**system, **stamps})


def document_from_row(item: Item) -> Document:
    """Reads the document from its row."""
    family, code = RecordRef.parse(item["pk"])
    body = json.loads(item["body"])
    return Document(
        family, code, item["version"], body["values"], body["system"], item["deleted"], item.get("purged", "")
    )


def relation_key(pk: str, ref: str) -> Key:
    """The key of the row of a record's relation to another record."""
    return Key(pk, f"{RELATION_SK}{ref}")


class RelationsUnread(Exception):
    """The relations of a record were asked for, and have not been read."""


class _UnreadRelations(Mapping[str, Mapping[str, Any]]):
    """Stands for relations that have not been read. Raises RelationsUnread whatever is asked of it."""

    def __getitem__(self, ref: str) -> Mapping[str, Any]:
        raise RelationsUnread

    def __iter__(self) -> Iterator[str]:
        raise RelationsUnread

    def __len__(self) -> int:
        raise RelationsUnread


UNREAD_RELATIONS: Final = _UnreadRelations()


@value_class
class RecordState:
    """A document with its relations, by the reference of the related record (`accounts#66`, `permissions#5`)."""

    document: Document
    relations: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def relations_to(self, family: str) -> dict[int, Mapping[str, Any]]:
        """The relations to records of one family, by their codes."""
        prefix = f"{family}#"
        return {int(ref[len(prefix) :]): data for ref, data in self.relations.items() if ref.startswith(prefix)}

    def with_relation(self, ref: str, data: Mapping[str, Any] | None) -> RecordState:
        """A copy with one relation set, or removed when `data` is None."""
        others = {known: old for known, old in self.relations.items() if known != ref}
        return replace(self, relations=others if data is None else {**others, ref: data})

    def deleted_by(self, call: Call, values: Mapping[str, Any] | None = None, **system: Any) -> RecordState:
        """The record as a deletion leaves it: marked as deleted, with its relations.

        Takes the call, and the values and the system attributes that the deletion sets.
        """
        return replace(self, document=replace(self.document.next_version(call, values or {}, **system), deleted=True))

    def history_values(self) -> dict[str, Any]:
        """All values that history compares: those of the document, and the relations."""
        return {**self.document.values, **self.relations}

    def relation_rows(self) -> dict[Key, Item]:
        """The rows of the relations by their keys."""
        pk = self.document.key.pk
        keys = {ref: relation_key(pk, ref) for ref in self.relations}
        return {key: {"pk": key.pk, "sk": key.sk, "data": dict(self.relations[ref])} for ref, key in keys.items()}
