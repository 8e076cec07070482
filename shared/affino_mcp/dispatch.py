"""Carries out one tool call, from the tool's name to the answer, and writes its audit row in every case."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from affino_mcp import observability
from affino_mcp.audit.log import AuditLog
from affino_mcp.audit.redact import redact
from affino_mcp.call_audit import CallMeta, Trail
from affino_mcp.catalogue import compact
from affino_mcp.catalogue.capability import Access
from affino_mcp.catalogue.matching import Values, match_arguments
from affino_mcp.catalogue.method import CONFIRM, Method
from affino_mcp.catalogue.warning import CallWarning
from affino_mcp.clock import Clock, seconds
from affino_mcp.errors import AffinoError, Refusal, Unavailable, UnknownTool
from affino_mcp.gate.authorise import authorise
from affino_mcp.gate.caller import Caller
from affino_mcp.gate.confirmation import Confirmation, Question
from affino_mcp.gate.profiles.previous_secret import replaced
from affino_mcp.gate.sessions.expiry_warning import expiring
from affino_mcp.gate.whoami import CURRENT_USER, current_user
from affino_mcp.instance.port import Call, Done, Instance
from affino_mcp.instance.response_limits import truncate_answer
from affino_mcp.store.ops import StoreUnavailable
from affino_mcp.tool_errors import ConfirmationRequired, NotConfirmed, ToolError, Unexpected

__all__ = ["Answer", "CallMeta", "Dispatch"]


@dataclass(frozen=True)
class Answer:
    """The answer of a call: the structured body, whether it is an error, and the `question` for a client with forms."""

    body: dict[str, Any]
    is_error: bool = False
    question: Question | None = None


OnUndeclared = Callable[[Method, ToolError], None]
"""Called with an error that the method's row does not declare."""
_ANY_TOOL: Final = (Unexpected, ConfirmationRequired, NotConfirmed)
"""Errors that every tool may give: a fault of the service, and those of profiles that require confirmation."""


class Dispatch:
    """Carries out calls on the instance in the name of the caller's person. One per process."""

    def __init__(
        self, instance: Instance, audit: AuditLog, clock: Clock, on_undeclared: OnUndeclared | None = None
    ) -> None:
        self._instance, self._audit, self._clock = instance, audit, clock
        self._on_undeclared = on_undeclared or log_undeclared

    def call(self, caller: Caller, tool: str, arguments: dict[str, Any], meta: CallMeta) -> Answer:
        """Carries out a tool call and writes its audit row.

        `call_tool` of compact mode counts as the tool that it names. Gives an answer also for errors of tools. Raises
        UnknownTool for an unknown name, Unavailable when a store is down.
        """
        tool, arguments = compact.unwrap_call_tool(tool, arguments, compact=caller.profile.compact)
        trail = Trail.of(self._audit, caller, tool, arguments, meta)
        trail.warn([*replaced(caller.former), *expiring(caller.session, self._clock())])
        try:
            return self._answer(caller, tool, arguments, trail, meta)
        except UnknownTool as error:
            self._failed(trail, error)
            raise
        except ToolError as error:
            self._check_declared(trail, error)
            return self._failed(trail, error)
        except StoreUnavailable as error:
            refusal = Unavailable(retry_after=1)
            self._refuse(trail, refusal)
            raise refusal from error
        except Refusal:
            raise
        except Exception as error:  # noqa: BLE001 (callers get fixed texts only)
            observability.fault(
                "tool failed", {"tool": tool, "error": type(error).__name__, "request_id": meta.request_id}
            )
            return self._failed(trail, Unexpected(request_id=meta.request_id))

    def refused(self, refusal: Refusal, meta: CallMeta, tool: str, arguments: dict[str, Any]) -> None:
        """Writes the audit row of a call that the gate refused. A store that is down does not change the refusal."""
        tool, arguments = compact.unwrap_call_tool(tool, arguments, compact=refusal.profile.compact)
        self._refuse(Trail.of_refusal(self._audit, refusal, tool, arguments, meta), refusal)

    def _check_declared(self, trail: Trail, error: ToolError) -> None:
        if trail.method is not None and not isinstance(error, (*trail.method.all_errors, *_ANY_TOOL)):
            self._on_undeclared(trail.method, error)

    def _answer(self, caller: Caller, tool: str, arguments: dict[str, Any], trail: Trail, meta: CallMeta) -> Answer:
        profile, method, at = caller.profile, trail.method, self._clock()
        if method is None:
            raise UnknownTool
        if method is compact.CALL_TOOL:
            raise compact.incomplete_call()
        authorise(caller, method, at)
        matched = match_arguments(method.for_profile(confirm=profile.confirm), arguments)
        values = dict(matched.values)
        said = values.pop(CONFIRM.name, False)
        call = self._call(caller, trail, [*trail.row.warnings, *matched.warnings])
        if profile.confirm:
            confirmation = Confirmation(caller, tool, arguments, meta.form, said, seconds(at))
            call, values = _asking(call, confirmation, values, trail), confirmation.agreement | values
        done = self._perform(caller, method, values, call)
        done = replace(done, body=truncate_answer(method, done.body, call.warnings))
        if done.sealed:
            trail.tell()
        else:
            trail.done(done, call.warnings)
        return Answer({**done.body, "Warnings": call.warnings})

    def _perform(self, caller: Caller, method: Method, values: dict[str, Any], call: Call) -> Done:
        if method.name == CURRENT_USER:
            return Done(current_user(caller))
        if method.name in compact.COMPACT_METHODS:
            profile = caller.profile
            return Done(compact.answer_search(method, values, profile.capability, confirm=profile.confirm))
        return self._instance.perform(method, values, call)

    def _call(self, caller: Caller, trail: Trail, warnings: list[CallWarning]) -> Call:
        capability = caller.profile.capability
        return Call(
            actor=caller.person,
            profile=caller.profile.key,
            readable=lambda family: capability.allows(family, Access.READ),
            at=self._clock(),
            request_id=trail.request_id,
            cursor_key=caller.cursor_key,
            seal=trail.seal,
            warnings=warnings,
            writable=lambda family: capability.allows(family, Access.WRITE),
        )

    @staticmethod
    def _refuse(trail: Trail, refusal: Refusal) -> None:
        try:
            trail.refused(refusal)
        except StoreUnavailable:
            trail.lost()

    @staticmethod
    def _failed(trail: Trail, error: ToolError | UnknownTool) -> Answer:
        try:
            trail.failed(error)
        except StoreUnavailable:
            trail.lost()
            raise Unavailable(retry_after=1) from None
        warned = {"Warnings": list(trail.row.warnings)} if trail.row.warnings else {}
        question = error.question if isinstance(error, ConfirmationRequired) else None
        return Answer({"error": described(error), **warned}, is_error=True, question=question)


def _asking(call: Call, confirmation: Confirmation, values: Values, trail: Trail) -> Call:
    """The call of a profile that requires confirmation: the instance asks `unconfirmed` before it writes.

    The row then records how the call was confirmed. The person sees the checked values, not everything that was sent.
    """

    def unconfirmed(subject: str) -> ToolError | None:
        trail.confirm(confirmation.how)
        return confirmation.refusal(subject, redact(values, known=trail.known))

    return replace(call, confirmation_refusal=unconfirmed)


def log_undeclared(method: Method, error: ToolError) -> None:
    """Logs an error that the method's row does not declare; the caller gets the error all the same."""
    observability.fault("undeclared error", {"tool": method.name, "error": error.type})


def described(error: AffinoError) -> dict[str, Any]:
    """Gives an error as callers see it: code, type, fixed text and details."""
    return {"code": error.code, "type": error.type, "message": error.message, "details": error.details}
