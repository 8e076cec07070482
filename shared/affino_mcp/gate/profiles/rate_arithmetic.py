"""The arithmetic of the rate limit: GCRA in whole microseconds, without store and clock.

`tat` (theoretical arrival time) is when the profile's bucket will have drained: at or before now it is empty. Every
call adds one `interval` to it; a call fits while the bucket is at most `burst - 1` intervals ahead of now. The interval
is rounded up, so calls granted in any time t never exceed burst + rate * t.
"""

from __future__ import annotations

from dataclasses import dataclass

MINUTE_MICROSECONDS = 60_000_000
SECOND_MICROSECONDS = 1_000_000


@dataclass(frozen=True)
class RateState:
    """The limit as callers see it: calls per minute, calls left at this moment, seconds until one more is allowed."""

    limit: int
    remaining: int
    reset_seconds: int


@dataclass(frozen=True)
class RateLimit:
    """`rate` calls per minute, `burst` at once."""

    rate: int
    burst: int

    @property
    def interval(self) -> int:
        """Microseconds that one call adds to the bucket."""
        return -(-MINUTE_MICROSECONDS // self.rate)

    @property
    def max_lead(self) -> int:
        """The most microseconds that `tat` may be ahead of now for one more call to fit."""
        return (self.burst - 1) * self.interval

    def wait_microseconds(self, tat: int, now: int) -> int:
        """Gives the microseconds until one call fits; 0 when it fits now."""
        return max(0, tat - now - self.max_lead)

    def remaining_calls(self, tat: int, now: int) -> int:
        """Gives the number of calls that fit now."""
        ahead = max(0, tat - now)
        return max(0, (self.max_lead + self.interval - ahead) // self.interval)

    def rate_state(self, tat: int, now: int) -> RateState:
        """Gives the limit's state for callers."""
        left = self.remaining_calls(tat, now)
        ahead = max(0, tat - now)
        more = 0 if left >= self.burst else ahead - self.max_lead + left * self.interval
        return RateState(self.rate, left, -(-more // SECOND_MICROSECONDS))

    def convert_bucket(self, tat: int, now: int, to: RateLimit) -> int:
        """Gives the `tat` under another limit: with the same number of calls used, at most the whole burst."""
        used = -(-max(0, tat - now) // self.interval)
        return now + min(used, to.burst) * to.interval if used else tat


def default_burst(rate: int) -> int:
    """Gives the default burst: a tenth of the rate, at least ten."""
    return max(10, rate // 10)


def follow_rate(burst: int, rate: int, new_rate: int) -> int:
    """Gives the burst after a change of the rate: a default burst becomes the new rate's default, any other stays."""
    return default_burst(new_rate) if burst == default_burst(rate) else burst
