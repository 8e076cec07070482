"""Fields that several families have."""

from __future__ import annotations

from typing import Final

from affino_mcp.catalogue.field import Field, Reference
from affino_mcp.catalogue.kinds import code, codes, line

TOPIC_FILTER: Final = Field("TopicCodes", codes(20), "has any of these topics")
TOPICS: Final = Field("TopicCodes", codes(100), "codes from list_topics", Reference("topics", "Topics"))
ACCOUNT: Final = Field("AccountCode", code(), "an account")
CONTACT: Final = Field("UserCode", code(), "a contact")
OPPORTUNITY: Final = Field("OpportunityCode", code(), "an opportunity")
SEARCH_NAMES: Final = Field("Search", line(200), "part of the name")
SCOPE: Final = (ACCOUNT, CONTACT, OPPORTUNITY)
"""The fields that name the record that a task or note is about."""
