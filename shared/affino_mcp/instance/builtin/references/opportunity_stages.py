"""The stages of an opportunity, with Affino's codes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True)
class Stage:
    """One stage of an opportunity.

    `open`: the opportunity is being worked on; `closed`: the opportunity is won or lost; `probability` is in per cent.
    """

    code: int
    name: str
    probability: int
    open: bool = True
    won: bool = False
    closed: bool = False

    def shown(self) -> dict[str, Any]:
        """The stage as an attribute of an opportunity in an answer."""
        return {"Code": self.code, "Name": self.name, "Open": self.open, "Won": self.won}


_ALL: Final = (
    Stage(1, "Prospecting", 10, open=False),
    Stage(2, "Qualification", 20),
    Stage(3, "Needs Analysis", 30),
    Stage(4, "Value Proposition", 50),
    Stage(7, "Proposal / Price / Quote", 65),
    Stage(8, "Negotiation / Review", 80),
    Stage(9, "Closed Won", 100, open=False, won=True, closed=True),
    Stage(10, "Closed", 0, open=False, closed=True),
    Stage(11, "On Hold", 10, open=False),
)
STAGES: Final = {stage.code: stage for stage in _ALL}
LOST: Final = 10
NAMES: Final = {stage.code: stage.name for stage in _ALL}
