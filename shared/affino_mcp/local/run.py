"""The whole local service: emulator, tables, edges, demo; started in this order and stopped in reverse."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

from affino_mcp.errors import AffinoError
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.local import bucket, connection, seed, tables
from affino_mcp.local.connection import Connection
from affino_mcp.local.demo import HEADERS_PROFILE, HEADERS_ROLE
from affino_mcp.local.emulator import NAME as EMULATOR
from affino_mcp.local.emulator import STOP_SECONDS, Emulator
from affino_mcp.local.lease import Lease
from affino_mcp.local.login import LoginFailed, headers, log_in
from affino_mcp.local.network import answers, is_taken
from affino_mcp.local.places import CONNECTION, HOST, PORT, STATE, TEMPLATE
from affino_mcp.local.process import Child
from affino_mcp.local.progress import Progress
from affino_mcp.local.stores import ACCOUNT_KEY, dynamodb, open_stores, s3
from affino_mcp.settings import Settings
from affino_mcp.wiring import Stores

SERVICE: Final = "service"
SUPERVISOR: Final = "supervisor"
READY: Final = "ready"
_START_SECONDS: Final = 30
_SERVICE_STOP_SECONDS: Final = 10
_FRESH: Final = ("data", "passwords.json", "emulator.log", "service.log")


class CannotRun(AffinoError):
    """The local run cannot start: the port or the state folder is in use."""

    type = "cannot_run"


@dataclass(frozen=True)
class Plan:
    """The port, the folders and the options of `local up`; `fresh` deletes the state first."""

    port: int = PORT
    state: Path = STATE
    connection: Path = CONNECTION
    fresh: bool = False

    @property
    def url(self) -> str:
        """The base URL of the service."""
        return f"http://{HOST}:{self.port}"

    @property
    def ready(self) -> Path:
        """The file that exists while the service is ready: its process id and its connection file, one line each."""
        return self.state / READY


@dataclass(frozen=True)
class Running:
    """A running local service: its connection and its child processes."""

    connection: Connection
    children: tuple[Child, ...]

    def ended(self) -> Child | None:
        """The first child process that has ended by itself, if any."""
        return next((child for child in self.children if not child.running()), None)


@contextmanager
def running(plan: Plan, say: Progress) -> Iterator[Running]:
    """Runs the service during the body; saves its state afterwards, also when the body raises.

    Raises CannotRun (the port or the state folder is in use), DidNotStart, TablesDiffer, SeedFailed.
    """
    plan.state.mkdir(parents=True, exist_ok=True, mode=0o700)
    held = Lease(plan.state, SUPERVISOR)
    handle = held.take()
    if handle is None:
        raise CannotRun(f"A local service (process {held.holder()}) is running in {plan.state} already.")
    held.note(os.getpid())
    children: list[Child] = []
    try:
        _prepare(plan)
        yield _start(plan, say, children)
    finally:
        plan.ready.unlink(missing_ok=True)
        for child, seconds in zip(reversed(children), _patience(children), strict=True):
            child.stop(seconds)
        os.close(handle)


def end_leftovers(state: Path) -> list[str]:
    """Stops processes that a killed run left behind in the state folder; gives their names. The emulator saves its state."""
    return [name for name in (SERVICE, EMULATOR) if Lease(state, name).end(STOP_SECONDS)]


def _patience(children: list[Child]) -> list[int]:
    return [_SERVICE_STOP_SECONDS if child.name == SERVICE else STOP_SECONDS for child in reversed(children)]


def _prepare(plan: Plan) -> None:
    end_leftovers(plan.state)
    plan.ready.unlink(missing_ok=True)
    if is_taken(plan.port):
        raise CannotRun(f"Port {plan.port} is in use. Stop what uses it, or choose another one: --port N (PORT=N).")
    if plan.fresh:
        for name in _FRESH:
            path = plan.state / name
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def _start(plan: Plan, say: Progress, children: list[Child]) -> Running:
    say("starting the emulator (DynamoDB, Secrets Manager, S3)")
    emulator = Emulator(plan.state, Settings().region)
    children.append(emulator.child)
    emulator.wait()
    settings = Settings(aws_endpoint=emulator.endpoint, allowed_origins=plan.url)
    say("making the tables of template.yaml and the bucket")
    tables.make(dynamodb(settings), tables.tables(TEMPLATE, settings))
    bucket.make(s3(settings), settings)
    say("starting the service")
    service = _service(plan, settings)
    children.append(service)
    service.wait_until(lambda: answers(f"{plan.url}/health"), _START_SECONDS)
    say("filling the demo instance")
    made = _filled(plan, settings, say)
    connection.write(plan.connection, made)
    plan.ready.write_text(f"{os.getpid()}\n{plan.connection.resolve()}\n", encoding="utf-8")
    return Running(made, tuple(children))


def _service(plan: Plan, settings: Settings) -> Child:
    own = {f.metadata["variable"]: str(getattr(settings, f.name)) for f in fields(Settings)}
    own |= {"AWS_ACCESS_KEY_ID": ACCOUNT_KEY, "AWS_SECRET_ACCESS_KEY": ACCOUNT_KEY, "AWS_EC2_METADATA_DISABLED": "true"}
    own |= {
        "POWERTOOLS_SERVICE_NAME": "local",
        "POWERTOOLS_METRICS_NAMESPACE": "AffinoMcp",
        "FASTMCP_LOG_ENABLED": "false",
    }
    command = [sys.executable, "-m", "affino_mcp.local.serve", str(plan.port)]
    return Child(SERVICE, command, own, plan.state)


def _filled(plan: Plan, settings: Settings, say: Progress) -> Connection:
    """Fills the demo instance; gives its connection, with the headers of a new session."""
    stores = open_stores(settings)
    profiles = seed.profiles(stores, settings)
    people = seed.people(stores, settings, seed.Passphrases(plan.state / "passwords.json").all())
    login_url = f"{plan.url}/rest/{settings.instance}/login"
    made = Connection(
        mcp_url=f"{plan.url}/mcp",
        login_url=login_url,
        dbname=settings.instance,
        control_url=f"{plan.url}/control",
        profiles={name: {"key": profile.key, "secret": profile.secret} for name, profile in profiles.items()},
        people=people,
        stores=connection.stores(settings),
    )
    return _with_records(made, profiles[HEADERS_PROFILE], stores, settings, say)


def _with_records(made: Connection, profile: Profile, stores: Stores, settings: Settings, say: Progress) -> Connection:
    def headers_of(role: str) -> dict[str, str]:
        person: dict[str, Any] = made.people[role]
        login = log_in(made.login_url, profile.key, profile.secret, person["email"], person["password"])
        return headers(login.access_token, profile.key, profile.secret)

    try:
        made.headers.update(headers_of(HEADERS_ROLE))
    except LoginFailed as failed:
        say(f"No session was opened for the demo: {failed.message}")
    else:
        seed.records(stores, settings, made.people, made.mcp_url, headers_of)
    return made
