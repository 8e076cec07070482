"""Contacts: people, their links to accounts and their consent permissions."""

from __future__ import annotations

from typing import Final, Unpack

from affino_mcp.catalogue.capability import Family
from affino_mcp.catalogue.families.shared import ACCOUNT, SEARCH_NAMES, TOPIC_FILTER, TOPICS
from affino_mcp.catalogue.field import Field
from affino_mcp.catalogue.kinds import code, codes, country, email, flag, line, text, url
from affino_mcp.catalogue.method import IF_UPDATED, MINE, PAGE_RETURNS, Declared, Effect, Method, listing
from affino_mcp.catalogue.record import PERSON_REFERENCE, Record
from affino_mcp.tool_errors import NotFound

PERMISSION: Final = Field("PermissionCode", code(), "from list_permissions")

CONTACT: Final = Record(
    name="Contact",
    family=Family.CONTACTS,
    code="UserCode",
    label=("FirstName", "LastName"),
    fields=(
        Field("Email", email(255), "unique"),
        Field("FirstName", line(100)),
        Field("LastName", line(100)),
        Field("Title", line(20), "e.g. Dr"),
        Field("JobTitle", line(255)),
        Field("Company", line(255)),
        Field("Telephone", line(50)),
        Field("BusinessPhone", line(30)),
        Field("Mobile", line(50)),
        Field("SecondaryEmail", email(255)),
        Field("Address1", line(255)),
        Field("Address2", line(255)),
        Field("TownCity", line(255)),
        Field("CountyState", line(255)),
        Field("Postcode", line(20)),
        Field("CountryISO", country(), "two letters, e.g. GB"),
        Field("Website", url(255)),
        TOPICS,
        Field("MemberTypes", codes(50)),
        Field("Biography", text(8000)),
        Field("Notes", text(1000)),
        Field("ExternalID", line(150), "unique id in another system"),
    ),
    required=("Email", "FirstName", "LastName"),
    derived=(
        Field("UIDString", line(36), "the contact's UUID"),
        Field("Staff", flag(), "a member of staff who can log in"),
        Field("Disabled", flag()),
        Field("Accounts", PERSON_REFERENCE, "links to accounts"),
        Field("Permissions", PERSON_REFERENCE, "consent permissions"),
        Field("Opportunities", PERSON_REFERENCE, "at most 20"),
    ),
    sorts=("Code", "Name", "Created", "Updated"),
    summary=("Email", "FirstName", "LastName", "JobTitle", "Company", "Telephone"),
    search=("FirstName", "LastName", "Email", "Company", "JobTitle"),
    unique=("Email", "ExternalID"),
    undo_with={
        "accounts": ("link_contact_to_account", "update_contact_account_link", "unlink_contact_from_account"),
        "permissions": ("grant_contact_permission", "revoke_contact_permission"),
    },
)
_FULL: Final = {"Contact": "the full contact"}
_LINK: Final = {"Link": "UserAccountCode, UserCode, AccountCode, Primary, LeftCompany, JobTitle"}
_GRANT: Final = {"Permission": "PermissionCode, Name, Status, GrantedAt, RevokedAt, Source, By"}
_WHO: Final = CONTACT.code_field.needed()
_WHERE: Final = ACCOUNT.needed()
_LINK_FIELDS: Final = (Field("Primary", flag(), "the account's primary contact"), Field("JobTitle", line(255)))


def _row(
    name: str,
    effect: Effect,
    right: str,
    summary: str,
    example: str,
    returns: dict[str, str],
    *arguments: Field,
    **declared: Unpack[Declared],
) -> Method:
    family, needed = Family.CONTACTS, f"contacts.{right}"
    return Method(name, family, effect, needed, summary, example, returns, arguments, record=CONTACT, **declared)


METHODS: Final = (
    _row(
        "list_contacts",
        Effect.READ,
        "read",
        "List contacts (people), page by page.",
        "contacts at Orbital Labs.",
        PAGE_RETURNS,
        *listing(
            CONTACT,
            ACCOUNT,
            Field("Email", email(255), "exactly this e-mail"),
            Field("ContactListCode", code(), "members of this list"),
            Field("PermissionCode", code(), "who granted this permission"),
            TOPIC_FILTER,
            MINE,
            Field("StaffOnly", flag(), "members of staff only"),
        ),
        errors=(NotFound,),
    ),
    _row(
        "get_contact",
        Effect.READ,
        "read",
        "Read one contact, by exactly one of UserCode, Email, ExternalID.",
        "jane@orbital.example's record.",
        _FULL,
        CONTACT.code_field,
        *CONTACT.some("Email", "ExternalID"),
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
        (*CONTACT.creating(), ACCOUNT),
        "Consent is separate: grant_contact_permission.",
        record=CONTACT,
        errors=(NotFound,),
        answers_as="get_contact",
    ),
    _row(
        "update_contact",
        Effect.UPDATE,
        "write",
        "Change a contact; only the given arguments change, null clears. Links and consent have their own tools.",
        "Jane Doe's job title is now CTO.",
        _FULL,
        *CONTACT.updating(),
        IF_UPDATED,
        carries_undo=True,
        answers_as="get_contact",
    ),
    _row(
        "delete_contact",
        Effect.DELETE,
        "delete",
        "Delete a contact; an operator can restore it for 30 days. Refused for staff and primary contacts.",
        "remove a test contact.",
        {"UserCode": "the code", "Deleted": "true"},
        _WHO,
        carries_undo=True,
    ),
    _row(
        "link_contact_to_account",
        Effect.ADD,
        "write",
        "Link a contact to an account that both exist.",
        "Jane Doe works at Orbital Labs.",
        _LINK,
        _WHO,
        _WHERE,
        *_LINK_FIELDS,
    ),
    _row(
        "update_contact_account_link",
        Effect.UPDATE,
        "write",
        "Change a link between a contact and an account.",
        "Jane Doe has left Orbital Labs.",
        _LINK,
        _WHO,
        _WHERE,
        Field("LeftCompany", flag()),
        *_LINK_FIELDS,
    ),
    _row(
        "unlink_contact_from_account",
        Effect.REMOVE,
        "write",
        "Remove a link between a contact and an account.",
        "Jane Doe was linked to the wrong account.",
        {"UserCode": "the contact", "AccountCode": "the account", "Linked": "false"},
        _WHO,
        _WHERE,
    ),
    _row(
        "list_contact_permissions",
        Effect.READ,
        "read",
        "A contact's consent permissions.",
        "may we e-mail Jane Doe?",
        {"Permissions": "the grants"},
        _WHO,
        Field("IncludeRevoked", flag()),
        errors=(NotFound,),
    ),
    _row(
        "grant_contact_permission",
        Effect.ADD,
        "consent",
        "Record that a contact gave a consent.",
        "Jane Doe agreed to marketing e-mails on the phone.",
        _GRANT,
        _WHO,
        PERMISSION.needed(),
        Field("Source", line(200), "where it was given"),
        Field("EvidenceNote", text(1000)),
    ),
    _row(
        "revoke_contact_permission",
        Effect.REMOVE,
        "consent",
        "Record that a contact withdrew a consent.",
        "Jane Doe unsubscribed.",
        _GRANT,
        _WHO,
        PERMISSION.needed(),
        Field("Reason", line(200)),
    ),
    Method(
        "list_permissions",
        Family.CONTACTS,
        Effect.READ,
        "contacts.read",
        "The consent statements that this instance offers.",
        "which code is marketing e-mail?",
        {"Permissions": "PermissionCode, Name, Statement, Active"},
        (SEARCH_NAMES,),
    ),
)
