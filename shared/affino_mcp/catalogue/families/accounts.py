"""Accounts: companies and organisations."""

from __future__ import annotations

from typing import Final

from affino_mcp.catalogue.capability import Family
from affino_mcp.catalogue.families.shared import TOPIC_FILTER, TOPICS
from affino_mcp.catalogue.field import Field, Reference
from affino_mcp.catalogue.kinds import code, country, email, flag, line, lookup, text, url, whole
from affino_mcp.catalogue.method import IF_UPDATED, MINE, PAGE_RETURNS, Effect, Method, listing
from affino_mcp.catalogue.record import PERSON_REFERENCE, Record
from affino_mcp.tool_errors import NotFound

INDUSTRY: Final = Field("IndustryCode", lookup(), "code or name, e.g. Technology", Reference("industries", "Industry"))
ACCOUNT_TYPE: Final = Field(
    "AccountTypeCode", lookup(), "code or name, e.g. Prospect", Reference("account_types", "AccountType")
)
MANAGER: Final = Field(
    "AccountManagerCode", code(), "UserCode of a member of staff", Reference("staff", "AccountManager")
)
PARENT: Final = Field("ParentCode", code(), "the parent account", Reference("accounts", "Parent"))

ACCOUNT: Final = Record(
    name="Account",
    family=Family.ACCOUNTS,
    code="AccountCode",
    label=("Name",),
    fields=(
        Field("Name", line(255), "the company's name"),
        Field("Description", text(8000)),
        INDUSTRY,
        ACCOUNT_TYPE,
        Field("Website", url(200)),
        Field("Email", email(200)),
        Field("Telephone", line(50)),
        Field("Address1", line(100)),
        Field("Address2", line(100)),
        Field("Address3", line(100)),
        Field("City", line(100)),
        Field("CountyState", line(100)),
        Field("PostCode", line(20)),
        Field("CountryISO", country(), "two letters, e.g. GB"),
        PARENT,
        Field("PrimaryContactCode", code(), "UserCode; links the contact", Reference("contacts", "PrimaryContact")),
        Field("ExternalID", line(50), "unique id in another system"),
        Field("CompanySize", whole(0, 100_000_000), "number of people"),
        Field("AnnualTurnover", whole(0, 2**53 - 1)),
        Field("CompanyNumber", line(50)),
        Field("VATNumber", line(50)),
        MANAGER,
        TOPICS,
        Field("LinkedInPage", url(200)),
        Field("Active", flag(), "default true"),
    ),
    required=("Name",),
    derived=(
        Field("Contacts", PERSON_REFERENCE, "linked contacts, at most 20"),
        Field("ContactCount", whole(0, 10**9), "how many contacts are linked"),
        Field("Opportunities", PERSON_REFERENCE, "the account's opportunities, at most 20"),
    ),
    sorts=("Code", "Name", "Created", "Updated"),
    summary=(
        "Name",
        "IndustryCode",
        "AccountTypeCode",
        "Website",
        "City",
        "CountryISO",
        "AccountManagerCode",
        "Active",
    ),
    search=("Name", "Website", "Email", "City", "ExternalID"),
    unique=("ExternalID",),
    defaults={"Active": True},
)
_FULL: Final = {"Account": "the full account"}

METHODS: Final = (
    Method(
        "list_accounts",
        Family.ACCOUNTS,
        Effect.READ,
        "accounts.read",
        "List accounts (companies), page by page.",
        "the prospects in Technology that I manage, by name.",
        PAGE_RETURNS,
        listing(
            ACCOUNT,
            ACCOUNT_TYPE,
            INDUSTRY,
            MANAGER,
            PARENT,
            TOPIC_FILTER,
            Field("IncludeChildren", flag(), "with ParentCode: children of children too"),
            MINE,
        ),
        record=ACCOUNT,
    ),
    Method(
        "get_account",
        Family.ACCOUNTS,
        Effect.READ,
        "accounts.read",
        "Read one account with its linked contacts and opportunities.",
        "everything about Orbital Labs.",
        _FULL,
        (ACCOUNT.code_field.needed(),),
        record=ACCOUNT,
        errors=(NotFound,),
    ),
    Method(
        "create_account",
        Family.ACCOUNTS,
        Effect.CREATE,
        "accounts.write",
        "Create an account.",
        "Orbital Labs, industry Technology, type Prospect, primary contact Jane Doe.",
        _FULL,
        ACCOUNT.creating(),
        "If it exists already, do not create another: link contacts to it with link_contact_to_account.",
        record=ACCOUNT,
        errors=(NotFound,),
        answers_as="get_account",
    ),
    Method(
        "update_account",
        Family.ACCOUNTS,
        Effect.UPDATE,
        "accounts.write",
        "Change an account; only the given arguments change, null clears.",
        "set Orbital Labs' type to Customer.",
        _FULL,
        (*ACCOUNT.updating(), IF_UPDATED),
        record=ACCOUNT,
        carries_undo=True,
        answers_as="get_account",
    ),
    Method(
        "list_account_lookups",
        Family.ACCOUNTS,
        Effect.READ,
        "accounts.read",
        "The industries and account types that accounts can have.",
        "which industry code is Technology?",
        {"Industries": "Code and Name", "AccountTypes": "Code and Name"},
    ),
    Method(
        "delete_account",
        Family.ACCOUNTS,
        Effect.DELETE,
        "accounts.delete",
        "Delete an account; an operator can restore it for 30 days.",
        "remove the duplicate of Orbital Labs.",
        {"AccountCode": "the code", "Deleted": "true"},
        (ACCOUNT.code_field.needed(),),
        "Refused while it has open opportunities or child accounts.",
        record=ACCOUNT,
        carries_undo=True,
    ),
)
