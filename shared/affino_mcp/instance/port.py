"""The port between the service and a system of record, and the limits of an answer of any of them.

Code above the port does not know which adapter is behind it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple, Protocol

from affino_mcp.catalogue.families.forums import FORUM
from affino_mcp.catalogue.families.website import SECTION
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import Effect, Method
from affino_mcp.catalogue.warning import CallWarning, WarningCode, make_warning
from affino_mcp.tool_errors import ToolError

PLACE_KINDS: Final = (SECTION.family, FORUM.family)
"""The kinds of place of a website."""
MAX_RESPONSE_ROWS: Final = 100
_WHOLE_RESPONSE: Final = 150_000
MAX_RESPONSE_CHARACTERS: Final = _WHOLE_RESPONSE - 2_000
"""Maximum characters of the JSON of a body and its warnings; the rest is for the warnings about what is cut here."""
MAX_BODY_CHARACTERS: Final = MAX_RESPONSE_CHARACTERS - 3_000
"""Maximum characters of the JSON of a body that a method fills up; the rest is for the warnings of the method itself."""


class Actor(Protocol):
    """The person in whose name a call is made."""

    @property
    def user_code(self) -> int:
        """The person's code."""

    @property
    def name(self) -> str:
        """The person's name, as history shows it."""

    @property
    def groups(self) -> tuple[str, ...]:
        """The security groups that the person is in."""

    def has_right(self, right: str, at: datetime) -> bool:
        """True when the person holds the right at this moment."""


class RecordRef(NamedTuple):
    """A record by its family and code. Its text, `family#code`, is how history, audit and relations name it."""

    family: str
    code: int

    @classmethod
    def parse(cls, text: str) -> RecordRef:
        """The reference from its text."""
        family, _, code = text.partition("#")
        return cls(family, int(code))

    def __str__(self) -> str:
        return f"{self.family}#{self.code}"


def linked_family(attribute: str) -> str:
    """The family of the records that an attribute links to (its name is a reference); "" for any other attribute."""
    family, sign, _ = attribute.partition("#")
    return family if sign else ""


@dataclass(frozen=True)
class RecordChange:
    """What a method did to one record (`family#code`): the kind of change and the attributes that differ.

    `before` and `after` hold the values of these attributes; a long text that is stored elsewhere appears as its
    `length` and `sha256`.
    """

    record: str
    kind: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]


@dataclass(frozen=True)
class Done:
    """What a method did, and its answer.

    `record` is the `family#code` of the record concerned ("" for lists), `records` lists all of them. `changes` are the
    changes that the records' histories show; a record without a history entry has none. `sealed` is True when the audit
    row has been written in the same transaction as the change.
    """

    body: dict[str, Any]
    record: str = ""
    records: tuple[str, ...] = ()
    sealed: bool = False
    changes: tuple[RecordChange, ...] = ()


@dataclass(frozen=True)
class AuditWrite:
    """The finished row of a call in the audit table, as plain data."""

    item: Mapping[str, Any]


@dataclass(frozen=True)
class Call:
    """The context of one call: who calls, when, and what the call is bound to. A call always has a person.

    `profile` binds cursors and idempotency keys; `method` (the method's name, which the instance fills in) binds
    cursors too. `readable` and `writable` say which families the profile switches on. `seal` builds the audit row that
    a write takes into its own transaction; it returns None for a channel without an audit log. `confirmation_refusal` takes the
    name, for people, of the record of a write that deletes, moderates or publishes, and returns the refusal when the
    person has not confirmed the write.
    """

    actor: Actor
    profile: str
    readable: Callable[[str], bool]
    at: datetime
    request_id: str
    cursor_key: bytes
    seal: Callable[[Done, list[CallWarning]], AuditWrite | None]
    channel: str = "mcp"
    method: str = ""
    warnings: list[CallWarning] = field(default_factory=list)
    writable: Callable[[str], bool] = field(default=lambda _: False)
    confirmation_refusal: Callable[[str], ToolError | None] = field(default=lambda _: None)

    def may_read(self, family: str) -> bool:
        """True when this call may show a family's records: the profile and the person must both allow it."""
        return self.readable(family) and self.actor.has_right(f"{family}.read", self.at)

    def warn(self, code: WarningCode, argument: str, message: str, **more: Any) -> None:
        """Adds a warning, for the caller and the API Log, that something was not done exactly as asked."""
        self.warnings.append(make_warning(code, argument, message, **more))


@dataclass(frozen=True)
class ActionVerdict:
    """Whether a person may do something in a place: the reasons, or what is missing."""

    deed: str
    held: bool
    because: list[str]


@dataclass(frozen=True)
class PlaceRights:
    """One section or forum, with a verdict for each action that is possible in it."""

    code: int
    name: str
    deeds: list[ActionVerdict]


class PlacesUnknown(Exception):
    """The instance cannot say what people may do in its places; `reason` says why, for operators."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Instance(Protocol):
    """A system of record. Raises ToolError for what the caller must know, and StoreUnavailable when it does not answer."""

    def perform(self, method: Method, values: Values, call: Call) -> Done:
        """Carries out one catalogue method with checked values, as the call's person.

        The person's record rules apply. Takes the method, its arguments and the call; returns what was done.
        """

    def explain_places(self, person: Actor, kind: str, at: datetime) -> list[PlaceRights]:
        """What the person may do in each place of a kind (one of PLACE_KINDS), by code. Raises PlacesUnknown."""


def json_length(value: Any) -> int:
    """The number of characters that a value takes in the JSON of an answer."""
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def truncate_answer(method: Method, body: dict[str, Any], warnings: list[CallWarning]) -> dict[str, Any]:
    """Cuts the body to the response size limit; adds one warning for each list and each text that is cut.

    Takes the method, the body and the list of warnings; returns the body to send.
    """
    if method.effect is Effect.READ:
        body = {name: _cut_rows(method, name, part, warnings) for name, part in body.items()}
    while json_length(body) + json_length(warnings) > MAX_RESPONSE_CHARACTERS:
        name = max(body, key=lambda key: json_length(body[key]))
        body = {**body, name: _halve(method, name, body[name], warnings)}
    return body


def _cut_rows(method: Method, name: str, part: Any, warnings: list[CallWarning]) -> Any:
    if not isinstance(part, list) or len(part) <= MAX_RESPONSE_ROWS:
        return part
    _warn_truncated(method, name, f"{MAX_RESPONSE_ROWS} of {len(part)} rows are shown.", warnings)
    return part[:MAX_RESPONSE_ROWS]


def _halve(method: Method, name: str, part: Any, warnings: list[CallWarning]) -> Any:
    """About half of an attribute: fewer rows, a shorter text, or a record without its longest attribute."""
    if isinstance(part, list | str) and len(part) > 1:
        kind = "rows" if isinstance(part, list) else "characters"
        _warn_truncated(method, name, f"{len(part) // 2} of {len(part)} {kind} are shown.", warnings)
        return part[: len(part) // 2]
    if isinstance(part, dict) and part:
        longest = max(part, key=lambda key: json_length(part[key]))
        return {**part, longest: _halve(method, longest, part[longest], warnings)}
    _warn_truncated(method, name, "It is too long to be shown.", warnings)
    return None


def _warn_truncated(method: Method, name: str, text: str, warnings: list[CallWarning]) -> None:
    taken = {field.name for field in method.all_arguments}
    ways = {"Search": "narrow it down with Search", "PageSize": "ask for fewer with PageSize"}
    way = next((f" To see the rest, {words}." for field, words in ways.items() if field in taken), "")
    warnings[:] = [w for w in warnings if (w["Code"], w["Argument"]) != (WarningCode.TRUNCATED, name)]
    warnings.append(make_warning(WarningCode.TRUNCATED, name, text + way))
