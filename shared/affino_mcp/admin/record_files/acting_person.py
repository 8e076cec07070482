"""Reads and writes records as one person, without an API Profile: the catalogue's checks, the person's rights, the instance.

What a tool would refuse the person is refused here in the same words.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import field
from typing import Any

from affino_mcp.admin.operator_audit import NO_PROFILE
from affino_mcp.audit.channels import IMPORT_CHANNEL
from affino_mcp.catalogue.matching import Values, match_arguments
from affino_mcp.catalogue.method import DRY_RUN, Method
from affino_mcp.catalogue.warning import CallWarning
from affino_mcp.clock import Clock
from affino_mcp.gate.identity.person import Person
from affino_mcp.instance.family_access import require_crossings
from affino_mcp.instance.port import Call, CallLog, Done, Instance, NoCallLog
from affino_mcp.tool_errors import PermissionDenied
from affino_mcp.value_class import value_class
from affino_mcp.zones import DEFAULT_ZONE, require_zone


@value_class
class Performed:
    """What a method did, and the warnings that it gave."""

    done: Done
    warnings: list[CallWarning]


@value_class
class ActingPerson:
    """A person for whom a file is read or written. `zone` is the time zone of people who have none of their own."""

    person: Person
    instance: Instance
    clock: Clock
    zone: str = DEFAULT_ZONE
    cursor_key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)

    def may_use(self, method: Method) -> bool:
        """True when the person holds the method's right now."""
        return self.person.has_right(method.right, self.clock())

    def require_any(self, rights: tuple[str, ...]) -> None:
        """Raises PermissionDenied, naming the first, unless the person holds one of these rights now."""
        if not any(self.person.has_right(right, self.clock()) for right in rights):
            raise PermissionDenied(rights[0], f"{self.person.name} does not have the right '{rights[0]}'.")

    @property
    def zone_name(self) -> str:
        """The name of the time zone by which the person's days are meant."""
        return self.person.zone or self.zone

    def check(self, method: Method, given: Mapping[str, Any]) -> Values:
        """The values of arguments in the form in which a record stores them; names stay. Raises InvalidArgument."""
        return match_arguments(method, given, require_zone(self.zone_name), self.zone_name).values

    def read(self, method: Method, given: Mapping[str, Any]) -> dict[str, Any]:
        """The answer of a method that reads. Raises ToolError, StoreUnavailable."""
        return self._perform(method, given, NoCallLog(), "").done.body

    def write(self, method: Method, given: Mapping[str, Any], log: CallLog | None, request_id: str) -> Performed:
        """Carries out a method that writes, with the row of `log`; without a log it is a dry run.

        Raises ToolError, StoreUnavailable, OutcomeNotKnown.
        """
        rehearsal = {DRY_RUN.name: True} if log is None else {}
        return self._perform(method, {**given, **rehearsal}, log or NoCallLog(), request_id)

    def _perform(self, method: Method, given: Mapping[str, Any], log: CallLog, request_id: str) -> Performed:
        if not self.may_use(method):
            raise PermissionDenied(method.right, f"{self.person.name} does not have the right '{method.right}'.")
        matched = match_arguments(method, given, require_zone(self.zone_name), self.zone_name)
        call = self._make_call(log, request_id, list(matched.warnings))
        require_crossings(call, method, matched.values)
        return Performed(self.instance.perform(method, dict(matched.values), call), call.warnings)

    def _make_call(self, log: CallLog, request_id: str, warnings: list[CallWarning]) -> Call:
        return Call(
            actor=self.person,
            profile=NO_PROFILE,
            readable=lambda _: True,
            writable=lambda _: True,
            at=self.clock(),
            request_id=request_id,
            cursor_key=self.cursor_key,
            log=log,
            channel=IMPORT_CHANNEL,
            warnings=warnings,
            zone=require_zone(self.zone_name),
        )
