"""The parameters of an OAuth request: each once, in a form of bounded size."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl

from affino_mcp.login_edge.oauth.oauth_refusal import NO_FORM, REPEATED_PARAMETER, OAuthRefused
from affino_mcp.login_edge.request import MAX_BODY_BYTES, LoginRequest

FORM_TYPE: Final = "application/x-www-form-urlencoded"
MAX_PARAMETERS: Final = 50


def read_form(request: LoginRequest) -> Mapping[str, str]:
    """Gives the parameters in the body; one without a value counts as absent (RFC 6749, section 3.2).

    Parameters in the address are ignored: secrets do not belong there. Raises OAuthRefused for what is no form, too large or not
    UTF-8, and for a parameter that is given twice.
    """
    kind = (request.single_header("Content-Type") or "").partition(";")[0].strip().lower()
    if kind != FORM_TYPE or len(request.body) > MAX_BODY_BYTES:
        raise OAuthRefused(NO_FORM)
    try:
        text = request.body.decode("ascii")
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_PARAMETERS, errors="strict")
    except ValueError as error:
        raise OAuthRefused(NO_FORM) from error
    found = dict(pairs)
    if len(found) < len(pairs):
        raise OAuthRefused(REPEATED_PARAMETER)
    return {name: value for name, value in found.items() if value}
