"""The set-up of the gate's tests: stores in memory, a clock that tests set, one profile, one person."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from affino_mcp.catalogue.capability import Access, Family
from affino_mcp.gate.gate import Gate
from affino_mcp.gate.people.passwords import Passwords
from affino_mcp.gate.people.people import People, Person
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.gate.profiles.profiles import Profiles
from affino_mcp.gate.sessions.sessions import IssuedSession, Sessions
from affino_mcp.settings import Settings
from affino_mcp.store.faults import StoreUnavailable
from affino_mcp.store.ops import Item, Key
from affino_mcp.store.testing.memory_database import MemoryDatabase
from affino_mcp.store.testing.memory_secrets import MemorySecretStore
from affino_mcp.store.testing.recording import RecordingDatabase
from tests.clock import TestClock

SIGNED_AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
"""When this world begins: the moment at which the logins in events/ are signed."""
ALL = {str(family): frozenset(Access) for family in Family if family is not Family.ALWAYS}
PASSWORD = "correct horse battery"
GATE = Settings().gate_table
CREDENTIALS = Settings().credentials_table


@dataclass
class World:
    """The parts that the gate is made of."""

    clock: TestClock = field(default_factory=lambda: TestClock(SIGNED_AT))
    memory: MemoryDatabase = field(default_factory=MemoryDatabase)
    secrets: MemorySecretStore = field(default_factory=MemorySecretStore)
    settings: Settings = field(default_factory=Settings)

    def __post_init__(self) -> None:
        self.db = RecordingDatabase(self.memory)
        self.profiles = Profiles(self.db, self.secrets, self.settings, self.clock)
        self.people = People(self.db, self.settings, self.clock)
        self.passwords = Passwords(self.db, self.settings)
        self.sessions = Sessions(self.db, self.settings, self.clock)

    def gate(self, *, at_once: bool = False) -> Gate:
        """Gives the gate of another process on the same stores."""
        return Gate(self.db, self.secrets, self.settings, self.clock, self._start_read if at_once else None)

    def _start_read(self, table: str, keys: Sequence[Key]) -> Callable[[], dict[Key, Item]]:
        begun: Future[dict[Key, Item]] = Future()
        try:
            begun.set_result(self.db.get_many(table, keys))
        except StoreUnavailable as error:
            begun.set_exception(error)
        return begun.result

    def profile(self, name: str = "all", rate: int = 600, burst: int | None = None) -> Profile:
        return self.profiles.create(name, ALL, rate, burst)

    def person(
        self,
        code: int = 7,
        groups: tuple[str, ...] = ("Sales",),
        rights: Mapping[str, str | None] | None = None,
    ) -> Person:
        return self.people.create(code, f"Person {code}", f"person{code}@orbital.example", groups, rights)

    def login(self, profile: Profile, code: int = 7) -> IssuedSession:
        if self.people.get(code) is None:
            self.person(code)
        return self.sessions.create_session(code, profile.key)

    def rows(self, table: str = GATE) -> list[dict[str, Any]]:
        return self.memory.list_rows(table)

    def asked(self) -> list[tuple[str, str]]:
        """Gives the store calls since the previous call of this method."""
        calls = list(self.db.calls)
        self.db.calls.clear()
        return calls


RawHeaders = list[tuple[bytes, bytes]]


def headers(key: str, secret: str, token: str) -> RawHeaders:
    """Gives the three credential headers as ASGI header pairs."""
    return [
        (b"authorization", f"Bearer {token}".encode()),
        (b"x-api-key", key.encode()),
        (b"x-api-secret", secret.encode()),
    ]


def valid(profile: Profile, login: IssuedSession) -> RawHeaders:
    """The three headers of a login, all of them right."""
    return headers(profile.key, profile.secret, login.access_token)
