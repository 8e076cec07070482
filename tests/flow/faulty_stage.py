"""A service whose stores fail at one call: what the caller is told, what the API Log says, and what is stored."""

from __future__ import annotations

import json
import logging
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from affino_mcp import observability, wiring
from affino_mcp.audit.channels import REST_CHANNEL
from affino_mcp.gate.profiles.profile import ProfileReader
from affino_mcp.housekeeping.open_calls import OpenCallsJob
from affino_mcp.instance.builtin.engine.change_journal import SHARE_OF
from affino_mcp.instance.builtin.engine.index import MEMBER_SK
from affino_mcp.mcp_edge.app import McpApp
from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
from affino_mcp.store.faults import StoreUnavailable, TransactionFailed
from affino_mcp.store.ops import Item, Key
from affino_mcp.store.secrets import SecretDocument, SecretStore
from affino_mcp.store.testing.faulty_database import FaultyDatabase
from affino_mcp.store.testing.faulty_files import FaultyFileStore
from tests.flow.faulty_calls import Given, stocked
from tests.flow.faulty_truth import Clean, Told, Traces, told
from tests.flow.office import Fields
from tests.remote.call_rows import without_begun
from tests.remote.limited_context import LimitedContext
from tests.stored_tables import Tables, copy_tables
from tests.world import EVERYTHING, REMOTE, Headers, World, WorldClient, whole_row

MANY_CALLS: Final = 200
"""More store calls than any tool call makes."""
_MADE_UP: Final = re.compile(
    r"\breq-\d+|\b[0-9a-f]{32,64}\b|\b[0-9A-HJKMNP-TV-Z]{26}\b|[A-Za-z0-9_-]{43}|\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"
)
"""Request ids, checksums and random names, ULIDs, tokens and UUIDs."""
_UNCOUNTED: Final = ("N#", "I#")
"""Rows that are no effect: the counters of codes, and the answers kept for repeated calls."""


class FaultySecretStore:
    """Passes everything on to `inner`, unless it is `broken`; counts the reads."""

    def __init__(self, inner: SecretStore) -> None:
        self.inner, self.broken, self.calls = inner, False, 0

    def read(self, name: str, version: str) -> SecretDocument:
        self.calls += 1
        if self.broken:
            raise StoreUnavailable
        return self.inner.read(name, version)

    def write(self, name: str, version: str, document: SecretDocument) -> None:
        self.inner.write(name, version, document)

    def remove(self, name: str) -> None:
        self.inner.remove(name)


@dataclass
class FaultyStage:
    """One service with a stock of records, put back before each trial, and with a fresh process in each trial."""

    world: World
    given: Given
    headers: Headers
    app: McpApp
    served: LambdaHandler
    database: FaultyDatabase
    files: FaultyFileStore
    secrets: FaultySecretStore
    kept: Tables
    objects: dict[str, Any]
    begins: datetime
    lines: list[dict[str, Any]] = field(default_factory=list)
    cleans: dict[str, Clean] = field(default_factory=dict)

    @classmethod
    def build(cls, *, confirm: bool = False) -> FaultyStage:
        """The stage; with `confirm`, its client's profile requires confirmation."""
        world = World()
        handler = world.new_handler()
        given = stocked(world, handler)
        headers = given.office.client.headers
        if confirm:
            careful = world.profiles.create("careful", EVERYTHING, 6000, confirm=True)
            headers = world.log_in(careful, given.office.codes["una"])
        handler.close()
        world.clock.move(minutes=1)
        database, files = FaultyDatabase(world.database), FaultyFileStore(world.files)
        secrets = FaultySecretStore(world.secrets)
        world.stores = replace(world.stores, database=database, secrets=secrets, files=files)
        app = wiring.build_mcp_app(world.settings, world.stores, world.clock, in_thread=False)
        served = LambdaHandler(app, world.settings.stage)
        kept = copy_tables(world.database._tables), dict(world.files._objects), world.clock()
        return cls(world, given, headers, app, served, database, files, secrets, *kept)

    def close(self) -> None:
        self.served.close()

    def new_process(self) -> WorldClient:
        """A client of a fresh process on the stock: nothing is remembered but the MCP server, which holds no state."""
        world = self.world
        world.database._tables, world.files._objects = copy_tables(self.kept), dict(self.objects)
        world.clock.moment = self.begins
        self.database.arm({})
        self.database.vanished.clear()
        self.files.arm({})
        self.secrets.broken, self.secrets.calls = False, 0
        self.lines.clear()
        self._restart_instance()
        stores = world.stores.opened_by("McpEndpoint", world.settings)
        self.app._gate = wiring.build_gate(stores, world.settings, world.clock)
        self.app._dispatch = wiring.build_dispatch(stores, world.settings, world.clock, world.undeclared)
        return WorldClient(world, self.served, self.headers, context=LimitedContext(self.database))

    def _restart_instance(self) -> None:
        """Makes a fresh process of the instance elsewhere, where there is one, on the same stores."""
        if self.world.kind == REMOTE:
            stores = wiring.Stores(self.database, self.secrets, self.files)
            self.world.stores = replace(self.world.stores, to_instance=self.world.way_to_instance(stores))

    def settle(self, minutes: int = 1) -> None:
        """Housekeeping closes, after this time, the rows of calls to an instance elsewhere that nobody has closed."""
        world = self.world
        if world.kind != REMOTE:
            return
        self.database.arm({})
        world.clock.move(minutes=minutes)
        stores = world.stores.opened_by("Housekeeping", world.settings)
        reader = ProfileReader(stores.database, stores.secrets, world.settings)
        teller = wiring.remote_instance(stores, world.settings, world.clock)
        OpenCallsJob(stores.database, world.settings.audit_table, reader, teller).run(world.clock())
        world.clock.moment = self.begins

    def deliver(self) -> None:
        """The transactions that were sent and not carried out arrive after all."""
        for operations, token in self.database.vanished:
            with suppress(TransactionFailed):
                self.world.database.transact(operations, token)

    def traces(self) -> Traces:
        """What all calls of this trial left behind."""
        settings = self.world.settings
        rows = without_begun(self._new_rows(settings.audit_table))
        changed = self._changed(settings.records_table) | self._changed(settings.words_table)
        effect = Counter(_masked(key, row) for key, row in changed.items() if not key.pk.startswith(_UNCOUNTED))
        members = {int(key.sk.removeprefix(MEMBER_SK)) for key in changed if key.sk.startswith(MEMBER_SK)}
        lines = [line for line in self.lines if line["channel"] != REST_CHANNEL]
        if self.world.kind != REMOTE:
            return Traces(rows, lines, effect, members)
        return Traces(rows, lines, effect, members, self._new_rows(self.world.instance_settings.audit_table))

    def _new_rows(self, audit_table: str) -> list[Item]:
        """The rows of an API Log that this trial has written."""
        new = self._changed(audit_table).values()
        return [whole_row(row) for row in new if row is not None and "outcome" in row]

    def _changed(self, table: str) -> dict[Key, Item | None]:
        """The rows of a table that differ from the stock; None for one that is gone."""
        now, then = self.world.database._tables.get(table, {}), self.kept.get(table, {})
        changed = [pk for pk in {**now, **then} if now.get(pk, {}) != then.get(pk, {})]
        return {
            Key(pk, sk): row for pk in changed for sk, row in _changed_rows(now.get(pk, {}), then.get(pk, {})).items()
        }

    def blamed(self) -> list[str]:
        """The rows by which the gate counts failures."""
        return [
            row["pk"] for row in self.world.database.list_rows(self.world.settings.gate_table) if "GUARD" in row["pk"]
        ]

    def missing_files(self) -> set[str]:
        """The storage keys that a stored file names and under which there is no object."""
        files = [
            row
            for key, row in self._changed(self.world.settings.records_table).items()
            if row is not None and key.pk.startswith("media_files#") and key.sk == "A" and not row["deleted"]
        ]
        return {json.loads(row["body"])["system"]["Key"] for row in files} - set(self.world.files.keys)


def run_clean(stage: FaultyStage, tool: str, named: Fields) -> Clean:
    """The call without a fault, which is made once on a stage; it must succeed."""
    case = json.dumps([tool, named])
    if case not in stage.cleans:
        stage.cleans[case] = _make_clean(stage, tool, named)
    return stage.cleans[case]


def _make_clean(stage: FaultyStage, tool: str, named: Fields) -> Clean:
    arguments = stage.given.arguments(named)
    answer = stage.new_process().call_tool(tool, **arguments)
    assert told(answer) is Told.DONE, answer.document
    calls, files, secrets = list(stage.database.calls), list(stage.files.calls), stage.secrets.calls
    return Clean(arguments, calls, files, secrets, stage.traces(), bool(named.get("IdempotencyKey")))


def _changed_rows(now: dict[str, Item], then: dict[str, Item]) -> dict[str, Item | None]:
    """The rows of a partition that differ by their sort keys; None for one that is gone."""
    gone: dict[str, Item | None] = dict.fromkeys(then.keys() - now.keys())
    return gone | {sk: row for sk, row in now.items() if row != then.get(sk)}


def _masked(key: Key, row: Item | None) -> str:
    """The row without what no two trials have in common: what is made up, and which other shares one call made."""
    if row is not None:
        row = {name: value for name, value in row.items() if name != SHARE_OF}
    return _MADE_UP.sub("*", json.dumps([key, row], sort_keys=True))


@contextmanager
def log_lines(lines: list[dict[str, Any]]) -> Iterator[None]:
    """Collects the log line of each call."""

    class Collecting(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.getMessage() == "call":
                lines.append(vars(record))

    logger, handler = observability.process_logger()._logger, Collecting()
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
