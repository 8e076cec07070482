"""The housekeeping function, called by the clock: counts the API Log's hours into totals."""

from typing import Any

from affino_mcp import observability
from affino_mcp.settings import settings
from affino_mcp.wiring import housekeeping

observability.warm()
_keep = housekeeping(settings())


def handler(event: dict[str, Any], context: Any) -> None:  # noqa: ARG001 (Lambda gives both)
    """One turn. A store that is down makes the turn fail; the next one does its work."""
    _keep()
