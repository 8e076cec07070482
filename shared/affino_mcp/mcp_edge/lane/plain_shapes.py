"""Which parameters have a shape that the lane can answer without looking closer.

A shape is plain when every revision of the protocol allows it and nothing in it changes the answer. The protocol's schema
files say which members have a type: https://modelcontextprotocol.io/specification, "Schema reference". What is not plain
may still be valid: the MCP library decides that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from affino_mcp.mcp_edge.lane.protocol import CAPABILITIES, CLIENT_INFO, LOG_LEVEL, META

IsPlain = Callable[[Any], bool]
_INFO_TEXTS: Final = frozenset({"name", "version", "title", "description", "websiteUrl"})
_PROGRESS_TOKEN: Final = "progressToken"  # noqa: S105 (the protocol's name of a member)
_PYTHON_TOKEN: Final = "progress_token"  # noqa: S105
"""The name that the MCP library, in calls, reads as the progress token too."""


def is_plain_call(params: Mapping[str, Any], *, modern: bool) -> bool:
    """True for a tool call's parameters; the gate has checked name, arguments, `_meta` and progress token before."""
    known = {"name", "arguments", META, "inputResponses", "requestState"}
    return params.keys() <= known and is_plain_meta(params.get(META), modern=modern)


def is_plain_request(params: Mapping[str, Any], *, modern: bool) -> bool:
    """True for the parameters of a request that takes none but `_meta`."""
    return params.keys() <= {META} and is_plain_meta(params.get(META), modern=modern)


def is_plain_handshake(params: Mapping[str, Any]) -> bool:
    """True for the parameters of `initialize`."""
    return (
        params.keys() <= {"protocolVersion", "capabilities", "clientInfo", META}
        and isinstance(params.get("protocolVersion"), str)
        and is_plain_capabilities(params.get("capabilities"))
        and is_plain_info(params.get("clientInfo"))
        and is_plain_meta(params.get(META), modern=False)
    )


def is_plain_meta(meta: Any, *, modern: bool) -> bool:
    """True for `_meta`; with `modern`, for that of a message that says its client and capabilities in it."""
    if not isinstance(meta, dict):
        return meta is None and not modern
    token = meta.get(_PROGRESS_TOKEN, "")
    if isinstance(token, bool) or not isinstance(token, str | int) or _PYTHON_TOKEN in meta:
        return False
    if not modern:
        return True
    info = meta.get(CLIENT_INFO)
    return (
        LOG_LEVEL not in meta
        and is_plain_capabilities(meta.get(CAPABILITIES))
        and (info is None or is_plain_info(info))
    )


def is_plain_info(info: Any) -> bool:
    """True for the name and version of a client, with texts alone."""
    return (
        isinstance(info, dict)
        and isinstance(info.get("name"), str)
        and isinstance(info.get("version"), str)
        and all(isinstance(value, str) for value in info.values())
        and info.keys() <= _INFO_TEXTS
    )


def _are_objects(value: Mapping[str, Any]) -> bool:
    return all(isinstance(member, dict) for member in value.values())


def _is_roots(value: Mapping[str, Any]) -> bool:
    return value.keys() <= {"listChanged"} and isinstance(value.get("listChanged", True), bool)


def _is_empty(value: Mapping[str, Any]) -> bool:
    return not value


_MEMBERS: Final[Mapping[str, IsPlain]] = {
    "elicitation": _are_objects,
    "experimental": _are_objects,
    "extensions": _are_objects,
    "roots": _is_roots,
    "sampling": _are_objects,
    "tasks": _is_empty,
}


def is_plain_capabilities(found: Any) -> bool:
    """True for a client's capabilities: an object of objects, each with members of its own types; unknown ones have any."""
    return isinstance(found, dict) and all(
        isinstance(value, dict) and (name not in _MEMBERS or _MEMBERS[name](value)) for name, value in found.items()
    )
