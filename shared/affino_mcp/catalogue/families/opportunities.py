"""Opportunities: possible sales to an account, with contacts, team members and topics."""

from __future__ import annotations

from typing import Final, Unpack

from affino_mcp.catalogue.capability import Family
from affino_mcp.catalogue.families.shared import (
    ACCOUNT_FIELD,
    CONTACT_CODES,
    DATE_RANGES,
    HANGING,
    RESTORABLE,
    TOPIC_FILTER,
    TOPIC_NAMES,
    TOPICS_FIELD,
)
from affino_mcp.catalogue.families.tasks import NEW_OWNER, OWNER, OWNER_FILTER
from affino_mcp.catalogue.kinds import (
    boolean_kind,
    choice_kind,
    code_kind,
    integer_kind,
    line_kind,
    lookup_kind,
    lookups_kind,
    money_kind,
    text_kind,
)
from affino_mcp.catalogue.method import IF_UPDATED, MINE, PAGE_RETURNS, Declared, Effect, Method, list_arguments
from affino_mcp.catalogue.record import ROWS_KIND, Field, Record, Reference
from affino_mcp.catalogue.time_kinds import date_kind
from affino_mcp.tool_errors import NotFound

UNDECIDED_ONLY: Final = Field("UndecidedOnly", boolean_kind(), "neither won nor lost, whatever the stage")
STAGE: Final = Field("Stage", lookup_kind(), "from list_opportunity_stages", Reference("stages", "Stage"))
STAGE_FILTER: Final = Field("Stages", lookups_kind(12))
VALUE_FROM: Final = Field("ValueFrom", money_kind())
VALUE_TO: Final = Field("ValueTo", money_kind())
PRIMARY_CONTACT: Final = Field(
    "PrimaryContactCode", code_kind(), "UserCode of a contact", Reference("contacts", "PrimaryContact")
)
LOST_REASON: Final = Field("LostReason", line_kind(255), "only with the stage of a lost one")
_HOLDER: Final = Reference("accounts", "Account")

OPPORTUNITY: Final = Record(
    name="Opportunity",
    family=Family.OPPORTUNITIES,
    code="OpportunityCode",
    label=("Title",),
    fields=(
        Field("AccountCode", code_kind(), "the account", _HOLDER),
        Field("Title", line_kind(255)),
        Field("Value", money_kind()),
        Field("Currency", choice_kind("GBP", "EUR", "USD"), "default GBP"),
        STAGE,
        Field("Probability", integer_kind(0, 100), "per cent; default: the stage's"),
        Field("CloseDate", date_kind(), "expected"),
        OWNER,
        PRIMARY_CONTACT,
        Field("Description", text_kind(8000)),
        Field("Source", line_kind(100)),
        LOST_REASON,
        TOPICS_FIELD,
    ),
    required=("AccountCode", "Title"),
    derived=(
        Field("Contacts", ROWS_KIND, "UserCode, Name, Role, Primary"),
        Field("TeamMembers", ROWS_KIND, "UserCode, Name, Role, Split"),
    ),
    sorts=("Code", "Title", "Value", "CloseDate", "Created", "Updated"),
    summary=("AccountCode", "Title", "Value", "Currency", "Stage", "Probability", "CloseDate", "OwnerCode"),
    search=("Title",),
    found_by={Family.ACCOUNTS: "the account's name"},
    due="CloseDate",
    defaults={STAGE.name: 1, "Currency": "GBP"},
    filled=(OWNER.name,),
    undo_with={
        "contacts": ("add_opportunity_contact", "remove_opportunity_contact"),
        "team": ("add_opportunity_team_member", "remove_opportunity_team_member"),
        "TopicCodes": ("add_opportunity_topics", "remove_opportunity_topics"),
    },
)
_FULL: Final = {"Opportunity": "the full opportunity"}
WHICH_OPPORTUNITY: Final = OPPORTUNITY.code_field.as_required()


def opportunity_method(
    name: str,
    effect: Effect,
    summary: str,
    example: str,
    returns: dict[str, str],
    *arguments: Field,
    notes: str = "",
    **declared: Unpack[Declared],
) -> Method:
    """Makes one method of the opportunities family; its right follows from its effect."""
    deed = {Effect.READ: "read", Effect.DELETE: "delete"}.get(effect, "write")
    right, family = f"{Family.OPPORTUNITIES}.{deed}", Family.OPPORTUNITIES
    return Method(name, family, effect, right, summary, example, returns, arguments, notes, OPPORTUNITY, **declared)


METHODS: Final = (
    opportunity_method(
        "list_opportunities",
        Effect.READ,
        "List opportunities; a close date filter puts them in that order.",
        "my open opportunities closing this quarter.",
        {**PAGE_RETURNS, "TotalValue": "of all pages; null when it mixes currencies", "TotalValues": "per currency"},
        *list_arguments(
            OPPORTUNITY,
            ACCOUNT_FIELD,
            Field("UserCode", code_kind(), "a contact on it"),
            STAGE,
            STAGE_FILTER,
            OWNER,
            OWNER_FILTER,
            TOPIC_FILTER,
            Field("OpenOnly", boolean_kind(), "in an open stage: not Prospecting, not On Hold"),
            UNDECIDED_ONLY,
            Field("CloseDateFrom", date_kind()),
            Field("CloseDateTo", date_kind()),
            VALUE_FROM,
            VALUE_TO,
            MINE.with_help("you take part in it: creator, owner or team"),
            *DATE_RANGES,
        ),
        errors=(NotFound,),
    ),
    opportunity_method(
        "get_opportunity",
        Effect.READ,
        "Read one opportunity with its account, contacts, team and topics.",
        "Orbital Labs' platform expansion.",
        _FULL,
        WHICH_OPPORTUNITY,
        errors=(NotFound,),
    ),
    opportunity_method(
        "create_opportunity",
        Effect.CREATE,
        "Create an opportunity against an account.",
        "£40,000 against Orbital Labs, primary contact Jane Doe.",
        _FULL,
        *OPPORTUNITY.create_arguments(without=(LOST_REASON.name, TOPICS_FIELD.name, OWNER.name)),
        NEW_OWNER,
        TOPIC_NAMES,
        CONTACT_CODES,
        notes="Team members have their own tool.",
        errors=(NotFound,),
        answers_as="get_opportunity",
    ),
    opportunity_method(
        "update_opportunity",
        Effect.UPDATE,
        "Change an opportunity; null or empty text clears.",
        "move it to Negotiation / Review.",
        _FULL,
        *OPPORTUNITY.update_arguments(without=("AccountCode", TOPICS_FIELD.name)),
        IF_UPDATED,
        notes="Contacts, team members and topics have their own tools.",
        carries_undo=True,
        answers_as="get_opportunity",
    ),
    opportunity_method(
        "delete_opportunity",
        Effect.DELETE,
        f"Delete an opportunity; {RESTORABLE}.",
        "remove one made by mistake.",
        {"OpportunityCode": "the code", "Deleted": "true", HANGING.name: HANGING.help},
        WHICH_OPPORTUNITY,
        notes="A lost one is not deleted: set a stage that is closed and not won.",
        carries_undo=True,
    ),
    opportunity_method(
        "list_opportunity_stages",
        Effect.READ,
        "The stages that opportunities go through.",
        "which stage code is Qualification?",
        {"Stages": "StageCode, Name, SortOrder, Open, Won, Closed, Probability"},
    ),
)
