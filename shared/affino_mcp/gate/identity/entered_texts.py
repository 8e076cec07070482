"""Names and notes that operators enter, in the form in which every text of this service is stored."""

from __future__ import annotations

from affino_mcp.characters import tidy_text
from affino_mcp.tidied_text import ForbiddenCharacters
from affino_mcp.tool_errors import InvalidArgument


def tidy_entered_text(argument: str, text: str, *, lines: bool = False) -> str:
    """The text as it is stored: without surrounding blanks and what cannot be seen (see `tidy_text`).

    Raises InvalidArgument, naming the argument, for characters that no text may hold.
    """
    try:
        return tidy_text(text, lines=lines).text
    except ForbiddenCharacters as fault:
        raise InvalidArgument(argument, f"The {argument} {fault}.") from None


def tidy_foreign_name(text: str) -> str:
    """A name that another system gives, as it is stored; "" when it holds characters that no text may hold."""
    try:
        return tidy_text(text).text
    except ForbiddenCharacters:
        return ""
