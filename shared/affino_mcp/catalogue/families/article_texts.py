"""The texts of articles and steps, and the steps that a new article brings along."""

from __future__ import annotations

from typing import Final

from affino_mcp.catalogue.kinds import code_kind, html_kind, line_kind
from affino_mcp.catalogue.record import Field
from affino_mcp.catalogue.row_kinds import rows_kind

MAX_ARTICLE_BODY_CHARACTERS: Final = 200_000
MAX_STEPS_AT_ONCE: Final = 20
"""How many steps a new article brings along, so that article and steps are written together."""

BODY_FIELD: Final = Field(
    "Body", html_kind(MAX_ARTICLE_BODY_CHARACTERS), 'HTML; <img src="media:7"> shows media item 7'
)
STEP_TITLE: Final = Field("Title", line_kind(255))
STEP_BODY: Final = BODY_FIELD.with_help("HTML")
ATTACHED_ITEM_FIELD: Final = Field("MediaFileItemCode", code_kind(), "from list_media_items or create_media_item")
NEW_STEPS: Final = Field(
    "Steps",
    rows_kind(MAX_STEPS_AT_ONCE, STEP_TITLE.as_required(), STEP_BODY.with_help(""), ATTACHED_ITEM_FIELD.with_help("")),
    "in order, all or nothing",
)
