"""Accounts: companies and organisations."""

from __future__ import annotations

from typing import Final

from affino_mcp.catalogue.capability import Family
from affino_mcp.catalogue.country_kinds import country_kind
from affino_mcp.catalogue.families.shared import DATE_RANGES, HANGING, RESTORABLE, TOPIC_FILTER, TOPICS_FIELD
from affino_mcp.catalogue.item_kinds import arguments_kind
from affino_mcp.catalogue.kinds import (
    boolean_kind,
    code_kind,
    email_kind,
    integer_kind,
    line_kind,
    lookup_kind,
    text_kind,
    url_kind,
)
from affino_mcp.catalogue.method import IF_UPDATED, MINE, PAGE_RETURNS, Effect, Method, list_arguments
from affino_mcp.catalogue.record import ROWS_KIND, Field, Record, Reference
from affino_mcp.tool_errors import NotFound

INDUSTRY: Final = Field("IndustryCode", lookup_kind(), "from list_account_lookups", Reference("industries", "Industry"))
ACCOUNT_TYPE: Final = Field(
    "AccountTypeCode",
    lookup_kind(),
    "from list_account_lookups",
    Reference("account_types", "AccountType"),
)
ACCOUNT_MANAGER: Final = Field(
    "AccountManagerCode", code_kind(), "UserCode of staff", Reference("staff", "AccountManager")
)
NEW_PRIMARY_CONTACT: Final = Field(
    "PrimaryContact", arguments_kind(), "or {Email, FirstName, LastName, JobTitle}: found by Email, else created"
)
PARENT_ACCOUNT: Final = Field("ParentCode", code_kind(), "the parent account", Reference("accounts", "Parent"))

ACCOUNT: Final = Record(
    name="Account",
    family=Family.ACCOUNTS,
    code="AccountCode",
    label=("Name",),
    fields=(
        Field("Name", line_kind(255), "the company's name"),
        Field("Description", text_kind(8000)),
        INDUSTRY,
        ACCOUNT_TYPE,
        Field("Website", url_kind(200)),
        Field("Email", email_kind(200)),
        Field("Telephone", line_kind(50)),
        Field("Address1", line_kind(100)),
        Field("Address2", line_kind(100)),
        Field("Address3", line_kind(100)),
        Field("City", line_kind(100)),
        Field("CountyState", line_kind(100)),
        Field("PostCode", line_kind(20)),
        Field("CountryISO", country_kind(), "e.g. GB"),
        PARENT_ACCOUNT,
        Field(
            "PrimaryContactCode", code_kind(), "UserCode; links the contact", Reference("contacts", "PrimaryContact")
        ),
        Field("ExternalID", line_kind(50), "unique id in another system"),
        Field("CompanySize", integer_kind(0, 100_000_000), "number of people"),
        Field("AnnualTurnover", integer_kind(0, 2**53 - 1)),
        Field("CompanyNumber", line_kind(50)),
        Field("VATNumber", line_kind(50)),
        ACCOUNT_MANAGER,
        TOPICS_FIELD,
        Field("LinkedInPage", url_kind(200)),
        Field("Active", boolean_kind(), "default true"),
    ),
    required=("Name",),
    derived=(
        Field("Contacts", ROWS_KIND, "linked contacts, at most 20"),
        Field("ContactCount", integer_kind(0, 10**9), "how many contacts are linked"),
        Field("Opportunities", ROWS_KIND, "the account's opportunities, at most 20"),
    ),
    sorts=("Code", "Name", "Created", "Updated", "CompanySize", "AnnualTurnover"),
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
    search=("Name", "Telephone", "Website", "Email", "City", "ExternalID"),
    phones=("Telephone",),
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
        "List accounts (companies).",
        "the prospects in Technology that are mine, by name.",
        PAGE_RETURNS,
        list_arguments(
            ACCOUNT,
            ACCOUNT_TYPE,
            INDUSTRY,
            ACCOUNT_MANAGER,
            PARENT_ACCOUNT,
            TOPIC_FILTER,
            Field("IncludeChildren", boolean_kind(), "with ParentCode: children of children too"),
            MINE.with_help("you created or manage it"),
            *DATE_RANGES,
        ),
        record=ACCOUNT,
        errors=(NotFound,),
    ),
    Method(
        "get_account",
        Family.ACCOUNTS,
        Effect.READ,
        "accounts.read",
        "Read one account with its linked contacts and opportunities.",
        "everything about Orbital Labs.",
        _FULL,
        (ACCOUNT.code_field.as_required(),),
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
        (*ACCOUNT.create_arguments(), NEW_PRIMARY_CONTACT),
        "If it exists, link contacts to it instead (link_contact_to_account).",
        record=ACCOUNT,
        errors=(NotFound,),
        answers_as="get_account",
    ),
    Method(
        "update_account",
        Family.ACCOUNTS,
        Effect.UPDATE,
        "accounts.write",
        "Change an account; null or empty text clears.",
        "set Orbital Labs' type to Customer.",
        _FULL,
        (*ACCOUNT.update_arguments(), IF_UPDATED),
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
        f"Delete an account; {RESTORABLE}.",
        "remove a test account.",
        {"AccountCode": "the code", "Deleted": "true", HANGING.name: HANGING.help},
        (ACCOUNT.code_field.as_required(),),
        "Refused while it has undecided opportunities or child accounts.",
        record=ACCOUNT,
        carries_undo=True,
    ),
)
