"""Compact mode: a search of tools, a description of one, and two doors, for clients that cannot hold a long list."""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import BeforeValidator

from affino_mcp.catalogue.capability import SWITCHED_FAMILIES, Family
from affino_mcp.catalogue.doors import TOOL_NAME
from affino_mcp.catalogue.kinds import Kind, fixed_error, line_kind
from affino_mcp.catalogue.method import Effect, Method
from affino_mcp.catalogue.record import Field
from affino_mcp.catalogue.tool_search import find_family

GENERAL: Final = "general"
"""The word for the tools that belong to no family."""
MAX_FOUND_TOOLS: Final = 40
"""Maximum number of tools in the answer of one search."""
_FAMILY_WORDS: Final = (*map(str, SWITCHED_FAMILIES), GENERAL)


def _parse_family(value: Any) -> Any:
    found = find_family(value[:200]) if isinstance(value, str) and value.strip() else None
    if found is None and value != "":
        raise fixed_error(f"must be one of {', '.join(_FAMILY_WORDS)}, or a word for one, like company")
    return GENERAL if found is Family.ALWAYS else str(found or "")


FAMILY_KIND: Final = Kind(
    "family, or a word for it",
    {"type": "string", "enum": list(_FAMILY_WORDS)},
    Annotated[str, BeforeValidator(_parse_family)],
)
"""A family by its name or by a word that people use for its records; no text is no family."""
FAMILY_FILTER: Final = Field("Family", FAMILY_KIND)
SEARCH_TEXT: Final = Field("Search", line_kind(200), "e.g. new deal")
SEARCH_TOOLS: Final = Method(
    "search_tools",
    Family.ALWAYS,
    Effect.READ,
    "",
    "Find tools by words for the work (deal, company, publish); without arguments, every family.",
    "which tools create a contact?",
    {"Tools": f"Name, Summary, CallWith, at most {MAX_FOUND_TOOLS}", "Families": "per family: how many tools"},
    (SEARCH_TEXT, FAMILY_FILTER),
)
DESCRIBE_TOOL: Final = Method(
    "describe_tool",
    Family.ALWAYS,
    Effect.READ,
    "",
    "A tool's description and the JSON Schema of its arguments. Read it before the first call of a tool.",
    "what does create_contact take?",
    {"Tool": "Name, Description, InputSchema, Annotations, CallWith"},
    (TOOL_NAME,),
)
