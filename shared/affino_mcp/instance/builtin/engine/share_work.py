"""Carries out one change in several transactions, its shares: one after another, until all are made or the work must stop.

What is made stays made, so each share must be sound by itself, and whoever repeats the call goes on where it stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from affino_mcp.deadline import Pace
from affino_mcp.instance.builtin.engine.write_step import write_again_on_clash
from affino_mcp.instance.port import OutcomeNotKnown
from affino_mcp.store.faults import StoreUnavailable
from affino_mcp.tool_errors import ToolError
from affino_mcp.value_class import value_class

MAX_SHARE_ATTEMPTS: Final = 30

WriteShare = Callable[[], object]
"""Writes one share on the state that it finds; raises ConcurrentWrite when another writer was faster."""


@value_class
class Stop:
    """Where the work stopped: the place of the first share that was not made, from 0.

    `is_unknown`: this share was sent, and whether it was made is not known. `reason`: what refused it; "" for no time or store.
    """

    place: int
    is_unknown: bool = False
    reason: str = ""


def share_names(count: int) -> list[str]:
    """What each share is called in the API Log: "2 of 3"; "" for a change in one transaction."""
    return [f"{place} of {count}" if count > 1 else "" for place in range(1, count + 1)]


def is_first_share(name: str) -> bool:
    """True for the name of the first of several shares."""
    return name.startswith("1 of ")


def write_shares(shares: Sequence[WriteShare], pace: Pace, *, is_begun: bool = False) -> Stop | None:
    """Writes the shares in order; None when all are made, else where it stopped.

    What the first share raises is raised, as nothing was written; unless the work `is_begun` already. A later share is written
    again on the new state while other writers are faster. None begins that cannot end before the deadline.
    """
    for place, write in enumerate(shares):
        if place or is_begun:
            stop = _write_later_share(place, write, pace)
            if stop is not None:
                return stop
        else:
            with pace.piece():
                write()
    return None


def _write_later_share(place: int, write: WriteShare, pace: Pace) -> Stop | None:
    if not pace.has_time():
        return Stop(place)
    try:
        with pace.piece():
            write_again_on_clash(write, MAX_SHARE_ATTEMPTS)
    except ToolError as error:
        return Stop(place, reason=error.message)
    except StoreUnavailable:
        return Stop(place)
    except OutcomeNotKnown:
        return Stop(place, is_unknown=True)
    return None
