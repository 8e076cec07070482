"""Where everything is made: the one place that knows which store, which instance and which clock are used."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from botocore.credentials import ContainerProvider, CredentialResolver, EnvProvider

from affino_mcp.audit.log import AuditLog
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.clock import Clock, now
from affino_mcp.dispatch import Dispatch, OnUndeclared
from affino_mcp.gate.gate import Gate
from affino_mcp.gate.sessions.last_use import LastUse
from affino_mcp.instance.builtin.instance import BuiltinInstance
from affino_mcp.instance.port import Instance
from affino_mcp.settings import Settings
from affino_mcp.store.dynamodb import TARGET, DynamoDatabase
from affino_mcp.store.files import Files
from affino_mcp.store.ops import Database
from affino_mcp.store.s3 import S3Files
from affino_mcp.store.secrets import AwsSecrets, Secrets
from affino_mcp.store.wire import AwsJson, Credentials

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from affino_mcp.control_edge.centre import Centre
    from affino_mcp.login_edge.app import LoginApp
    from affino_mcp.mcp_edge.app import McpApp


GATE_THREADS = 16
"""Enough for the local run's concurrent calls; a Lambda process uses one."""


@dataclass(frozen=True)
class Stores:
    """The stores of one deployment."""

    database: Database
    secrets: Secrets
    files: Files | None = None


def stores(settings: Settings) -> Stores:
    """DynamoDB, Secrets Manager and S3, in AWS or at the settings' own endpoint. Connects at the first call."""
    credentials = aws_credentials()
    return Stores(
        DynamoDatabase(
            AwsJson("dynamodb", TARGET, "1.0", _endpoint(settings, "dynamodb"), settings.region, credentials)
        ),
        AwsSecrets(
            AwsJson(
                "secretsmanager",
                "secretsmanager",
                "1.1",
                _endpoint(settings, "secretsmanager"),
                settings.region,
                credentials,
            )
        ),
        S3Files(settings.media_bucket, settings.region, credentials, settings.aws_endpoint),
    )


def _endpoint(settings: Settings, service: str) -> str:
    return settings.aws_endpoint or f"https://{service}.{settings.region}.amazonaws.com"


def aws_credentials() -> Credentials:
    """The process's AWS credentials, found and refreshed by botocore."""
    return LazyCredentials()


class LazyCredentials:
    """Looks for credentials when the first request is signed: after a SnapStart restore they are other ones."""

    def __init__(self) -> None:
        self._found: Any = None

    def get_frozen_credentials(self) -> Any:
        """See store.wire.Credentials."""
        if self._found is None:
            self._found = _functions_own() or _anybodys()
        return self._found.get_frozen_credentials()


def _functions_own() -> Any:
    """A Lambda function's credentials: in its environment, or its container's after a SnapStart restore; else None."""
    return CredentialResolver([EnvProvider(), ContainerProvider()]).load_credentials()


def _anybodys() -> Any:
    """Credentials from everywhere botocore looks: a person's profile, single sign-on, an instance's role."""
    from botocore.session import Session  # noqa: PLC0415 (slow to import; functions never come here)

    return Session().get_credentials()


def gate(stores: Stores, settings: Settings, clock: Clock = now) -> Gate:
    """The gate, with two threads so that profile and session are asked at the same time."""
    pool = ThreadPoolExecutor(max_workers=GATE_THREADS, thread_name_prefix="gate")
    used = LastUse(stores.database, settings, clock)
    return Gate(stores.database, stores.secrets, settings, clock, pool, used)


def instance(stores: Stores, settings: Settings) -> Instance:
    """The system of record."""
    own_people = not settings.instance_url
    tables = settings.records_table, stores.files, settings.audit_table
    return BuiltinInstance(stores.database, *tables, own_people=own_people)


def dispatch(
    stores: Stores, settings: Settings, clock: Clock = now, on_undeclared: OnUndeclared | None = None
) -> Dispatch:
    """Calls on the builtin instance, with their audit."""
    return Dispatch(
        instance(stores, settings), AuditLog(stores.database, settings.audit_table, clock), clock, on_undeclared
    )


def mcp_app(
    settings: Settings,
    given: Stores | None = None,
    clock: Clock = now,
    *,
    in_thread: bool = True,
    on_undeclared: OnUndeclared | None = None,
) -> McpApp:
    """The MCP edge as an ASGI application. `on_undeclared` learns of errors that a tool's row does not declare."""
    from affino_mcp.mcp_edge.app import build_app  # noqa: PLC0415 (FastMCP takes a second to import; login does without)

    found = given or stores(settings)
    parts = gate(found, settings, clock), dispatch(found, settings, clock, on_undeclared)
    return build_app(*parts, METHODS, settings, in_thread=in_thread)


def login_app(settings: Settings, given: Stores | None = None, clock: Clock = now) -> LoginApp:
    """The login edge as an ASGI application."""
    from affino_mcp.login_edge.app import LoginApp  # noqa: PLC0415 (argon2 is needed here only)

    found = given or stores(settings)
    return LoginApp(found.database, found.secrets, settings, clock)


def control_app(settings: Settings, given: Stores | None = None, clock: Clock = now) -> ASGIApp:
    """The Control Centre as an ASGI application, without its door."""
    from affino_mcp.control_edge.app import build  # noqa: PLC0415 (templates are needed here only)

    return build(_centre(given or stores(settings), settings, clock))


def control_door(settings: Settings, given: Stores | None = None, clock: Clock = now) -> ASGIApp:
    """The Control Centre's door as an ASGI application: it reads passwords, so the login function serves it."""
    from affino_mcp.control_edge.sign_in import build  # noqa: PLC0415 (as above)

    return build(_centre(given or stores(settings), settings, clock))


DOOR: Final = ("/control/sign-in", "/control/prove")
"""The paths of the Control Centre's door."""


def login_function(settings: Settings, given: Stores | None = None, clock: Clock = now) -> ASGIApp:
    """What the login function serves: the login edge, and beside it the Control Centre's door."""
    from affino_mcp.http.path_router import Beside  # noqa: PLC0415 (as above)

    found = given or stores(settings)
    door = cache(lambda: control_door(settings, found, clock))
    return Beside(dict.fromkeys(DOOR, door), login_app(settings, found, clock))


def with_control(rest: ASGIApp, settings: Settings, given: Stores | None = None, clock: Clock = now) -> ASGIApp:
    """The whole Control Centre, door and all, beside other edges in one process (the local run)."""
    from affino_mcp.http.path_router import Beside  # noqa: PLC0415 (as above)

    found = given or stores(settings)
    centre, door = (
        cache(lambda: control_app(settings, found, clock)),
        cache(lambda: control_door(settings, found, clock)),
    )
    return Beside({"/control": centre, **dict.fromkeys(DOOR, door)}, rest)


def housekeeping(settings: Settings, given: Stores | None = None, clock: Clock = now) -> Callable[[], list[str]]:
    """What the clock calls every few minutes: a turn counts the API Log's open hours and answers which they were."""
    from affino_mcp.audit.recount import recount  # noqa: PLC0415 (no call needs it)

    database = (given or stores(settings)).database
    return lambda: recount(database, settings.audit_table, clock())


def _centre(found: Stores, settings: Settings, clock: Clock) -> Centre:
    from affino_mcp.control_edge.centre import Centre  # noqa: PLC0415 (as above)

    return Centre(found.database, found.secrets, settings, clock, instance(found, settings))
