"""Builds the scheduled turn of housekeeping, which no other function loads."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from affino_mcp import wiring
from affino_mcp.audit.integrity.noted_end import DIGEST_JOB
from affino_mcp.clock import Clock, utc_now
from affino_mcp.housekeeping.digests import DigestJob, make_digest_job
from affino_mcp.housekeeping.file_jobs import make_file_jobs
from affino_mcp.housekeeping.log_jobs import make_log_jobs
from affino_mcp.housekeeping.turn import Figures, Job, run_turn
from affino_mcp.settings import Settings


def build_housekeeping(
    settings: Settings, given: wiring.Stores | None = None, clock: Clock = utc_now
) -> Callable[[], Mapping[str, Figures]]:
    """Builds the scheduled turn: each run does what is due of every job, and gives the figures of each by its name."""
    found, table = (given or wiring.build_stores(settings)).opened_by("Housekeeping", settings), settings.audit_table
    teller = wiring.remote_instance(found, settings, clock) if settings.instance_url else None
    jobs = make_log_jobs(found.database, found.secrets, settings, found.notices, teller)
    if (digests := build_digest_job(found, settings)) is not None:
        jobs.append(Job(DIGEST_JOB, digests.run))
    if found.files is not None:
        upkeep = wiring.builtin_instance(found, settings).media_upkeep
        jobs += make_file_jobs(found.database, table, found.files, upkeep)
    return lambda: run_turn(jobs, clock())


def build_digest_job(stores: wiring.Stores, settings: Settings) -> DigestJob | None:
    """Builds the job that closes windows of the API Log; None when nothing signs digests."""
    if stores.archive is None or stores.signer is None:
        return None
    return make_digest_job(stores.database, settings.audit_table, stores.archive, stores.signer)
