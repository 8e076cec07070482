"""Fields that several families have."""

from __future__ import annotations

from typing import Final

from affino_mcp.catalogue.item_kinds import arguments_kind
from affino_mcp.catalogue.kinds import code_kind, codes_kind, line_kind, names_kind, object_kind
from affino_mcp.catalogue.record import Field, Reference
from affino_mcp.catalogue.time_kinds import date_kind

TOPIC_FILTER: Final = Field("TopicCodes", codes_kind(20), "any of these")
TOPICS_FIELD: Final = Field("TopicCodes", codes_kind(100), "", Reference("topics", "Topics"))
ACCOUNT_FIELD: Final = Field("AccountCode", code_kind())
CONTACT_FIELD: Final = Field("UserCode", code_kind(), "a contact")
OPPORTUNITY_FIELD: Final = Field("OpportunityCode", code_kind())
CREATED_FROM: Final = Field("CreatedFrom", date_kind())
CREATED_TO: Final = Field("CreatedTo", date_kind())
UPDATED_TO: Final = Field("UpdatedTo", date_kind())
DATE_RANGES: Final = (CREATED_FROM, CREATED_TO, UPDATED_TO)
"""The filters by the days on which a record was created and last changed; DateFilter says since when."""
TOPIC_NAMES: Final = Field("TopicNames", names_kind(100), "exact names")
CONTACT_CODES: Final = Field("ContactCodes", codes_kind(20), "further contacts")
NAME_SEARCH: Final = Field("Search", line_kind(200), "part of the name")
SCOPE_FIELDS: Final = (ACCOUNT_FIELD, CONTACT_FIELD, OPPORTUNITY_FIELD)
"""The fields that name the record that a task or note is about."""

MOVED_SCOPE: Final = Field("Scope", arguments_kind(), "moves it: {AccountCode: 3}")
"""The argument that moves a task or a note to another record."""

HANGING: Final = Field("Hanging", object_kind(), "what hung on it and stays, by kind: the number")
"""The attribute of a deletion's answer that says what the record leaves behind."""

RESTORE_DAYS: Final = 30
"""For how many days a deleted record can be restored."""

RESTORABLE: Final = f"undo_change restores it for {RESTORE_DAYS} days"
"""What the text of each tool that deletes a record says of it."""
