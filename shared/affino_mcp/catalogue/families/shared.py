"""Fields that several families have."""

from __future__ import annotations

from typing import Final

from affino_mcp.catalogue.kinds import code_kind, codes_kind, line_kind, object_kind
from affino_mcp.catalogue.record import Field, Reference

TOPIC_FILTER: Final = Field("TopicCodes", codes_kind(20), "has any of these topics")
TOPICS_FIELD: Final = Field("TopicCodes", codes_kind(100), "", Reference("topics", "Topics"))
ACCOUNT_FIELD: Final = Field("AccountCode", code_kind())
CONTACT_FIELD: Final = Field("UserCode", code_kind(), "a contact")
OPPORTUNITY_FIELD: Final = Field("OpportunityCode", code_kind())
NAME_SEARCH: Final = Field("Search", line_kind(200), "part of the name")
SCOPE_FIELDS: Final = (ACCOUNT_FIELD, CONTACT_FIELD, OPPORTUNITY_FIELD)
"""The fields that name the record that a task or note is about."""

HANGING: Final = Field("Hanging", object_kind(), "what hung on it and stays, by kind: the number")
"""The attribute of a deletion's answer that says what the record leaves behind."""

RESTORE_DAYS: Final = 30
"""For how many days a deleted record can be restored."""

RESTORABLE: Final = f"can be restored for {RESTORE_DAYS} days (undo_change, or an operator)"
"""What the text of each tool that deletes a record says of it."""
