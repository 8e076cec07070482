"""An operator in the browser and in a shell before stores that fail, and what must agree after each deed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Final

from httpx2 import Response
from typer.testing import CliRunner

from affino_mcp.admin.deeds import DEEDS
from affino_mcp.audit.open_rows import OPEN_ROWS_PARTITION
from affino_mcp.catalogue.capability import Access, Family
from affino_mcp.cli.app import app
from affino_mcp.cli.service import Service
from affino_mcp.gate.identity import row_keys
from affino_mcp.gate.identity.row_keys import digest_token, token_fingerprint
from affino_mcp.gate.people.passwords import Passwords
from affino_mcp.local.connection import Connection, store_settings
from affino_mcp.store.faults import TransactionFailed
from affino_mcp.store.ops import Item, Key
from affino_mcp.store.testing.faulty_database import FaultyDatabase, StoreFault
from affino_mcp.store.testing.faulty_secrets import FaultySecretStore
from tests.clock import START
from tests.stored_tables import copy_tables
from tests.unit.control_edge.desk import OperatorBrowser, text_of
from tests.world import World

DONE, NOT_DONE, MAYBE = "done", "not done", "maybe done"
_NOTHING: Final = re.compile(r"Nothing was|Not done|changed meanwhile")
_NOT_DONE_STATUSES: Final = {303, 409, 503}

Attempt = Callable[[], str]
"""Does a deed that is made ready, and gives what its operator is told: done, not done or maybe done."""


@dataclass
class Stage:
    """One service with an operator, a profile Newsroom, and Edith with two sessions."""

    secrets: FaultySecretStore = field(default_factory=FaultySecretStore)

    def __post_init__(self) -> None:
        self.world = World(secrets=self.secrets)
        self.desk = OperatorBrowser(self.world).operator()
        self.key = self.world.profiles.create("Newsroom", {Family.ARTICLES: frozenset(Access)}, 300).key
        self.edith = self.desk.person("Edith", "Moreau", "Publishers")
        self.tokens = [self.world.sessions.create_session(self.edith, self.key).access_token for _ in range(2)]
        urls = ("http://127.0.0.1:1/mcp", "http://127.0.0.1:1/rest/demo/login")
        connection = Connection(*urls, "demo", stores=store_settings(self.world.settings))
        self.service = Service(connection, self.world.stores, self.world.clock)
        self.world.run_housekeeping()  # the first turn counts a whole day; those of the trials go on from it
        self.world.watched.inner = self.faulty = FaultyDatabase(self.world.database)

    @contextmanager
    def restored(self) -> Iterator[None]:
        """Runs the body, then puts everything back as it was before."""
        database, secrets = self.world.database, self.secrets
        tables, documents = copy_tables(database._tables), dict(secrets._documents)
        try:
            yield
        finally:
            self.arm({}, {})
            self.faulty.vanished.clear()
            database._tables, secrets._documents = tables, documents
            self.world.clock.moment = START

    def arm(
        self, database: Mapping[int, StoreFault], secrets: Mapping[int, StoreFault], *, lasting: bool = False
    ) -> None:
        """Sets the faults of the next store calls."""
        self.faulty.arm(dict(database), lasting=lasting)
        self.secrets.arm(dict(secrets), lasting=lasting)

    def gate_row(self, place: Key) -> Item:
        """A row of the Gate table, {} when there is none; no fault applies."""
        return self.world.database.get(self.world.settings.gate_table, place) or {}

    @property
    def profile_row(self) -> Item:
        """The row of Newsroom."""
        return self.gate_row(row_keys.profile_key(self.key))

    @property
    def person_row(self) -> Item:
        """The row of Edith."""
        return self.gate_row(row_keys.person_key(self.edith))

    def is_live(self, number: int) -> bool:
        """Whether a session of Edith's is live."""
        return not self.gate_row(row_keys.session_key(digest_token(self.tokens[number]))).get("revoked")

    def has_password(self, code: int, password: str) -> bool:
        """Whether this is the person's password."""
        return Passwords(self.world.database, self.world.settings).is_password(code, password)

    def rows(self) -> list[dict[str, Any]]:
        """The rows of operators' deeds, oldest first."""
        return [row for row in self.world.audit_rows() if row["channel"] == "control"]

    def marks(self) -> list[str]:
        """The partitions of the marks that wait for housekeeping."""
        settings, kept = self.world.settings, {row_keys.UNLOGGED_PARTITION, OPEN_ROWS_PARTITION}
        tables = (settings.gate_table, settings.audit_table)
        return [row["pk"] for table in tables for row in self.world.database.list_rows(table) if row["pk"] in kept]

    def keep_house(self) -> None:
        """Runs housekeeping twice; between, every transaction that was sent and vanished arrives very late."""
        self.world.clock.move(minutes=16)
        self.world.run_housekeeping()
        for ops, token in self.faulty.vanished:
            with suppress(TransactionFailed):
                self.world.database.transact(ops, token)
        self.world.clock.move(minutes=16)
        self.world.run_housekeeping()


@dataclass(frozen=True)
class OperatorDeed:
    """A deed: how it is done, and whether it is done. `prepare` runs before it is made ready."""

    id: str
    make_ready: Callable[[Stage], Attempt]
    is_done: Callable[[Stage], bool]
    prepare: Callable[[Stage], object] = lambda stage: stage


def in_browser(path: str, page: str, **given: Any) -> Callable[[Stage], Attempt]:
    """Gives how a form of the Control Centre is posted; its page is read when the deed is made ready."""

    def make_ready(stage: Stage) -> Attempt:
        known = {"key": stage.key, "edith": stage.edith}
        form = stage.desk.get(page.format(**known))
        fingerprint = token_fingerprint(digest_token(stage.tokens[0]))
        sent = {name: fingerprint if value == "{session}" else value for name, value in given.items()}
        return lambda: told_in_browser(stage.desk.send(path.format(**known), form, **sent))

    return make_ready


def told_in_browser(answer: Response) -> str:
    """What the operator is told by a page."""
    text, location = text_of(answer), answer.headers.get("location", "")
    if "It may have been done" in text:
        return MAYBE
    if answer.status_code in {200, 303} and "not-ended" not in location and "/sign-in" not in location:
        return DONE
    assert answer.status_code in _NOT_DONE_STATUSES, text
    assert answer.status_code == 303 or _NOTHING.search(text), text
    return NOT_DONE


def in_shell(*words: str) -> Callable[[Stage], Attempt]:
    """Gives how a command is run."""

    def make_ready(stage: Stage) -> Attempt:
        session = token_fingerprint(digest_token(stage.tokens[0]))
        return lambda: told_in_shell(stage, [word.replace("{session}", session) for word in words])

    return make_ready


def told_in_shell(stage: Stage, words: list[str]) -> str:
    """What the operator is told by a command: its exit code, which must agree with its words."""
    done = CliRunner().invoke(app, words, obj=stage.service)
    assert done.exit_code in {0, 1, 3}, (done.exception, done.stderr)
    assert (done.exit_code == 0) is ("affino-mcp: " not in done.stderr), done.stderr
    assert (done.exit_code == 3) is ("It may have been done" in done.stderr), done.stderr
    return {0: DONE, 1: NOT_DONE, 3: MAYBE}[done.exit_code]


def find_untruths(stage: Stage, deed: OperatorDeed, told: str) -> list[str]:
    """What is not true of the rows and of what the operator was told, at once and after housekeeping; [] when all is."""
    stage.arm({}, {})
    return _find_untruths_now(stage, deed, told) + _find_untruths_later(stage, deed, told)


def _find_untruths_now(stage: Stage, deed: OperatorDeed, told: str) -> list[str]:
    is_done, oks = deed.is_done(stage), [row for row in stage.rows() if row["outcome"] == "ok"]
    untrue = {
        "told done, is not": told == DONE and not is_done,
        "told not done, is done": told == NOT_DONE and is_done,
        "a row ok, is not done": bool(oks) and not is_done,
        "told done, neither row nor mark": told == DONE
        and not oks
        and row_keys.UNLOGGED_PARTITION not in stage.marks(),
        "two rows ok": len(oks) > 1 and not all(DEEDS[row["method"]].stops for row in oks),  # these may be done twice
    }
    return [text for text, is_untrue in untrue.items() if is_untrue]


def _find_untruths_later(stage: Stage, deed: OperatorDeed, told: str) -> list[str]:
    stage.keep_house()
    is_done, rows = deed.is_done(stage), stage.rows()
    outcomes = {row["request_id"]: row["outcome"] for row in rows}
    untrue = {
        "later: done, no row ok": is_done and "ok" not in outcomes.values(),
        "later: a row ok, is not done": "ok" in outcomes.values() and not is_done,
        "later: told not done, is done": told == NOT_DONE and is_done,
        "later: no last word": bool({"begun", "unknown"} & set(outcomes.values())),
        "later: a mark is left": bool(stage.marks()),
        "a status that is none of its outcome's": any(not _has_right_status(row) for row in rows),
    }
    return [text for text, is_untrue in untrue.items() if is_untrue]


def _has_right_status(row: Mapping[str, Any]) -> bool:
    """Whether a row's status is one of its outcome's: a store's fault is 503, never a conflict."""
    statuses = {"ok": {200}, "begun": {202}, "not_done": {503}, "error": {400, 404, 409}}
    return row["status"] in statuses[row["outcome"]]
