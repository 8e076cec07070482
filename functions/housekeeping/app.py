"""The housekeeping Lambda function, run on a schedule: counts the API Log's hours into totals."""

from typing import Any

from affino_mcp import observability
from affino_mcp.settings import process_settings
from affino_mcp.wiring import build_housekeeping

observability.load_powertools()
_keep = build_housekeeping(process_settings())


def handler(event: dict[str, Any], context: Any) -> None:  # noqa: ARG001 (Lambda gives both)
    """Runs the job once. Fails when a store is down; the next run then does the work."""
    _keep()
