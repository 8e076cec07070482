"""The RateLimit headers (draft-ietf-httpapi-ratelimit-headers): the budget of the caller's profile after a call."""

from __future__ import annotations

from math import ceil

from affino_mcp.errors import RateLimited, Refusal, TooManyFailures
from affino_mcp.gate.caller import Caller
from affino_mcp.gate.profiles.previous_secret import PreviousSecretRefused


def caller_rate_headers(caller: Caller) -> dict[str, str]:
    """The headers after an admitted call: the limit, what remains of it, and when it is whole again."""
    rate = caller.rate
    return _fields(rate.limit, rate.remaining, rate.reset_seconds)


def refusal_rate_headers(refusal: Refusal) -> dict[str, str]:
    """The headers of a refused call: the profile's limit, and after RateLimited that nothing remains of it.

    Empty for a caller who must learn nothing of a profile: an unknown one, or one with a former secret.
    """
    if refusal.profile is None or isinstance(refusal, (PreviousSecretRefused, TooManyFailures)):
        return {}
    if isinstance(refusal, RateLimited):
        return _fields(refusal.profile.rate, 0, refusal.retry_after or 0)
    return {"ratelimit-policy": _policy(refusal.profile.rate)}


def _policy(limit: int) -> str:
    return f'"profile";q={limit};w=60'


def _fields(limit: int, remaining: int, reset: float) -> dict[str, str]:
    return {"ratelimit-policy": _policy(limit), "ratelimit": f'"profile";r={remaining};t={ceil(reset)}'}
