"""The error of a command that did not come to its end, and can be said again to go on."""

from __future__ import annotations

from typing import ClassVar

from affino_mcp.errors import AffinoError


class Unfinished(AffinoError):
    """A deed of many steps ended between two of them: the stores did not answer, or refused the caller."""

    type = "unfinished"
    status: ClassVar[int] = 503
