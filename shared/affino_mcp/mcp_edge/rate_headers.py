"""The rate limit as response header fields (IETF draft `RateLimit`, R126): on every answer whose profile is known."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from affino_mcp.errors import RateLimited, Refusal, TooManyFailures
from affino_mcp.gate.profiles.previous_secret import FormerSecret

if TYPE_CHECKING:
    from affino_mcp.gate.caller import Caller


def caller_rate_headers(caller: Caller) -> dict[str, str]:
    """What this profile's budget is after the call."""
    rate = caller.rate
    return _fields(rate.limit, rate.remaining, rate.reset_seconds)


def refusal_rate_headers(refusal: Refusal) -> dict[str, str]:
    """The same for a refused call: all that is known of a refusal's profile is its limit, and that none is left.

    Whoever came with a former secret, or as a stranger, is told nothing of a profile.
    """
    if refusal.profile is None or isinstance(refusal, (FormerSecret, TooManyFailures)):
        return {}
    if isinstance(refusal, RateLimited):
        return _fields(refusal.profile.rate, 0, refusal.retry_after or 0)
    return {"ratelimit-policy": _policy(refusal.profile.rate)}


def _policy(limit: int) -> str:
    return f'"profile";q={limit};w=60'


def _fields(limit: int, remaining: int, reset: float) -> dict[str, str]:
    return {"ratelimit-policy": _policy(limit), "ratelimit": f'"profile";r={remaining};t={ceil(reset)}'}
