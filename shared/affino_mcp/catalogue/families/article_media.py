"""Media items on an article or on one of its steps."""

from __future__ import annotations

from typing import Final

from affino_mcp.catalogue.capability import Family
from affino_mcp.catalogue.families.article_steps import STEP
from affino_mcp.catalogue.families.article_texts import ATTACHED_ITEM_FIELD
from affino_mcp.catalogue.families.articles import ARTICLE_CODE_FIELD
from affino_mcp.catalogue.kinds import boolean_kind, choice_kind, integer_kind, line_kind
from affino_mcp.catalogue.method import Effect, Method
from affino_mcp.catalogue.record import Field, Record
from affino_mcp.tool_errors import NotFound

COVER, INLINE = "cover", "inline"
REPLACE: Final = Field("Replace", boolean_kind(), "takes off what has this Role there")
ATTACHMENT: Final = Record(
    name="Attachment",
    family="article_media",
    code="ArticleMediaCode",
    label=("Caption",),
    fields=(
        ATTACHED_ITEM_FIELD,
        Field("Role", choice_kind(COVER, INLINE, "gallery", "download"), "default inline"),
        Field("Caption", line_kind(500)),
        Field("AltText", line_kind(255)),
        Field("SortOrder", integer_kind(1, 1000)),
    ),
    required=(ATTACHED_ITEM_FIELD.name,),
    derived=(
        Field("Target", line_kind(10), "article or step"),
        ARTICLE_CODE_FIELD,
        STEP.code_field,
        Field("Title", line_kind(255), "the media item's"),
    ),
    unique=("Place",),
)

METHODS: Final = (
    Method(
        "list_article_media",
        Family.ARTICLES,
        Effect.READ,
        "articles.read",
        "The media on an article and on its steps.",
        "which images does it use?",
        {"Attachments": "in order"},
        (ARTICLE_CODE_FIELD.as_required(),),
        errors=(NotFound,),
    ),
    Method(
        "attach_article_media",
        Family.ARTICLES,
        Effect.ADD,
        "articles.write",
        "Put a media item on an article or on one step.",
        "the cover image on step one.",
        {"Attachment": "the attachment"},
        (ARTICLE_CODE_FIELD, STEP.code_field, *ATTACHMENT.create_arguments(), REPLACE),
        "Give StandardItemCode or StandardStepByStepCode.",
        ATTACHMENT,
    ),
    Method(
        "detach_article_media",
        Family.ARTICLES,
        Effect.REMOVE,
        "articles.write",
        "Take a media item off again; the item itself stays.",
        "remove the old cover.",
        {ATTACHMENT.code: "the code", "Attached": "false"},
        (ATTACHMENT.code_field.as_required(),),
        record=ATTACHMENT,
        carries_undo=True,
    ),
)
