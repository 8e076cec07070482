"""What version 1 of the REST API calls attributes that the catalogue calls otherwise, and how it writes moments."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

ACCOUNT_NAMES: Final[Mapping[str, str]] = {"Description": "Notes"}
CONTACT_NAMES: Final[Mapping[str, str]] = {"Email": "PrimaryEmail"}
_ACCOUNT_NOT_KEPT: Final = (
    "PublicName PublicLogo Fax Country CountryName TaxExempt AccountEmailDomains AutoApproveUsers FacebookPage "
    "InstagramUser TikTokUser YouTubeChannel TwitterID"
)
_CONTACT_NOT_KEPT: Final = (
    "Password Speciality TownCityID CountyStateID Country CountryName Fax Disabled Private RememberLogin TelPrivate "
    "EmailPrivate DateOfBirth Nickname Gender Skills Roles PrivacyLevel"
)
ACCOUNT_NOT_KEPT: Final = frozenset(_ACCOUNT_NOT_KEPT.split())
"""The attributes of version 1's accounts that the catalogue does not have."""
CONTACT_NOT_KEPT: Final = frozenset(_CONTACT_NOT_KEPT.split())
"""The attributes of version 1's users that the catalogue does not have, or that no caller sets."""
MOMENT_FORM: Final = "%Y-%b-%d %H:%M:%S"
"""`2026-Nov-22 09:00:00`, in UTC."""


def format_moment(iso: str) -> str:
    """Gives an ISO moment in version 1's form; one without a zone is in UTC."""
    at = datetime.fromisoformat(iso)
    return (at.astimezone(UTC) if at.tzinfo else at).strftime(MOMENT_FORM)
