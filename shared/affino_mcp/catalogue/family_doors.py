"""Family mode: one tool per family, with the deed as an argument, between the full list and compact mode."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Final

from affino_mcp.catalogue.capability import SWITCHED_FAMILIES, Access, Family
from affino_mcp.catalogue.compact import DESCRIBE_TOOL, FAMILY_FILTER, GENERAL, SEARCH_TOOLS
from affino_mcp.catalogue.doors import TOOL_ARGUMENTS, TOOL_NAME, Door, NamedCall
from affino_mcp.catalogue.kinds import Kind
from affino_mcp.catalogue.method import CURSOR, DRY_RUN, IDEMPOTENCY_KEY, IF_UPDATED, PAGE_SIZE, Effect, Method
from affino_mcp.catalogue.record import Field, fold_name
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.catalogue.titles import TITLES
from affino_mcp.tool_errors import InvalidArgument
from affino_mcp.value_class import value_class

HELP: Final = "help"
"""The deed that tells of the others."""
ALONE: Final = "get_current_user"
"""The tool that every mode lists as it is."""
_UNTOLD: Final = {field.name for field in (DRY_RUN, IDEMPOTENCY_KEY, IF_UPDATED, PAGE_SIZE, CURSOR)}
"""Arguments that so many deeds take that no deed's line names them."""


@value_class(eq=False)
class FamilyDoor(Door):
    """The tool of one family. `deeds` are the tools of the family that its list shows to a caller."""

    deeds: Sequence[Method] = ()

    def annotations(self) -> dict[str, bool]:
        """MCP's hints for the strongest effect of a deed: a tool with a deed that writes is not for reading alone."""
        if all(deed.access is Access.READ for deed in self.deeds):
            return {"readOnlyHint": True, "openWorldHint": False}
        hints = [deed.annotations() for deed in self.deeds if deed.access is Access.WRITE]
        return {
            "destructiveHint": any(hint["destructiveHint"] for hint in hints),
            "idempotentHint": all(hint.get("idempotentHint", False) for hint in hints),
            "openWorldHint": False,
        }

    def name_call(self, tool: str, arguments: dict[str, Any]) -> NamedCall:
        """The deed's call; help is the description of the tool that it names, or the family's tools when it names none."""
        if tool.casefold() != HELP:
            return NamedCall(tool, arguments, self)
        own = {fold_name(TOOL_NAME.name), fold_name(self.arguments[0].name)}
        named = {TOOL_NAME.name if fold_name(name) in own else name: value for name, value in arguments.items()}
        if TOOL_NAME.name in named:
            return NamedCall(DESCRIBE_TOOL.name, named)
        return NamedCall(SEARCH_TOOLS.name, {FAMILY_FILTER.name: self.name, **arguments})

    def require_fit(self, method: Method) -> None:
        """Raises InvalidArgument, with the right tool's name, for a deed of another family."""
        if method.family != self.family:
            right = method.name if method.name == ALONE else FAMILY_DOORS[method.family].name
            raise InvalidArgument(self.arguments[0].name, f"{method.name} is no deed of {self.name}: call {right}.")

    def with_deeds(self, deeds: Sequence[Method]) -> FamilyDoor:
        """The tool as it is listed to a caller who may do these deeds."""
        kind = Kind("deed", {"type": "string", "enum": [HELP, *(deed.name for deed in deeds)]}, str)
        deed = replace(self.arguments[0], kind=kind)
        return replace(self, deeds=deeds, arguments=(deed, self.arguments[1]), notes="; ".join(map(_tell_deed, deeds)))

    @property
    def description(self) -> str:
        """What the family is about, how a deed's arguments are learnt, and each deed with the arguments of its own."""
        return f"{self.summary} Deeds, * required: {self.notes}."


def _tell_deed(method: Method) -> str:
    """The deed's name and the names of its own arguments."""
    names = (
        f"{field.name}{'*' if field.required else ''}" for field in method.all_arguments if field.name not in _UNTOLD
    )
    return f"{method.name}({', '.join(names)})"


def _make_door(family: Family) -> FamilyDoor:
    name = GENERAL if family is Family.ALWAYS else str(family)
    deed = Field(
        "Deed", Kind("deed", {"type": "string"}, str), f"{HELP} with Name tells a deed's arguments", required=True
    )
    about = TITLES[family].about
    return FamilyDoor(name, family, Effect.READ, "", about, "", {}, (deed, TOOL_ARGUMENTS))


FAMILY_DOORS: Final[dict[str, FamilyDoor]] = {
    family: _make_door(family) for family in (*SWITCHED_FAMILIES, Family.ALWAYS)
}
"""The tool of each family, as it can be called; `with_deeds` makes it as it is listed."""


def list_family_doors(methods: Iterable[Method]) -> list[Method]:
    """The tools that stand for these methods: one per family that has any, after the one that stands alone."""
    shown = [method for method in methods if method.name != ALONE]
    deeds = {family: [method for method in shown if method.family == family] for family in FAMILY_DOORS}
    return [METHODS[ALONE], *(FAMILY_DOORS[family].with_deeds(found) for family, found in deeds.items() if found)]
