"""Builds the instance, the gate and the edges over the stores; decides which adapters are used."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from affino_mcp.audit.log import AuditLog
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.clock import Clock, utc_now
from affino_mcp.dispatch import OnUndeclared, ToolDispatch
from affino_mcp.gate.gate import Gate
from affino_mcp.gate.profiles.rate_limit import RateMeter
from affino_mcp.gate.profiles.write_stop import WriteStop
from affino_mcp.gate.sessions.last_use import SessionLastUse
from affino_mcp.instance.builtin.instance import BuiltinInstance
from affino_mcp.instance.port import Instance
from affino_mcp.pages.hub_places import WORK_PATH
from affino_mcp.settings import Settings, is_process_snapshotted
from affino_mcp.wiring.stores import Stores, build_stores

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from affino_mcp.control_edge.centre import ControlCentre
    from affino_mcp.instance.operator_ports import OperatorPorts
    from affino_mcp.instance.remote.instance import RemoteInstance
    from affino_mcp.login_edge.app import LoginApp
    from affino_mcp.login_edge.hub.start import ShownPerson
    from affino_mcp.mcp_edge.app import McpApp
    from affino_mcp.self_check.probes import StoreProbe


__all__ = ["Stores", "build_stores"]


def build_gate(stores: Stores, settings: Settings, clock: Clock = utc_now) -> Gate:
    """Builds the gate; where the stores can begin a read, the profile is written while the session is read."""
    used = SessionLastUse(stores.database, settings, clock)
    return Gate(stores.database, stores.secrets, settings, clock, stores.start_read, used)


def instance(stores: Stores, settings: Settings, clock: Clock = utc_now) -> Instance:
    """The system of record: the builtin one, or the one elsewhere that the settings name."""
    return remote_instance(stores, settings, clock) if settings.instance_url else builtin_instance(stores, settings)


def remote_instance(stores: Stores, settings: Settings, clock: Clock) -> RemoteInstance:
    """The instance elsewhere that the settings name. Connects at the first call."""
    from affino_mcp.instance.remote.exchange import InstanceExchange  # noqa: PLC0415 (most services have none)
    from affino_mcp.instance.remote.instance import RemoteInstance  # noqa: PLC0415 (as above)

    url, dbname, vouching = settings.instance_url, settings.instance, settings.instance_certificates
    way = InstanceExchange(url, dbname, clock, stores.to_instance, vouching)
    return RemoteInstance(url, way, clock, writes_as_key=settings.instance_writes == "key-only")


def builtin_instance(stores: Stores, settings: Settings) -> BuiltinInstance:
    """The builtin instance, on the service's own tables; before a snapshot, with what its first calls may need."""
    if is_process_snapshotted():
        import html  # noqa: F401, PLC0415 (loaded when needed)

        from affino_mcp.instance.builtin.media import source_checks  # noqa: F401, PLC0415 (loaded when needed)
    tables = settings.records_table, settings.words_table, stores.files, settings.audit_table
    return BuiltinInstance(stores.database, *tables, own_people=not settings.instance_url)


def build_dispatch(
    stores: Stores, settings: Settings, clock: Clock = utc_now, on_undeclared: OnUndeclared | None = None
) -> ToolDispatch:
    """Calls on the system of record, with their audit."""
    log, meter = AuditLog(stores.database, settings.audit_table, clock), RateMeter(stores.database, settings, clock)
    found, writes = instance(stores, settings, clock), WriteStop(stores.database, settings, clock)
    options = (on_undeclared, settings.time_zone, meter.charge_items, writes if found.decides_rights else None)
    return ToolDispatch(found, log, clock, *options)


def build_mcp_app(
    settings: Settings,
    given: Stores | None = None,
    clock: Clock = utc_now,
    *,
    in_thread: bool = True,
    on_undeclared: OnUndeclared | None = None,
) -> McpApp:
    """Builds the MCP edge as an ASGI application. `on_undeclared` gets errors that a tool's row does not declare."""
    from affino_mcp.mcp_edge.app import build_app  # noqa: PLC0415 (FastMCP takes a second to import; login does without)

    found = (given or build_stores(settings)).opened_by("McpEndpoint", settings)
    parts = build_gate(found, settings, clock), build_dispatch(found, settings, clock, on_undeclared)
    return build_app(*parts, METHODS, settings, in_thread=in_thread)


def build_rest_app(
    settings: Settings,
    given: Stores | None = None,
    clock: Clock = utc_now,
    *,
    in_thread: bool = True,
    on_undeclared: OnUndeclared | None = None,
) -> ASGIApp:
    """Builds the REST edge as an ASGI application. `on_undeclared` gets errors that a method's row does not declare."""
    from affino_mcp.rest_edge.app import make_rest_app  # noqa: PLC0415 (no other function needs it)

    found = (given or build_stores(settings)).opened_by("InstanceApi", settings)
    gate, dispatch = build_gate(found, settings, clock), build_dispatch(found, settings, clock, on_undeclared)
    parts = gate, dispatch, builtin_instance(found, settings)
    return make_rest_app(found.database, found.secrets, settings, clock, *parts, in_thread=in_thread)


def build_login_app(
    settings: Settings,
    given: Stores | None = None,
    clock: Clock = utc_now,
    demo_people: Sequence[ShownPerson] = (),
) -> LoginApp:
    """Builds the login edge as an ASGI application; its start page shows `demo_people`."""
    from affino_mcp.login_edge.app import LoginApp  # noqa: PLC0415 (argon2 is needed here only)

    found = (given or build_stores(settings)).opened_by("LoginProxy", settings)
    return LoginApp(found.database, found.secrets, settings, clock, demo_people=demo_people)


def build_control_app(settings: Settings, given: Stores | None = None, clock: Clock = utc_now) -> ASGIApp:
    """Builds what the Control Centre's function serves: its screens without the sign-in pages, and the Hub's work pages."""
    from affino_mcp.control_edge.function_app import make_function_app  # noqa: PLC0415 (templates are needed here only)

    found = (given or build_stores(settings)).opened_by("ControlCentre", settings)
    return make_function_app(_build_centre(found, settings, clock))


def build_sign_in_app(settings: Settings, given: Stores | None = None, clock: Clock = utc_now) -> ASGIApp:
    """Builds the Control Centre's sign-in pages as an ASGI application.

    They check passwords, so the login function serves it.
    """
    from affino_mcp.control_edge.sign_in import make_sign_in_app  # noqa: PLC0415 (as above)

    found = (given or build_stores(settings)).opened_by("LoginProxy", settings)
    return make_sign_in_app(_build_centre(found, settings, clock))


SIGN_IN_PATHS: Final = ("/control/sign-in", "/control/prove")
"""The paths of the Control Centre's sign-in pages."""


def build_login_function(settings: Settings, given: Stores | None = None, clock: Clock = utc_now) -> ASGIApp:
    """Builds what the login function serves: the login edge and the Control Centre's sign-in pages."""
    from affino_mcp.http.path_router import PathRouter  # noqa: PLC0415 (as above)

    found = given or build_stores(settings)
    door = cache(lambda: build_sign_in_app(settings, found, clock))
    return PathRouter(dict.fromkeys(SIGN_IN_PATHS, door), build_login_app(settings, found, clock))


def add_control_centre(
    rest: ASGIApp, settings: Settings, given: Stores | None = None, clock: Clock = utc_now
) -> ASGIApp:
    """Adds the whole Control Centre, with its sign-in pages, to other edges in one process (the local run)."""
    from affino_mcp.http.path_router import PathRouter  # noqa: PLC0415 (as above)

    found = given or build_stores(settings)
    centre, door = (
        cache(lambda: build_control_app(settings, found, clock)),
        cache(lambda: build_sign_in_app(settings, found, clock)),
    )
    return PathRouter({"/control": centre, WORK_PATH: centre, **dict.fromkeys(SIGN_IN_PATHS, door)}, rest)


def build_operator_ports(stores: Stores, settings: Settings) -> OperatorPorts:
    """Builds what operators ask of the system of record."""
    if settings.instance_url:
        from affino_mcp.instance.elsewhere_ports import ElsewherePorts  # noqa: PLC0415 (most services have none)

        return ElsewherePorts(settings.instance_url)
    return builtin_instance(stores, settings)


def build_self_check(
    function: str, settings: Settings, given: Stores | None = None, more: Sequence[StoreProbe] = ()
) -> Callable[[], dict[str, Any]]:
    """Builds the self-check of the function of this name in the template.

    It asks for the role's rights (self_check/rights.py), and for `more`: what that list has no form for.
    """
    found = given or build_stores(settings)

    def check() -> dict[str, Any]:
        from affino_mcp.self_check.findings import run_self_check  # noqa: PLC0415 (no call needs it)
        from affino_mcp.self_check.probes import build_probes  # noqa: PLC0415 (as above)

        probes = [*build_probes([function], found.database, found.secrets, found.files, settings), *more]
        return run_self_check(function, probes)

    return check


def _build_centre(found: Stores, settings: Settings, clock: Clock) -> ControlCentre:
    from affino_mcp.control_edge.centre import ControlCentre  # noqa: PLC0415 (as above)

    own = build_operator_ports(found, settings)
    parts = (
        instance(found, settings, clock),
        own.staff_contacts,
        own.record_restorer,
        own.structure_keeper,
        own.record_finder,
    )
    return ControlCentre(found.database, found.secrets, settings, clock, *parts, files=found.files)
