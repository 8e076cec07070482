"""Opportunities: possible sales to an account, with contacts, team members and topics."""

from __future__ import annotations

from typing import Final, Unpack

from affino_mcp.catalogue.capability import Family
from affino_mcp.catalogue.families.shared import ACCOUNT, CONTACT, TOPIC_FILTER, TOPICS
from affino_mcp.catalogue.families.tasks import OWNER
from affino_mcp.catalogue.field import Field, Reference
from affino_mcp.catalogue.kinds import choice, code, codes, day, flag, line, lookup, money, names, text, whole
from affino_mcp.catalogue.method import IF_UPDATED, MINE, PAGE_RETURNS, Declared, Effect, Method, listing
from affino_mcp.catalogue.record import PERSON_REFERENCE, Record
from affino_mcp.tool_errors import NotFound

STAGE: Final = Field("Stage", lookup(), "code or name from list_opportunity_stages", Reference("stages", "Stage"))
PRIMARY: Final = Field("PrimaryContactCode", code(), "UserCode of a contact", Reference("contacts", "PrimaryContact"))
LOST_REASON: Final = Field("LostReason", line(255), "only with stage Closed")
ROLE: Final = Field("Role", choice("decision_maker", "evaluator", "influencer", "champion", "user", "other"))
SPLIT: Final = Field("Split", whole(0, 100), "share of the sale in per cent")
TOPIC_NAMES: Final = Field("TopicNames", names(100), "exact names")
TOPIC_CODES: Final = Field("TopicCodes", codes(100), TOPICS.help)
_HOLDER: Final = Reference("accounts", "Account")

OPPORTUNITY: Final = Record(
    name="Opportunity",
    family=Family.OPPORTUNITIES,
    code="OpportunityCode",
    label=("Title",),
    fields=(
        Field("AccountCode", code(), "the account", _HOLDER),
        Field("Title", line(255)),
        Field("Value", money()),
        Field("Currency", choice("GBP", "EUR", "USD"), "default GBP"),
        STAGE,
        Field("Probability", whole(0, 100), "per cent; default: the stage's"),
        Field("CloseDate", day(), "expected"),
        OWNER,
        PRIMARY,
        Field("Description", text(8000)),
        Field("Source", line(100)),
        LOST_REASON,
        TOPICS,
    ),
    required=("AccountCode", "Title"),
    derived=(
        Field("Contacts", PERSON_REFERENCE, "UserCode, Name, Role, Primary"),
        Field("TeamMembers", PERSON_REFERENCE, "UserCode, Name, Role, Split"),
    ),
    sorts=("Code", "Title", "CloseDate", "Created", "Updated"),
    summary=("AccountCode", "Title", "Value", "Currency", "Stage", "Probability", "CloseDate", "OwnerCode"),
    search=("Title",),
    due="CloseDate",
    defaults={STAGE.name: 1, "Currency": "GBP"},
    undo_with={
        "contacts": ("add_opportunity_contact", "remove_opportunity_contact"),
        "team": ("add_opportunity_team_member", "remove_opportunity_team_member"),
        "TopicCodes": ("add_opportunity_topics", "remove_opportunity_topics"),
    },
)
_FULL: Final = {"Opportunity": "the full opportunity"}
_CONTACT: Final = {"Contact": "OpportunityCode, UserCode, Name, Role, Primary"}
_MEMBER: Final = {"TeamMember": "OpportunityCode, UserCode, Name, Role, Split"}
_TOPICS: Final = {"Topics": "TopicCode and Name of each, after the change"}
_WHICH: Final = OPPORTUNITY.code_field.needed()
_WHO: Final = CONTACT.needed()
_STAFF: Final = Field("UserCode", code(), "a member of staff", required=True)


def _row(
    name: str,
    effect: Effect,
    summary: str,
    example: str,
    returns: dict[str, str],
    *arguments: Field,
    notes: str = "",
    **declared: Unpack[Declared],
) -> Method:
    deed = {Effect.READ: "read", Effect.DELETE: "delete"}.get(effect, "write")
    right, family = f"{Family.OPPORTUNITIES}.{deed}", Family.OPPORTUNITIES
    return Method(name, family, effect, right, summary, example, returns, arguments, notes, OPPORTUNITY, **declared)


_OWN: Final = (
    _row(
        "list_opportunities",
        Effect.READ,
        "List opportunities, page by page; a close date filter puts them in that order.",
        "my open opportunities closing this quarter.",
        {**PAGE_RETURNS, "TotalValue": "of the page; null when it mixes currencies", "TotalValues": "per currency"},
        *listing(
            OPPORTUNITY,
            ACCOUNT,
            Field("UserCode", code(), "a contact on it"),
            STAGE,
            OWNER,
            TOPIC_FILTER,
            Field("OpenOnly", flag(), "in an open stage"),
            Field("CloseDateFrom", day()),
            Field("CloseDateTo", day()),
            MINE,
        ),
    ),
    _row(
        "get_opportunity",
        Effect.READ,
        "Read one opportunity with its account, contacts, team and topics.",
        "where do we stand with Orbital Labs' platform expansion?",
        _FULL,
        _WHICH,
        errors=(NotFound,),
    ),
    _row(
        "create_opportunity",
        Effect.CREATE,
        "Create an opportunity against an account.",
        "£40,000 against Orbital Labs, primary contact Jane Doe.",
        _FULL,
        *OPPORTUNITY.creating(without=(LOST_REASON.name, TOPICS.name)),
        notes="Further contacts, team members and topics have their own tools: keep the OpportunityCode.",
        errors=(NotFound,),
        answers_as="get_opportunity",
    ),
    _row(
        "update_opportunity",
        Effect.UPDATE,
        "Change an opportunity; only the given arguments change, null clears.",
        "move it to Negotiation / Review.",
        _FULL,
        *OPPORTUNITY.updating(without=("AccountCode", TOPICS.name)),
        IF_UPDATED,
        notes="Contacts, team members and topics have their own tools.",
        carries_undo=True,
        answers_as="get_opportunity",
    ),
    _row(
        "delete_opportunity",
        Effect.DELETE,
        "Delete an opportunity; an operator can restore it for 30 days.",
        "remove one made by mistake.",
        {"OpportunityCode": "the code", "Deleted": "true"},
        _WHICH,
        notes="A lost one is not deleted: set its stage to Closed.",
        carries_undo=True,
    ),
    _row(
        "list_opportunity_stages",
        Effect.READ,
        "The stages that opportunities go through.",
        "which stage code is Qualification?",
        {"Stages": "StageCode, Name, SortOrder, Open, Won, Probability"},
    ),
)
_PARTS: Final = (
    _row(
        "list_opportunity_contacts",
        Effect.READ,
        "The contacts on an opportunity.",
        "who decides?",
        {"Contacts": "UserCode, Name, Role, Primary"},
        _WHICH,
        errors=(NotFound,),
    ),
    _row(
        "add_opportunity_contact",
        Effect.ADD,
        "Put a contact on an opportunity, or change the contact's role.",
        "Jane Doe is the decision maker.",
        _CONTACT,
        _WHICH,
        _WHO,
        ROLE,
        Field("Primary", flag()),
    ),
    _row(
        "remove_opportunity_contact",
        Effect.REMOVE,
        "Take a contact off an opportunity.",
        "Jane Doe has nothing to do with it.",
        {"OpportunityCode": "the opportunity", "UserCode": "the contact", "Linked": "false"},
        _WHICH,
        _WHO,
    ),
    _row(
        "list_opportunity_team_members",
        Effect.READ,
        "The members of staff who work on an opportunity.",
        "who works on it with me?",
        {"TeamMembers": "UserCode, Name, Role, Split"},
        _WHICH,
        errors=(NotFound,),
    ),
    _row(
        "add_opportunity_team_member",
        Effect.ADD,
        "Put a member of staff on an opportunity's team, or change role and split.",
        "Sam helps, with a split of 20.",
        _MEMBER,
        _WHICH,
        _STAFF,
        Field("Role", line(100)),
        SPLIT,
    ),
    _row(
        "remove_opportunity_team_member",
        Effect.REMOVE,
        "Take a member of staff off an opportunity's team; not the owner.",
        "Sam has moved on.",
        {"OpportunityCode": "the opportunity", "UserCode": "the person", "Member": "false"},
        _WHICH,
        _STAFF,
    ),
    _row(
        "list_opportunity_topics",
        Effect.READ,
        "The topics of an opportunity.",
        "what is it about?",
        {"Topics": "TopicCode and Name"},
        _WHICH,
        errors=(NotFound,),
    ),
    _row(
        "add_opportunity_topics",
        Effect.ADD,
        "Add topics to an opportunity, by codes or by names.",
        "topic 'platform expansion'.",
        _TOPICS,
        _WHICH,
        TOPIC_CODES,
        TOPIC_NAMES,
        notes="Unknown topics are left out with a warning.",
    ),
    _row(
        "remove_opportunity_topics",
        Effect.REMOVE,
        "Take topics off an opportunity.",
        "it is not about Renewal.",
        _TOPICS,
        _WHICH,
        TOPIC_CODES.needed(),
    ),
)
METHODS: Final = (*_OWN, *_PARTS)
