"""The jobs on stored files."""

from __future__ import annotations

from affino_mcp.housekeeping.deleted_media import make_deleted_media_job
from affino_mcp.housekeeping.turn import Job
from affino_mcp.housekeeping.unfinished_uploads import make_unfinished_uploads_job
from affino_mcp.housekeeping.unreferenced_files import make_unreferenced_files_job
from affino_mcp.instance.upkeep import MediaUpkeep
from affino_mcp.store.files import FileStore
from affino_mcp.store.ops import Database


def make_file_jobs(db: Database, table: str, files: FileStore, media: MediaUpkeep) -> list[Job]:
    """Gives the jobs; their positions and reports are in the audit table `table`."""
    return [
        make_deleted_media_job(db, table, media),
        make_unreferenced_files_job(db, table, files, media),
        make_unfinished_uploads_job(db, table, files),
    ]
