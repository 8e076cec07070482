"""Media items, and the categories that operators give them; their files are in media_files."""

from __future__ import annotations

from typing import Final

from affino_mcp.catalogue.capability import Family
from affino_mcp.catalogue.families.file_fields import FILE_CONTENT, FILE_NAME, MIME_TYPE
from affino_mcp.catalogue.families.shared import HANGING, NAME_SEARCH, RESTORABLE, TOPIC_FILTER, TOPICS_FIELD
from affino_mcp.catalogue.families.website import EVERYBODY, GROUP_NAMES, NAME_FIELD, ORDER_FIELD
from affino_mcp.catalogue.kinds import boolean_kind, choice_kind, integer_kind, line_kind, lookup_kind, text_kind
from affino_mcp.catalogue.method import MINE, PAGE_RETURNS, Effect, Method, list_arguments
from affino_mcp.catalogue.record import ROWS_KIND, Field, Record, Reference
from affino_mcp.tool_errors import FileTooLarge, NotFound, UnsupportedMedia

FILE_TYPES: Final = ("image", "video", "audio", "document", "other")
CATEGORY_FIELD: Final = Field("CategoryCode", lookup_kind(), "code or name", Reference("media_categories", "Category"))
SECURITY_FIELD: Final = Field(
    "SecurityCode", lookup_kind(), "code or name; limits who reads", Reference("securities", "Security")
)

MEDIA_CATEGORY: Final = Record(
    name="Media category",
    family="media_categories",
    code="CategoryCode",
    label=("Name",),
    fields=(NAME_FIELD, Field("WriteGroups", GROUP_NAMES, "groups that may put items in it"), ORDER_FIELD),
    required=("Name",),
    unique=("Name",),
    defaults={"WriteGroups": [EVERYBODY]},
)
MEDIA_ITEM: Final = Record(
    name="Media item",
    family=Family.MEDIA_ITEMS,
    code="MediaFileItemCode",
    label=("Title",),
    fields=(
        Field("Title", line_kind(255)),
        Field("Description", text_kind(4000)),
        CATEGORY_FIELD,
        Field("AltText", line_kind(255), "what an image shows"),
        Field("Credit", line_kind(255)),
        Field("Copyright", line_kind(255)),
        TOPICS_FIELD,
        SECURITY_FIELD,
    ),
    required=("Title",),
    derived=(
        Field("FileCount", integer_kind(0, 10**6), "how many files it has"),
        Field("Files", ROWS_KIND, "its files"),
        Field("UsedBy", ROWS_KIND, "articles that use it and that you may see, at most 20"),
    ),
    sorts=("Code", "Title", "Created", "Updated"),
    summary=("Title", "CategoryCode", "AltText", "Credit", "SecurityCode"),
    search=("Title", "Description", "Credit"),
    undo_with={"media_files": ("attach_media_file", "delete_media_file")},
)
MEDIA_ITEM_CODE_FIELD: Final = MEDIA_ITEM.code_field
RECORDS: Final = (MEDIA_ITEM, MEDIA_CATEGORY)
_FULL: Final = {"MediaItem": "the full item"}

METHODS: Final = (
    Method(
        "list_media_items",
        Family.MEDIA_ITEMS,
        Effect.READ,
        "media_items.read",
        "List media items.",
        "my images that have no file yet.",
        PAGE_RETURNS,
        list_arguments(
            MEDIA_ITEM,
            CATEGORY_FIELD,
            Field("FileType", choice_kind(*FILE_TYPES)),
            Field("HasFile", boolean_kind()),
            TOPIC_FILTER,
            MINE,
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
        (MEDIA_ITEM_CODE_FIELD.as_required(),),
        record=MEDIA_ITEM,
        errors=(NotFound,),
    ),
    Method(
        "create_media_item",
        Family.MEDIA_ITEMS,
        Effect.CREATE,
        "media_items.write",
        "Create a media item, with its first file or without.",
        "Spring cover, category Cover images, with its image.",
        _FULL | {"Hint": "only without a file: what to call next"},
        (*MEDIA_ITEM.create_arguments(), FILE_NAME, MIME_TYPE, FILE_CONTENT),
        "Larger and further files go on by attach_media_file.",
        MEDIA_ITEM,
        errors=(NotFound, FileTooLarge, UnsupportedMedia),
    ),
    Method(
        "update_media_item",
        Family.MEDIA_ITEMS,
        Effect.UPDATE,
        "media_items.write",
        "Change a media item; only the given arguments change, null or empty text clears.",
        "the Spring cover's alternative text.",
        _FULL,
        MEDIA_ITEM.update_arguments(),
        record=MEDIA_ITEM,
        carries_undo=True,
        answers_as="get_media_item",
    ),
    Method(
        "delete_media_item",
        Family.MEDIA_ITEMS,
        Effect.DELETE,
        "media_items.delete",
        f"Delete a media item with its files; {RESTORABLE}.",
        "remove the cover that no article uses.",
        {MEDIA_ITEM_CODE_FIELD.name: "the code", "Deleted": "true", HANGING.name: HANGING.help},
        (MEDIA_ITEM_CODE_FIELD.as_required(), Field("Force", boolean_kind(), "even while articles use it")),
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
        (NAME_SEARCH,),
    ),
)
