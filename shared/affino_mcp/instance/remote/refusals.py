"""What the errors of an instance elsewhere become: the same errors here, and never more than it has said."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from affino_mcp.errors import (
    AffinoError,
    PersonInactive,
    ProfileDisabled,
    ProfileExpired,
    Refusal,
    SessionExpired,
    SessionUnknown,
)
from affino_mcp.http.outgoing import ForeignAnswer, error_code
from affino_mcp.instance_errors import InstanceBusy, InstanceFailed
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
_REFUSALS: Final[dict[str, type[Refusal]]] = {
    each.type: each for each in (SessionExpired, SessionUnknown, PersonInactive, ProfileDisabled, ProfileExpired)
}
_BY_LOGIN_CODE: Final[dict[str, type[Refusal]]] = {"-105": SessionUnknown, "-106": SessionExpired}
_UNPRINTABLE: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def read_refusal(answer: ForeignAnswer) -> ToolError | Refusal | None:
    """Gives what the instance says against the call, which it then has not carried out; None when it does not say so."""
    if answer.status == 429:
        return InstanceBusy(retry_after=max(1, answer.wait))
    document = answer.document
    error = (document or {}).get("error")
    if not 400 <= answer.status < 600 or not isinstance(error, dict):
        return None
    kind, code = str(error.get("type", "")), error_code(document)
    refusal = _REFUSALS.get(kind) or (_BY_LOGIN_CODE.get(code) if answer.status == 401 else None)
    found = _TOOL_ERRORS.get(kind) or _BY_CODE.get(
        code
    )  # one code stands for several refusals: the type goes before it
    if refusal is None and found is not None and answer.status != 401:
        return _rebuild_error(found, error)
    if refusal is not None:
        return refusal()
    said_no = answer.status < 500 or kind in {"unavailable", InstanceFailed.type, InstanceBusy.type}
    return InstanceFailed(retry_after=max(1, min(answer.wait, 60))) if said_no else None


def _rebuild_error(kind: type[ToolError], error: Mapping[str, Any]) -> ToolError:
    """The error with the instance's text and details. Its classes take other arguments than a text."""
    found = kind.__new__(kind)
    details = error.get("details")
    given = dict(list(details.items())[:_MAX_DETAILS]) if isinstance(details, dict) else {}
    AffinoError.__init__(found, _plain_text(error.get("message")) or kind.text, **_plain_details(given))
    return found


def _plain_details(details: Mapping[Any, Any]) -> dict[str, Any]:
    kept = {str(name)[:60]: value for name, value in details.items() if str(name) not in {"message", "self"}}
    return {name: _plain_text(value) if isinstance(value, str) else value for name, value in kept.items()}


def plain_text(text: str) -> str:
    """Gives the text with a space for each character that cannot be printed, or turns the writing round."""
    return _UNPRINTABLE.sub(" ", text)


def _plain_text(text: object) -> str:
    return plain_text(text)[:MAX_TEXT] if isinstance(text, str) else ""
