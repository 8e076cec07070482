"""Summaries: how many records the filters of a list let through, and what they are worth, by groups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from affino_mcp.catalogue.doors import JSON_TEXT_KIND
from affino_mcp.catalogue.families import contacts, opportunities, tasks
from affino_mcp.catalogue.kinds import choice_kind
from affino_mcp.catalogue.method import CURSOR, PAGE_SIZE, Method
from affino_mcp.catalogue.record import Field
from affino_mcp.tool_errors import NotFound

GROUP_BY: Final = "GroupBy"
FILTERS: Final = "Filters"
GROUPS: Final = "Groups"
_OF_PAGES: Final = ("SortBy", "SortOrder", PAGE_SIZE.name, CURSOR.name, "StartCode", "Email")
"""The arguments of lists that say which page is meant, or narrow to one record."""


def _make_summary(listing: Method, name: str, example: str, groups: tuple[str, ...], **returns: str) -> Method:
    """The summary of what a list's filters let through."""
    return replace(
        listing,
        name=name,
        summary=f"Count {listing.family} by group{', with sums per currency' if returns else ''}, over all that fit.",
        example=example,
        returns={
            GROUPS: "the largest first; null when too many fit",
            "TotalRecords": "of all that fit",
            **returns,
            "CurrentDate": "the service's time",
        },
        arguments=(
            Field(GROUP_BY, choice_kind(*groups), required=True),
            Field(FILTERS, JSON_TEXT_KIND, f"of {listing.name}, as JSON"),
        ),
        errors=(NotFound,),
    )


def _find_list(methods: tuple[Method, ...], name: str) -> Method:
    return next(method for method in methods if method.name == name)


_LISTS: Final = {
    "summarise_contacts": _find_list(contacts.METHODS, "list_contacts"),
    "summarise_opportunities": _find_list(opportunities.METHODS, "list_opportunities"),
    "summarise_tasks": _find_list(tasks.METHODS, "list_tasks"),
}
SUMMARISE_CONTACTS: Final = _make_summary(
    _LISTS["summarise_contacts"],
    "summarise_contacts",
    "contacts of Technology accounts by consent.",
    ("Account", "Consent", "Country", "List"),
)
SUMMARISE_OPPORTUNITIES: Final = _make_summary(
    _LISTS["summarise_opportunities"],
    "summarise_opportunities",
    "the open pipeline by stage.",
    ("Stage", "Owner", "Account", "Industry", "CloseMonth"),
    TotalValues="per currency",
)
SUMMARISE_TASKS: Final = _make_summary(
    _LISTS["summarise_tasks"], "summarise_tasks", "my team's tasks by timing.", ("Owner", "Status", "Timing")
)
FILTER_METHODS: Final[Mapping[str, Method]] = {
    name: replace(
        listing, name=name, arguments=tuple(field for field in listing.arguments if field.name not in _OF_PAGES)
    )
    for name, listing in _LISTS.items()
}
"""The filters that each summary takes, as the arguments of a method of its name: they are read and checked like a list's."""
