"""The one seam between the service and a system of record. Nothing above it knows which adapter is behind it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import Method
from affino_mcp.catalogue.warning import Warning_, WarningCode, warning
from affino_mcp.errors import ToolError
from affino_mcp.store.ops import Put


class Actor(Protocol):
    """The person in whose name everything is done (R5-R10)."""

    @property
    def user_code(self) -> int:
        """The person's code."""

    @property
    def name(self) -> str:
        """The person's name, as history shows it."""

    @property
    def groups(self) -> tuple[str, ...]:
        """The security groups that the person is in."""

    def has(self, right: str, at: datetime) -> bool:
        """Whether the person holds the right at this moment."""


@dataclass(frozen=True)
class Changed:
    """What a method did to one record (`family#code`): the deed, and the attributes that differ, before and after.

    A text that is kept elsewhere is told by its `length` and `sha256`.
    """

    record: str
    deed: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]


@dataclass(frozen=True)
class Done:
    """What a method did. `record` is `family#code` of the record concerned ("" for lists), `records` all of them.

    `changes` are what history says of them; a record whose history says nothing has none.
    `sealed` says that the audit row has been written in the same transaction as the change.
    """

    body: dict[str, Any]
    record: str = ""
    records: tuple[str, ...] = ()
    sealed: bool = False
    changes: tuple[Changed, ...] = ()


@dataclass(frozen=True)
class Call:
    """Who calls, when, and what binds the call. There is no way to make one without a person.

    `profile` binds cursors and idempotency keys, `method` (its name, which an instance fills in) binds cursors too;
    `readable` and `writable` say which families the profile switches on; `seal` builds the audit row that a write takes
    into its own transaction (None: this channel keeps no such log). `unconfirmed` is asked before a grave write (one that
    deletes, moderates or publishes), with the name of its record for people, and answers the refusal if its person has
    not confirmed it.
    """

    actor: Actor
    profile: str
    readable: Callable[[str], bool]
    at: datetime
    request_id: str
    cursor_key: bytes
    seal: Callable[[Done, list[Warning_]], Put | None]
    channel: str = "mcp"
    method: str = ""
    warnings: list[Warning_] = field(default_factory=list)
    writable: Callable[[str], bool] = field(default=lambda _: False)
    unconfirmed: Callable[[str], ToolError | None] = field(default=lambda _: None)

    def reads(self, family: str) -> bool:
        """Whether this call may show a family's records: the profile and the person must both allow it."""
        return self.readable(family) and self.actor.has(f"{family}.read", self.at)

    def warn(self, code: WarningCode, argument: str, message: str, **more: Any) -> None:
        """Tell the caller (and the API Log) that something was not done exactly as asked."""
        self.warnings.append(warning(code, argument, message, **more))


class Instance(Protocol):
    """A system of record. Raises ToolError for what the person must know, StoreUnavailable when it does not answer."""

    def perform(self, method: Method, values: Values, call: Call) -> Done:
        """Carry out one catalogue method with checked values, as the person, under the person's record rules."""
