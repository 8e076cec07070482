"""The refusals of calls that an instance elsewhere did not carry out, in words for the caller of the service in front of it.

What the instance says of profile, person and key is about those that it has itself: its operator alone can change them, and the
operator of the service here finds nothing wrong. So each such refusal says where it stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from affino_mcp.errors import (
    NetworkNotAllowed,
    OutcomeUnknown,
    PersonInactive,
    PersonNotAllowed,
    ProfileDisabled,
    ProfileExpired,
    Refusal,
    SessionExpired,
    SessionUnknown,
    TooLarge,
    Unavailable,
)
from affino_mcp.tool_errors import NotOffered, ToolError


class InstanceBusy(Unavailable):
    """The instance that holds the records takes no more calls for now; its limit is not the profile's here."""

    type, code = "instance_busy", -31055
    text = "The Affino instance behind this service takes no more calls just now. Nothing was changed. Wait {wait}."


class InstanceFailed(Unavailable):
    """The instance that holds the records gave no answer, or none that can be used; nothing was changed."""

    type, code = "instance_failed", -31056
    text = "The Affino instance behind this service gave no answer that can be used. Nothing was changed."
    next_step = "Wait {wait}, then send the same call again; if it stays so, tell the operator, whose log says why."


class RefusedThere(Refusal):
    """The instance takes no call of this profile, or none in this person's name; its operator can change that."""

    denied_by, who_can_fix = "instance", "operator"


class KeyRefusedThere(InstanceFailed):
    """The instance does not know the key, or not the signature: the secret was replaced there, or a clock is wrong."""

    denied_by = "instance"
    text = (
        "The Affino instance behind this service does not accept the API Key and the signature of this API Profile. "
        "Nothing was changed."
    )
    next_step = (
        "Stop calling. Tell the operator of this service: the profile's secret there must be taken over again, "
        "or one of the two clocks is wrong."
    )


class PersonOffThere(RefusedThere, PersonInactive):
    """The person's account at the instance is disabled."""

    text = "This person's account is disabled at the Affino instance behind this service. Nothing was changed."
    next_step = "Tell the person that the account is disabled there; the operator of that instance can enable it."


class ProfileOffThere(RefusedThere, ProfileDisabled):
    """The profile of this key is switched off at the instance."""

    text = "This API Profile is switched off at the Affino instance behind this service. Nothing was changed."
    next_step = "Stop calling. Tell the person: the operator of that instance can enable the profile there."


class ProfileOverThere(RefusedThere, ProfileExpired):
    """The profile of this key has a last day at the instance, which is over."""

    text = "This API Profile has expired at the Affino instance behind this service. Nothing was changed."
    next_step = "Stop calling. Tell the person: the operator of that instance can set a later last day there."


class RestOffThere(RefusedThere):
    """The profile of this key does not have the option REST at the instance, by which every call goes to it."""

    type, status, code = "rest_off", 403, -31003
    text = (
        "This API Profile is not open to the REST API of the Affino instance behind this service. Nothing was changed."
    )
    next_step = (
        "Stop calling. Tell the person: the operator of that instance can switch the profile's option REST on there."
    )


class NetworkRefusedThere(RefusedThere, NetworkNotAllowed):
    """The instance takes calls of this profile from other networks than that of this service."""

    text = (
        "The Affino instance behind this service does not accept this API Profile from the network of this service. "
        "Nothing was changed."
    )
    next_step = (
        "Stop calling. Tell the person: the operator of that instance can allow the network of this service there."
    )


class PersonRefusedThere(RefusedThere, PersonNotAllowed):
    """The instance has the profile for other people."""

    text = "This API Profile is not for this person at the Affino instance behind this service. Nothing was changed."
    next_step = "Stop calling. Tell the person: the operator of that instance can allow the person there."


_OF_CREDENTIALS: Final[Mapping[str, type[Refusal]]] = {
    "session_expired": SessionExpired,
    "session_unknown": SessionUnknown,
    "person_disabled": PersonOffThere,
    "profile_disabled": ProfileOffThere,
    "profile_expired": ProfileOverThere,
    "not_allowed": PersonRefusedThere,
    "rest_off": RestOffThere,
    "no_key": KeyRefusedThere,
    "bad_signature": KeyRefusedThere,
    "authentication_error": KeyRefusedThere,
}


def find_credentials_refusal(error: Any) -> type[Refusal] | None:
    """Gives what the `error` of an instance's answer says of profile, person, session or key; None when it says nothing."""
    if not isinstance(error, dict):
        return None
    found, details = _OF_CREDENTIALS.get(str(error.get("type", ""))), error.get("details")
    denier = details.get("denied_by") if isinstance(details, dict) else ""
    return NetworkRefusedThere if (found, denier) == (PersonRefusedThere, NetworkNotAllowed.denied_by) else found


class RequestTooLargeThere(TooLarge):
    """The instance takes smaller requests than this service."""

    denied_by = "instance"
    text = "The call is larger than the Affino instance behind this service accepts. Nothing was changed."


class OutcomeToBeLookedUp(OutcomeUnknown):
    """A write was sent to an instance that knows no keys, and not answered: a repeat might make it twice."""

    next_step = "Do not repeat the call. Look at the record first: a repeat might make the change a second time."


class ConfirmationNotAsked(NotOffered):
    """The instance wants the person's confirmation of a call, and the API Profile here asks nobody for one."""

    text = (
        "The Affino instance behind this service wants the person's confirmation of this call first, which this API Profile "
        "does not ask for. Nothing was changed."
    )

    def __init__(self) -> None:
        step = "Do not repeat the call. Tell the person: the operator can switch on the option Confirmation for this API Profile."
        ToolError.__init__(self, denied_by="instance", who_can_fix="operator", next=step)
