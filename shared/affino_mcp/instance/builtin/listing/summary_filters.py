"""The filters of a summary: those of the list, as one JSON object, read and checked as the list's own."""

from __future__ import annotations

from affino_mcp.catalogue.doors import read_object
from affino_mcp.catalogue.families.summaries import FILTER_METHODS, FILTERS
from affino_mcp.catalogue.matching import Values, match_arguments
from affino_mcp.catalogue.method import Method
from affino_mcp.catalogue.named_codes import names_among
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.references.record_names import find_named
from affino_mcp.instance.port import Call
from affino_mcp.tool_errors import InvalidArgument


def read_filters(records: Records, method: Method, values: Values, call: Call) -> Values:
    """The checked filters of a summary's call; their warnings are the call's. Raises InvalidArgument and NotFound."""
    given, listed = read_object(values.get(FILTERS)), FILTER_METHODS[method.name]
    if given is None:
        example = f'{{"{listed.arguments[0].name}": "..."}}'
        raise InvalidArgument(FILTERS, f"{FILTERS} must be one JSON object, such as {example}.")
    matched = match_arguments(listed, given, call.zone, str(call.zone))
    call.warnings.extend(matched.warnings)
    named = names_among(listed, matched.values)
    return find_named(records, listed, matched.values, call) if named else matched.values
