"""Regular expressions that are compiled when they are first used: compiling ninety took 4 % of a function's start.

For patterns of modules that a function loads at its start and that its usual call does not ask. Those that it asks are
`re.compile`'s, so that the first call does not wait for them (docs/decisions/0122-a-start-of-fewer-parts.md).
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any, AnyStr, cast

from affino_mcp.settings import is_process_snapshotted


class _LatePattern:
    def __init__(self, text: Any, flags: int) -> None:
        self._text, self._flags = text, flags

    @cached_property
    def _compiled(self) -> re.Pattern[Any]:
        return re.compile(self._text, self._flags)

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._compiled, name)
        setattr(self, name, found)  # later uses do not come here
        return found


def late_pattern(text: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """Gives what `re.compile` gives, compiled at the first use of one of its methods; before a snapshot, at once.

    Raises `re.error` then, for a text that is no regular expression.
    """
    if is_process_snapshotted():
        return re.compile(text, flags)
    return cast("re.Pattern[AnyStr]", _LatePattern(text, flags))
