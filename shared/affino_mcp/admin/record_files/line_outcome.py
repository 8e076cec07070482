"""What became of the lines of a file: of each, and of all of them in numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from affino_mcp.admin.csv_cells import csv_line, guard_cell
from affino_mcp.errors import AffinoError
from affino_mcp.value_class import value_class


class LineResult(StrEnum):
    """What a line did: it made a record, found one as it says, changed one, or was refused."""

    MADE = "made"
    SAME = "same"
    CHANGED = "changed"
    REFUSED = "refused"


@value_class
class LineOutcome:
    """What became of a line: the code of its record, and for a refused one the argument and the reason.

    `remarks` are the warnings of the methods: what was not done exactly as the line says.
    """

    line: int
    result: LineResult
    code: int | None = None
    argument: str = ""
    reason: str = ""
    remarks: Sequence[str] = ()

    @classmethod
    def refuse(cls, line: int, error: AffinoError, begun: str = "", code: int | None = None) -> LineOutcome:
        """The outcome of a line that an error refuses; `begun` says what of it was done before."""
        others = error.details.get("also") or ()
        text = " ".join((f"{begun}{error.message}", *others))
        return cls(line, LineResult.REFUSED, code, str(error.details.get("argument", "")), text)

    def to_json(self) -> dict[str, Any]:
        """A refused line as commands tell it."""
        return {"line": self.line, "argument": self.argument, "reason": self.reason}


RESULT_COLUMNS: Final = ("Line", "Result", "Code", "Argument", "Reason", "Remarks")


def write_result_line(outcome: LineOutcome) -> str:
    """Gives the line of a result file for a line of the imported one."""
    code = "" if outcome.code is None else str(outcome.code)
    cells = (str(outcome.line), outcome.result, code, outcome.argument, outcome.reason, " ".join(outcome.remarks))
    return csv_line(map(guard_cell, cells))


@dataclass
class ImportCounts:
    """How many lines had each result."""

    by_result: Counter[str] = field(default_factory=Counter)

    def add(self, outcome: LineOutcome) -> None:
        """Counts a line."""
        self.by_result[outcome.result] += 1

    @property
    def lines(self) -> int:
        """How many lines there were."""
        return self.by_result.total()

    @property
    def refused(self) -> int:
        """How many lines were refused."""
        return self.by_result[LineResult.REFUSED]

    def to_json(self) -> dict[str, int]:
        """The numbers by result."""
        return {result.value: self.by_result[result] for result in LineResult}

    @classmethod
    def from_json(cls, numbers: Mapping[str, int]) -> ImportCounts:
        """Makes the counts from `to_json()`."""
        return cls(Counter(numbers))

    def describe(self) -> str:
        """The numbers in words: `9,700 made, 0 the same, 0 changed, 300 refused`."""
        names = {LineResult.SAME: "the same"}
        return ", ".join(f"{self.by_result[result]:,} {names.get(result, result.value)}" for result in LineResult)
