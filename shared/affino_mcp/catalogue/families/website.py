"""Records that operators own and other records refer to: sections, securities, article types and categories.

No tool writes these. `ReadGroups`, `WriteGroups` and `PublishGroups` name security groups, which
`instance/builtin/access/record_security.py` compares with the person's.
"""

from __future__ import annotations

from typing import Final

from affino_mcp.catalogue.kinds import Kind, choice_kind, code_kind, line_kind
from affino_mcp.catalogue.record import Field, Record

GROUP_NAMES: Final = Kind("security groups", {"type": "array"}, list[str])
READ_GROUPS: Final = Field("ReadGroups", GROUP_NAMES, "groups that may see what is in it")
NAME_FIELD: Final = Field("Name", line_kind(150))

SECTION: Final = Record(
    name="Section",
    family="sections",
    code="StandardSectionCode",
    label=("Name",),
    fields=(
        NAME_FIELD,
        Field("ChannelCode", code_kind()),
        Field("Channel", line_kind(150)),
        Field("Path", line_kind(320), "channel and name: no two sections share it"),
        Field("Comments", choice_kind("open", "moderated", "closed")),
        READ_GROUPS,
        Field("WriteGroups", GROUP_NAMES, "groups that may write in it"),
        Field("PublishGroups", GROUP_NAMES, "groups that may make live in it"),
    ),
    unique=("Path",),
)
SECURITY: Final = Record(
    name="Security",
    family="securities",
    code="SecurityCode",
    label=("Name",),
    fields=(NAME_FIELD, READ_GROUPS),
    unique=("Name",),
)
ARTICLE_TYPE: Final = Record(
    name="Article type",
    family="article_types",
    code="ArticleTypeCode",
    label=("Name",),
    fields=(NAME_FIELD,),
    unique=("Name",),
)
ARTICLE_CATEGORY: Final = Record(
    name="Category",
    family="article_categories",
    code="CategoryCode",
    label=("Name",),
    fields=(NAME_FIELD,),
    unique=("Name",),
)
RECORDS: Final = (SECTION, SECURITY, ARTICLE_TYPE, ARTICLE_CATEGORY)
