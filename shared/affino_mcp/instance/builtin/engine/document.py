"""Documents: a record as it is stored, with its version and stamps."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from affino_mcp.catalogue.record import Record
from affino_mcp.catalogue.registry import RECORDS
from affino_mcp.clock import iso
from affino_mcp.instance.port import Call
from affino_mcp.store.ops import Item, Key

RECORD_SK: Final = "A"
RELATION_SK: Final = "B#"
HISTORY_SK: Final = "H#"
_LONGEST_LABEL: Final = 100


def record_key(family: str, code: int) -> Key:
    """The address of a record's own row."""
    return Key(f"{family}#{code}", RECORD_SK)


@dataclass(frozen=True)
class Document:
    """One record. `values` hold the catalogue's fields, `system` the stamps and attributes only the service writes."""

    family: str
    code: int
    version: int
    values: Mapping[str, Any]
    system: Mapping[str, Any]
    deleted: bool = False

    @property
    def record(self) -> Record:
        """The catalogue's definition of this kind of record."""
        return RECORDS[self.family]

    @property
    def ref(self) -> str:
        """`family#code`: how history, audit and relations name it."""
        return f"{self.family}#{self.code}"

    @property
    def key(self) -> Key:
        """The address of its row."""
        return record_key(self.family, self.code)

    @property
    def label(self) -> str:
        """Its name for people."""
        return " ".join(str(self.values[name]) for name in self.record.label if self.values.get(name))

    def titled(self, *, new: bool) -> str:
        """Kind, code and label in running text; a new record has no code yet that could be told."""
        which = self.record.words if new else f"{self.record.words} {self.code}"
        label = "".join(letter for letter in self.label[:_LONGEST_LABEL] if letter.isprintable())
        return f"{which} '{label}'" if label else which

    def item(self) -> Item:
        """The row."""
        body = json.dumps({"values": self.values, "system": self.system}, ensure_ascii=False, separators=(",", ":"))
        return {"pk": self.key.pk, "sk": self.key.sk, "version": self.version, "deleted": self.deleted, "body": body}

    def changed(self, call: Call, values: Mapping[str, Any], **system: Any) -> Document:
        """The next version, stamped with the acting person. None values are cleared."""
        merged = {name: value for name, value in {**self.values, **values}.items() if value is not None}
        stamps = {"UpdatedDate": self._next_moment(call.at), "UpdatedBy": actor(call)}
        return replace(self, version=self.version + 1, values=merged, system={**self.system, **system, **stamps})

    def _next_moment(self, at: datetime) -> str:
        """Later than the version before, even by a clock that runs behind: no two versions have one UpdatedDate."""
        last = datetime.fromisoformat(self.system["UpdatedDate"])
        return iso(max(at, last + timedelta(microseconds=1)))


def actor(call: Call) -> dict[str, Any]:
    """The acting person as stamps and history show them."""
    return {"UserCode": call.actor.user_code or None, "Name": call.actor.name}


def created(family: str, code: int, call: Call, values: Mapping[str, Any], **system: Any) -> Document:
    """A new record's first version."""
    stamps = {
        "CreatedDate": iso(call.at),
        "CreatedBy": actor(call),
        "UpdatedDate": iso(call.at),
        "UpdatedBy": actor(call),
    }
    kept = {name: value for name, value in values.items() if value is not None}
    return Document(family, code, 1, kept, {**system, **stamps})


def from_item(item: Item) -> Document:
    """The document of a row."""
    family, _, code = item["pk"].partition("#")
    body = json.loads(item["body"])
    return Document(family, int(code), item["version"], body["values"], body["system"], item["deleted"])
