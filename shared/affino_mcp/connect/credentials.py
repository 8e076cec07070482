"""The three headers of every MCP call, with values in them or with references to where the values are kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

VARIABLES: Final = {"token": "AFFINO_TOKEN", "key": "AFFINO_KEY", "secret": "AFFINO_SECRET"}
"""The environment variables that snippets refer to."""


@dataclass(frozen=True)
class Credentials:
    """AccessToken, API Key and API Secret, or what stands for them."""

    token: str = field(repr=False)
    key: str
    secret: str = field(repr=False)

    @property
    def headers(self) -> dict[str, str]:
        """The three headers (R21)."""
        return {"Authorization": f"Bearer {self.token}", "X-API-Key": self.key, "X-API-Secret": self.secret}

    @property
    def environment(self) -> dict[str, str]:
        """The variables that the snippets with references read, with these values."""
        return {variable: getattr(self, part) for part, variable in VARIABLES.items()}

    @classmethod
    def of_headers(cls, headers: Mapping[str, str]) -> Credentials:
        """The inverse of `headers`."""
        return cls(headers["Authorization"].removeprefix("Bearer "), headers["X-API-Key"], headers["X-API-Secret"])

    @classmethod
    def referring(cls, reference: Callable[[str], str]) -> Credentials:
        """References to the variables, in one client's way of writing them."""
        return cls(**{part: reference(variable) for part, variable in VARIABLES.items()})


KEY, SECRET, TOKEN = "YOUR_API_KEY", "YOUR_API_SECRET", "YOUR_ACCESS_TOKEN"
PLACEHOLDERS: Final = Credentials(TOKEN, KEY, SECRET)
"""What stands where a person has to put the real values."""
