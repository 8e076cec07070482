"""What a call of many asks of the system of record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import Method
from affino_mcp.instance.port import Call, Done
from affino_mcp.value_class import value_class


class Doer(Protocol):
    """The system of record, as a call of many uses it."""

    def perform(self, method: Method, values: Values, call: Call) -> Done:
        """Carries out one method (see Instance)."""

    def claim_key(self, method: Method, values: Values, call: Call, plan: dict[str, Any]) -> dict[str, Any]:
        """Remembers under the call's idempotency key what it is about to do, of which nothing has been done yet.

        Gives the plan of an earlier call with this key, or else `plan`. Raises Conflict when the key was used for another call.
        """

    def find_own_changes(self, call: Call, last: int) -> list[OwnChange]:
        """The person's last changes that have not been undone, newest first."""


@value_class
class OwnChange:
    """One of the person's changes, by the arguments of its undo; `deletes`: its undo deletes a record."""

    which: Mapping[str, Any]
    deletes: bool
