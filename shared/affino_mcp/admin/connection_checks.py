"""The checks of a connection test, and what each answer of the login and of the method says of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from affino_mcp.errors import BadCredentials, PersonInactive, ProfileDisabled, SessionExpired, SessionUnknown
from affino_mcp.tool_errors import PermissionDenied, ToolDisabled, Unexpected
from affino_mcp.value_class import value_class

CHECK_GOOD, CHECK_BAD, CHECK_OFF = "good", "bad", "off"


@value_class
class CheckResult:
    """The result of one of the three checks: good, bad, or off when it was not reached; the reason, and what to do."""

    name: str
    tone: str
    reason: str
    fix: str = ""


HEALTH_FIX: Final = "Look at the service's health and its log, then try again."
FIXES_BY_ERROR: Final[Mapping[str, str]] = {
    ToolDisabled.type: "Switch the family on in the profile.",
    PermissionDenied.type: "The profile allows it; the person lacks the right. Grant it through a security group.",
    Unexpected.type: "The fault is the service's: look for the call in the API Log.",
}
"""What to do about an error of a method that makes its check bad; any other proves that the method is enabled."""

PROFILE_CHECK, USER_CHECK, METHOD_CHECK = "The profile is valid", "The user can log in", "The method is enabled"

PROFILE_GOOD: Final = CheckResult(PROFILE_CHECK, CHECK_GOOD, "Key and secret were accepted by the login.")
TOKEN_GOOD: Final = CheckResult(USER_CHECK, CHECK_GOOD, "The AccessToken is live; its session goes on after the test.")
USER_OFF: Final = CheckResult(USER_CHECK, CHECK_OFF, "Not tried: the profile comes first.")

# Status and Affino code of the login endpoint's answer -> the checks of the profile and of the user.
CHECKS_BY_LOGIN_ERROR: Final[Mapping[tuple[int, str], tuple[CheckResult, CheckResult]]] = {
    (401, "-102"): (
        CheckResult(
            PROFILE_CHECK,
            CHECK_BAD,
            "The login did not accept the profile's signature.",
            "Save the profile again, or regenerate it.",
        ),
        USER_OFF,
    ),
    (403, "-110"): (
        CheckResult(PROFILE_CHECK, CHECK_BAD, "The profile is switched off.", "Switch it on; then try again."),
        USER_OFF,
    ),
    (401, "-104"): (
        PROFILE_GOOD,
        CheckResult(
            USER_CHECK,
            CHECK_BAD,
            "The e-mail address or the password is wrong.",
            "Check both; the person can log in at the Hub.",
        ),
    ),
    (400, "-10"): (
        PROFILE_GOOD,
        CheckResult(
            USER_CHECK,
            CHECK_BAD,
            "This cannot be anybody's e-mail address and password.",
            "Enter both as the person does.",
        ),
    ),
    (429, "-129"): (
        PROFILE_GOOD,
        CheckResult(
            USER_CHECK,
            CHECK_BAD,
            "There were too many wrong passwords.",
            "Wait some minutes, then use the right password.",
        ),
    ),
}

PERSON_DISABLED: Final = (
    PROFILE_GOOD,
    CheckResult(
        USER_CHECK,
        CHECK_BAD,
        PersonInactive.text,
        "Enable the person (People, or affino-mcp person enable); then try again.",
    ),
)

_NEW_LOGIN_FIX: Final = "Ask the person for a new AccessToken: they log in at the Hub."

# Type of the refusal of a call with a person's own AccessToken -> the checks of the profile and of the user.
CHECKS_BY_TOKEN_ERROR: Final[Mapping[str, tuple[CheckResult, CheckResult]]] = {
    ProfileDisabled.type: CHECKS_BY_LOGIN_ERROR[403, "-110"],
    PersonInactive.type: PERSON_DISABLED,
    SessionExpired.type: (
        PROFILE_GOOD,
        CheckResult(USER_CHECK, CHECK_BAD, "The AccessToken has expired.", _NEW_LOGIN_FIX),
    ),
    SessionUnknown.type: (
        PROFILE_GOOD,
        CheckResult(
            USER_CHECK, CHECK_BAD, "The AccessToken is not known here, or its session is over.", _NEW_LOGIN_FIX
        ),
    ),
    BadCredentials.type: (
        CheckResult(
            PROFILE_CHECK,
            CHECK_BAD,
            "The profile's key and secret, or the AccessToken, were not accepted.",
            f"Save the profile again, or regenerate it. {_NEW_LOGIN_FIX}",
        ),
        USER_OFF,
    ),
}
