"""The whole catalogue in one table, in a fixed order: everything that can be called."""

from __future__ import annotations

from typing import Final

from affino_mcp.catalogue.capability import SWITCHED_FAMILIES, Capability, Family
from affino_mcp.catalogue.families import (
    accounts,
    always,
    article_comments,
    article_media,
    article_steps,
    articles,
    contact_permissions,
    contacts,
    forum_threads,
    forums,
    history,
    lists,
    many_records,
    media_files,
    media_items,
    member_lists,
    merging,
    notes,
    opportunities,
    opportunity_parts,
    review,
    summaries,
    tasks,
    website,
)
from affino_mcp.catalogue.method import Method
from affino_mcp.catalogue.record import Record
from affino_mcp.tool_errors import ToolDisabled

_MANY: Final = many_records.METHODS
_OPPORTUNITIES: Final = (
    *opportunities.METHODS,
    *opportunity_parts.METHODS,
    *_MANY[Family.OPPORTUNITIES],
    summaries.SUMMARISE_OPPORTUNITIES,
)
_ARTICLES: Final = (articles, article_steps, article_comments, article_media)
_FORUMS: Final = (forums, forum_threads)
_MEDIA: Final = (media_items, media_files)
_EVERY: Final = (history, review, merging, always)
METHODS: Final[dict[str, Method]] = {
    method.name: method
    for methods in (
        (*accounts.METHODS, *_MANY[Family.ACCOUNTS], merging.MERGE_ACCOUNTS),
        (
            *contacts.METHODS,
            *contact_permissions.METHODS,
            *_MANY[Family.CONTACTS],
            summaries.SUMMARISE_CONTACTS,
            merging.MERGE_CONTACTS,
        ),
        member_lists.METHODS,
        _OPPORTUNITIES,
        (*tasks.METHODS, *_MANY[Family.TASKS], summaries.SUMMARISE_TASKS),
        (*notes.METHODS, *_MANY[Family.NOTES]),
        *(module.METHODS for module in (*_ARTICLES, *_FORUMS, *_MEDIA, *_EVERY)),
    )
    for method in sorted(methods, key=lambda m: m.name)
}
"""Every method by its name."""

RECORDS: Final[dict[str, Record]] = {
    r.family: r
    for r in (
        accounts.ACCOUNT,
        contacts.CONTACT,
        *(kind.record for kind in member_lists.LIST_KINDS),
        opportunities.OPPORTUNITY,
        tasks.TASK,
        notes.NOTE,
        articles.ARTICLE,
        article_steps.STEP,
        article_comments.COMMENT,
        article_media.ATTACHMENT,
        *forums.RECORDS,
        *media_items.RECORDS,
        media_files.MEDIA_FILE,
        *website.RECORDS,
        *lists.RECORDS,
    )
}
"""Every kind of record by its family, including those that operators own."""

_WITH_TOPICS: Final = tuple(f for f in Family if f not in (Family.TASKS, Family.NOTES, Family.FORUMS, Family.ALWAYS))


def _several_families(method: Method) -> tuple[str, ...]:
    if method.name == "list_topics":
        return _WITH_TOPICS
    if method in history.METHODS:
        return tuple(SWITCHED_FAMILIES)
    if method in review.METHODS:
        return tuple(review.REVIEW_FAMILIES)
    return tuple(merging.DUPLICATE_FAMILIES) if method in merging.METHODS else ()


_OF_SEVERAL: Final = {method.name: found for method in METHODS.values() if (found := _several_families(method))}
"""The methods that work on several families, of which one must be allowed; every other one needs its own."""

ONE_OF_EACH: Final = tuple(
    {(m.family, m.access, m.right, _OF_SEVERAL.get(m.name)): m for m in METHODS.values()}.values()
)
"""One method of each family, access and right: enough to tell what a caller may do without asking of every method."""


def is_listed(method: Method, capability: Capability) -> bool:
    """True when a profile lists this method and may call it: the only predicate for both."""
    several = _OF_SEVERAL.get(method.name)
    if several is None:
        return capability.allows(method.family, method.access)
    return any(capability.allows(family, method.access) for family in several)


def require_listed(method: Method, capability: Capability) -> None:
    """Raises ToolDisabled, which says whether the profile or what narrowed it is why, for what is not listed."""
    if not is_listed(method, capability):
        narrowing = capability.find_narrowing(lambda one: is_listed(method, one))
        raise ToolDisabled(f"{method.family}.{method.access}", narrowing=narrowing)


def build_argument_models() -> None:
    """Builds what checks each method's arguments, which its first call does otherwise, in up to 4 ms.

    For a process that is kept in a snapshot: it takes 130 ms and 5 MB.
    """
    for method in METHODS.values():
        for confirm in (False, True):
            _ = method.for_profile(confirm=confirm).arguments_model
