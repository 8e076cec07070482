"""Contacts: people, their links to accounts and their consent permissions."""

from __future__ import annotations

from typing import Final, Unpack

from affino_mcp.catalogue.capability import Family
from affino_mcp.catalogue.country_kinds import country_kind
from affino_mcp.catalogue.families.shared import (
    ACCOUNT_FIELD,
    DATE_RANGES,
    HANGING,
    RESTORABLE,
    TOPIC_FILTER,
    TOPICS_FIELD,
)
from affino_mcp.catalogue.kinds import (
    boolean_kind,
    choice_kind,
    code_kind,
    codes_kind,
    email_kind,
    line_kind,
    lookup_kind,
    text_kind,
    url_kind,
)
from affino_mcp.catalogue.method import IF_UPDATED, MINE, PAGE_RETURNS, Declared, Effect, Method, list_arguments
from affino_mcp.catalogue.record import ROWS_KIND, Field, Record, Reference
from affino_mcp.tool_errors import NotFound

INCLUDE_LEAVERS: Final = Field("IncludeLeavers", boolean_kind(), "leavers too")
WITHOUT: Final = Field("Without", choice_kind("account", "list", "consent"), "any at all")
WITHOUT_LIST: Final = Field("WithoutContactListCode", code_kind())
WITHOUT_PERMISSION: Final = Field("WithoutPermissionCode", code_kind())
ACCOUNT_INDUSTRY: Final = Field("IndustryCode", lookup_kind(), "of their account")
MOVED_TO: Final = Field("ToAccountCode", code_kind(), "where the contact works now: this link becomes LeftCompany")
PERMISSION_FIELD: Final = Field("PermissionCode", code_kind(), "from list_permissions")

CONTACT: Final = Record(
    name="Contact",
    family=Family.CONTACTS,
    code="UserCode",
    label=("FirstName", "LastName"),
    fields=(
        Field("Email", email_kind(255), "unique"),
        Field("FirstName", line_kind(100)),
        Field("LastName", line_kind(100)),
        Field("Title", line_kind(20), "e.g. Dr"),
        Field("JobTitle", line_kind(255)),
        Field("Company", line_kind(255)),
        Field("Telephone", line_kind(50)),
        Field("BusinessPhone", line_kind(30)),
        Field("Mobile", line_kind(50)),
        Field("SecondaryEmail", email_kind(255)),
        Field("Address1", line_kind(255)),
        Field("Address2", line_kind(255)),
        Field("TownCity", line_kind(255)),
        Field("CountyState", line_kind(255)),
        Field("Postcode", line_kind(20)),
        Field("CountryISO", country_kind(), "e.g. GB"),
        Field("Website", url_kind(255)),
        TOPICS_FIELD,
        Field(
            "MemberTypes",
            codes_kind(50),
            "from list_contact_lookups",
            Reference("member_types", "MemberTypes", all_known=True),
        ),
        Field("Biography", text_kind(8000)),
        Field("Notes", text_kind(1000)),
        Field("ExternalID", line_kind(150), "unique id in another system"),
    ),
    required=("Email", "FirstName", "LastName"),
    derived=(
        Field("UIDString", line_kind(36), "the contact's UUID"),
        Field("Staff", boolean_kind(), "a member of staff who can log in"),
        Field("Disabled", boolean_kind()),
        Field("Accounts", ROWS_KIND, "links to accounts"),
        Field("Permissions", ROWS_KIND, "consent permissions"),
        Field("Opportunities", ROWS_KIND, "at most 20"),
    ),
    sorts=("Code", "Name", "Created", "Updated"),
    summary=("Email", "FirstName", "LastName", "JobTitle", "Company", "Telephone"),
    search=(
        "FirstName",
        "LastName",
        "Email",
        "SecondaryEmail",
        "Telephone",
        "Mobile",
        "BusinessPhone",
        "Company",
        "JobTitle",
    ),
    phones=("Telephone", "Mobile", "BusinessPhone"),
    unique=("Email", "ExternalID"),
    same_values={"SecondaryEmail": "Email"},
    undo_with={
        "accounts": ("link_contact_to_account", "update_contact_account_link", "unlink_contact_from_account"),
        "permissions": ("grant_contact_permission", "revoke_contact_permission"),
    },
)
_FULL: Final = {"Contact": "the full contact"}
_LINK: Final = {"Link": "UserAccountCode, UserCode, AccountCode, Primary, LeftCompany, JobTitle"}
_WHO: Final = CONTACT.code_field.as_required()
_WHERE: Final = ACCOUNT_FIELD.as_required()
_LINK_PATH: Final = "/contacts/{UserCode}/accounts/{AccountCode}"
_LINK_FIELDS: Final = (
    Field("Primary", boolean_kind(), "the account's primary contact"),
    Field("JobTitle", line_kind(255)),
)


def contact_method(
    name: str,
    effect: Effect,
    right: str,
    summary: str,
    example: str,
    returns: dict[str, str],
    *arguments: Field,
    **declared: Unpack[Declared],
) -> Method:
    """Makes one method of the contacts family; `right` is the part of its right behind the family."""
    family, needed = Family.CONTACTS, f"contacts.{right}"
    return Method(name, family, effect, needed, summary, example, returns, arguments, record=CONTACT, **declared)


METHODS: Final = (
    contact_method(
        "list_contacts",
        Effect.READ,
        "read",
        "List contacts (people).",
        "contacts at Technology accounts without consent.",
        {**PAGE_RETURNS, "Items": "rows; of one account's contacts with LeftCompany"},
        *list_arguments(
            CONTACT,
            ACCOUNT_FIELD,
            INCLUDE_LEAVERS,
            Field("Email", email_kind(255), "exactly this e-mail"),
            Field("ContactListCode", code_kind(), "members of this list"),
            Field("PermissionCode", code_kind(), "who granted this permission"),
            TOPIC_FILTER,
            MINE.with_help("you created it"),
            Field("StaffOnly", boolean_kind(), "members of staff only"),
            ACCOUNT_INDUSTRY,
            WITHOUT,
            WITHOUT_LIST,
            WITHOUT_PERMISSION,
            *DATE_RANGES,
        ),
        errors=(NotFound,),
    ),
    contact_method(
        "get_contact",
        Effect.READ,
        "read",
        "Read one contact, by exactly one of UserCode, Email, ExternalID.",
        "jane@orbital.example's record.",
        _FULL,
        CONTACT.code_field,
        *CONTACT.optional_arguments("Email", "ExternalID"),
        errors=(NotFound,),
    ),
    Method(
        "create_contact",
        Family.CONTACTS,
        Effect.CREATE,
        "contacts.write",
        "Create a contact; AccountCode links it to an account.",
        "Jane Doe at Orbital Labs, jane@orbital.example, VP of Engineering.",
        _FULL,
        (*CONTACT.create_arguments(), ACCOUNT_FIELD),
        "Consent is separate: grant_contact_permission.",
        record=CONTACT,
        errors=(NotFound,),
        answers_as="get_contact",
    ),
    contact_method(
        "update_contact",
        Effect.UPDATE,
        "write",
        "Change a contact; null or empty text clears. Links and consent have their own tools.",
        "Jane Doe's job title is now CTO.",
        _FULL,
        *CONTACT.update_arguments(),
        IF_UPDATED,
        carries_undo=True,
        answers_as="get_contact",
    ),
    contact_method(
        "delete_contact",
        Effect.DELETE,
        "delete",
        f"Delete a contact; {RESTORABLE}. Refused for staff and primary contacts.",
        "remove a test contact.",
        {"UserCode": "the code", "Deleted": "true", HANGING.name: HANGING.help},
        _WHO,
        carries_undo=True,
    ),
    contact_method(
        "link_contact_to_account",
        Effect.ADD,
        "write",
        "Link a contact to an account; both exist already.",
        "Jane Doe works at Orbital Labs.",
        _LINK,
        _WHO,
        _WHERE,
        *_LINK_FIELDS,
        route=f"POST {_LINK_PATH}",
    ),
    contact_method(
        "update_contact_account_link",
        Effect.UPDATE,
        "write",
        "Change a link between a contact and an account.",
        "Jane Doe has left Orbital Labs.",
        _LINK,
        _WHO,
        _WHERE,
        Field("LeftCompany", boolean_kind(), "no longer works there"),
        *_LINK_FIELDS,
        MOVED_TO,
        route=f"PATCH {_LINK_PATH}",
    ),
    contact_method(
        "unlink_contact_from_account",
        Effect.REMOVE,
        "write",
        "Remove a link between a contact and an account.",
        "Jane Doe was linked to the wrong account.",
        {"UserCode": "the contact", "AccountCode": "the account", "Linked": "false"},
        _WHO,
        _WHERE,
        route=f"DELETE {_LINK_PATH}",
    ),
    Method(
        "list_contact_lookups",
        Family.CONTACTS,
        Effect.READ,
        "contacts.read",
        "The member types that contacts can have.",
        "which code is Corporate Member?",
        {"MemberTypes": "Code and Name"},
    ),
)
