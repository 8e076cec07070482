"""An instance of version 1 as a system of record: it reads, and writes only where the operator accepts that no person does."""

from __future__ import annotations

from typing import Final

from affino_mcp.catalogue.capability import Access
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import Method
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.errors import SessionUnknown
from affino_mcp.http.outgoing import NOT_SENT, ForeignAnswer, error_code
from affino_mcp.instance.elsewhere import CallCredentials, InstanceRefused
from affino_mcp.instance.port import Call, Done, OutcomeNotKnown
from affino_mcp.instance.remote.answers import AnswerUnusable, read_done, unwrap_cursor
from affino_mcp.instance.remote.exchange import InstanceExchange, InstanceRequest
from affino_mcp.instance.remote.offer import InstanceOffer
from affino_mcp.instance.remote.refusals import read_credentials_refusal
from affino_mcp.instance.remote.version1.calls import BASE, CALLS
from affino_mcp.instance_errors import InstanceBusy, InstanceFailed
from affino_mcp.tool_errors import InvalidArgument, NotFound, PermissionDenied, ToolError
from affino_mcp.value_class import value_class

WRITES_AS_KEY: Final = "key-only"
"""The setting with which writes go to an instance that acts as the key."""
_ATTRIBUTED_HERE: Final = (
    "The instance behind this service made this change as the API Profile: this service's own log alone names you."
)
_FORBIDDEN: Final = "The instance behind this service does not let this API Profile, or this person, do that."
_FORBIDDEN_STEP: Final = "Tell the person; the operator of that instance can allow it there."
_BAD_EMAIL: Final = "Email is not one that the instance behind this service takes."
_BAD_VALUE: Final = "The instance behind this service does not take one of these values. Nothing was changed."
_PROBE: Final = InstanceRequest("GET", f"{BASE}/accounts?StartCode=999999999", signed_path=f"{BASE}/accounts")


@value_class
class Version1Adapter:
    """Carries methods out over version 1. `writes`: the operator accepts writes that the instance attributes to nobody."""

    exchange: InstanceExchange
    writes: bool

    def find_offer(self, credentials: CallCredentials) -> InstanceOffer | None:
        """Gives what an instance of version 1 offers; None when the instance is none."""
        answer = self.exchange.send(_PROBE, credentials, again=True)
        if answer.status != 200 or not isinstance((answer.document or {}).get("Accounts"), list):
            return None
        names = [name for name in CALLS if self.writes or METHODS[name].access is Access.READ]
        return InstanceOffer(1, {name: CALLS[name].arguments for name in names}, "1")

    def perform(self, method: Method, values: Values, call: Call, credentials: CallCredentials) -> Done:
        """Carries one method out: one request. See Instance."""
        is_write, found = method.access is Access.WRITE, CALLS[method.name]
        asked = unwrap_cursor(call, values)
        if is_write:
            call.log.begin(call.repeat_key)
        answer = self.exchange.send(found.request(asked), credentials, again=not is_write)
        refusal = _read_refusal(method, values, answer)
        if refusal is not None:
            raise refusal
        try:
            body = found.read(asked, _require_document(answer, may_be_empty=is_write))
            done = read_done(method, values, call, body)
        except AnswerUnusable as unusable:
            raise self._unusable(method, str(unusable), answer, is_write=is_write) from unusable
        if is_write:
            call.warn(WarningCode.ATTRIBUTED_HERE_ONLY, "", _ATTRIBUTED_HERE)
        return done

    def _unusable(self, method: Method, error: str, answer: ForeignAnswer, *, is_write: bool) -> Exception:
        self.exchange.report(method.name, error, answer)
        if is_write and answer.error not in NOT_SENT:
            return OutcomeNotKnown(can_repeat=False)
        return InstanceRefused(InstanceFailed(retry_after=1))


def _require_document(answer: ForeignAnswer, *, may_be_empty: bool) -> dict[str, object]:
    if answer.error or answer.status not in (200, 201):
        raise AnswerUnusable(answer.error or f"http_{answer.status}")
    if may_be_empty and answer.status == 200 and not answer.text.strip():
        return {}
    if answer.document is None:
        raise AnswerUnusable("not_json")
    return answer.document


def _read_refusal(method: Method, values: Values, answer: ForeignAnswer) -> ToolError | InstanceRefused | None:
    """What version 1 says against the call, by its status and its few known codes; None when it does not say anything."""
    if answer.status == 429:
        return InstanceRefused(InstanceBusy(retry_after=max(1, answer.wait)))
    error = (answer.document or {}).get("error")
    if not 400 <= answer.status < 500 or not isinstance(error, dict):
        return None
    refusal = read_credentials_refusal(answer)
    if refusal is not None:
        return InstanceRefused(refusal(retry_after=5) if issubclass(refusal, InstanceFailed) else refusal())
    if answer.status == 404 or (answer.status == 400 and "not found" in str(error.get("message", "")).lower()):
        return _name_missing(method, values)
    return _read_error(answer.status, error_code(answer.document))


def _name_missing(method: Method, values: Values) -> ToolError:
    """Says that a record is not there, some instances with 400 alone. Which of several, they do not tell."""
    codes = [field.name for field in method.all_arguments if field.kind.display_name == "code" and field.name in values]
    if not codes:
        return InvalidArgument("", _BAD_VALUE)
    record = method.record
    return NotFound(" or ".join(codes), record.words if record and codes == [record.code] else "record")


def _read_error(status: int, code: str) -> ToolError | InstanceRefused:
    """The error of a status and a code."""
    if status == 401:
        return InstanceRefused(SessionUnknown() if code == "-108" else InstanceFailed(retry_after=5))
    if status == 403:
        return PermissionDenied("", _FORBIDDEN, next_step=_FORBIDDEN_STEP)
    return InvalidArgument("Email", _BAD_EMAIL) if code == "-10" else InvalidArgument("", _BAD_VALUE)
