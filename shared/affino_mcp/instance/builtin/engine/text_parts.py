"""Long texts in answers: a read gives them in parts, a write gives their length alone."""

from __future__ import annotations

from typing import Any, Final

from affino_mcp.catalogue.families.article_steps import STEP
from affino_mcp.catalogue.families.articles import ARTICLE
from affino_mcp.catalogue.families.forums import POST
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import Method
from affino_mcp.catalogue.registry import RECORDS
from affino_mcp.instance.builtin.engine.document import is_long_text
from affino_mcp.instance.builtin.engine.response_budget import ResponseBudget, leave_out_text
from affino_mcp.instance.port import Call

_STORED_APART: Final = (ARTICLE.family, STEP.family, POST.family)
"""The kinds of record whose long text is stored in rows of its own."""
MAX_ECHOED_CHARACTERS: Final = 500
"""The longest text that the answer of a write repeats."""
_TEXTS: Final = frozenset(
    f.name for record in RECORDS.values() for f in record.fields if f.max_length > MAX_ECHOED_CHARACTERS
)


def cut_own_text(method: Method, values: Values, call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """The body of a get with the part of its record's long text that the call asks for, as long as one answer holds.

    Families whose long texts are stored in rows of their own read and cut them themselves.
    """
    text = method.long_text
    if text is None or method.record is None or method.record.family in _STORED_APART:
        return body
    ((name, record),) = body.items()
    start, found = values.get(text.position.name, 0), record.get(text.name)
    if not isinstance(found, str):
        return body
    rest = {key: value for key, value in record.items() if key != text.name}
    shown = ResponseBudget(rest).show_text(call, {}, text.name, found, start)
    return {name: {**record, **shown}}


def without_long_texts(part: Any) -> Any:
    """A copy of a write's answer, or of a part of it, in which the length stands for each long text of a record."""
    if isinstance(part, list):
        return [without_long_texts(entry) for entry in part]
    if not isinstance(part, dict):
        return part
    shown = part
    for name in _TEXTS & part.keys():
        value = part[name]
        if isinstance(value, str) and len(value) > MAX_ECHOED_CHARACTERS:
            shown = leave_out_text(shown, name, len(value))
        elif is_long_text(value):
            shown = leave_out_text(shown, name, value["Length"])
    return {name: without_long_texts(value) for name, value in shown.items()}
