"""The operator's side of the website: its sections, securities, article types and categories."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from affino_mcp.catalogue.families.website import ARTICLE_TYPE, CATEGORY, SECTION, SECURITY
from affino_mcp.instance.builtin.access import guards
from affino_mcp.instance.builtin.engine.index import Facets
from affino_mcp.instance.builtin.engine.records import Facet, Records
from affino_mcp.instance.builtin.website.operator_records import place

Groups = Sequence[str]

FACETS: Final[dict[str, Facet]] = {
    SECTION.family: guards.facets,
    SECURITY.family: guards.facets,
    ARTICLE_TYPE.family: lambda _: Facets(()),
    CATEGORY.family: lambda _: Facets(()),
}


def place_section(
    records: Records,
    name: str,
    at: datetime,
    *,
    read: Groups,
    write: Groups,
    publish: Groups,
    channel_code: int = 1,
    channel: str = "Website",
    comments: str = "open",
) -> int:
    """The code of the channel's section of this name, made or brought to these groups.

    The groups are names of security groups, or "Everybody"; nobody else sees, writes or publishes there.
    `comments` is open, moderated (held until a moderator approves) or closed. Raises Conflict at 90 sections.
    """
    values = {"Name": name, "ChannelCode": channel_code, "Channel": channel, "Comments": comments}
    values |= {"Path": f"{channel_code}/{name}"}
    values |= {"ReadGroups": list(read), "WriteGroups": list(write), "PublishGroups": list(publish)}
    return place(records, SECTION, values, at)


def place_security(records: Records, name: str, at: datetime, *, read: Groups) -> int:
    """The code of the security of this name: a record that carries it is seen by these groups only."""
    return place(records, SECURITY, {"Name": name, "ReadGroups": list(read)}, at)


def place_article_type(records: Records, name: str, at: datetime) -> int:
    """The code of the article type of this name."""
    return place(records, ARTICLE_TYPE, {"Name": name}, at)


def place_category(records: Records, name: str, at: datetime) -> int:
    """The code of the article category of this name."""
    return place(records, CATEGORY, {"Name": name}, at)
