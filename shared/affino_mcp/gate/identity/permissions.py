"""The permissions that a person can hold, and the security groups that bundle them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from affino_mcp.catalogue.capability import SWITCHED_FAMILIES, Family

CONTROL_ACCESS: Final = "control.access"
PROFILES_MANAGE: Final = "profiles.manage"
LOGS_READ: Final = "logs.read"

_CRM: Final = (
    Family.ACCOUNTS,
    Family.CONTACTS,
    Family.CONTACT_LISTS,
    Family.ACCOUNT_LISTS,
    Family.OPPORTUNITIES,
    Family.TASKS,
    Family.NOTES,
)


def _rights(families: Iterable[Family], *deeds: str) -> frozenset[str]:
    return frozenset(f"{family}.{deed}" for family in families for deed in deeds)


RIGHTS: Final = (
    _rights(SWITCHED_FAMILIES, "read", "write", "delete", "all")
    | _rights([Family.ARTICLES], "publish", "comment", "moderate")
    | _rights([Family.FORUMS], "post", "manage_moderators")
    | {"contacts.consent", CONTROL_ACCESS, PROFILES_MANAGE, LOGS_READ}
)
"""Every permission. `<family>.all` extends the other permissions of a family to the records of other people."""

_REGISTERED: Final = _rights([Family.FORUMS], "read", "post") | _rights([Family.ARTICLES], "read", "comment")
_EDITORS: Final = (
    _rights([Family.ARTICLES], "read", "write", "all", "comment", "moderate")
    | _rights([Family.MEDIA_ITEMS], "read", "write")
    | {CONTROL_ACCESS}
)
_SALES: Final = _rights(_CRM, "read", "write") | {CONTROL_ACCESS}

GROUPS: Final[dict[str, frozenset[str]]] = {
    "Registered User": _REGISTERED,
    "Editors": _EDITORS,
    "Publishers": _EDITORS
    | _rights([Family.ARTICLES], "publish", "delete")
    | _rights([Family.MEDIA_ITEMS], "all", "delete"),
    "Sales": _SALES,
    "Sales Managers": _SALES | _rights(_CRM, "all", "delete"),
    "Legal": frozenset({"contacts.consent", CONTROL_ACCESS}),
    "Community": frozenset({"forums.manage_moderators", CONTROL_ACCESS}),
    "Operators": frozenset({PROFILES_MANAGE, LOGS_READ, CONTROL_ACCESS}),
}
"""The security groups of a new instance, with the permissions that each group gives."""
