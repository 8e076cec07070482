"""The errors of tools, in one tree; callers get them as a result with isError and {"error": {...}}.

ToolError
├── InvalidArgument         -10   an argument is wrong, missing or too long
├── PermissionDenied        -110  the person lacks a right
├── ToolDisabled            -111  the profile does not allow the tool's family
├── NotOffered              -112  the instance that holds the records does not offer it
├── NotFound                -120  no such record, or the person may not see it
├── Conflict                -130  duplicate, stale, or in use
├── InvalidState            -131  the record's state forbids it
├── ConfirmationRequired    -132  the person has not confirmed the call
├── NotConfirmed            -133  the person was asked and said no
├── FileTooLarge            -140  the file is over its limit
├── UnsupportedMedia        -141  the file has no allowed format
├── StorageFull             -150  the storage has no room for more records of this kind
├── AttributionMismatch     -160  the instance acted as somebody else; writes of the profile stop
└── Unexpected              -1    a fault of the service, without its text
"""

from __future__ import annotations

from typing import Any, ClassVar, Final

from affino_mcp.errors import AffinoError


class ToolError(AffinoError):
    """The tool rejected the call; the caller gets a result with isError. `status` is the API Log's status code."""

    status: ClassVar[int] = 400


class InvalidArgument(ToolError):
    """An argument is wrong; `argument` names it."""

    type, code = "validation_error", -10
    text = "An argument is not valid."

    def __init__(self, argument: str, message: str, **details: Any) -> None:
        super().__init__(message, argument=argument, who_can_fix="caller", **details)


class PermissionDenied(ToolError):
    """The person lacks `right`; the answer says who can grant it, and reveals nothing about the data."""

    type, code, status = "permission_denied", -110, 403

    def __init__(self, right: str, message: str | None = None, *, next_step: str | None = None, **details: Any) -> None:
        text = message or f"The person you act for does not have the right '{right}'."
        step = next_step or "Tell the person; an operator can grant the right through a security group."
        super().__init__(text, denied_by="person", rule=right, who_can_fix="operator", next=step, **details)


class ToolDisabled(ToolError):
    """The profile does not allow the family and access that this tool, or one of its arguments (`argument`), needs.

    `narrowing` is what leaves it out although the profile allows it; empty when the profile does not. Values: `toolset`, `grant`,
    `scope`.
    """

    type, code, status = "tool_disabled", -111, 403
    rule = narrowing = ""

    def __init__(self, rule: str, *, argument: str | None = None, narrowing: str = "") -> None:
        what = f"{argument} cannot be used here" if argument else "This tool is switched off"
        other = "this argument" if argument else "this tool"
        cause = _DISABLING_CAUSES[narrowing]
        self.rule, self.narrowing = rule, narrowing
        super().__init__(
            f"{what}: {cause['subject']} '{rule}'.",
            denied_by=cause["denied_by"],
            rule=rule,
            argument=argument,
            who_can_fix=cause["who_can_fix"],
            next=f"Go on without {other}, or ask {cause['remedy']}",
        )


_DISABLING_CAUSES: Final = {
    "": {
        "subject": "the API Profile does not allow",
        "denied_by": "profile",
        "who_can_fix": "operator",
        "remedy": "the operator to switch the family on for this profile.",
    },
    "toolset": {
        "subject": "the toolset of this connection leaves out",
        "denied_by": "toolset",
        "who_can_fix": "person",
        "remedy": "whoever set up this connection to name the family in its address or in its header X-MCP-Toolsets.",
    },
    "grant": {
        "subject": "the person declined, for this app,",
        "denied_by": "grant",
        "who_can_fix": "person",
        "remedy": "the person to connect this app again and to tick the family.",
    },
    "scope": {
        "subject": "this app was not given",
        "denied_by": "scope",
        "who_can_fix": "person",
        "remedy": "the person to connect this app again with more permissions.",
    },
}


class NotOffered(ToolError):
    """The instance that holds the records does not carry out this tool, or does not take this `argument` of it.

    `token`: it takes calls with a person's own token alone, and this channel has none.
    """

    type, code, status = "not_offered", -112, 501

    def __init__(self, *, argument: str | None = None, token: bool = False) -> None:
        what = f"{argument} cannot be used here" if argument else "This tool cannot be used here"
        other = "this argument" if argument else "this tool"
        cause = "takes calls with a person's own AccessToken alone" if token else "does not offer it"
        super().__init__(
            f"{what}: the Affino instance behind this service {cause}. Nothing was changed.",
            argument=argument,
            denied_by="instance",
            who_can_fix="person" if token else "operator",
            next="Connect with the key, the secret and the AccessToken." if token else f"Go on without {other}.",
        )


class NotFound(ToolError):
    """No such record, or the person may not see it; both get the same answer, so that it reveals nothing.

    `lookup` is the tool that lists what can be named.
    """

    type, code, status = "not_found", -120, 404

    def __init__(self, argument: str, what: str, *, lookup: str = "", **details: Any) -> None:
        where = f" Find its code with {lookup}." if lookup else ""
        if "MergedInto" in details:
            where = f" It was merged into {details['MergedInto']}: use that one."
        super().__init__(f"No {what} with this {argument} can be found.{where}", argument=argument, **details)


class Conflict(ToolError):
    """A duplicate, a stale `IfUpdated`, a record in use, or a reused key."""

    type, code, status = "conflict", -130, 409
    text = "The change conflicts with what is stored."


class InvalidState(ToolError):
    """The record's state does not allow the change."""

    type, code, status = "invalid_state", -131, 409
    text = "The record's state does not allow this."


class ConfirmationRequired(ToolError):
    """The profile wants the person's confirmation first; `question` is for a client that can show it as a form.

    `argument` is the one that confirms a call where no form can be shown, `about` the record's name for people.
    """

    type, code, status = "confirmation_required", -132, 409
    text = "This API Profile needs the person's confirmation first. Ask the person, then call again with Confirm: true."
    question: Any = None

    def __init__(self, argument: str, about: str = "", question: Any = None) -> None:
        step = f"Tell the person what you are about to do; call again with {argument}: true only when they agree."
        super().__init__(argument=argument, about=about or None, denied_by="profile", who_can_fix="person", next=step)
        self.question = question


class NotConfirmed(ToolError):
    """The person was asked to confirm the call and did not agree."""

    type, code, status = "not_confirmed", -133, 403
    text = "The person was asked and did not confirm this call. Nothing was changed."

    def __init__(self) -> None:
        step = "Do not repeat the call; ask the person what to do instead."
        super().__init__(denied_by="person", who_can_fix="person", next=step)


class FileTooLarge(ToolError):
    """The file exceeds the size limit of the upload method that was used."""

    type, code, status = "too_large", -140, 413
    text = "The file is too large."


class UnsupportedMedia(ToolError):
    """The file has no allowed format, or another format than declared."""

    type, code, status = "unsupported_media", -141, 415
    text = "Files of this type are not accepted."


class StorageFull(ToolError):
    """The storage has no room for more records of this kind; trying again does not help (RFC 4918, status 507)."""

    type, code, status = "storage_full", -150, 507
    text = "The storage of this Affino instance has no room for more records of this kind. Nothing was changed."

    def __init__(self) -> None:
        step = "Do not repeat the call. Tell the person; the operator must make room."
        super().__init__(denied_by="service", who_can_fix="operator", next=step)


class AttributionMismatch(ToolError):
    """The instance behind this service carried a write out as somebody else than the person.

    `stopped`: it was an earlier write; this one was not sent.
    """

    type, code, status = "attribution_mismatch", -160, 502

    def __init__(self, *, stopped: bool = False) -> None:
        super().__init__(
            _STOPPED_TEXT if stopped else _MISMATCH_TEXT,
            denied_by="service" if stopped else "instance",
            who_can_fix="operator",
            next="Do not repeat the call. Tell the person, and ask the operator to look at the API Log.",
        )
        self.stopped = stopped


_MISMATCH_TEXT: Final = (
    "The Affino instance behind this service carried this change out, but not in the name of the person you act for."
)
_STOPPED_TEXT: Final = (
    "This API Profile makes no changes for now, because the Affino instance behind this service made one in another "
    "person's name. Nothing was changed. The operator must look, and enable the profile again."
)


FAULT_TEXT: Final = "Something went wrong on our side. The operator can find the call by its request id."
"""The text of a fault of the service where it is not known whether the call was carried out."""


class Unexpected(ToolError):
    """A fault of the service before anything was changed; the log holds its details under the request id."""

    type, code, status = "unexpected", -1, 500
    text = "Something went wrong on our side. Nothing was changed. The operator can find the call by its request id."


def describe_error(error: AffinoError) -> dict[str, Any]:
    """Gives an error as callers see it: code, type, fixed text and details."""
    return {"code": error.code, "type": error.type, "message": error.message, "details": error.details}
