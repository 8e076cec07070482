"""Compact mode: three tools that replace all others, for clients that cannot hold a long list.

`search_tools` and `describe_tool` answer what the profile may use, by the same predicate as the full list. `call_tool`
calls the named tool, which is checked, carried out and logged under its own name.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from affino_mcp.catalogue.capability import SWITCHED_FAMILIES, Capability, Family
from affino_mcp.catalogue.kinds import choice_kind, line_kind, object_kind
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import Effect, Method
from affino_mcp.catalogue.name_synonyms import is_host_name
from affino_mcp.catalogue.record import Field, fold_name
from affino_mcp.catalogue.registry import METHODS, is_listed
from affino_mcp.errors import UnknownTool
from affino_mcp.tool_errors import InvalidArgument, ToolDisabled

TOOL_NAME: Final = Field("Name", line_kind(100), "the tool's name", required=True)
TOOL_ARGUMENTS: Final = Field("Arguments", object_kind(), "the tool's own arguments")
FAMILY_FILTER: Final = Field("Family", choice_kind(*SWITCHED_FAMILIES))
SEARCH_TEXT: Final = Field("Search", line_kind(200), "e.g. create contact")
MAX_FOUND_TOOLS: Final = 40
"""Maximum number of tools in the answer of one search."""


@dataclass(frozen=True, eq=False)
class CallToolMethod(Method):
    """The type of `call_tool`: its hints must cover whatever the named tool does."""

    def annotations(self) -> dict[str, bool]:
        """MCP's hints for the strongest effect that a named tool can have."""
        return {"destructiveHint": True, "idempotentHint": False, "openWorldHint": False}


SEARCH_TOOLS: Final = Method(
    "search_tools",
    Family.ALWAYS,
    Effect.READ,
    "",
    "Find tools by words in their name or description; without arguments, every family.",
    "which tools create a contact?",
    {"Tools": f"Name and Summary, at most {MAX_FOUND_TOOLS}", "Families": "per family: how many tools"},
    (SEARCH_TEXT, FAMILY_FILTER),
)
DESCRIBE_TOOL: Final = Method(
    "describe_tool",
    Family.ALWAYS,
    Effect.READ,
    "",
    "A tool's description and the JSON Schema of its arguments. Read it before the first call of a tool.",
    "what does create_contact take?",
    {"Tool": "Name, Description, InputSchema, Annotations"},
    (TOOL_NAME,),
)
CALL_TOOL: Final = CallToolMethod(
    "call_tool",
    Family.ALWAYS,
    Effect.READ,
    "",
    "Call a tool found with search_tools. The answer is the tool's own.",
    "list_accounts with PageSize 3.",
    {},
    (TOOL_NAME, TOOL_ARGUMENTS),
)
COMPACT_METHODS: Final[dict[str, Method]] = {method.name: method for method in (SEARCH_TOOLS, DESCRIBE_TOOL, CALL_TOOL)}
ALWAYS_LISTED_TOOL: Final = "get_current_user"


def list_methods(capability: Capability, *, compact: bool) -> list[Method]:
    """The methods that tools/list shows a profile, in the catalogue's order."""
    if compact:
        return [METHODS[ALWAYS_LISTED_TOOL], *COMPACT_METHODS.values()]
    return [method for method in METHODS.values() if is_listed(method, capability)]


def find_tool(name: str, *, compact: bool) -> Method | None:
    """Finds the method that a profile's call names.

    None when there is none. The three tools exist in compact mode only.
    """
    return METHODS.get(name) or (COMPACT_METHODS.get(name) if compact else None)


def unwrap_call_tool(name: str, arguments: dict[str, Any], *, compact: bool) -> tuple[str, dict[str, Any]]:
    """The name and the arguments of the tool that a call of `call_tool` names.

    Any other call is returned as it is; so is a `call_tool` that does not name a tool, or has other arguments than Name
    and Arguments; names that hosts put in do not count.
    """
    if not compact or name != CALL_TOOL.name:
        return name, arguments
    own = {key: value for key, value in arguments.items() if not is_host_name(key)}
    given = {fold_name(key): value for key, value in own.items()}
    is_twice = len(given) < len(own)
    inner, inside = (
        given.pop(fold_name(TOOL_NAME.name), None),
        _as_object(given.pop(fold_name(TOOL_ARGUMENTS.name), None)),
    )
    if not isinstance(inner, str) or inside is None or given or is_twice:
        return name, arguments
    return inner, inside


def _as_object(value: Any) -> dict[str, Any] | None:
    """The arguments as an object; some models send them as JSON text. None when the value is neither."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return None
    if value is None:
        return {}
    return value if isinstance(value, dict) else None


def incomplete_call() -> InvalidArgument:
    """The refusal of a `call_tool` that names no tool, or has the tool's arguments beside Arguments."""
    text = "Give Name (the tool) and Arguments (a JSON object with everything the tool takes, DryRun too)."
    return InvalidArgument(TOOL_ARGUMENTS.name, text)


def answer_search(method: Method, values: Values, capability: Capability, *, confirm: bool) -> dict[str, Any]:
    """Answers `search_tools` or `describe_tool`. Raises UnknownTool and ToolDisabled."""
    return _describe_tool(values, capability, confirm) if method is DESCRIBE_TOOL else _search_tools(values, capability)


def _describe_tool(values: Values, capability: Capability, confirm: bool) -> dict[str, Any]:
    method = METHODS.get(values[TOOL_NAME.name])
    if method is None:
        raise UnknownTool
    if not is_listed(method, capability):
        raise ToolDisabled(f"{method.family}.{method.access}")
    schema = method.for_profile(confirm=confirm).input_schema()
    answer = {"Name": method.name, "Description": method.description, "InputSchema": schema}
    return {"Tool": answer | {"Annotations": method.annotations()}}


def _search_tools(values: Values, capability: Capability) -> dict[str, Any]:
    asked, family = (
        values.get(SEARCH_TEXT.name, "").casefold().replace("_", " ").split(),
        values.get(FAMILY_FILTER.name),
    )
    methods = [m for m in list_methods(capability, compact=False) if family is None or m.family == family]
    matches = _best_matches(methods, tuple(asked)) if asked or family else []
    rows = [{"Name": method.name, "Summary": method.summary} for method in matches[:MAX_FOUND_TOOLS]]
    return {"Tools": rows, "Families": dict(Counter(method.family for method in methods))}


def _best_matches(methods: list[Method], asked: tuple[str, ...]) -> list[Method]:
    """The methods that hold any of the words, those with the best matches first."""
    hits = {method: sum(_score_word(method, word) for word in asked) for method in methods}
    most = max(hits.values(), default=0)
    return sorted((m for m in methods if hits[m] * 2 >= most), key=lambda m: -hits[m]) if most or not asked else []


@lru_cache(maxsize=256)
def _searchable_words(method: Method) -> tuple[str, ...]:
    return tuple(f"{method.name.replace('_', ' ')} {method.description}".casefold().split())


def _score_word(method: Method, word: str) -> int:
    stem, parts = word.rstrip("s") or word, method.name.split("_")
    if word in parts:
        return 4
    in_name = any(part.startswith(stem) for part in parts)
    return 3 if in_name else int(any(part.startswith(stem) for part in _searchable_words(method)))
