"""Doors: tools through which other tools are called, for clients that cannot hold a long list.

The tool that a door's call names is checked, carried out, charged and logged under its own name, as if it had been called
directly. A door can be called in every mode: a client that read its list before the mode was changed goes on.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from affino_mcp.catalogue.capability import Access, Family
from affino_mcp.catalogue.kinds import Kind, line_kind
from affino_mcp.catalogue.method import Effect, Method
from affino_mcp.catalogue.name_synonyms import is_host_name
from affino_mcp.catalogue.record import Field, fold_name
from affino_mcp.tool_errors import InvalidArgument
from affino_mcp.value_class import value_class

JSON_TEXT_KIND: Final = Kind("object, or its JSON as text", {"type": "string"}, Any)
"""An object of any shape. Its schema is a text, because strict clients send no object whose keys they are not told."""
TOOL_NAME: Final = Field("Name", line_kind(100), "the tool's name", required=True)
TOOL_ARGUMENTS: Final = Field("Arguments", JSON_TEXT_KIND, 'the tool\'s own, as JSON: {"PageSize": 3}')


class NamedCall(NamedTuple):
    """The tool that a call means, with that tool's own arguments, and the door that it came through, if any."""

    tool: str
    arguments: dict[str, Any]
    door: Door | None = None


@value_class(eq=False)
class Door(Method):
    """A tool that calls the tool named in its first argument, with the arguments in its second.

    `serves`: the only access of the tools that it calls; None for any.
    """

    serves: Access | None = None

    def annotations(self) -> dict[str, bool]:
        """MCP's hints for the strongest effect that a named tool can have."""
        if self.serves is Access.READ:
            return {"readOnlyHint": True, "openWorldHint": False}
        return {"destructiveHint": True, "idempotentHint": False, "openWorldHint": False}

    def name_call(self, tool: str, arguments: dict[str, Any]) -> NamedCall:
        """The call that a call of this door means."""
        return NamedCall(tool, arguments, self)

    def require_fit(self, method: Method) -> None:
        """Raises InvalidArgument, with the right door's name, for a tool that is not called through this one."""
        if self.serves not in (None, method.access):
            deed = "only reads" if method.access is Access.READ else "writes"
            raise InvalidArgument(TOOL_NAME.name, f"{method.name} {deed}: call it with {find_door(method).name}.")

    def incomplete_call(self) -> InvalidArgument:
        """The refusal of a call that names no tool, or whose arguments are no JSON object in one place."""
        naming, inside = self.arguments
        text = f"Give {naming.name} ({naming.help}) and {inside.name} (one JSON object with everything it takes, DryRun too)."
        return InvalidArgument(inside.name, text)


READ_TOOL: Final = Door(
    "read_tool",
    Family.ALWAYS,
    Effect.READ,
    "",
    "Call a tool that reads, found with search_tools. The answer is the tool's own.",
    'Name list_accounts, Arguments {"PageSize": 3}.',
    {},
    (TOOL_NAME, TOOL_ARGUMENTS),
    serves=Access.READ,
)
WRITE_TOOL: Final = Door(
    "write_tool",
    Family.ALWAYS,
    Effect.READ,
    "",
    "Call a tool that writes, found with search_tools. The answer is the tool's own.",
    'Name create_note, Arguments {"Title": "Call", "AccountCode": 7, "DryRun": true}.',
    {},
    (TOOL_NAME, TOOL_ARGUMENTS),
    serves=Access.WRITE,
)
CALL_TOOL: Final = Door(
    "call_tool",
    Family.ALWAYS,
    Effect.READ,
    "",
    "Call any tool. In no list: for clients that know it from before there were two doors.",
    "list_accounts with PageSize 3.",
    {},
    (TOOL_NAME, TOOL_ARGUMENTS),
)


def find_door(method: Method) -> Door:
    """The door of compact mode through which this tool is called."""
    return READ_TOOL if method.access is Access.READ else WRITE_TOOL


def unwrap_call(doors: Mapping[str, Door], name: str, arguments: dict[str, Any]) -> NamedCall:
    """The call that a call means: of a door, the call of the tool that it names; any other call as it is.

    A call of a door stays as it is when it names no tool, when the tool's arguments are no JSON object, and when it has other
    arguments than the door's two; names that hosts put in do not count.
    """
    if (door := doors.get(name)) is None:
        return NamedCall(name, arguments)
    own = {key: value for key, value in arguments.items() if not is_host_name(key)}
    given = {fold_name(key): value for key, value in own.items()}
    if len(given) < len(own):
        return NamedCall(name, arguments)
    naming, inside = (given.pop(fold_name(field.name), None) for field in door.arguments)
    inner = read_object(inside)
    if not isinstance(naming, str) or inner is None or given:
        return NamedCall(name, arguments)
    return door.name_call(naming, inner)


def read_inner_text(doors: Mapping[str, Door], name: str, arguments: Mapping[str, Any]) -> str:
    """The JSON text in which a call of a door carries another tool's arguments; empty when there is none."""
    if name not in doors:
        return ""
    inside = fold_name(TOOL_ARGUMENTS.name)
    texts = (value for key, value in arguments.items() if fold_name(key) == inside)
    return next((text for text in texts if isinstance(text, str)), "")


def read_object(value: Any) -> dict[str, Any] | None:
    """The object that a value is, or whose JSON it is; {} for null and for no text. None when it is neither."""
    if isinstance(value, str):
        try:
            value = json.loads(value) if value.strip() else None
        except (ValueError, RecursionError):
            return None
    if value is None:
        return {}
    return value if isinstance(value, dict) else None
