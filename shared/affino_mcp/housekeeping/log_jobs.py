"""The jobs on the API Log: its rows are closed and counted, and what the counts show is told."""

from __future__ import annotations

from affino_mcp.gate.profiles.profile import ProfileReader
from affino_mcp.housekeeping.expiring_profiles import make_expiring_profiles_job
from affino_mcp.housekeeping.hours import make_hours_job
from affino_mcp.housekeeping.notices import NOTICES_JOB, NoticesJob
from affino_mcp.housekeeping.open_calls import make_open_calls_job
from affino_mcp.housekeeping.open_rows import make_open_rows_job
from affino_mcp.housekeeping.turn import Job
from affino_mcp.instance.upkeep import OutcomeTeller
from affino_mcp.settings import Settings
from affino_mcp.store.notice_senders import NoticeSender
from affino_mcp.store.ops import Database
from affino_mcp.store.secrets import SecretStore


def make_log_jobs(
    db: Database, secrets: SecretStore, settings: Settings, sender: NoticeSender | None, teller: OutcomeTeller | None
) -> list[Job]:
    """Gives the jobs in the order in which they are run: what was counted is looked at in the same turn.

    The `teller` is the instance elsewhere that calls go to; None where there is none.
    """
    profiles = ProfileReader(db, secrets, settings)
    notices = NoticesJob(db, settings.audit_table, sender, settings.own_address)
    return [
        *([make_open_calls_job(db, settings.audit_table, profiles, teller)] if teller else []),
        make_open_rows_job(db, settings.gate_table, settings.audit_table),
        make_hours_job(db, settings.audit_table, notices.take_counts),
        make_expiring_profiles_job(db, settings.gate_table, settings.audit_table),
        Job(NOTICES_JOB, notices.run),
    ]
