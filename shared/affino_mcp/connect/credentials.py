"""The credentials in the three headers of every MCP call: real values, or references to variables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

VARIABLES: Final = {"token": "AFFINO_TOKEN", "key": "AFFINO_KEY", "secret": "AFFINO_SECRET"}
"""The environment variables that snippets refer to."""


@dataclass(frozen=True)
class Credentials:
    """AccessToken, API Key and API Secret, or references or placeholders in their place."""

    token: str = field(repr=False)
    key: str
    secret: str = field(repr=False)

    @property
    def headers(self) -> dict[str, str]:
        """The three headers of every MCP call."""
        return {"Authorization": f"Bearer {self.token}", "X-API-Key": self.key, "X-API-Secret": self.secret}

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables that snippets with references read, with these values."""
        return {variable: getattr(self, part) for part, variable in VARIABLES.items()}

    @classmethod
    def of_headers(cls, headers: Mapping[str, str]) -> Credentials:
        """The credentials in the three headers. Raises KeyError for a missing header."""
        return cls(headers["Authorization"].removeprefix("Bearer "), headers["X-API-Key"], headers["X-API-Secret"])

    @classmethod
    def referring(cls, reference: Callable[[str], str]) -> Credentials:
        """Credentials made of references; `reference` writes the reference to a variable in one client's form."""
        return cls(**{part: reference(variable) for part, variable in VARIABLES.items()})


KEY, SECRET, TOKEN = "YOUR_API_KEY", "YOUR_API_SECRET", "YOUR_ACCESS_TOKEN"
PLACEHOLDERS: Final = Credentials(TOKEN, KEY, SECRET)
"""Placeholders that a person replaces with real values."""
