"""Tools for every valid session: the current user, and the topics."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from affino_mcp.catalogue.capability import Family
from affino_mcp.catalogue.families.shared import NAME_SEARCH
from affino_mcp.catalogue.kinds import choice_kind, line_kind
from affino_mcp.catalogue.method import CURSOR, PAGE_RETURNS, PAGE_SIZE, Effect, Method
from affino_mcp.catalogue.record import Field


class ReportKind(StrEnum):
    """What an agent can report: there is no tool, there is one without the right to it, or a refusal of it is wrong."""

    NO_TOOL = "no_tool"
    NO_RIGHT = "no_right"
    WRONG_REFUSAL = "wrong_refusal"


REPORTS: Final = "reports"
"""What stands for a family in the record of a report's row, before its kind: the rows of a kind are found by it."""
DENIED_BY: Final = "DeniedBy"
"""The attribute of a report's answer that says what denies what was needed."""
REPORT_KIND: Final = Field("Kind", choice_kind(*ReportKind), required=True)
REPORT_NEED: Final = Field("Need", line_kind(500), "one sentence", required=True)
REPORT_TOOL: Final = Field("ToolName", line_kind(100))

METHODS: Final = (
    Method(
        "get_current_user",
        Family.ALWAYS,
        Effect.READ,
        "",
        "Who you act for, today's date, what profile and person allow, when the session ends.",
        "whose name will my changes carry?",
        {
            "UserCode": "the person's code",
            "Name": "the person's name",
            "Email": "the person's e-mail",
            "ApiProfile": "the profile's name",
            "Staff": "whether you may own records",
            "TimeZone": "of days, today and times without a zone; answers are UTC",
            "Today": "the day it is there",
            "Weekday": "its name",
            "Families": "per family: read, write, as profile and person both allow",
            "Rights": "the person's rights that this profile lets you use",
            "NotAllowed": "per family: what the profile allows and the person lacks",
            "SessionExpires": "when the session ends",
            "RateLimit": "calls per minute",
        },
    ),
    Method(
        "report_missing",
        Family.ALWAYS,
        Effect.READ,
        "",
        "Tell the operators what you needed and had not. It changes nothing.",
        "no_tool, to send an e-mail.",
        {
            "Reported": "true",
            DENIED_BY: "profile, person, toolset, tool or nobody",
            "Rule": "only where a right or a switch denies it",
            "WhoCanFix": "who",
        },
        (REPORT_KIND, REPORT_NEED, REPORT_TOOL),
        route="POST /missing_reports",
    ),
    Method(
        "list_topics",
        Family.ALWAYS,
        Effect.READ,
        "",
        "The topics that records can carry.",
        "the code of 'Platform Expansion'.",
        PAGE_RETURNS | {"Items": "TopicCode, Name, ParentCode"},
        (NAME_SEARCH, PAGE_SIZE, CURSOR),
    ),
)
