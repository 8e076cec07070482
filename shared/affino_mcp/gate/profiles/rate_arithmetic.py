"""The arithmetic of the rate limit: GCRA in whole microseconds, no store and no clock (R125, R126).

`tat` (theoretical arrival time) is when the profile's bucket will have drained: at or before now it is empty. Every call
adds one `interval` to it; a call fits while the bucket is at most `burst - 1` intervals ahead of now. The interval is
rounded up, so calls granted in any time t never exceed burst + rate * t.
"""

from __future__ import annotations

from dataclasses import dataclass

MINUTE = 60_000_000
SECOND = 1_000_000


@dataclass(frozen=True)
class RateState:
    """What a caller may know: calls per minute, calls left at this moment, seconds until there is one more."""

    limit: int
    remaining: int
    reset_seconds: int


@dataclass(frozen=True)
class Limit:
    """`rate` calls per minute, `burst` at once."""

    rate: int
    burst: int

    @property
    def interval(self) -> int:
        """The time that one call uses up."""
        return -(-MINUTE // self.rate)

    @property
    def room(self) -> int:
        """How far ahead of now the bucket may be for one more call."""
        return (self.burst - 1) * self.interval

    def wait(self, tat: int, now: int) -> int:
        """How long until one call fits; 0 when it does now."""
        return max(0, tat - now - self.room)

    def remaining(self, tat: int, now: int) -> int:
        """How many calls fit now."""
        ahead = max(0, tat - now)
        return max(0, (self.room + self.interval - ahead) // self.interval)

    def state(self, tat: int, now: int) -> RateState:
        """The bucket as a caller may know it."""
        left = self.remaining(tat, now)
        ahead = max(0, tat - now)
        more = 0 if left >= self.burst else ahead - self.room + left * self.interval
        return RateState(self.rate, left, -(-more // SECOND))

    def converted(self, tat: int, now: int, to: Limit) -> int:
        """The bucket under another limit: as many calls used as before, at most all of them."""
        used = -(-max(0, tat - now) // self.interval)
        return now + min(used, to.burst) * to.interval if used else tat


def default_burst(rate: int) -> int:
    """The burst of a profile whose operator names none: a tenth of the rate, at least ten."""
    return max(10, rate // 10)


def following(burst: int, rate: int, new_rate: int) -> int:
    """The burst after a change of the rate: one that followed from the old rate follows the new one."""
    return default_burst(new_rate) if burst == default_burst(rate) else burst
