"""The port between the service and a system of record.

Code above the port does not know which adapter is behind it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from datetime import UTC, date, datetime, tzinfo
from typing import Any, NamedTuple, Protocol

from affino_mcp.catalogue.capability import Access
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import Method
from affino_mcp.catalogue.warning import CallWarning, WarningCode, make_warning
from affino_mcp.instance.confirming import ConfirmationMethod
from affino_mcp.instance.elsewhere import CallCredentials, PersonStanding, ToldRow
from affino_mcp.instance.places import PlaceRights
from affino_mcp.tool_errors import ToolError
from affino_mcp.value_class import value_class


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


@value_class
class RecordChange:
    """What a method did to one record (`family#code`): the kind of change and the attributes that differ.

    `before` and `after` hold the values of these attributes; of a long text that is stored elsewhere, `length` and `sha256`.
    """

    record: str
    kind: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]


@value_class
class Done:
    """What a method did, and its answer.

    `record` is the `family#code` of the record concerned ("" for lists), `records` lists all of them. `changes` are the
    changes that the records' histories show; a record without a history entry has none. `sealed` is True when the audit
    row is in the change's own transaction, `is_applied` when an instance elsewhere has carried it out, whose rows are `told`.
    """

    body: dict[str, Any]
    record: str = ""
    records: tuple[str, ...] = ()
    sealed: bool = False
    changes: tuple[RecordChange, ...] = ()
    is_applied: bool = False
    told: tuple[ToldRow, ...] = ()


@value_class
class AuditWrite:
    """The finished row of a call in the audit table, as plain data."""

    item: Mapping[str, Any]


class OutcomeNotKnown(Exception):
    """A write was sent, and its outcome cannot be found out now. `can_repeat`: with the call's key, it is carried out once."""

    def __init__(self, *, can_repeat: bool = True) -> None:
        super().__init__()
        self.can_repeat = can_repeat


class CallLog(Protocol):
    """The audit row of a call, or its rows: a change that is made in several transactions has one in each."""

    def seal(self, done: Done, warnings: list[CallWarning], share: str = "") -> AuditWrite | None:
        """Builds the row that a write takes into its own transaction; None for a channel without an audit log.

        `share` ("2 of 3") names the part of a change that is made in several transactions; each part has its own row.
        """

    def settle(self) -> bool:
        """Finds out what became of a transaction with the row that `seal` built last, which was sent and not answered.

        True: it was carried out. False: it never will be. Raises OutcomeNotKnown.
        """

    def note_written(self) -> None:
        """Takes note that the transaction with the row that `seal` built last was carried out."""

    def note_incomplete(self, done: Done, warnings: list[CallWarning], share: str) -> None:
        """Writes the row of the rest of a change that is not made: `done` names the records and `changes` the members left."""

    def begin(self, key: str) -> None:
        """Writes the row of a call that is begun, whose own row closes it later; `key` is what the instance can be asked by.

        Raises StoreUnavailable: the change must not be made then.
        """


class NoCallLog:
    """The log of a channel without an audit log."""

    def seal(self, done: Done, warnings: list[CallWarning], share: str = "") -> AuditWrite | None:  # noqa: ARG002
        """See CallLog."""
        return None

    def settle(self) -> bool:
        """See CallLog. Without a row, nothing says what became of the transaction."""
        raise OutcomeNotKnown

    def note_written(self) -> None:
        """See CallLog."""

    def note_incomplete(self, done: Done, warnings: list[CallWarning], share: str) -> None:
        """See CallLog."""

    def begin(self, key: str) -> None:
        """See CallLog."""


class ItemLogs(Protocol):
    """The logs of the items of a call of many, and the row of the call itself."""

    def start_item(self, arguments: Mapping[str, Any], share: str) -> CallLog:
        """The log of one item: its rows hold the item's arguments, and `share` names the item."""

    def note_receipt(self, done: Done, warnings: list[CallWarning], *, whole: bool) -> None:
        """Writes the row of the call, whose items have rows of their own; not `whole` when it stopped before its end."""


class NoItemLogs:
    """Those of a channel without an audit log, or without calls of many items."""

    def start_item(self, arguments: Mapping[str, Any], share: str) -> CallLog:  # noqa: ARG002
        """See ItemLogs."""
        return NoCallLog()

    def note_receipt(self, done: Done, warnings: list[CallWarning], *, whole: bool) -> None:
        """See ItemLogs."""


@value_class
class Call:
    """The context of one call: who calls, when, and what the call is bound to. A call always has a person.

    `profile` binds cursors and idempotency keys; `method` (the method's name, which the instance fills in) binds cursors too.
    `readable` and `writable` say which families the profile switches on, `left_out` what narrows the profile for this call;
    empty where nothing does. `log` is the call's audit row, which a write takes into its own transaction. `repeat_key` is the
    idempotency key of a call that comes without one, by which a caller repeats it whose outcome is not known.
    `confirmation_refusal` takes the name, for people, of the record of a write that deletes, moderates or publishes, and
    returns the refusal when it is not confirmed; `confirmed` is how it is, None where nothing asks. Days are meant in `zone`.
    `named` are the arguments that came as names of records, as sent: a repeat is known by them. `charge_items` takes budget for
    items but the first, `item_logs` keep their rows. `credentials` are for an instance elsewhere; `counts`: a list is counted.
    """

    actor: Actor
    profile: str
    readable: Callable[[str], bool]
    at: datetime
    request_id: str
    cursor_key: bytes
    log: CallLog
    channel: str = "mcp"
    method: str = ""
    warnings: list[CallWarning] = field(default_factory=list)
    writable: Callable[[str], bool] = field(default=lambda _: False)
    left_out: Callable[[str, Access], str] = field(default=lambda _, __: "")
    repeat_key: str = ""
    confirmation_refusal: Callable[[str], ToolError | None] = field(default=lambda _: None)
    confirmed: ConfirmationMethod | None = None
    zone: tzinfo = UTC
    named: Mapping[str, Any] = field(default_factory=dict)
    charge_items: Callable[[int], None] = field(default=lambda _: None)
    item_logs: ItemLogs = field(default_factory=NoItemLogs)
    credentials: CallCredentials | None = field(default=None, repr=False)
    counts: bool = False

    @property
    def today(self) -> date:
        """The day that it is for the person."""
        return self.at.astimezone(self.zone).date()

    def may_read(self, family: str) -> bool:
        """True when this call may show a family's records: the profile and the person must both allow it."""
        return self.readable(family) and self.actor.has_right(f"{family}.read", self.at)

    def warn(self, code: WarningCode, argument: str, message: str, **more: Any) -> None:
        """Adds a warning, for the caller and the API Log, that something was not done exactly as asked."""
        self.warnings.append(make_warning(code, argument, message, **more))


class Instance(Protocol):
    """A system of record.

    Raises ToolError for what the caller must know, StoreUnavailable when it cannot be reached and nothing was written,
    InstanceRefused when it does not take the call, and OutcomeNotKnown. `decides_rights`: it alone knows what people may do.
    """

    decides_rights: bool

    def perform(self, method: Method, values: Values, call: Call) -> Done:
        """Carries out one catalogue method with checked values, as the call's person, within the person's record rules."""

    def list_offered(self, profile: str, credentials: CallCredentials | None) -> frozenset[str] | None:
        """The names of the methods that it carries out; None for all. Raises InstanceRefused when it does not say."""

    def describe_person(self, call: Call) -> PersonStanding:
        """What it says of the call's person."""

    def explain_places(self, person: Actor, kind: str, at: datetime) -> list[PlaceRights]:
        """What the person may do in each place of a kind (one of PLACE_KINDS), by code. Raises PlacesUnknown."""
