"""What an instance elsewhere needs of a call, and what it says besides answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from affino_mcp.errors import Refusal
from affino_mcp.value_class import value_class


class InstanceRefused(Exception):
    """The instance did not carry the call out: `refusal` is what the caller is told, and nothing was changed."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.type)
        self.refusal = refusal


@value_class
class CallCredentials:
    """The credentials with which a caller came: those that an instance elsewhere knows too. `token` is the person's."""

    key: str
    secret: str = field(repr=False)
    token: str = field(repr=False)


@value_class
class ToldRow:
    """A row of the instance's own log of a call, as the instance tells it; its form is checked, what it says is not.

    `share` names the part of the call that the row is about ("2 of 3", "item 9 of 100"), "" for the whole call. Of `changes`
    each has a `record`, a `deed`, and `fields` with a value before and after; `left_out` counts fields that are not told.
    `arguments` and `warnings` are those of an item. `is_whole` is False for what was not made of a call. The first row says how
    many are `left_out` of what is told.
    """

    share: str = ""
    record: str = ""
    records: tuple[str, ...] = ()
    result: str = ""
    changes: tuple[Mapping[str, Any], ...] = ()
    arguments: Mapping[str, Any] = field(default_factory=dict)
    warnings: tuple[Mapping[str, Any], ...] = ()
    is_whole: bool = True
    left_out: int = 0


@value_class
class PersonStanding:
    """What an instance says of a person: whether they are staff, and their rights; None where the gate knows these."""

    is_staff: bool
    rights: frozenset[str] | None = None


@value_class
class InstanceAnswers:
    """Whether the instance answers: the status of an unsigned question, or why there was none, and the time that it says."""

    status: int
    error: str
    date: str


@value_class
class InstanceOfferings:
    """What the instance offers a person: version and contract, the methods that it lacks, and in whose name it answered.

    `acted_as` is empty where the instance does not say it.
    """

    version: int
    contract: str
    missing: tuple[str, ...]
    acted_as: str
