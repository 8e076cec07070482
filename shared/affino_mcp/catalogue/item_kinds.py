"""The kinds of value of arguments that hold the arguments of other methods: one JSON object, or several.

Their schemas are texts, because strict clients send no object whose keys they are not told, and Gemini refuses such a list.
"""

from __future__ import annotations

import json
from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field

from affino_mcp.catalogue.kinds import Kind, fixed_error
from affino_mcp.catalogue.plain_values import parse_json_text
from affino_mcp.catalogue.reading import Reading

MAX_ITEMS: Final = 100
"""How many items one call may hold."""


def _read_object(value: Any, _: Reading) -> Any:
    found = parse_json_text(value)
    return found if isinstance(found, dict) else value


def _read_items(value: Any, _: Reading) -> Any:
    found = parse_json_text(value)
    found = [found] if isinstance(found, dict) else found
    return [parse_json_text(item) for item in found[: MAX_ITEMS + 1]] if isinstance(found, list) else found


def _require_whole_texts(value: Any) -> Any:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except (UnicodeError, ValueError, RecursionError):
        raise fixed_error("must not contain broken Unicode") from None
    return value


_WHOLE_TEXTS: Final = AfterValidator(_require_whole_texts)


def arguments_kind() -> Kind:
    """The arguments of another method, which checks them: an object, or its JSON as text."""
    arguments = Annotated[dict[str, Any], _WHOLE_TEXTS]
    return Kind("object, or its JSON as text", {"type": "string"}, arguments, reader=_read_object)


def items_kind() -> Kind:
    """The arguments of another method, up to a hundred times: objects, or their JSON as texts; one for a list of one too."""
    schema = {"type": "array", "items": {"type": "string"}, "maxItems": MAX_ITEMS}
    items = Annotated[list[dict[str, Any]], Field(min_length=1, max_length=MAX_ITEMS), _WHOLE_TEXTS]
    return Kind(f"list of objects, at most {MAX_ITEMS}", schema, items, reader=_read_items)
