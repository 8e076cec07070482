"""A lean start for the Lambda process: import the MCP libraries without what a stateless tool server never uses.

`functions/mcp_endpoint/app.py` imports the edge inside `lean_imports()`. Nothing else does: the edge itself behaves the
same with a plain import, which the local run and the tests use. docs/performance.md has the measurements.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from affino_mcp.mcp_edge.cold_start.import_stubs import install_stubs

LIBRARY_SWITCHES: Final = {
    "FASTMCP_ENABLE_RICH_LOGGING": "false",
    "FASTMCP_LOG_ENABLED": "false",
    "PYDANTIC_DISABLE_PLUGINS": "__all__",
}
"""The libraries' own settings, which they read while being imported."""


@contextmanager
def lean_imports() -> Iterator[None]:
    """Import the edge in here, once, before anything has imported fastmcp or mcp; then warm it up in here too.

    While open, the garbage collector rests: nearly everything that is made now lives as long as the process. At the end
    that all is frozen, so that no later collection walks through it.
    """
    gc.disable()
    os.environ.update(LIBRARY_SWITCHES)  # noqa: TID251 (written for the libraries, not read by us)
    install_stubs()
    # After the switches, because it imports pydantic.
    from affino_mcp.mcp_edge.cold_start.deferred_models import deferred_models  # noqa: PLC0415

    with deferred_models():
        yield
    gc.freeze()
    gc.enable()
