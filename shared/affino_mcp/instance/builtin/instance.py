"""The builtin instance: a system of record on DynamoDB."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from threading import Lock
from types import ModuleType
from typing import Final

from affino_mcp.catalogue.capability import Access
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import DRY_RUN, Method
from affino_mcp.catalogue.registry import RECORDS
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.errors import ToolError
from affino_mcp.instance.builtin.articles import (
    article_categories,
    article_comments,
    article_media,
    article_steps,
    articles,
)
from affino_mcp.instance.builtin.crm import (
    accounts,
    consents,
    contact_links,
    contacts,
    notes,
    opportunities,
    opportunity_people,
    opportunity_topics,
    tasks,
    topics,
)
from affino_mcp.instance.builtin.engine.change import NOTHING_WRITTEN, Clash
from affino_mcp.instance.builtin.engine.idempotency import UsedKey, reader, replay
from affino_mcp.instance.builtin.engine.records import Facet, Records
from affino_mcp.instance.builtin.forums import forum_moderation, forum_moderators, forum_posts, forum_threads, forums
from affino_mcp.instance.builtin.history import history, undo
from affino_mcp.instance.builtin.media import media_categories, media_files, media_items, media_uploads
from affino_mcp.instance.builtin.member_lists import account_lists, contact_lists
from affino_mcp.instance.builtin.website import website_records
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
    forums,
    forum_moderators,
    forum_threads,
    forum_posts,
    forum_moderation,
    media_items,
    media_categories,
    media_files,
    media_uploads,
    topics,
    history,
)
_ARTICLES: Final = (articles, article_steps, article_comments, article_media)
_FORUMS: Final = (forums, forum_threads, forum_posts)
_MEDIA: Final = (media_items, media_categories, media_files)
FACETS: Final[dict[str, Facet]] = {
    module.FAMILY: module.facets
    for module in (accounts, contacts, contact_lists, account_lists, opportunities, tasks, notes, *_ARTICLES, *_FORUMS)
} | {**{module.FAMILY: module.facets for module in _MEDIA}, **website_records.FACETS}
ATTEMPTS: Final = 15
"""How many times a write is tried when other writers change the same rows at the same moment."""

Carry = Callable[[Records, Method, Values, Call], Done]


def undo_change(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Undoes one change through the methods of the record's own family."""
    return undo.undo_change(records, method, values, call, _carried)


def _carried(records: Records, method: Method, values: Values, call: Call) -> Done:
    carry = carrier(method)
    if carry is None:
        raise NotImplementedError(method.name)
    return carry(records, method, values, call)


def carrier(method: Method) -> Carry | None:
    """Finds the function that carries out a catalogue method: it has the method's name. None when there is none."""
    if method.name == undo_change.__name__:
        return undo_change
    found = (getattr(module, method.name, None) for module in MODULES)
    return next((function for function in found if function is not None), None)


class BuiltinInstance:
    """An Instance over one table of a Database, and the file store of its media items."""

    def __init__(self, db: Database, table: str, files: Files | None = None) -> None:
        self.records = Records(db, table, FACETS, files)
        self._turn = Lock()  # serialises the retries of threads that clashed

    def perform(self, method: Method, values: Values, call: Call) -> Done:
        """Carries out one method (see Instance).

        A write that clashes with another writer is run again on the new state.
        """
        carry, call = carrier(method), replace(call, method=method.name)
        if carry is None:
            raise NotImplementedError(method.name)
        if method.access is Access.READ:
            return carry(self.records, method, values, call)
        return self._write(carry, method, values, call)

    def _write(self, carry: Carry, method: Method, values: Values, call: Call) -> Done:
        for attempt in range(ATTEMPTS):
            fresh = replace(call, warnings=list(call.warnings))
            _pause(attempt)
            try:
                with self._turn if attempt else nullcontext():
                    done = carry(self.records, method, values, fresh)
            except Clash:
                self.records.codes.met()
                continue
            except (ToolError, UsedKey) as error:
                return self._replayed(method, values, call, error)
            if not done.sealed:
                return self._unwritten(method, values, call, fresh, done)
            call.warnings[:] = fresh.warnings
            return done
        raise StoreUnavailable

    def _unwritten(self, method: Method, values: Values, call: Call, fresh: Call, done: Done) -> Done:
        """Answers a dry run, or a write that had nothing to change.

        When its idempotency key was used, with the earlier answer.
        """
        if values.get(DRY_RUN.name):
            if DRY_RUN.name not in done.body:
                fresh.warn(WarningCode.DRY_RUN, DRY_RUN.name, NOTHING_WRITTEN)
                done = replace(done, body={**done.body, DRY_RUN.name: True})
        elif before := replay(self.records.db, self.records.table, method, values, call):
            return before
        call.warnings[:] = fresh.warnings
        return done

    def _replayed(self, method: Method, values: Values, call: Call, error: Exception) -> Done:
        rehearsal = values.get(DRY_RUN.name)
        done = None if rehearsal else replay(self.records.db, self.records.table, method, values, call)
        if done is None:
            raise StoreUnavailable if isinstance(error, UsedKey) else error
        again = None if done.body else reader(method, done.record)
        if again is None:
            return done
        family, _, code = done.record.partition("#")
        return replace(self.perform(again, {RECORDS[family].code: int(code)}, call), record=done.record)


def _pause(attempt: int) -> None:
    """Waits a random time before another attempt, longer for each, so that processes that clashed spread out."""
    if attempt:
        time.sleep(random.uniform(0, min(0.4, 0.01 * 2**attempt)))  # noqa: S311 (not a secret)
