"""Media items on an article or on one of its steps."""

from __future__ import annotations

from typing import Final

from affino_mcp.catalogue.capability import Family
from affino_mcp.catalogue.families.article_steps import STEP
from affino_mcp.catalogue.families.articles import ITEM
from affino_mcp.catalogue.field import Field
from affino_mcp.catalogue.kinds import choice, code, line, whole
from affino_mcp.catalogue.method import Effect, Method
from affino_mcp.catalogue.record import Record
from affino_mcp.tool_errors import NotFound

MEDIA_ITEM: Final = Field("MediaFileItemCode", code(), "from list_media_items or create_media_item")
ATTACHMENT: Final = Record(
    name="Attachment",
    family="article_media",
    code="ArticleMediaCode",
    label=("Caption",),
    fields=(
        MEDIA_ITEM,
        Field("Role", choice("cover", "inline", "gallery", "download"), "default inline"),
        Field("Caption", line(500)),
        Field("AltText", line(255)),
        Field("SortOrder", whole(1, 1000)),
    ),
    required=(MEDIA_ITEM.name,),
    derived=(
        Field("Target", line(10), "article or step"),
        ITEM,
        STEP.code_field,
        Field("Title", line(255), "the media item's"),
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
        (ITEM.needed(),),
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
        (ITEM, STEP.code_field, *ATTACHMENT.creating()),
        "Give StandardItemCode or StandardStepByStepCode. First create the media item and attach its file.",
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
        (ATTACHMENT.code_field.needed(),),
        record=ATTACHMENT,
        carries_undo=True,
    ),
)
