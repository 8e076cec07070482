"""Records that operators own and other records refer to: sections, securities, article types and categories.

No tool writes these. `ReadGroups`, `WriteGroups` and `PublishGroups` name security groups, which
`instance/builtin/access/record_security.py` compares with the person's.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from affino_mcp.catalogue.kinds import boolean_kind, choice_kind, code_kind, integer_kind, line_kind, names_kind
from affino_mcp.catalogue.record import Field, Record

GROUP_NAMES: Final = replace(names_kind(50), display_name="security groups, at most 50")
READ_GROUPS: Final = Field("ReadGroups", GROUP_NAMES, "groups that may see what is in it")
NAME_FIELD: Final = Field("Name", line_kind(150))
ORDER_FIELD: Final = Field("Order", integer_kind(1, 10**9), "its place in the list; the lowest comes first")
EVERYBODY: Final = "Everybody"
"""The group name that includes every person of the instance."""
CHANNEL_CODE: Final = "ChannelCode"
COMPUTED_SECTION_FIELDS: Final = (CHANNEL_CODE, "Path")
"""What follows from a section's name and channel."""

SECTION: Final = Record(
    name="Section",
    family="sections",
    code="StandardSectionCode",
    label=("Name",),
    fields=(
        NAME_FIELD,
        Field(CHANNEL_CODE, code_kind()),
        Field("Channel", line_kind(150), "the channel that it belongs to"),
        Field("Path", line_kind(320), "channel and name: no two sections share it"),
        Field("Comments", choice_kind("open", "moderated", "closed"), "whether articles in it take comments"),
        READ_GROUPS,
        Field("WriteGroups", GROUP_NAMES, "groups that may write in it"),
        Field("PublishGroups", GROUP_NAMES, "groups that may make live in it"),
        Field("Open", boolean_kind(), "in a closed section nobody writes or publishes"),
        ORDER_FIELD,
    ),
    required=("Name",),
    unique=("Path",),
    defaults={
        "Comments": "open",
        "ReadGroups": [EVERYBODY],
        "WriteGroups": ["Editors", "Publishers"],
        "PublishGroups": ["Publishers"],
        "Open": True,
    },
)
SECURITY: Final = Record(
    name="Security",
    family="securities",
    code="SecurityCode",
    label=("Name",),
    fields=(NAME_FIELD, READ_GROUPS, ORDER_FIELD),
    required=("Name",),
    unique=("Name",),
    defaults={"ReadGroups": ["Editors", "Publishers"]},
)
ARTICLE_TYPE: Final = Record(
    name="Article type",
    family="article_types",
    code="ArticleTypeCode",
    label=("Name",),
    fields=(NAME_FIELD, ORDER_FIELD),
    required=("Name",),
    unique=("Name",),
)
ARTICLE_CATEGORY: Final = Record(
    name="Category",
    family="article_categories",
    code="CategoryCode",
    label=("Name",),
    fields=(NAME_FIELD, ORDER_FIELD),
    required=("Name",),
    unique=("Name",),
)
RECORDS: Final = (SECTION, SECURITY, ARTICLE_TYPE, ARTICLE_CATEGORY)
