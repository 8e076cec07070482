"""Carries out one tool call, from the tool's name to the answer, and writes its audit row in every case."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import field
from typing import Any, Final

from affino_mcp import observability, tool_errors
from affino_mcp.audit.log import AuditLog
from affino_mcp.audit.row import AuditRow
from affino_mcp.call_audit import CallAudit
from affino_mcp.call_meta import CallMeta
from affino_mcp.catalogue.capability import Access
from affino_mcp.catalogue.doors import NamedCall
from affino_mcp.catalogue.matching import match_arguments
from affino_mcp.catalogue.method import CONFIRM, Method
from affino_mcp.catalogue.tool_view import GUIDES, read_call
from affino_mcp.catalogue.warning import CallWarning
from affino_mcp.clock import Clock, epoch_seconds
from affino_mcp.confirmed_calls import repeat_arguments, with_confirmation
from affino_mcp.errors import OutcomeUnknown, Refusal, Unavailable, UnknownTool
from affino_mcp.gate.app_scopes import find_insufficient_scope
from affino_mcp.gate.caller import CURRENT_USER_METHOD, Caller
from affino_mcp.gate.confirmation import Confirmation, ConfirmationQuestion
from affino_mcp.gate.missing_report import REPORT_METHOD, answer_report
from affino_mcp.gate.offered_methods import authorise_named, caller_credentials, describe_caller, with_offer
from affino_mcp.gate.profiles.expiry_notice import expiry_notice_warnings
from affino_mcp.gate.profiles.previous_secret import previous_secret_warning
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.gate.profiles.write_stop import WriteStop
from affino_mcp.gate.sessions.last_use import expiry_warnings
from affino_mcp.instance.answer_size import truncate_answer
from affino_mcp.instance.elsewhere import InstanceRefused
from affino_mcp.instance.family_access import require_crossings
from affino_mcp.instance.port import Call, Done, Instance, OutcomeNotKnown
from affino_mcp.instance_errors import OutcomeToBeLookedUp
from affino_mcp.store.faults import StoreUnavailable
from affino_mcp.tool_errors import (
    AttributionMismatch,
    ConfirmationRequired,
    NotConfirmed,
    NotOffered,
    StorageFull,
    ToolError,
    Unexpected,
)
from affino_mcp.value_class import replace, value_class
from affino_mcp.zones import DEFAULT_ZONE, require_zone

__all__ = ["CallMeta", "ToolAnswer", "ToolDispatch"]


@value_class
class ToolAnswer:
    """A call's answer: body, error or not, `question` for clients with forms, HTTP's status, its rows as the person sees them."""

    body: dict[str, Any]
    is_error: bool = False
    question: ConfirmationQuestion | None = None
    status: int = 200
    list_rows: Callable[[], Sequence[AuditRow]] = field(default=tuple, compare=False)


OnUndeclared = Callable[[Method, ToolError], None]
"""Called with an error that the method's row does not declare."""
ChargeItems = Callable[[Profile, int], None]
"""Takes so many units from a profile's budget, whether they fit or not. Raises StoreUnavailable."""
_FAULTS: Final = (Unexpected, StorageFull)
_ERRORS_OF_ANY_TOOL: Final = (*_FAULTS, ConfirmationRequired, NotConfirmed, NotOffered, AttributionMismatch)
"""Errors that every tool may give: faults, profiles that require confirmation, and an instance elsewhere."""


class ToolDispatch:
    """Carries out calls on the instance in the name of the caller's person. One per process.

    `zone` is the time zone of people who have none of their own. `charge_items` takes a profile's budget for further items of
    a call that counts as several. `writes` stops a profile's writes that an instance elsewhere attributes to somebody else.
    """

    def __init__(
        self,
        instance: Instance,
        audit: AuditLog,
        clock: Clock,
        on_undeclared: OnUndeclared | None = None,
        zone: str = DEFAULT_ZONE,
        charge_items: ChargeItems = lambda _profile, _units: None,
        writes: WriteStop | None = None,
    ) -> None:
        self._instance, self._audit, self._clock, self._zone = instance, audit, clock, zone
        self._on_undeclared = on_undeclared or log_undeclared
        self._charge_items, self._writes = charge_items, writes

    def with_offer(self, caller: Caller) -> Caller:
        """Gives the caller with what the instance offers. Raises Refusal when it does not say."""
        try:
            return with_offer(self._instance, caller)
        except InstanceRefused as refused:
            raise refused.refusal.concerning(caller.profile, caller.person, caller.session.fingerprint) from refused

    def call_tool(self, caller: Caller, tool: str, arguments: dict[str, Any], meta: CallMeta) -> ToolAnswer:
        """Carries out a tool call and writes its audit row.

        A call of a door counts as the call of the tool that it names. Gives an answer also for errors of tools. Raises
        UnknownTool for an unknown name, InsufficientScope for an app that was given too little, Unavailable when a store is down
        and nothing was changed, OutcomeUnknown when a change may have been carried out.
        """
        named = read_call(tool, arguments)
        trail = CallAudit.from_call(self._audit, caller, named.tool, named.arguments, meta)
        replaced = [previous_secret_warning(caller.former)] if caller.former else []
        at, terms = self._clock(), caller.profile.terms
        ends = expiry_notice_warnings(terms, at) if named.tool == CURRENT_USER_METHOD else []
        trail.set_warnings([*replaced, *expiry_warnings(caller.session, at), *ends])
        try:
            return self._answer_call(with_offer(self._instance, caller), named, trail, meta)
        except UnknownTool as error:
            self._answer_error(trail, error)
            raise
        except ToolError as error:
            if (narrow := find_insufficient_scope(trail.method, error)) is not None:
                self._audit_refusal(trail, narrow)
                raise narrow from error
            self._check_declared(trail, error)
            self._stop_writes(caller, error)
            return self._answer_error(trail, error)
        except InstanceRefused as refused:
            self._audit_refusal(trail, refused.refusal)
            raise refused.refusal from refused
        except StoreUnavailable as error:
            refusal = Unavailable(retry_after=error.retry_after)
            self._audit_refusal(trail, refusal)
            raise refusal from error
        except Refusal:
            raise
        except Exception as error:
            observability.log_fault(
                "tool failed", {"tool": named.tool, "error": type(error).__name__, "request_id": meta.request_id}
            )
            if trail.has_written or trail.is_begun:
                raise _log_unknown(trail) from error
            return self._answer_error(trail, Unexpected(request_id=meta.request_id))

    def _stop_writes(self, caller: Caller, error: ToolError) -> None:
        if self._writes and isinstance(error, AttributionMismatch) and not error.stopped:
            self._writes.stop(caller.profile)

    def audit_refusal(self, refusal: Refusal, meta: CallMeta, tool: str, arguments: dict[str, Any]) -> None:
        """Writes the audit row of a call that the gate refused. A store that is down does not change the refusal."""
        named = read_call(tool, arguments)
        self._audit_refusal(CallAudit.from_refusal(self._audit, refusal, named.tool, named.arguments, meta), refusal)

    def _check_declared(self, trail: CallAudit, error: ToolError) -> None:
        if trail.method is not None and not isinstance(error, (*trail.method.all_errors, *_ERRORS_OF_ANY_TOOL)):
            self._on_undeclared(trail.method, error)

    def _answer_call(self, caller: Caller, named: NamedCall, trail: CallAudit, meta: CallMeta) -> ToolAnswer:
        profile, at = caller.profile, self._clock()
        method = authorise_named(caller, named, trail.method, at)
        zone = caller.person.zone or self._zone
        taken = method.for_profile(confirm=meta.takes_confirm(profile))
        matched = match_arguments(taken, named.arguments, require_zone(zone), zone)
        values = dict(matched.values)
        said = values.pop(CONFIRM.name, None)
        call = self._instance_call(caller, trail, [*matched.warnings, *trail.row.warnings], counts=meta.counts)
        if profile.confirm or said is not None:
            confirmation = Confirmation(caller, named.tool, named.arguments, meta.form, said is True, epoch_seconds(at))
            call, values = (
                with_confirmation(call, confirmation, values, trail),
                confirmation.idempotency_arguments | values,
            )
        require_crossings(call, method, values)
        trail.repeat_with = repeat_arguments(matched.values, values, call)
        if self._writes is not None and method.access is Access.WRITE:
            self._writes.require_open(caller.profile)
        try:
            done = self._perform_method(caller, method, values, call)
        except OutcomeNotKnown as error:
            raise _log_unknown(trail, can_repeat=error.can_repeat) from error
        body = truncate_answer(method, done.body, call.warnings)
        done = done if body is done.body else replace(done, body=body)
        if not done.sealed:
            trail.write_result(done, call.warnings)
        return ToolAnswer({"Warnings": call.warnings, **body}, list_rows=lambda: trail.list_visible(call.may_read))

    def _perform_method(self, caller: Caller, method: Method, values: dict[str, Any], call: Call) -> Done:
        if method.name == CURRENT_USER_METHOD:
            return Done(describe_caller(self._instance, caller, call, self._zone))
        if method.name == REPORT_METHOD:
            return answer_report(caller, values, call.at)
        if method.name in GUIDES:
            return Done(caller.view_tools().answer_guide(method, values))
        return self._instance.perform(method, values, call)

    def _instance_call(self, caller: Caller, trail: CallAudit, warnings: list[CallWarning], *, counts: bool) -> Call:
        capability = caller.capability
        return Call(
            actor=caller.person,
            profile=caller.profile.key,
            channel=trail.row.channel,
            readable=lambda family: capability.allows(family, Access.READ),
            at=self._clock(),
            request_id=trail.request_id,
            cursor_key=caller.cursor_key,
            log=trail,
            repeat_key=trail.row.id,
            warnings=warnings,
            writable=lambda family: capability.allows(family, Access.WRITE),
            left_out=capability.leaves_out,
            zone=require_zone(caller.person.zone or self._zone),
            charge_items=lambda units: self._charge_items(caller.profile, units) if units > 0 else None,
            item_logs=trail,
            credentials=caller_credentials(caller),
            counts=counts,
        )

    @staticmethod
    def _audit_refusal(trail: CallAudit, refusal: Refusal) -> None:
        try:
            trail.write_refusal(refusal)
        except StoreUnavailable:
            trail.report_lost_row(follows=trail.is_begun)

    @staticmethod
    def _answer_error(trail: CallAudit, error: ToolError | UnknownTool) -> ToolAnswer:
        try:
            trail.write_error(error)
        except StoreUnavailable:
            trail.report_lost_row()
            raise Unavailable(retry_after=1) from None
        warned = {"Warnings": list(trail.row.warnings)} if trail.row.warnings else {}
        question = error.question if isinstance(error, ConfirmationRequired) else None
        return ToolAnswer({"error": tool_errors.describe_error(error), **warned}, True, question, error.status)


def _log_unknown(trail: CallAudit, *, can_repeat: bool = True) -> OutcomeUnknown:
    """The refusal of a call whose outcome is not known, with its log line unless a row has one."""
    unknown = OutcomeUnknown(retry_after=1, repeat_with=trail.repeat_with, request_id=trail.request_id)
    if not can_repeat:
        unknown = OutcomeToBeLookedUp(retry_after=1, request_id=trail.request_id)
    if not trail.has_written:
        trail.log_unknown(unknown)
    return unknown


def log_undeclared(method: Method, error: ToolError) -> None:
    """Logs an error that the method's row does not declare; the caller gets the error all the same."""
    observability.log_fault("undeclared error", {"tool": method.name, "error": error.type})
