"""The interface of every client under test, so that the same tests run with each of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True)
class Target:
    """The URL to which a client connects, and the headers."""

    url: str
    headers: Mapping[str, str]

    @property
    def token(self) -> str:
        """The bearer token inside the Authorization header."""
        return self.headers["Authorization"].removeprefix("Bearer ")


class Refused(Exception):
    """The service refused a request; the text is all that the client shows of the refusal."""


class ToolFailed(Exception):
    """The tool answered with an error; the text is what the client shows of the error."""


def shown(agent: "Agent", status: int, text: str) -> str:
    """The text that `agent` shows for a refusal with this status and text."""
    return agent.own_words.get(status, text)


class Agent(Protocol):
    """One client program or library.

    `client` is the client's name in the API Log: its own with revision 2026-07-28, else the User-Agent's, because an
    older stateless call carries no name. `revision` is the protocol revision that the client must speak here.
    `own_words` are the texts that the client shows in place of ours, by HTTP status.
    """

    @property
    def client(self) -> str: ...

    @property
    def revision(self) -> str: ...

    @property
    def own_words(self) -> Mapping[int, str]: ...

    def tools(self, target: Target) -> set[str]:
        """Connects and lists the tools; gives their names. Raises Refused."""
        ...

    def call(self, target: Target, tool: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Connects and calls one tool; gives the structured result. Raises Refused, ToolFailed."""
        ...
