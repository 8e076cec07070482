"""Consent permissions of contacts."""

from __future__ import annotations

from typing import Final

from affino_mcp.catalogue.capability import Family
from affino_mcp.catalogue.families.contacts import CONTACT, PERMISSION_FIELD, contact_method
from affino_mcp.catalogue.families.shared import NAME_SEARCH
from affino_mcp.catalogue.kinds import boolean_kind, line_kind, text_kind
from affino_mcp.catalogue.method import Effect, Method
from affino_mcp.catalogue.record import Field
from affino_mcp.tool_errors import NotFound

_GRANT_ATTRIBUTES: Final = "PermissionCode, Name, Status, GrantedAt, RevokedAt, Source, By, EvidenceNote, Reason"
_GRANT: Final = {"Permission": _GRANT_ATTRIBUTES}
_WHO: Final = CONTACT.code_field.as_required()

METHODS: Final = (
    contact_method(
        "list_contact_permissions",
        Effect.READ,
        "read",
        "A contact's consent permissions.",
        "may we e-mail Jane Doe?",
        {"Permissions": _GRANT_ATTRIBUTES},
        _WHO,
        Field("IncludeRevoked", boolean_kind()),
        errors=(NotFound,),
    ),
    contact_method(
        "grant_contact_permission",
        Effect.ADD,
        "consent",
        "Record that a contact gave a consent.",
        "Jane Doe agreed to marketing e-mails on the phone.",
        _GRANT,
        _WHO,
        PERMISSION_FIELD.as_required(),
        Field("Source", line_kind(200), "where it was given"),
        Field("EvidenceNote", text_kind(1000)),
    ),
    contact_method(
        "revoke_contact_permission",
        Effect.REMOVE,
        "consent",
        "Record that a contact withdrew a consent.",
        "Jane Doe unsubscribed.",
        _GRANT,
        _WHO,
        PERMISSION_FIELD.as_required(),
        Field("Reason", line_kind(200)),
    ),
    Method(
        "list_permissions",
        Family.CONTACTS,
        Effect.READ,
        "contacts.read",
        "The consent statements that this instance offers.",
        "which code is marketing e-mail?",
        {"Permissions": "PermissionCode, Name, Statement, Active"},
        (NAME_SEARCH,),
    ),
)
