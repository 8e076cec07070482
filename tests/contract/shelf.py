"""One partition of a store for one test, with the operations on it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field, replace
from typing import Any, Final

from affino_mcp.settings import Settings
from affino_mcp.store.ops import Database, Item, Key, Put, Query, WriteOp

RECORDS: Final = Settings().records_table


@dataclass
class Shelf:
    """One partition of the records table, for one test."""

    db: Database
    pk: str = field(default_factory=lambda: f"test#{uuid.uuid4().hex}")

    def key(self, sk: str = "A") -> Key:
        return Key(self.pk, sk)

    def item(self, sk: str = "A", **values: Any) -> Item:
        return {"pk": self.pk, "sk": sk, **values}

    def put(self, sk: str = "A", **values: Any) -> None:
        self.db.put(Put(RECORDS, self.item(sk, **values)))

    def get(self, sk: str = "A") -> Item | None:
        return self.db.get(RECORDS, self.key(sk))

    def query(self, **how: Any) -> list[str]:
        """Gives the sort keys of all pages of a query."""
        query, found = Query(RECORDS, self.pk, **how), list[str]()
        for _ in range(50):
            page = self.db.query(query)
            found += [item["sk"] for item in page.items]
            if page.next is None:
                return found
            query = replace(query, start=page.next)
        raise AssertionError("the query does not end")

    def transact(self, *ops: WriteOp, token: str = "") -> None:
        self.db.transact(ops, token or uuid.uuid4().hex)
