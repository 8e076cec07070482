"""Writes for one line after another, as a person: each write with a row of its own under the import, or all of them rehearsed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from affino_mcp.admin.record_files.acting_person import ActingPerson, Performed
from affino_mcp.admin.record_files.import_log import ImportLog
from affino_mcp.catalogue.method import DRY_RUN, Method
from affino_mcp.catalogue.warning import WarningCode

_EXPECTED: Final = frozenset(
    (WarningCode.NO_CHANGE, WarningCode.DRY_RUN, WarningCode.REPLAYED, WarningCode.DEFAULTED, WarningCode.NOT_SHOWN)
)
"""Warnings that say nothing of a line that the result does not say."""


class LineWriter:
    """Writes with the rows of `log`; without a log nothing is written. `remarks` are what the methods warned of for the line."""

    def __init__(self, acting: ActingPerson, log: ImportLog | None) -> None:
        self.acting, self._log = acting, log
        self._line = self._writes = 0
        self.remarks: list[str] = []

    @property
    def is_rehearsal(self) -> bool:
        """True when nothing is written."""
        return self._log is None

    def start_line(self, number: int) -> None:
        """Begins the line of this number."""
        self._line, self._writes = number, 0
        self.remarks = []

    def write(self, method: Method, given: Mapping[str, Any]) -> tuple[dict[str, Any], bool]:
        """Carries a method out, or rehearses it; gives its answer and whether it changes anything.

        Raises ToolError, StoreUnavailable, OutcomeNotKnown.
        """
        performed = self._perform(method, given)
        told = {str(warning["Code"]) for warning in performed.warnings}
        self.remarks += [w["Message"] for w in performed.warnings if w["Code"] not in _EXPECTED]
        if self.is_rehearsal:
            return performed.done.body, WarningCode.NO_CHANGE not in told and DRY_RUN.name in performed.done.body
        return performed.done.body, performed.done.sealed

    def _perform(self, method: Method, given: Mapping[str, Any]) -> Performed:
        if self._log is None:
            return self.acting.write(method, given, None, "")
        self._writes += 1
        part = f".{self._writes}" if self._writes > 1 else ""
        request_id = f"{self._log.import_id}-{self._line}{part}"
        return self.acting.write(method, given, self._log.start_line(method, given, request_id), request_id)
