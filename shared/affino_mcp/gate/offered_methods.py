"""What a caller may call: what an instance offers them, and what a call names."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from affino_mcp.catalogue.doors import Door, NamedCall
from affino_mcp.catalogue.method import Method
from affino_mcp.gate.caller import CURRENT_USER_METHOD, Caller, authorise, describe_current_user
from affino_mcp.gate.missing_report import REPORT_METHOD
from affino_mcp.instance.elsewhere import CallCredentials
from affino_mcp.instance.port import Call, Instance
from affino_mcp.value_class import replace

_OWN_METHODS: Final = frozenset({CURRENT_USER_METHOD, REPORT_METHOD})
"""The methods that the service answers itself, whatever the instance offers."""


def caller_credentials(caller: Caller) -> CallCredentials | None:
    """Gives the credentials that an instance elsewhere knows too; None for a connection, whose token is this service's own."""
    profile = caller.profile
    return CallCredentials(profile.key, profile.secret, caller.token) if caller.token else None


def with_offer(instance: Instance, caller: Caller) -> Caller:
    """Gives the caller with what the instance offers. Raises InstanceRefused when it does not say."""
    if not instance.decides_rights or caller.offered is not None:
        return caller
    offered = instance.list_offered(caller.profile.key, caller_credentials(caller))
    known = None if offered is None else offered | _OWN_METHODS
    return replace(caller, person=caller.person.decided_elsewhere(), offered=known)


def describe_caller(instance: Instance, caller: Caller, call: Call, zone: str) -> dict[str, Any]:
    """Gives the answer of `get_current_user`; `zone` is the name of the zone of people who have none of their own."""
    standing = instance.describe_person(call)
    if standing.rights is not None:
        caller = replace(caller, person=caller.person.with_rights(standing.rights))
    name = caller.person.zone or zone
    return describe_current_user(caller, name, call.today, call.at, staff=standing.is_staff)


def authorise_named(caller: Caller, named: NamedCall, method: Method | None, at: datetime) -> Method:
    """Gives the method that a call names, which may be called. Raises UnknownTool, ToolDisabled, PermissionDenied.

    Raises InvalidArgument for a door that names none, or one that is not called through it; this is asked last.
    """
    if method is None:
        raise caller.view_tools().unknown_tool(named.tool, named.door)
    if isinstance(method, Door):
        raise method.incomplete_call()
    authorise(caller, method, at)
    if named.door is not None:
        named.door.require_fit(method)
    return method
