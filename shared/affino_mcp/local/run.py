"""The whole local service: emulator, tables, edges, demo; started in this order and stopped in reverse."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, Final

from affino_mcp.clock import format_iso
from affino_mcp.errors import AffinoError
from affino_mcp.local import bucket, connection, seed, table_moves, tables
from affino_mcp.local.connection import Connection
from affino_mcp.local.demo import HEADERS_PROFILE, HEADERS_ROLE
from affino_mcp.local.demo_records import BEGUN_FILE, DemoFilling
from affino_mcp.local.emulator import EMULATOR_NAME as EMULATOR
from affino_mcp.local.emulator import EMULATOR_STOP_SECONDS, Emulator
from affino_mcp.local.folders import CONNECTION_OPTION, writing_into
from affino_mcp.local.gateway import copy_profiles, gateway_settings
from affino_mcp.local.lease import Lease
from affino_mcp.local.login import Login, LoginFailed, log_in, make_mcp_headers
from affino_mcp.local.network import is_answering, is_port_taken
from affino_mcp.local.places import TEMPLATE_FILE
from affino_mcp.local.plan import DIGEST_KEY_FILE, NOTICES_FILE, LocalPlan, local_settings
from affino_mcp.local.process import ChildProcess
from affino_mcp.local.progress import ShowStep
from affino_mcp.local.stores import (
    EMULATOR_ACCOUNT_KEY,
    open_bucket,
    open_digest_bucket,
    open_dynamodb,
    open_emulator_stores,
)
from affino_mcp.settings import Settings
from affino_mcp.value_class import value_class
from affino_mcp.wiring import build_operator_ports

SERVICE_NAME: Final = "service"
INSTANCE_NAME: Final = "instance"
"""The process of the demo's instance behind a gateway."""
SUPERVISOR_NAME: Final = "supervisor"
REINDEX_TEXT: Final = (
    "The state is of an older version: its records are there, and lists and searches find them after 'affino-mcp reindex', "
    "which works while the service runs."
)
_START_SECONDS: Final = 30
_SERVICE_STOP_SECONDS: Final = 10
_REMOVED_WHEN_FRESH: Final = (
    "data",
    DIGEST_KEY_FILE,
    "passwords.json",
    BEGUN_FILE,
    "emulator.log",
    "service.log",
    "instance.log",
    NOTICES_FILE,
)


class CannotRun(AffinoError):
    """The local run cannot start: the port or the state folder is in use."""

    type = "cannot_run"


@value_class
class RunningService:
    """A running local service: its connection and its child processes."""

    connection: Connection
    children: tuple[ChildProcess, ...]

    def find_ended(self) -> ChildProcess | None:
        """The first child process that has ended by itself, if any."""
        return next((child for child in self.children if not child.is_running()), None)


@contextmanager
def run_local_service(plan: LocalPlan, say: ShowStep) -> Iterator[RunningService]:
    """Runs the service during the body; saves its state afterwards, also when the body raises.

    Raises CannotRun (the port or the state folder is in use), FolderUnwritable, DidNotStart, TablesDiffer, SeedFailed.
    """
    held = Lease(plan.state, SUPERVISOR_NAME)
    with writing_into(plan.state):
        plan.state.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = held.take()
    if handle is None:
        raise CannotRun(f"A local service (process {held.holder()}) is running in {plan.state} already.")
    held.note_holder(os.getpid())
    children: list[ChildProcess] = []
    try:
        with writing_into(plan.state):
            _prepare_state(plan)
            running = _start_parts(plan, say, children)
        yield running
    finally:
        plan.ready_file.unlink(missing_ok=True)
        for child, seconds in zip(reversed(children), _stop_seconds(children), strict=True):
            child.stop(seconds)
        os.close(handle)


def end_leftovers(state: Path) -> list[str]:
    """Stops processes that a killed run left behind in the state folder; gives their names. The emulator saves its state."""
    return [
        name for name in (SERVICE_NAME, INSTANCE_NAME, EMULATOR) if Lease(state, name).end_holder(EMULATOR_STOP_SECONDS)
    ]


def _stop_seconds(children: list[ChildProcess]) -> list[int]:
    return [EMULATOR_STOP_SECONDS if child.name == EMULATOR else _SERVICE_STOP_SECONDS for child in reversed(children)]


def _prepare_state(plan: LocalPlan) -> None:
    end_leftovers(plan.state)
    plan.ready_file.unlink(missing_ok=True)
    for port in (plan.port, *([plan.instance_plan.port] if plan.remote else [])):
        if is_port_taken(port):
            raise CannotRun(f"Port {port} is in use. Stop what uses it, or choose another one: --port N (PORT=N).")
    if plan.fresh:
        for name in _REMOVED_WHEN_FRESH:
            path = plan.state / name
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def _start_parts(plan: LocalPlan, say: ShowStep, children: list[ChildProcess]) -> RunningService:
    say("starting the emulator (DynamoDB, Secrets Manager, S3)")
    emulator = Emulator(plan.state, Settings().region)
    children.append(emulator.child)
    emulator.wait_until_ready()
    own = plan.instance_plan if plan.remote else plan
    settings = local_settings(own, emulator.endpoint)
    say("making the tables of template.yaml and the buckets")
    _make_tables(settings, say)
    bucket.make_bucket(open_bucket(settings), settings)
    bucket.make_bucket(open_digest_bucket(settings), settings)
    say("starting the service")
    _start_edges(own, settings, INSTANCE_NAME if plan.remote else SERVICE_NAME, children)
    made = _fill_demo(own, settings, say)
    if plan.remote:
        made = _start_gateway(plan, settings, made, say, children)
    with writing_into(plan.connection.parent, CONNECTION_OPTION):
        connection.write_connection(plan.connection, made)
    plan.ready_file.write_text(f"{os.getpid()}\n{plan.connection.resolve()}\n", encoding="utf-8")
    return RunningService(made, tuple(children))


def _start_gateway(
    plan: LocalPlan, there: Settings, made: Connection, say: ShowStep, children: list[ChildProcess]
) -> Connection:
    """Starts the service in front of the demo's instance; gives its connection, with a session of the demo's person."""
    say("starting the gateway in front of it")
    here, stores = gateway_settings(there, plan.instance_plan.url, plan.url), open_emulator_stores(there)
    tables.make_tables(open_dynamodb(here), tables.read_tables(TEMPLATE_FILE, here))
    profiles = seed.seed_profiles(stores, there, rest=True)
    copy_profiles(profiles, there, here, stores)
    _start_edges(plan, here, SERVICE_NAME, children)
    login_url = f"{plan.url}/rest/{here.instance}/login"
    found = replace(made, mcp_url=f"{plan.url}/mcp", login_url=login_url, control_url=f"{plan.url}/control")
    found = replace(found, stores=connection.store_settings(here))
    who, profile = made.people[HEADERS_ROLE], profiles[HEADERS_PROFILE]
    try:
        login = log_in(login_url, profile.key, profile.secret, who["email"], who["password"])
    except LoginFailed as failed:
        say(f"No session was opened at the gateway: {failed.message}")
        return replace(found, headers={})
    headers = make_mcp_headers(login.access_token, profile.key, profile.secret)
    return replace(found, headers=headers, headers_expire=format_iso(login.expires))


def _make_tables(settings: Settings, say: ShowStep) -> None:
    """Makes the tables that are missing; brings those of an older version over, and says what they need then."""
    endpoint, wanted = open_dynamodb(settings), tables.read_tables(TEMPLATE_FILE, settings)
    stores = open_emulator_stores(settings)
    table_moves.move_former_tables(endpoint, wanted, stores, say)
    tables.make_tables(endpoint, wanted)
    upkeep = build_operator_ports(stores, settings).index_upkeep
    upkeep.note_first_layout()
    if not upkeep.read_layout().is_current:
        say(REINDEX_TEXT)


def _start_edges(plan: LocalPlan, settings: Settings, name: str, children: list[ChildProcess]) -> None:
    """Starts a process of this name that serves with these settings, and waits until it answers."""
    own = {f.metadata["variable"]: str(getattr(settings, f.name)) for f in fields(Settings)}
    own |= {
        "AWS_ACCESS_KEY_ID": EMULATOR_ACCOUNT_KEY,
        "AWS_SECRET_ACCESS_KEY": EMULATOR_ACCOUNT_KEY,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    own |= {
        "POWERTOOLS_SERVICE_NAME": "local",
        "POWERTOOLS_METRICS_NAMESPACE": "AffinoMcp",
        "FASTMCP_LOG_ENABLED": "false",
    }
    command = [sys.executable, "-m", "affino_mcp.local.serve", str(plan.port)]
    children.append(ChildProcess(name, command, own, plan.state))
    children[-1].wait_until(lambda: is_answering(f"{plan.url}/health"), _START_SECONDS)


def _fill_demo(plan: LocalPlan, settings: Settings, say: ShowStep) -> Connection:
    """Fills the demo instance; gives its connection, with the headers of a new session."""
    say("making the demo's profiles and people")
    stores = open_emulator_stores(settings)
    profiles = seed.seed_profiles(stores, settings)
    people = seed.seed_people(stores, settings, seed.DemoPasswords(plan.state / "passwords.json").load_passwords())
    login_url = f"{plan.url}/rest/{settings.instance}/login"
    made = Connection(
        mcp_url=f"{plan.url}/mcp",
        login_url=login_url,
        dbname=settings.instance,
        control_url=f"{plan.url}/control",
        profiles={name: {"key": profile.key, "secret": profile.secret} for name, profile in profiles.items()},
        people=people,
        stores=connection.store_settings(settings),
    )
    profile = profiles[HEADERS_PROFILE]

    def log_role_in(role: str) -> Login:
        person: dict[str, Any] = people[role]
        return log_in(login_url, profile.key, profile.secret, person["email"], person["password"])

    def headers_of(role: str) -> dict[str, str]:
        return make_mcp_headers(log_role_in(role).access_token, profile.key, profile.secret)

    try:
        login = log_role_in(HEADERS_ROLE)
    except LoginFailed as failed:
        say(f"No session was opened for the demo: {failed.message}")
        return made
    DemoFilling(stores, settings, people, made.mcp_url, headers_of, plan.state).fill(say)
    headers = make_mcp_headers(login.access_token, profile.key, profile.secret)
    return replace(
        made, headers=headers, headers_person=people[HEADERS_ROLE]["email"], headers_expire=format_iso(login.expires)
    )
