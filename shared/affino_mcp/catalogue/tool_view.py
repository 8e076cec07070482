"""What one caller sees of the tools: the list in the profile's mode, and the answers of the tools that tell of tools."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from affino_mcp.catalogue.capability import Capability, Family
from affino_mcp.catalogue.compact import (
    DESCRIBE_TOOL,
    FAMILY_FILTER,
    GENERAL,
    MAX_FOUND_TOOLS,
    SEARCH_TEXT,
    SEARCH_TOOLS,
)
from affino_mcp.catalogue.doors import (
    CALL_TOOL,
    READ_TOOL,
    TOOL_NAME,
    WRITE_TOOL,
    Door,
    NamedCall,
    find_door,
    read_inner_text,
    unwrap_call,
)
from affino_mcp.catalogue.family_doors import ALONE, FAMILY_DOORS, HELP, FamilyDoor, list_family_doors
from affino_mcp.catalogue.list_mode import ListMode
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import Method
from affino_mcp.catalogue.registry import METHODS, is_listed, require_listed
from affino_mcp.catalogue.tool_search import find_namesake, find_tools
from affino_mcp.errors import UnknownTool
from affino_mcp.text import find_alike
from affino_mcp.tool_errors import NotOffered
from affino_mcp.value_class import value_class

DOORS: Final = MappingProxyType[str, Door](
    {door.name: door for door in (READ_TOOL, WRITE_TOOL, CALL_TOOL, *FAMILY_DOORS.values())}
)
"""Every tool that calls another, by its name."""
GUIDES: Final = MappingProxyType({method.name: method for method in (SEARCH_TOOLS, DESCRIBE_TOOL)})
"""The tools that tell of tools, by their names."""
MAX_GUESSED_CHARACTERS: Final = 100
"""How long an unknown name may be for a guess at what was meant."""
_WHERE_TO_LOOK: Final = {
    ListMode.FULL: "List the tools to see what is there.",
    ListMode.FAMILY: f"Deed {HELP} lists what there is.",
    ListMode.COMPACT: f"Find tools with {SEARCH_TOOLS.name}.",
}


def find_method(name: str) -> Method | None:
    """Finds the method that a call names, in whatever mode; None when there is none."""
    return METHODS.get(name) or GUIDES.get(name) or DOORS.get(name)


def read_call(name: str, arguments: dict[str, Any]) -> NamedCall:
    """The tool and the arguments that a call means; see `unwrap_call`."""
    return unwrap_call(DOORS, name, arguments)


def read_carried_text(name: str, arguments: Mapping[str, Any]) -> str:
    """The JSON text in which a call carries another tool's arguments; see `read_inner_text`."""
    return read_inner_text(DOORS, name, arguments)


@value_class
class ToolView:
    """The tools as one caller sees them.

    `capability` says which tools there are, in every mode; `may_use` which of them the person may use at all, for the deeds
    that family mode lists. `confirm`: the profile asks for confirmation. `offered` are the names of the methods that the
    instance carries out; None for all.
    """

    capability: Capability
    mode: ListMode = ListMode.FULL
    confirm: bool = False
    may_use: Callable[[Method], bool] = lambda _: True
    offered: frozenset[str] | None = None

    @property
    def key(self) -> tuple[Any, ...]:
        """Two views with the same key list the same."""
        deeds = tuple(m.name for m in METHODS.values() if self.may_use(m)) if self.mode is ListMode.FAMILY else ()
        return self.mode, self.confirm, frozenset(self.capability.families.items()), deeds, self.offered

    def is_listed(self, method: Method) -> bool:
        """True when profile and toolset list the method and the instance carries it out."""
        return is_listed(method, self.capability) and (self.offered is None or method.name in self.offered)

    def list_callable(self) -> list[Method]:
        """The methods that can be called, in the catalogue's order, as the profile has them."""
        return [m.for_profile(confirm=self.confirm) for m in METHODS.values() if self.is_listed(m)]

    def list_methods(self) -> list[Method]:
        """The methods that tools/list shows, in the catalogue's order."""
        methods = self.list_callable()
        if self.mode is ListMode.FULL:
            return methods
        if self.mode is ListMode.FAMILY:
            return list_family_doors(method for method in methods if self.may_use(method))
        doors = [door for door in (READ_TOOL, WRITE_TOOL) if any(method.access is door.serves for method in methods)]
        return [METHODS[ALONE], *GUIDES.values(), *doors]

    def answer_guide(self, method: Method, values: Values) -> dict[str, Any]:
        """Answers `search_tools` or `describe_tool`. Raises UnknownTool and ToolDisabled."""
        return self._describe(values[TOOL_NAME.name]) if method is DESCRIBE_TOOL else self._search(values)

    def unknown_tool(self, name: str, door: Door | None = None) -> UnknownTool:
        """The error for a name that no tool has: what was meant, if it can be told, and where to look.

        `door` is the one through which the call came; of a family's, `list` may mean the list of the family.
        """
        family = door.name if isinstance(door, FamilyDoor) else ""
        nearest = self._find_nearest(name, family) if len(name) <= MAX_GUESSED_CHARACTERS else ""
        meant = f"Did you mean {nearest}?" if nearest else "There is no tool of this name."
        return UnknownTool(f"{meant} {_WHERE_TO_LOOK[self.mode]}")

    def _find_nearest(self, name: str, family: str) -> str:
        methods = {method.name: method for method in self.list_callable()}
        namesakes = (find_namesake(methods.values(), words) for words in (name, f"{name} {family}"))
        close = find_alike(name.casefold(), methods, 1, 0.7)
        return next(iter([*(found.name for found in namesakes if found), *close]), "")

    def _describe(self, name: str) -> dict[str, Any]:
        method = METHODS.get(name)
        if method is None:
            raise self.unknown_tool(name)
        require_listed(method, self.capability)
        if not self.is_listed(method):
            raise NotOffered
        schema = method.for_profile(confirm=self.confirm).input_schema()
        answer = {"Name": method.name, "Description": method.description, "InputSchema": schema}
        return {"Tool": answer | {"Annotations": method.annotations()} | self._call_with(method)}

    def _search(self, values: Values) -> dict[str, Any]:
        asked, family = values.get(SEARCH_TEXT.name, ""), values.get(FAMILY_FILTER.name)
        methods = [method for method in self.list_callable() if not family or _family_word(method) == family]
        found = find_tools(methods, asked) if asked else methods if family else []
        rows = [{"Name": m.name, "Summary": m.summary, **self._call_with(m)} for m in found[:MAX_FOUND_TOOLS]]
        return {"Tools": rows, "Families": dict(Counter(map(_family_word, methods)))}

    def _call_with(self, method: Method) -> dict[str, str]:
        """The listed tool through which a tool is called, where that is another one."""
        if self.mode is ListMode.FULL or method.name == ALONE:
            return {}
        return {"CallWith": (find_door(method) if self.mode is ListMode.COMPACT else FAMILY_DOORS[method.family]).name}


def _family_word(method: Method) -> str:
    return GENERAL if method.family == Family.ALWAYS else method.family
