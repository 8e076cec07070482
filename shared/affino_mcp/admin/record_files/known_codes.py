"""Finds the codes of accounts, contacts and lists that lines name, and remembers the last ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from affino_mcp.admin.record_files.acting_person import ActingPerson
from affino_mcp.catalogue.method import Method
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.text import fold
from affino_mcp.tool_errors import InvalidArgument, NotFound

_MOST_REMEMBERED: Final = 5000


class KnownCodes:
    """The codes of records that one person may read. Names are taken where exactly one record has them."""

    def __init__(self, acting: ActingPerson) -> None:
        self._acting = acting
        self._codes: dict[tuple[str, str, str], int] = {}

    def find_account(self, text: str, column: str) -> int:
        """The code of the account of this code or name. Raises InvalidArgument or NotFound, naming the column."""
        return self.find(METHODS["get_account"], "AccountCode", text, column)

    def find(self, getting: Method, argument: str, text: str, column: str) -> int:
        """The code of the record that a method gets by this argument. Raises InvalidArgument or NotFound for the column."""
        return self.remember(
            (getting.name, argument, fold(text)), lambda: self._look_up(getting, {argument: text}, column)
        )

    def remember(self, key: tuple[str, str, str], look_up: Callable[[], int]) -> int:
        """The code that was found before under this key, or that `look_up` finds now."""
        if key not in self._codes:
            if len(self._codes) >= _MOST_REMEMBERED:
                self._codes.clear()
            self._codes[key] = look_up()
        return self._codes[key]

    def _look_up(self, getting: Method, given: Mapping[str, Any], column: str) -> int:
        assert getting.record is not None  # only records are looked up
        try:
            answer: dict[str, Any] = self._acting.read(getting, given)[getting.record.name]
        except InvalidArgument as error:
            argument = str(error.details["argument"])
            raise InvalidArgument(column, error.message.replace(argument, column, 1)) from error
        except NotFound as error:
            what = getting.record.words
            raise InvalidArgument(
                column, f"{column}: no {what} that {self._acting.person.name} may see is called so."
            ) from error
        return int(answer[getting.record.code])
