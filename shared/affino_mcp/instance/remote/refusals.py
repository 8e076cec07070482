"""What the errors of an instance elsewhere become: the same errors here, and never more than it has said."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from affino_mcp.errors import AffinoError, Refusal, SessionExpired, SessionUnknown
from affino_mcp.http.outgoing import ForeignAnswer, error_code
from affino_mcp.instance_errors import (
    InstanceBusy,
    InstanceFailed,
    KeyRefusedThere,
    RequestTooLargeThere,
    find_credentials_refusal,
)
from affino_mcp.tool_errors import (
    ConfirmationRequired,
    Conflict,
    FileTooLarge,
    InvalidArgument,
    InvalidState,
    NotFound,
    NotOffered,
    PermissionDenied,
    StorageFull,
    ToolDisabled,
    ToolError,
    Unexpected,
    UnsupportedMedia,
)

MAX_TEXT: Final = 2000
_MAX_DETAILS: Final = 20
_TOOL_ERRORS: Final = {
    error.type: error
    for error in (
        InvalidArgument,
        PermissionDenied,
        ToolDisabled,
        NotOffered,
        NotFound,
        Conflict,
        InvalidState,
        ConfirmationRequired,
        FileTooLarge,
        UnsupportedMedia,
        StorageFull,
        Unexpected,
    )
}
_BY_CODE: Final = {str(error.code): error for error in _TOOL_ERRORS.values() if error is not Unexpected}
_OF_REQUEST: Final[Mapping[str, type[Refusal]]] = {
    "body_too_large": RequestTooLargeThere,
    "bad_request": InstanceFailed,
    "path_not_found": InstanceFailed,
    "method_not_allowed": InstanceFailed,
    "not_acceptable": InstanceFailed,
    "unsupported_content": InstanceFailed,
    "origin_refused": InstanceFailed,
    "unavailable": InstanceFailed,
    InstanceBusy.type: InstanceFailed,
    InstanceFailed.type: InstanceFailed,
}
"""What it says of itself, and of the request as this service has put it together: only its size can the caller change."""
_BY_LOGIN_CODE: Final[Mapping[str, type[Refusal]]] = {
    "-101": KeyRefusedThere,
    "-102": KeyRefusedThere,
    "-105": SessionUnknown,
    "-106": SessionExpired,
}
_STEPS: Final[Mapping[type[ToolError], str]] = {
    PermissionDenied: "Tell the person; the operator of the Affino instance behind this service can grant the right there.",
    ToolDisabled: (
        "Go on without it, or tell the person: the operator of the Affino instance behind this service can switch the family "
        "on for this API Profile there."
    ),
    StorageFull: (
        "Do not repeat the call. Tell the person; the operator of the Affino instance behind this service must make room there."
    ),
}
"""What to do next where the instance's operator must act, of whom the instance speaks as of the caller's own."""
_TOOL_OFF: Final = (
    "The API Profile does not allow this at the Affino instance behind this service. Nothing was changed."
)
_UNPRINTABLE: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def read_refusal(answer: ForeignAnswer) -> ToolError | Refusal | None:
    """Gives what the instance says against the call, which it then has not carried out; None when it does not say so."""
    if answer.status == 429:
        return InstanceBusy(retry_after=max(1, answer.wait))
    error = (answer.document or {}).get("error")
    if not 400 <= answer.status < 600 or not isinstance(error, dict):
        return None
    kind, code = str(error.get("type", "")), error_code(answer.document)
    refusal = read_credentials_refusal(answer) or _OF_REQUEST.get(kind)
    if refusal is not None:
        return refusal(retry_after=_wait(answer)) if issubclass(refusal, InstanceFailed) else refusal()
    found = _TOOL_ERRORS.get(kind) or _BY_CODE.get(code)  # a code stands for several refusals: the type goes before it
    if found is not None and answer.status != 401:
        return _rebuild_error(found, error)
    return InstanceFailed(retry_after=_wait(answer)) if answer.status < 500 else None


def read_credentials_refusal(answer: ForeignAnswer) -> type[Refusal] | None:
    """Gives what the instance says against profile, person, session or key, in either version; None when it says nothing."""
    found = find_credentials_refusal((answer.document or {}).get("error"))
    return found or (_BY_LOGIN_CODE.get(error_code(answer.document)) if answer.status == 401 else None)


def _wait(answer: ForeignAnswer) -> int:
    return max(1, min(answer.wait, 60))


def _rebuild_error(kind: type[ToolError], error: Mapping[str, Any]) -> ToolError:
    """The error with the instance's text and details. Its classes take other arguments than a text."""
    found = kind.__new__(kind)
    details = error.get("details")
    given = _plain_details(dict(list(details.items())[:_MAX_DETAILS]) if isinstance(details, dict) else {})
    if kind in _STEPS and not (kind is PermissionDenied and _names_others(given.get("next"))):
        given |= {"who_can_fix": "operator", "next": _STEPS[kind]}
    text = _TOOL_OFF if kind is ToolDisabled else _plain_text(error.get("message")) or kind.text
    AffinoError.__init__(found, text, **given)
    return found


def _names_others(step: object) -> bool:
    """True for a step that sends the person to somebody else at the instance than its operator, such as moderators."""
    return isinstance(step, str) and step != "" and "operator" not in step


def _plain_details(details: Mapping[Any, Any]) -> dict[str, Any]:
    kept = {str(name)[:60]: value for name, value in details.items() if str(name) not in {"message", "self"}}
    return {name: _plain_text(value) if isinstance(value, str) else value for name, value in kept.items()}


def plain_text(text: str) -> str:
    """Gives the text with a space for each character that cannot be printed, or turns the writing round."""
    return _UNPRINTABLE.sub(" ", text)


def _plain_text(text: object) -> str:
    return plain_text(text)[:MAX_TEXT] if isinstance(text, str) else ""
