"""Tools for every valid session: the current user, and the topics."""

from __future__ import annotations

from typing import Final

from affino_mcp.catalogue.capability import Family
from affino_mcp.catalogue.families.shared import NAME_SEARCH
from affino_mcp.catalogue.method import CURSOR, PAGE_RETURNS, PAGE_SIZE, Effect, Method

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
