"""The contacts, the team and the topics of an opportunity."""

from __future__ import annotations

from typing import Final

from affino_mcp.catalogue.families.opportunities import WHICH_OPPORTUNITY, opportunity_method
from affino_mcp.catalogue.families.shared import CONTACT_FIELD, TOPIC_NAMES, TOPICS_FIELD
from affino_mcp.catalogue.kinds import (
    boolean_kind,
    choice_kind,
    code_kind,
    codes_kind,
    integer_kind,
    line_kind,
)
from affino_mcp.catalogue.method import Effect
from affino_mcp.catalogue.record import Field
from affino_mcp.tool_errors import NotFound

OPPORTUNITY_ROLE: Final = Field(
    "Role", choice_kind("decision_maker", "evaluator", "influencer", "champion", "user", "other")
)
TEAM_SPLIT: Final = Field("Split", integer_kind(0, 100), "share of the sale in per cent")
TOPIC_CODES: Final = Field("TopicCodes", codes_kind(100), TOPICS_FIELD.help)
_CONTACT: Final = {"Contact": "OpportunityCode, UserCode, Name, Role, Primary"}
_MEMBER: Final = {"TeamMember": "OpportunityCode, UserCode, Name, Role, Split"}
_TOPICS: Final = {"Topics": "TopicCode and Name of each, after the change"}
_WHO: Final = CONTACT_FIELD.as_required()
_STAFF: Final = Field("UserCode", code_kind(), "a member of staff", required=True)

METHODS: Final = (
    opportunity_method(
        "list_opportunity_contacts",
        Effect.READ,
        "The contacts on an opportunity.",
        "who decides?",
        {"Contacts": "UserCode, Name, Role, Primary, LeftCompany"},
        WHICH_OPPORTUNITY,
        errors=(NotFound,),
    ),
    opportunity_method(
        "add_opportunity_contact",
        Effect.ADD,
        "Put a contact on an opportunity, or change the contact's role.",
        "Jane Doe is the decision maker.",
        _CONTACT,
        WHICH_OPPORTUNITY,
        _WHO,
        OPPORTUNITY_ROLE,
        Field("Primary", boolean_kind()),
    ),
    opportunity_method(
        "remove_opportunity_contact",
        Effect.REMOVE,
        "Take a contact off an opportunity.",
        "Jane Doe has nothing to do with it.",
        {"OpportunityCode": "the opportunity", "UserCode": "the contact", "Linked": "false"},
        WHICH_OPPORTUNITY,
        _WHO,
    ),
    opportunity_method(
        "list_opportunity_team_members",
        Effect.READ,
        "The members of staff who work on an opportunity.",
        "who works on it with me?",
        {"TeamMembers": "UserCode, Name, Role, Split"},
        WHICH_OPPORTUNITY,
        errors=(NotFound,),
    ),
    opportunity_method(
        "add_opportunity_team_member",
        Effect.ADD,
        "Put a member of staff on an opportunity's team, or change role and split.",
        "Sam helps, with a split of 20.",
        _MEMBER,
        WHICH_OPPORTUNITY,
        _STAFF,
        Field("Role", line_kind(100)),
        TEAM_SPLIT,
    ),
    opportunity_method(
        "remove_opportunity_team_member",
        Effect.REMOVE,
        "Take a member of staff off an opportunity's team; not the owner.",
        "Sam has moved on.",
        {"OpportunityCode": "the opportunity", "UserCode": "the person", "Member": "false"},
        WHICH_OPPORTUNITY,
        _STAFF,
    ),
    opportunity_method(
        "list_opportunity_topics",
        Effect.READ,
        "The topics of an opportunity.",
        "what is it about?",
        {"Topics": "TopicCode and Name"},
        WHICH_OPPORTUNITY,
        errors=(NotFound,),
    ),
    opportunity_method(
        "add_opportunity_topics",
        Effect.ADD,
        "Add topics to an opportunity, by codes or by names.",
        "topic 'platform expansion'.",
        _TOPICS,
        WHICH_OPPORTUNITY,
        TOPIC_CODES,
        TOPIC_NAMES,
        notes="Unknown topics are left out with a warning.",
    ),
    opportunity_method(
        "remove_opportunity_topics",
        Effect.REMOVE,
        "Take topics off an opportunity.",
        "it is not about Renewal.",
        _TOPICS,
        WHICH_OPPORTUNITY,
        TOPIC_CODES.as_required(),
    ),
)
