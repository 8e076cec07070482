"""Parameters of OAuth requests: each at most once (RFC 6749, section 3.1), and few of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final
from urllib.parse import parse_qsl

from affino_mcp.login_edge.request import MAX_BODY_BYTES, LoginRequest

FORM_TYPE: Final = "application/x-www-form-urlencoded"
MAX_QUERY_CHARACTERS: Final = 8 * 1024
MAX_PARAMETERS: Final = 50


class ParametersRefused(Exception):
    """The parameters cannot be told apart: one is there twice, they are too many or too long, or they are no such text."""


class ParameterRepeated(ParametersRefused):
    """A parameter is there twice."""


def read_parameters(text: str, many: Collection[str] = ()) -> Mapping[str, list[str]]:
    """Gives the values of each parameter of a form or a query; only those in `many` may have several.

    Raises ParametersRefused. Takes a text of bounded length.
    """
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_PARAMETERS, errors="strict")
    except ValueError as error:
        raise ParametersRefused from error
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    if any(len(values) > 1 for name, values in found.items() if name not in many):
        raise ParameterRepeated
    return found


def read_query(text: str) -> Mapping[str, str]:
    """Gives the value of each parameter of a query; one without a value counts as absent. Raises ParametersRefused."""
    if len(text) > MAX_QUERY_CHARACTERS:
        raise ParametersRefused
    return {name: values[0] for name, values in read_parameters(text).items() if values[0]}


def read_form(request: LoginRequest, many: Collection[str] = ()) -> Mapping[str, list[str]]:
    """Gives the values of each field of a form; only those in `many` may have several. Raises ParametersRefused."""
    kind = (request.single_header("Content-Type") or "").partition(";")[0].strip().lower()
    if kind != FORM_TYPE or len(request.body) > MAX_BODY_BYTES:
        raise ParametersRefused
    try:
        return read_parameters(request.body.decode("ascii"), many)
    except UnicodeDecodeError as error:
        raise ParametersRefused from error
