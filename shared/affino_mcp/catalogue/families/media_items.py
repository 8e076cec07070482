"""Media items, and the categories that operators give them; their files are in media_files."""

from __future__ import annotations

from typing import Final

from affino_mcp.catalogue.capability import Family
from affino_mcp.catalogue.families.shared import SEARCH_NAMES, TOPIC_FILTER, TOPICS
from affino_mcp.catalogue.families.website import GROUP_NAMES, NAME
from affino_mcp.catalogue.field import Field, Reference
from affino_mcp.catalogue.kinds import choice, flag, line, lookup, text, whole
from affino_mcp.catalogue.method import MINE, PAGE_RETURNS, Effect, Method, listing
from affino_mcp.catalogue.record import PERSON_REFERENCE, Record
from affino_mcp.tool_errors import NotFound

FILE_TYPES: Final = ("image", "video", "audio", "document", "other")
CATEGORY: Final = Field("CategoryCode", lookup(), "code or name", Reference("media_categories", "Category"))
SECURITY: Final = Field("SecurityCode", lookup(), "code or name; limits who reads", Reference("securities", "Security"))

MEDIA_CATEGORY: Final = Record(
    name="Media category",
    family="media_categories",
    code="CategoryCode",
    label=("Name",),
    fields=(NAME, Field("WriteGroups", GROUP_NAMES, "groups that may put items in it")),
    unique=("Name",),
)
MEDIA_ITEM: Final = Record(
    name="Media item",
    family=Family.MEDIA_ITEMS,
    code="MediaFileItemCode",
    label=("Title",),
    fields=(
        Field("Title", line(255)),
        Field("Description", text(4000)),
        CATEGORY,
        Field("AltText", line(255), "what an image shows"),
        Field("Credit", line(255)),
        Field("Copyright", line(255)),
        TOPICS,
        SECURITY,
    ),
    required=("Title",),
    derived=(
        Field("FileCount", whole(0, 10**6), "how many files it has"),
        Field("Files", PERSON_REFERENCE, "its files"),
        Field("UsedBy", PERSON_REFERENCE, "articles that use it and that you may see, at most 20"),
    ),
    sorts=("Code", "Title", "Created", "Updated"),
    summary=("Title", "CategoryCode", "AltText", "Credit", "SecurityCode"),
    search=("Title", "Description", "Credit"),
    undo_with={"media_files": ("attach_media_file", "delete_media_file")},
)
ITEM: Final = MEDIA_ITEM.code_field
RECORDS: Final = (MEDIA_ITEM, MEDIA_CATEGORY)
_FULL: Final = {"MediaItem": "the full item"}

METHODS: Final = (
    Method(
        "list_media_items",
        Family.MEDIA_ITEMS,
        Effect.READ,
        "media_items.read",
        "List media items, page by page.",
        "my images that have no file yet.",
        PAGE_RETURNS,
        listing(
            MEDIA_ITEM, CATEGORY, Field("FileType", choice(*FILE_TYPES)), Field("HasFile", flag()), TOPIC_FILTER, MINE
        ),
        record=MEDIA_ITEM,
        errors=(NotFound,),
    ),
    Method(
        "get_media_item",
        Family.MEDIA_ITEMS,
        Effect.READ,
        "media_items.read",
        "Read one media item with its files and the articles that use it.",
        "where is the Spring cover used?",
        _FULL,
        (ITEM.needed(),),
        record=MEDIA_ITEM,
        errors=(NotFound,),
    ),
    Method(
        "create_media_item",
        Family.MEDIA_ITEMS,
        Effect.CREATE,
        "media_items.write",
        "Create a media item, without a file.",
        "Spring cover, category Covers, then attach its image.",
        _FULL | {"Hint": "what to call next"},
        MEDIA_ITEM.creating(),
        "The file is a separate call: keep MediaFileItemCode and call attach_media_file.",
        MEDIA_ITEM,
        errors=(NotFound,),
    ),
    Method(
        "update_media_item",
        Family.MEDIA_ITEMS,
        Effect.UPDATE,
        "media_items.write",
        "Change a media item; only the given arguments change, null clears.",
        "set the alternative text of the Spring cover.",
        _FULL,
        MEDIA_ITEM.updating(),
        record=MEDIA_ITEM,
        carries_undo=True,
        answers_as="get_media_item",
    ),
    Method(
        "delete_media_item",
        Family.MEDIA_ITEMS,
        Effect.DELETE,
        "media_items.delete",
        "Delete a media item with its files; an operator can restore it for 30 days.",
        "remove the cover that no article uses.",
        {ITEM.name: "the code", "Deleted": "true"},
        (ITEM.needed(), Field("Force", flag(), "even while articles use it")),
        record=MEDIA_ITEM,
        carries_undo=True,
    ),
    Method(
        "list_media_categories",
        Family.MEDIA_ITEMS,
        Effect.READ,
        "media_items.read",
        "The categories that media items can have.",
        "which category is for covers?",
        {"Categories": "CategoryCode, Name, CanWrite"},
        (SEARCH_NAMES,),
    ),
)
