"""Lists: entries with a code and a name that records carry, and that operators add, rename, order and switch off.

No tool writes these. The default entries are those of a new instance; their codes stay the same in every version.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from affino_mcp.catalogue.kinds import boolean_kind, code_kind, integer_kind, line_kind, names_kind
from affino_mcp.catalogue.record import Field, Record

MAX_ENTRY_NAME_CHARACTERS: Final = 100
ORDER_STEP: Final = 10
"""Distance between the places of two entries that nobody has moved."""
NAME: Final = "Name"
ORDER: Final = "Order"
ACTIVE: Final = "Active"
PARENT: Final = "ParentCode"
STATEMENT: Final = "Statement"
PROBABILITY: Final = "Probability"
MARKETING_PERMISSION: Final = 1
"""The code of the consent permission that mailing lists ask for."""
STAGE_FLAGS: Final = ("Open", "Won", "Closed")
"""The fields of a stage that are fixed once it is made: what is counted for opportunities depends on them."""

_NAME_FIELD: Final = Field(NAME, line_kind(MAX_ENTRY_NAME_CHARACTERS))
_PLACE_FIELDS: Final = (
    Field(ORDER, integer_kind(1, 10**9), "its place in the list; the lowest comes first"),
    Field(ACTIVE, boolean_kind(), "whether it can be chosen; records that carry it keep it and its name"),
)


def _list_record(name: str, family: str, code: str, *fields: Field, **defaults: Any) -> Record:
    return Record(
        name=name,
        family=family,
        code=code,
        label=(NAME,),
        fields=(_NAME_FIELD, *fields, *_PLACE_FIELDS),
        required=(NAME, *(field.name for field in fields if field.required)),
        unique=(NAME,),
        defaults={**defaults, ACTIVE: True},
    )


CHANNEL: Final = _list_record("Channel", "channels", "ChannelCode")
TOPIC: Final = _list_record(
    "Topic", "topics", "TopicCode", Field(PARENT, code_kind(), "the topic that it belongs to; at most ten levels")
)
INDUSTRY: Final = _list_record("Industry", "industries", "IndustryCode")
ACCOUNT_TYPE: Final = _list_record("Account type", "account_types", "AccountTypeCode")
MEMBER_TYPE: Final = _list_record("Member type", "member_types", "MemberTypeCode")
PERMISSION: Final = _list_record(
    "Consent permission",
    "permissions",
    "PermissionCode",
    Field(STATEMENT, line_kind(500), "what a contact agrees to, in the contact's words", required=True),
)
STAGE: Final = _list_record(
    "Opportunity stage",
    "stages",
    "StageCode",
    Field(PROBABILITY, integer_kind(0, 100), "per cent; an opportunity gets it with the stage"),
    Field("Open", boolean_kind(), "whether the opportunity is being worked on; fixed once it is made"),
    Field("Won", boolean_kind(), "whether the opportunity is won; fixed once it is made"),
    Field("Closed", boolean_kind(), "whether the opportunity is won or lost; fixed once it is made"),
    Probability=10,
    Open=True,
    Won=False,
    Closed=False,
)
RECORDS: Final = (CHANNEL, TOPIC, INDUSTRY, ACCOUNT_TYPE, MEMBER_TYPE, PERMISSION, STAGE)
LIST_RECORDS: Final = {record.family: record for record in RECORDS}
"""The kinds of lists by family."""


def _numbered(*names: str) -> dict[int, dict[str, Any]]:
    return _in_order((code, {NAME: name}) for code, name in enumerate(names, 1))


def _in_order(entries: Iterable[tuple[int, Mapping[str, Any]]]) -> dict[int, dict[str, Any]]:
    """The entries by code, each with its place and switched on."""
    placed = enumerate(entries, 1)
    return {code: {**values, ORDER: place * ORDER_STEP, ACTIVE: True} for place, (code, values) in placed}


def _stage(
    code: int, name: str, probability: int, *, is_open: bool = True, won: bool = False, closed: bool = False
) -> tuple[int, Mapping[str, Any]]:
    return code, {NAME: name, PROBABILITY: probability, "Open": is_open, "Won": won, "Closed": closed}


DEFAULT_ENTRIES: Final[Mapping[str, Mapping[int, Mapping[str, Any]]]] = {
    CHANNEL.family: _numbered("Website"),
    TOPIC.family: _numbered(
        "Platform Expansion",
        "Renewal",
        "Events",
        "Research",
        "Training",
        "Pricing",
        "Product News",
        "Case Studies",
        "Security",
        "Artificial Intelligence",
        "Membership",
        "Subscriptions",
    ),
    INDUSTRY.family: _numbered(
        "Technology",
        "Media and Publishing",
        "Financial Services",
        "Healthcare",
        "Education",
        "Government",
        "Manufacturing",
        "Retail",
        "Energy",
        "Professional Services",
        "Travel and Leisure",
        "Non-profit",
        "Other",
    ),
    ACCOUNT_TYPE.family: _numbered(
        "Prospect", "Customer", "Partner", "Supplier", "Analyst", "Competitor", "Press", "Former Customer", "Other"
    ),
    MEMBER_TYPE.family: _numbered("Individual Member", "Corporate Member", "Student Member", "Honorary Member"),
    PERMISSION.family: _in_order(
        (code, {NAME: name, STATEMENT: statement})
        for code, name, statement in (
            (MARKETING_PERMISSION, "Marketing e-mail", "I agree to receive marketing e-mails."),
            (2, "Telephone", "I agree to be called about products and services."),
            (3, "Third parties", "I agree that selected partners may contact me."),
        )
    ),
    STAGE.family: _in_order(
        (
            _stage(1, "Prospecting", 10, is_open=False),
            _stage(2, "Qualification", 20),
            _stage(3, "Needs Analysis", 30),
            _stage(4, "Value Proposition", 50),
            _stage(7, "Proposal / Price / Quote", 65),
            _stage(8, "Negotiation / Review", 80),
            _stage(9, "Closed Won", 100, is_open=False, won=True, closed=True),
            _stage(10, "Closed", 0, is_open=False, closed=True),
            _stage(11, "On Hold", 10, is_open=False),
        )
    ),
}
"""The entries of a list that no operator has changed, by family and code; the stages have Affino's codes."""

SECURITY_GROUP: Final = Record(
    name="Security group",
    family="security_groups",
    code="SecurityGroupCode",
    label=(NAME,),
    fields=(
        Field(NAME, line_kind(MAX_ENTRY_NAME_CHARACTERS), "fixed once it is made: sections and forums name it"),
        Field("Rights", names_kind(200), "the rights that its members have"),
    ),
    required=(NAME,),
    unique=(NAME,),
)
"""A security group: a row of the gate holds them all, not one of the records."""
