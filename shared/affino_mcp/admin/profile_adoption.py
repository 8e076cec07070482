"""Key and secret of a profile that a service in front of an instance elsewhere takes over: both are as they are there.

Such a service signs each call as the profile does at the instance, so that it draws neither of the two itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from typing import Final

from affino_mcp.gate.credentials import KEY_PATTERN, SECRET_PATTERN
from affino_mcp.gate.profiles.profile_form import draw_letters_and_digits
from affino_mcp.gate.profiles.profiles import KEY_CHARACTERS, SECRET_CHARACTERS
from affino_mcp.http.credential_forms import MAX_KEY_CHARACTERS, MAX_SECRET_CHARACTERS
from affino_mcp.tool_errors import InvalidArgument
from affino_mcp.value_class import value_class

ADOPTED: Final = "the instance's"
"""What the API Log says in place of a secret that was taken over."""
_MIN_SECRET_CHARACTERS: Final = 16


@value_class
class AdoptedCredentials:
    """The API Key and API Secret that a profile has at the instance."""

    key: str
    secret: str = field(repr=False)

    def find_faults(self) -> dict[str, str]:
        """Gives the faults by field, `key` and `secret`; {} when both have the form that they have at an instance."""
        found = {}
        if not KEY_PATTERN.fullmatch(self.key.encode(errors="replace")):
            found["key"] = f"An API Key is 1 to {MAX_KEY_CHARACTERS} letters and digits."
        if len(self.secret) < _MIN_SECRET_CHARACTERS or not SECRET_PATTERN.fullmatch(
            self.secret.encode(errors="replace")
        ):
            found["secret"] = (
                f"An API Secret is {_MIN_SECRET_CHARACTERS} to {MAX_SECRET_CHARACTERS} letters and digits."
            )
        return found

    def require_valid(self) -> None:
        """Raises InvalidArgument for the first fault."""
        for name, fault in self.find_faults().items():
            raise InvalidArgument(name, fault)


def draw_known(key: str, secret: str = "") -> Callable[[int], str]:
    """Gives what draws this key, and this secret unless it is empty, for the next profile or secret that is made."""
    known = {KEY_CHARACTERS: key, SECRET_CHARACTERS: secret}
    return lambda length: known.get(length) or draw_letters_and_digits(length)
