"""The website records that operators own: sections, securities, article types and categories."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from affino_mcp.catalogue.families.website import ARTICLE_CATEGORY, ARTICLE_TYPE, SECTION, SECURITY
from affino_mcp.instance.builtin.access import guards
from affino_mcp.instance.builtin.engine.index import Facets
from affino_mcp.instance.builtin.engine.records import FacetFunction, Records
from affino_mcp.instance.builtin.website.operator_records import upsert_operator_record

Groups = Sequence[str]

FACETS: Final[dict[str, FacetFunction]] = {
    SECTION.family: guards.facets,
    SECURITY.family: guards.facets,
    ARTICLE_TYPE.family: lambda _: Facets(()),
    ARTICLE_CATEGORY.family: lambda _: Facets(()),
}


def upsert_section(
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
    """Creates or updates the channel's section of this name; returns its code.

    The groups are names of security groups, or "Everybody"; only their members see, write or publish in the section.
    `comments` is open, moderated (held until a moderator approves) or closed. Raises Conflict at 90 sections.
    """
    values = {"Name": name, "ChannelCode": channel_code, "Channel": channel, "Comments": comments}
    values |= {"Path": f"{channel_code}/{name}"}
    values |= {"ReadGroups": list(read), "WriteGroups": list(write), "PublishGroups": list(publish)}
    return upsert_operator_record(records, SECTION, values, at)


def upsert_security(records: Records, name: str, at: datetime, *, read: Groups) -> int:
    """Creates or updates the security of this name.

    Returns its code. Only these groups see a record that carries it.
    """
    return upsert_operator_record(records, SECURITY, {"Name": name, "ReadGroups": list(read)}, at)


def upsert_article_type(records: Records, name: str, at: datetime) -> int:
    """Creates the article type of this name unless it exists; returns its code."""
    return upsert_operator_record(records, ARTICLE_TYPE, {"Name": name}, at)


def upsert_category(records: Records, name: str, at: datetime) -> int:
    """Creates the article category of this name unless it exists; returns its code."""
    return upsert_operator_record(records, ARTICLE_CATEGORY, {"Name": name}, at)
