"""The permissions that a person can hold, and the security groups that bundle them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from affino_mcp.catalogue.capability import CRM_FAMILIES, SWITCHED_FAMILIES, Family

CONTROL_ACCESS: Final = "control.access"
PROFILES_MANAGE: Final = "profiles.manage"
LOGS_READ: Final = "logs.read"
RECORDS_RESTORE: Final = "records.restore"
"""Restoring what anybody has deleted, and seeing of it what is open to one's groups."""
STRUCTURE_MANAGE: Final = "structure.manage"


def _permissions(families: Iterable[Family], *deeds: str) -> frozenset[str]:
    return frozenset(f"{family}.{deed}" for family in families for deed in deeds)


PERMISSIONS: Final = (
    _permissions(SWITCHED_FAMILIES, "read", "write", "delete", "all")
    | _permissions([Family.ARTICLES], "publish", "comment", "moderate")
    | _permissions([Family.FORUMS], "post", "manage_moderators")
    | {"contacts.consent", CONTROL_ACCESS, PROFILES_MANAGE, LOGS_READ, RECORDS_RESTORE, STRUCTURE_MANAGE}
)
"""Every permission. `<family>.all` extends the other permissions of a family to the records of other people."""

_REGISTERED_PERMISSIONS: Final = _permissions([Family.FORUMS], "read", "post") | _permissions(
    [Family.ARTICLES], "read", "comment"
)
_EDITOR_PERMISSIONS: Final = (
    _permissions([Family.ARTICLES], "read", "write", "all", "comment", "moderate")
    | _permissions([Family.MEDIA_ITEMS], "read", "write")
    | {CONTROL_ACCESS}
)
_SALES_PERMISSIONS: Final = _permissions(CRM_FAMILIES, "read", "write") | {CONTROL_ACCESS}

SECURITY_GROUPS: Final[dict[str, frozenset[str]]] = {
    "Registered User": _REGISTERED_PERMISSIONS,
    "Editors": _EDITOR_PERMISSIONS,
    "Publishers": _EDITOR_PERMISSIONS
    | _permissions([Family.ARTICLES], "publish", "delete")
    | _permissions([Family.MEDIA_ITEMS], "all", "delete"),
    "Sales": _SALES_PERMISSIONS,
    "Sales Managers": _SALES_PERMISSIONS | _permissions(CRM_FAMILIES, "all", "delete"),
    "Legal": frozenset({"contacts.consent", CONTROL_ACCESS}),
    "Community": frozenset({"forums.manage_moderators", CONTROL_ACCESS}),
    "Operators": frozenset({PROFILES_MANAGE, LOGS_READ, RECORDS_RESTORE, STRUCTURE_MANAGE, CONTROL_ACCESS}),
}
"""The security groups of a new instance, with the permissions that each group gives. Operators change them (SecurityGroups)."""
