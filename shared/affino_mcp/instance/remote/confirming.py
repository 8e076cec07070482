"""Confirmation of calls to an instance elsewhere: it says whether a call is grave, and the person is asked here.

A call that a person may have to confirm carries their word, Confirm: false when they were not asked. The instance then refuses
what deletes, moderates or publishes, in the same step in which it would carry it out. One that does not take Confirm cannot say
it: the person is asked before the call is sent, after a dry run where it takes DryRun.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import CONFIRM, LIVE_FIELD, Method
from affino_mcp.instance.confirming import ConfirmationMethod
from affino_mcp.instance.port import Call
from affino_mcp.instance_errors import ConfirmationNotAsked
from affino_mcp.tool_errors import ConfirmationRequired

MAX_ABOUT: Final = 200
"""Characters of the instance's name of a record that are shown to the person."""


def state_confirmation(
    method: Method, values: Values, call: Call, *, takes: bool, rehearse: Callable[[], object]
) -> dict[str, Any]:
    """Gives the person's word for a write's first request; empty where nothing asks, and for an instance that `takes` none.

    An agent's word for a call that may turn out not to be grave is kept back until the instance asks for it. Of calls of many,
    the instance asks for each item, so that the word must come with the first request. Raises the call's refusal for what
    looks grave and is not confirmed where the instance takes no word, and so does not say what is grave; `rehearse` first raises
    what the instance would refuse anyway.
    """
    if call.confirmed is None or not method.may_need_confirmation:
        return {}
    if not takes:
        _require_guessed(method, values, call, rehearse)
        return {}
    is_due = method.always_needs_confirmation or call.confirmed is ConfirmationMethod.FORM or bool(method.each_by)
    if is_due and call.confirmed is not ConfirmationMethod.NOT:
        _require(call, "")  # refuses nothing: the row takes note of how it is confirmed
        return {CONFIRM.name: True}
    return {CONFIRM.name: False}


def _require_guessed(method: Method, values: Values, call: Call, rehearse: Callable[[], object]) -> None:
    if not (method.always_needs_confirmation or method.undoes or values.get(LIVE_FIELD.name)):
        return
    refusal = call.confirmation_refusal(_name_subject(method, values))
    if refusal is not None:
        rehearse()
        raise refusal


def require_asked(method: Method, values: Values, call: Call, required: ConfirmationRequired) -> None:
    """Raises the call's refusal after the instance has refused an unconfirmed call, unless the person has confirmed it.

    Raises ConfirmationNotAsked where the API Profile here asks nobody.
    """
    if call.confirmed is None:
        raise ConfirmationNotAsked from required
    about = required.details.get("about")
    told = "".join(letter for letter in about[:MAX_ABOUT] if letter.isprintable()) if isinstance(about, str) else ""
    _require(call, told or _name_subject(method, values))


def _require(call: Call, subject: str) -> None:
    refusal = call.confirmation_refusal(subject)
    if refusal is not None:
        raise refusal


def _name_subject(method: Method, values: Values) -> str:
    """The record by its code, or else what is done in words."""
    record = method.record
    code = values.get(record.code) if record else None
    return f"{record.words} {code}" if record and code else method.name.replace("_", " ")
