"""What the pages of import and export share: who acts, with which right, in which rows, for how long in one request."""

from __future__ import annotations

import hashlib
import time
from dataclasses import replace
from typing import Any, Final

from affino_mcp.admin.record_files.acting_person import ActingPerson
from affino_mcp.admin.record_files.import_log import FileLog
from affino_mcp.control_edge.record_files.exchange_store import ExchangeStore
from affino_mcp.control_edge.screen_audit import make_origin
from affino_mcp.control_edge.screen_request import ScreenRequest
from affino_mcp.deadline import seconds_left
from affino_mcp.instance.elsewhere_ports import require_own_records
from affino_mcp.store.faults import StoreUnavailable

STEP_SECONDS: Final = 10.0
"""Seconds after which a step begins nothing more, so that the page shows how far it is."""
_END_SECONDS: Final = 8.0
"""Seconds of a request that are kept for what a step stores at its end, and for the page."""


def act_for(ask: ScreenRequest) -> ActingPerson:
    """The signed-in person as who reads and writes records. Raises InstanceDecides."""
    centre = ask.centre
    require_own_records(centre.settings)
    key = hashlib.sha256(f"affino-mcp export {ask.form_token}".encode()).digest()
    return ActingPerson(ask.web_session.person, centre.instance, centre.clock, centre.settings.time_zone, key)


def open_store(ask: ScreenRequest) -> ExchangeStore:
    """The person's files. Raises StoreUnavailable where the service has no place for files."""
    if ask.centre.files is None:
        raise StoreUnavailable
    return ExchangeStore(ask.centre.files, ask.web_session.person.user_code)


def make_file_log(ask: ScreenRequest, request_id: str, **told: Any) -> FileLog:
    """The log of an import or export that may take several requests; its rows have this id."""
    by = make_origin(ask)
    return FileLog(replace(by, row_fields={**by.row_fields, "request_id": request_id}), told, ask.site)


class StepPace:
    """Says whether one more piece of work fits into this request, and into this step."""

    def __init__(self, pieces: int) -> None:
        self._pieces, self._began = pieces, time.monotonic()

    def has_time(self) -> bool:
        """True when another piece may begin; counts it."""
        self._pieces -= 1
        is_early = time.monotonic() - self._began < STEP_SECONDS
        return self._pieces >= 0 and is_early and seconds_left() > _END_SECONDS
