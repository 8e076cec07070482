"""Switches an API Profile on or off: one write of its row, which needs neither its secret nor its other settings."""

from __future__ import annotations

from affino_mcp.gate.identity import row_keys
from affino_mcp.gate.profiles.write_stop import WRITES_STOPPED_ATTRIBUTE
from affino_mcp.store.commit import Commit
from affino_mcp.store.faults import TransactionFailed
from affino_mcp.store.ops import Update, exists
from affino_mcp.store.retry import retry_on_conflict
from affino_mcp.tool_errors import NotFound


def switch_profile(table: str, key: str, commit: Commit, *, enabled: bool) -> None:
    """Enables or disables the profile of this key in the Gate `table`; reads nothing.

    No call that begins after a disabling has returned is admitted. Enabling lets stopped writes go on (write_stop.py).
    Raises NotFound, StoreUnavailable.
    """
    retry_on_conflict(lambda: _write_switch(table, key, commit, enabled=enabled))


def _write_switch(table: str, key: str, commit: Commit, *, enabled: bool) -> None:
    try:
        remove = (WRITES_STOPPED_ATTRIBUTE,) if enabled else ()
        place, switched = row_keys.profile_key(key), {"enabled": enabled}
        commit([Update(table, place, assign=switched, remove=remove, condition=exists())])
    except TransactionFailed as failed:
        if failed.failed:
            raise NotFound("key", "API Profile") from failed
        raise
