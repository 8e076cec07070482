"""The builtin instance: a real system of record on DynamoDB."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import replace
from types import ModuleType
from typing import Final

from affino_mcp.catalogue.capability import Access
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import Method
from affino_mcp.catalogue.registry import RECORDS
from affino_mcp.errors import ToolError
from affino_mcp.instance.builtin import (
    account_lists,
    accounts,
    article_categories,
    article_comments,
    article_media,
    article_steps,
    articles,
    consents,
    contact_links,
    contact_lists,
    contacts,
    content,
    notes,
    opportunities,
    opportunity_people,
    opportunity_topics,
    tasks,
    topics,
)
from affino_mcp.instance.builtin.change import Clash
from affino_mcp.instance.builtin.idempotency import UsedKey, reader, replay
from affino_mcp.instance.builtin.records import Facet, Records
from affino_mcp.instance.port import Call, Done
from affino_mcp.store.files import Files
from affino_mcp.store.ops import Database, StoreUnavailable

MODULES: Final[tuple[ModuleType, ...]] = (
    accounts,
    contacts,
    contact_links,
    consents,
    contact_lists,
    account_lists,
    opportunities,
    opportunity_people,
    opportunity_topics,
    tasks,
    notes,
    articles,
    article_steps,
    article_categories,
    article_comments,
    article_media,
    topics,
)
_ARTICLES: Final = (articles, article_steps, article_comments, article_media)
FACETS: Final[dict[str, Facet]] = {
    module.FAMILY: module.facets
    for module in (accounts, contacts, contact_lists, account_lists, opportunities, tasks, notes, *_ARTICLES)
} | content.FACETS
ATTEMPTS: Final = 12
"""How often a write is tried again when others change the same rows at the same moment."""

Carry = Callable[[Records, Method, Values, Call], Done]


def carrier(method: Method) -> Carry | None:
    """The function of the family modules that carries a catalogue method out: it has the method's name."""
    found = (getattr(module, method.name, None) for module in MODULES)
    return next((function for function in found if function is not None), None)


class BuiltinInstance:
    """An Instance over one table of a Database, and the files of its media items."""

    def __init__(self, db: Database, table: str, files: Files | None = None) -> None:
        self.records = Records(db, table, FACETS, files)

    def perform(self, method: Method, values: Values, call: Call) -> Done:
        """See Instance. A write that meets another writer is run again on what the other one left."""
        carry = carrier(method)
        if carry is None:
            raise NotImplementedError(method.name)
        if method.access is Access.READ:
            return carry(self.records, method, values, call)
        return self._write(carry, method, values, call)

    def _write(self, carry: Carry, method: Method, values: Values, call: Call) -> Done:
        for attempt in range(ATTEMPTS):
            fresh = replace(call, warnings=list(call.warnings))
            try:
                done = carry(self.records, method, values, fresh)
            except Clash:
                time.sleep(random.uniform(0, 0.01 * (attempt + 1)))  # noqa: S311 (spreads retries; not a secret)
                continue
            except (ToolError, UsedKey) as error:
                return self._replayed(method, values, call, error)
            call.warnings[:] = fresh.warnings
            return done
        raise StoreUnavailable

    def _replayed(self, method: Method, values: Values, call: Call, error: Exception) -> Done:
        done = replay(self.records.db, self.records.table, method, values, call)
        if done is None:
            raise StoreUnavailable if isinstance(error, UsedKey) else error
        again = None if done.body else reader(method, done.record)
        if again is None:
            return done
        family, _, code = done.record.partition("#")
        return replace(self.perform(again, {RECORDS[family].code: int(code)}, call), record=done.record)
