"""Confirmation of calls: on profiles that require it, agents delete, moderate or publish only if the person agrees.

A client that can show forms (MCP 2026-07-28) is answered with a question for its person. The client's retry carries the
answer and the question's `state`: an expiry time, and a MAC over person, profile, tool and arguments with a key derived
from the profile's secret. So an answer is valid once, and only for the call that it was given for. Any other client is
refused; its agent calls again with the argument Confirm after the person has agreed. Questions are not stored.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import field
from typing import Any, Final

from affino_mcp.catalogue.method import CONFIRM, IDEMPOTENCY_KEY
from affino_mcp.gate.caller import Caller
from affino_mcp.instance.confirming import ConfirmationMethod
from affino_mcp.late_pattern import late_pattern
from affino_mcp.signed_text import is_signed, json_payload, sign
from affino_mcp.tool_errors import ConfirmationRequired, NotConfirmed, ToolError
from affino_mcp.value_class import value_class

CONFIRMATION_LIFETIME_SECONDS: Final = 5 * 60
"""Seconds within which the person may answer."""

_MAC_LABEL: Final = b"affino-mcp confirmation\0"
_STATE_PATTERN: Final = late_pattern(r"([0-9]{1,12})\.([0-9a-f]{64})", re.ASCII)
_MAX_ARGUMENT_CHARACTERS: Final = 600


@value_class
class ConfirmationQuestion:
    """The question for the person, and the state that the client must send back with the answer."""

    message: str
    state: str = field(repr=False)


@value_class
class ConfirmationForm:
    """The form part of a message: whether the client can show forms, and the answer and state that it sends back."""

    offered: bool = False
    agreed: bool | None = None
    state: str = field(default="", repr=False)


@value_class
class Confirmation:
    """Decides whether one call is confirmed.

    `confirm_argument` is the call's argument Confirm; it counts only if no form can be shown.
    """

    caller: Caller
    tool: str
    arguments: Mapping[str, Any]
    form: ConfirmationForm
    confirm_argument: bool
    now: int

    @property
    def confirmation_method(self) -> ConfirmationMethod:
        """How the person has confirmed the call."""
        if self.form.offered:
            return ConfirmationMethod.FORM if self._verified_answer() else ConfirmationMethod.NOT
        return ConfirmationMethod.ARGUMENT if self.confirm_argument else ConfirmationMethod.NOT

    @property
    def idempotency_arguments(self) -> dict[str, str]:
        """The state as IdempotencyKey, so that an answer counts once and a repeated call gets the same result.

        Else empty.
        """
        return {IDEMPOTENCY_KEY.name: self.form.state} if self.confirmation_method is ConfirmationMethod.FORM else {}

    def refuse_unconfirmed(self, subject: str, shown: Mapping[str, Any]) -> ToolError | None:
        """The error for an unconfirmed call, None for a confirmed one; `shown` are the checked arguments, redacted."""
        if self.confirmation_method is not ConfirmationMethod.NOT:
            return None
        if self._verified_answer() is False:
            return NotConfirmed()
        question = self._build_question(subject, shown) if self.form.offered else None
        return ConfirmationRequired(CONFIRM.name, subject, question)

    def _verified_answer(self) -> bool | None:
        """The person's answer to this call; None when there is none, or its state is wrong or expired."""
        found = _STATE_PATTERN.fullmatch(self.form.state)
        if (
            found is None
            or int(found[1]) <= self.now
            or not is_signed(self._key, self._payload(int(found[1])), found[2])
        ):
            return None
        return self.form.agreed

    def _build_question(self, subject: str, shown: Mapping[str, Any]) -> ConfirmationQuestion:
        until = self.now + CONFIRMATION_LIFETIME_SECONDS
        about = f"{self.tool} on the {subject}" if subject else self.tool
        text = f"Your agent is about to call {about}. Confirm it only if you want this. Arguments: {_render_arguments(shown)}"
        return ConfirmationQuestion(text, f"{until}.{sign(self._key, self._payload(until))}")

    @property
    def _key(self) -> bytes:
        return self.caller.profile.derive_key(_MAC_LABEL)

    def _payload(self, until: int) -> bytes:
        caller = self.caller
        return json_payload([caller.person.user_code, caller.profile.key, self.tool, self.arguments, until])


def _render_arguments(shown: Mapping[str, Any]) -> str:
    """The arguments as text for a person: short ones first, so that no long text hides a code.

    The text says if it is cut.
    """
    entries = sorted(shown.items(), key=lambda entry: len(json.dumps(entry, ensure_ascii=False)))
    text = json.dumps(dict(entries), ensure_ascii=False)
    plain = "".join(letter if letter.isprintable() else " " for letter in text)
    return (
        plain
        if len(plain) <= _MAX_ARGUMENT_CHARACTERS
        else f"{plain[:_MAX_ARGUMENT_CHARACTERS]}… and more that is not shown."
    )
