"""The Control Centre of one deployment: its stores and the services on them, each made on first use."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

import httpx

from affino_mcp.admin.display import TEMPLATE_FILTERS
from affino_mcp.audit.log import AuditLog
from affino_mcp.clock import Clock
from affino_mcp.gate.abuse.login_guard import LoginGuard
from affino_mcp.gate.people.password_resets import PasswordResets
from affino_mcp.gate.people.people import People
from affino_mcp.gate.people.registration import Registration
from affino_mcp.gate.profiles.previous_secret_uses import PreviousSecretUses
from affino_mcp.gate.profiles.profile import ProfileReader
from affino_mcp.gate.profiles.profiles import Profiles
from affino_mcp.gate.sessions.sessions import Sessions
from affino_mcp.gate.sessions.web_sessions import CONTROL_CENTRE, HUB, WebSessions
from affino_mcp.instance.port import Instance
from affino_mcp.instance.record_finder import RecordFinder
from affino_mcp.instance.record_restorer import RecordRestorer
from affino_mcp.instance.structure import StructureKeeper
from affino_mcp.instance.upkeep import StaffContacts
from affino_mcp.pages.rendering import PageRenderer
from affino_mcp.settings import Settings
from affino_mcp.store.files import FileStore
from affino_mcp.store.ops import Database
from affino_mcp.store.secrets import SecretStore
from affino_mcp.value_class import value_class

if TYPE_CHECKING:
    from affino_mcp.gate.people.passwords import Passwords

_TEMPLATES: Final = Path(__file__).parent / "templates"
_SECRET_READER_THREADS: Final = 8
_CLIENT_TIMEOUT_SECONDS: Final = 8.0


def make_public_client() -> httpx.Client:
    """An HTTP client for the service's own public endpoints: no proxies, no redirects, a timeout well below Lambda's."""
    return httpx.Client(trust_env=False, timeout=_CLIENT_TIMEOUT_SECONDS, follow_redirects=False)


@value_class
class ControlCentre:
    """The stores and services of the Control Centre, one per process. `make_client` makes the HTTP client of the test tools."""

    database: Database
    secrets: SecretStore
    settings: Settings
    clock: Clock
    instance: Instance
    staff: StaffContacts
    record_restorer: RecordRestorer
    structure: StructureKeeper
    record_finder: RecordFinder
    make_client: Callable[[], httpx.Client] = make_public_client
    files: FileStore | None = None

    @cached_property
    def web_sessions(self) -> WebSessions:
        """The store of browsers that are signed in."""
        return WebSessions(CONTROL_CENTRE, self.database, self.settings, self.clock)

    @cached_property
    def hub_sessions(self) -> WebSessions:
        """The store of browsers that are logged in at the Hub."""
        return WebSessions(HUB, self.database, self.settings, self.clock)

    @cached_property
    def profiles(self) -> Profiles:
        """Creates and changes API Profiles."""
        return Profiles(self.database, self.secrets, self.settings, self.clock)

    @cached_property
    def profile_reader(self) -> ProfileReader:
        """Reads API Profiles."""
        return ProfileReader(self.database, self.secrets, self.settings)

    @cached_property
    def previous_secret_uses(self) -> PreviousSecretUses:
        """Which clients still use the previous secret of a profile."""
        return PreviousSecretUses(self.database, self.settings, self.clock)

    @cached_property
    def people(self) -> People:
        """The store of people."""
        return People(self.database, self.settings, self.clock)

    @cached_property
    def sessions(self) -> Sessions:
        """The store of people's sessions."""
        return Sessions(self.database, self.settings, self.clock)

    @cached_property
    def registration(self) -> Registration:
        """Makes people."""
        return Registration(self.staff, self.database, self.settings, self.clock)

    @cached_property
    def password_resets(self) -> PasswordResets:
        """Makes links by which people set a new password."""
        return PasswordResets(self.database, self.settings, self.clock)

    @cached_property
    def login_guard(self) -> LoginGuard:
        """The guard against guessing passwords."""
        return LoginGuard(self.database, self.settings, self.clock)

    @cached_property
    def passwords(self) -> Passwords:
        """The store of passwords; of the functions in a deployment the login function alone may read it."""
        from affino_mcp.gate.people.passwords import Passwords  # noqa: PLC0415 (argon2 is needed to sign in only)

        return Passwords(self.database, self.settings)

    @cached_property
    def audit_log(self) -> AuditLog:
        """The API Log, where operators' own actions are written."""
        return AuditLog(self.database, self.settings.audit_table, self.clock)

    @cached_property
    def thread_pool(self) -> ThreadPoolExecutor:
        """A thread pool for reading several secrets at the same time."""
        return ThreadPoolExecutor(_SECRET_READER_THREADS, thread_name_prefix="control")

    @cached_property
    def page_renderer(self) -> PageRenderer:
        """The templates with the filters of the Control Centre."""
        pages = PageRenderer(_TEMPLATES)
        for name, function in TEMPLATE_FILTERS.items():
            pages.add_filter(name, function)
        return pages
