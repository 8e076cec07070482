"""Turns the refusals of a request into its answer, and names the grant that it is about for the log."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from affino_mcp.gate.grants.grant_rows import Grant
from affino_mcp.login_edge.oauth.oauth_answer import OAuthAnswer, OAuthSubject, error_answer
from affino_mcp.login_edge.oauth.oauth_refusal import STORE_DOWN, OAuthRefused
from affino_mcp.store.faults import StoreUnavailable

_BASIC_CHALLENGE: Final = {"www-authenticate": 'Basic realm="affino"'}


def answer_or_refuse(line_name: str, known: OAuthSubject, answer: Callable[[], OAuthAnswer]) -> OAuthAnswer:
    """Gives the answer, or that of its refusal; a store that does not answer is 503, so that nobody throws a good token away."""
    try:
        return answer()
    except OAuthRefused as refused:
        fault, headers = refused.fault, _BASIC_CHALLENGE if refused.asks_basic else None
        told = fault.error, fault.description, fault.result
        return error_answer(line_name, fault.status, *told, known, headers, refused.wait)
    except StoreUnavailable as error:
        told = STORE_DOWN.error, STORE_DOWN.description, STORE_DOWN.result
        return error_answer(line_name, STORE_DOWN.status, *told, known, wait=error.retry_after)


def name_grant(known: OAuthSubject, grant: Grant) -> None:
    """Notes whose grant the request is about."""
    known.user_code, known.profile, known.grant = grant.user_code, grant.profile, grant.fingerprint
