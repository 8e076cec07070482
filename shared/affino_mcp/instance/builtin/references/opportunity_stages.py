"""The stages of an opportunity, with Affino's codes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True)
class OpportunityStage:
    """One stage of an opportunity.

    `open`: the opportunity is being worked on; `closed`: the opportunity is won or lost; `probability` is in per cent.
    """

    code: int
    name: str
    probability: int
    open: bool = True
    won: bool = False
    closed: bool = False

    def to_attribute(self) -> dict[str, Any]:
        """The stage as an attribute of an opportunity in an answer."""
        return {"Code": self.code, "Name": self.name, "Open": self.open, "Won": self.won}


_STAGES: Final = (
    OpportunityStage(1, "Prospecting", 10, open=False),
    OpportunityStage(2, "Qualification", 20),
    OpportunityStage(3, "Needs Analysis", 30),
    OpportunityStage(4, "Value Proposition", 50),
    OpportunityStage(7, "Proposal / Price / Quote", 65),
    OpportunityStage(8, "Negotiation / Review", 80),
    OpportunityStage(9, "Closed Won", 100, open=False, won=True, closed=True),
    OpportunityStage(10, "Closed", 0, open=False, closed=True),
    OpportunityStage(11, "On Hold", 10, open=False),
)
STAGES: Final = {stage.code: stage for stage in _STAGES}
LOST_STAGE: Final = 10
STAGE_NAMES: Final = {stage.code: stage.name for stage in _STAGES}
