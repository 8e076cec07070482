"""The stages of an opportunity: entries of a list, with what is fixed about each once it is made.

Whether a stage is open, won or closed decides where an opportunity is listed and counted. The default stages are known by
code; of any other, the opportunity itself keeps that, so its index rows follow from its own row alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from affino_mcp.catalogue.families.lists import DEFAULT_ENTRIES, NAME, PROBABILITY, STAGE, STAGE_FLAGS
from affino_mcp.instance.builtin.engine.document import Document
from affino_mcp.instance.builtin.engine.records import KnownRecords
from affino_mcp.instance.builtin.references import list_entries
from affino_mcp.instance.port import RecordRef
from affino_mcp.value_class import value_class

STAGE_FIELD: Final = "Stage"
FLAGS_ATTRIBUTE: Final = "StageFlags"
"""The system attribute of an opportunity that holds the flags of the stages it ever had, by code, but for the defaults."""


@value_class
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

    @property
    def is_lost(self) -> bool:
        """True when an opportunity of this stage is lost."""
        return self.closed and not self.won

    def to_attribute(self) -> dict[str, Any]:
        """The stage as an attribute of an opportunity in an answer."""
        return {"Code": self.code, "Name": self.name, "Open": self.open, "Won": self.won}

    @classmethod
    def from_entry(cls, code: int, values: Mapping[str, Any]) -> OpportunityStage:
        """Makes the stage from its entry."""
        return cls(code, values[NAME], values[PROBABILITY], *(values[flag] for flag in STAGE_FLAGS))


def load_stage(known: KnownRecords, code: int) -> OpportunityStage:
    """The stage of this code, from the list that was loaded."""
    return OpportunityStage.from_entry(code, known[RecordRef(STAGE.family, code)].values)


def shown_stages(known: KnownRecords) -> list[OpportunityStage]:
    """The stages that can be chosen, in order, from the list that was loaded."""
    return [load_stage(known, entry.code) for entry in list_entries.offered_entries(known, STAGE.family)]


def first_stage(known: KnownRecords, preferred: int) -> int:
    """The stage of a new opportunity that names none: the preferred one while it can be chosen, else the first."""
    offered = [stage.code for stage in shown_stages(known)]
    return preferred if preferred in offered or not offered else offered[0]


def lost_stage_names(known: KnownRecords) -> str:
    """The names of the stages of lost opportunities that can be chosen."""
    return " or ".join(stage.name for stage in shown_stages(known) if stage.is_lost)


def keep_flags(known: KnownRecords, before: Document | None, code: int) -> dict[str, Any]:
    """The system attributes of an opportunity that gets this stage."""
    kept = dict(before.system.get(FLAGS_ATTRIBUTE, {})) if before else {}
    if code not in DEFAULT_ENTRIES[STAGE.family]:
        values = known[RecordRef(STAGE.family, code)].values
        kept[str(code)] = {flag: values[flag] for flag in STAGE_FLAGS}
    return {FLAGS_ATTRIBUTE: kept} if kept else {}


def stage_flags(document: Document) -> Mapping[str, bool]:
    """Whether the opportunity's stage is open, won and closed; no list is read for it."""
    code = document.values[STAGE_FIELD]
    flags: Mapping[str, bool] = DEFAULT_ENTRIES[STAGE.family].get(code) or document.system[FLAGS_ATTRIBUTE][str(code)]
    return flags
