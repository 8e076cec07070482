"""The parameters of a request to the token and revocation addresses."""

from __future__ import annotations

from collections.abc import Mapping

from affino_mcp.login_edge.oauth import parameters
from affino_mcp.login_edge.oauth.oauth_refusal import NO_FORM, REPEATED_PARAMETER, OAuthRefused
from affino_mcp.login_edge.oauth.parameters import ParameterRepeated, ParametersRefused
from affino_mcp.login_edge.request import LoginRequest


def require_form(request: LoginRequest) -> Mapping[str, str]:
    """Gives the parameters in the body; one without a value counts as absent (RFC 6749, section 3.2).

    Parameters in the address are ignored: secrets do not belong there. Raises OAuthRefused for what is no form, too large or not
    UTF-8, and for a parameter that is given twice.
    """
    try:
        found = parameters.read_form(request)
    except ParameterRepeated as error:
        raise OAuthRefused(REPEATED_PARAMETER) from error
    except ParametersRefused as error:
        raise OAuthRefused(NO_FORM) from error
    return {name: values[0] for name, values in found.items() if values[0]}
