"""The credentials in the three headers of every MCP call: real values, or references to variables."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from dataclasses import field
from enum import StrEnum
from typing import Final

from affino_mcp.value_class import value_class


class Shell(StrEnum):
    """A shell in which variables are set."""

    SH = "sh"
    POWERSHELL = "powershell"


CREDENTIAL_VARIABLES: Final = {"token": "AFFINO_TOKEN", "key": "AFFINO_KEY", "secret": "AFFINO_SECRET"}
"""The environment variables that snippets refer to."""


@value_class
class ClientCredentials:
    """AccessToken, API Key and API Secret, or references or placeholders in their place.

    A connection token stands alone: key and secret are empty then.
    """

    token: str = field(repr=False)
    key: str
    secret: str = field(repr=False)

    @property
    def headers(self) -> dict[str, str]:
        """The headers of every MCP call: three, or one for a connection token."""
        if not self.key:
            return {"Authorization": f"Bearer {self.token}"}
        return {"Authorization": f"Bearer {self.token}", "X-API-Key": self.key, "X-API-Secret": self.secret}

    @property
    def in_one(self) -> str:
        """The one bearer value of a client with a single field: key, secret and token, or the connection token."""
        return f"{self.key}.{self.secret}.{self.token}" if self.key else self.token

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables that snippets with references read, with these values."""
        return {variable: getattr(self, part) for part, variable in CREDENTIAL_VARIABLES.items()}

    def write_assignments(self, shell: Shell = Shell.SH) -> str:
        """The commands that set the environment variables in a shell, one on each line."""
        return "\n".join(_write_assignment(name, value, shell) for name, value in self.environment.items())

    @classmethod
    def from_headers(cls, headers: Mapping[str, str]) -> ClientCredentials:
        """The credentials in the three headers. Raises KeyError for a missing header."""
        return cls(headers["Authorization"].removeprefix("Bearer "), headers["X-API-Key"], headers["X-API-Secret"])

    @classmethod
    def from_references(cls, reference: Callable[[str], str]) -> ClientCredentials:
        """Credentials made of references; `reference` writes the reference to a variable in one client's form."""
        return cls(**{part: reference(variable) for part, variable in CREDENTIAL_VARIABLES.items()})


def write_token_assignment(token: str, shell: Shell = Shell.SH) -> str:
    """The command that sets the environment variable of the AccessToken alone."""
    return _write_assignment(CREDENTIAL_VARIABLES["token"], token, shell)


def _write_assignment(name: str, value: str, shell: Shell) -> str:
    if shell is Shell.POWERSHELL:
        quoted = value.replace("'", "''")
        return f"$env:{name} = '{quoted}'"
    return f"export {name}={shlex.quote(value)}"


KEY_PLACEHOLDER, SECRET_PLACEHOLDER, TOKEN_PLACEHOLDER = "YOUR_API_KEY", "YOUR_API_SECRET", "YOUR_ACCESS_TOKEN"
PLACEHOLDER_CREDENTIALS: Final = ClientCredentials(TOKEN_PLACEHOLDER, KEY_PLACEHOLDER, SECRET_PLACEHOLDER)
"""Placeholders that a person replaces with real values."""
