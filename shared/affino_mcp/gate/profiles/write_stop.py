"""Stops the writes of a profile whose changes an instance elsewhere made in another person's name.

An operator who has looked enables the profile again, which lets it write.
"""

from __future__ import annotations

from typing import Final

from affino_mcp import observability
from affino_mcp.clock import Clock, format_iso
from affino_mcp.gate.identity import row_keys
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.settings import Settings
from affino_mcp.store.faults import StoreUnavailable
from affino_mcp.store.ops import Database, Update, exists
from affino_mcp.tool_errors import AttributionMismatch

WRITES_STOPPED_ATTRIBUTE: Final = "writes_stopped"
"""The attribute of a profile's row that holds since when its writes are stopped; absent while they are not."""
REPORT_ONLY: Final = "report"
"""The setting with which a mismatch is logged and counted, and the profile goes on writing."""


class WriteStop:
    """Stops and checks writes by one attribute of the profile's row."""

    def __init__(self, db: Database, settings: Settings, clock: Clock) -> None:
        self._db, self._table, self._clock = db, settings.gate_table, clock
        self._is_on = settings.on_mismatch != REPORT_ONLY

    def require_open(self, profile: Profile) -> None:
        """Raises AttributionMismatch while the profile's writes are stopped; one read. Raises StoreUnavailable."""
        row = self._db.get(self._table, row_keys.profile_key(profile.key)) if self._is_on else None
        if row is not None and WRITES_STOPPED_ATTRIBUTE in row:
            raise AttributionMismatch(stopped=True)

    def stop(self, profile: Profile) -> None:
        """Stops the profile's writes and counts the metric; a store that is down leaves the metric and a log line."""
        observability.count_metric("AttributionMismatch")
        observability.log_fault("attribution mismatch", {"profile_key": profile.key})
        if not self._is_on:
            return
        since = {WRITES_STOPPED_ATTRIBUTE: format_iso(self._clock())}
        try:
            self._db.update(Update(self._table, row_keys.profile_key(profile.key), assign=since, condition=exists()))
        except StoreUnavailable:
            observability.log_fault("writes not stopped", {"profile_key": profile.key})
