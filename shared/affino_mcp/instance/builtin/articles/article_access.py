"""Decides who may see, change and publish an article; every article tool uses these functions.

A person sees an article when the section and the article's own security are open to the person and, besides, the
article is live, or the person may write articles, or it is the person's own. Changing needs the section's write groups,
and ownership or `articles.all`; changing a live article, or making one live, also needs `articles.publish` and the
section's publish groups. An article that the person may not see is reported as not found; an article that the person
may see but not change is refused with the name of the missing right.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from affino_mcp.catalogue.families.article_steps import STEP
from affino_mcp.catalogue.families.articles import ARTICLE, AUTHOR_FIELD, LIVE, SECTION_FIELD
from affino_mcp.clock import format_iso, with_microseconds
from affino_mcp.instance.builtin.access import guards, record_security
from affino_mcp.instance.builtin.access.opened import OpenRecord, open_record
from affino_mcp.instance.builtin.articles import article_status
from affino_mcp.instance.builtin.engine.change import Change
from affino_mcp.instance.builtin.engine.document import Document, RecordState
from affino_mcp.instance.builtin.engine.records import KnownRecords, Records
from affino_mcp.instance.builtin.references import references
from affino_mcp.instance.port import Call, RecordRef
from affino_mcp.store.ops import Item
from affino_mcp.tool_errors import NotFound, PermissionDenied
from affino_mcp.value_class import value_class

FAMILY: Final = ARTICLE.family
SECTION_FAMILY: Final = "sections"
ARTICLE_WRITE_RIGHT: Final = "articles.write"
ARTICLE_PUBLISH_RIGHT: Final = "articles.publish"
ARTICLE_ALL_RIGHT: Final = "articles.all"
STEP_ORDER_ATTRIBUTE: Final = "Steps"
"""The value of an article that holds the codes of its steps in order."""
_STEP_TAG: Final = "article="
_NEVER: Final = "~"
"""Sorts after every time."""


@value_class
class OpenArticle(OpenRecord):
    """An article that the person may see, with the records that the decision depends on."""

    @property
    def guards(self) -> tuple[Document | None, ...]:
        """The article's section, then its security when the article has one."""
        return tuple(self.known.get(place) for place in guard_refs(self.document))


def guard_refs(document: Document) -> list[RecordRef]:
    """`(family, code)` of the section and the security of an article."""
    return [RecordRef(SECTION_FAMILY, document.values.get(SECTION_FIELD.name, 0)), *guards.security_refs(document)]


def article_owner_codes(document: Document) -> set[int]:
    """The UserCodes of an article's author and creator."""
    author, creator = document.values.get(AUTHOR_FIELD.name), document.creator
    return {code for code in (author, creator) if code}


def step_tag(step: Document) -> str:
    """The facet of a step that names its article."""
    return f"{_STEP_TAG}{step.system[ARTICLE.code]}"


def find_articles_of_steps(_beginning: str, rows: Sequence[Item]) -> set[int]:
    """The codes of the articles of these index rows of steps (see ListPlan.found_by)."""
    return {int(tag.removeprefix(_STEP_TAG)) for row in rows for tag in row["facets"] if tag.startswith(_STEP_TAG)}


def may_see_article(call: Call, document: Document, known: KnownRecords) -> bool:
    """True when the person may see the article; `known` must hold its guards."""
    return record_security.may_read(
        call.actor, *(known.get(place) for place in guard_refs(document))
    ) and may_see_state(call, document)


def may_see_state(call: Call, document: Document) -> bool:
    """True when the article's own state lets the person see it, guards aside.

    The article is live, or the person may see drafts, or the article is the person's own.
    """
    return may_see_drafts(call) or call.actor.user_code in article_owner_codes(document) or is_live_now(call, document)


def may_see_drafts(call: Call) -> bool:
    """True when the person may see drafts of others."""
    return call.actor.has_right(ARTICLE_WRITE_RIGHT, call.at)


def is_live_now(call: Call, document: Document) -> bool:
    """True when readers see the article at this moment."""
    return article_status.find_status(call, document) == LIVE


def reaches_more_readers(call: Call, before: Document, after: Document) -> bool:
    """True when a change publishes a live article further.

    Readers then see the article at a time, or under guards, at which they did not see it before.
    """
    (was_from, was_to), (from_, to) = _live_span(call, before), _live_span(call, after)
    moved = guard_refs(before) != guard_refs(after)
    return bool(after.values.get("Live")) and from_ < to and (moved or from_ < was_from or was_to < to)


def _live_span(call: Call, document: Document) -> tuple[str, str]:
    """The begin and the end of the time in which a live article is shown, from this moment on."""
    begins, ends = document.values.get("LiveDate"), document.values.get("ExpiryDate")
    return max(with_microseconds(begins) if begins else "", format_iso(call.at)), with_microseconds(
        ends
    ) if ends else _NEVER


@value_class
class VisibilityFilter:
    """The facets by which a list hides what the person may not see.

    `any_of` are groups of which one facet must hold each; `leads` are the facets to read from when these are narrower.
    """

    any_of: tuple[tuple[str, ...], ...]
    leads: tuple[str, ...]


def build_visibility_filter(records: Records, call: Call) -> VisibilityFilter:
    """The facets of the articles that the person may see, in two queries."""
    found, others = guards.list_readable_guard_codes(records, call.actor, SECTION_FAMILY)
    sections = tuple(f"section={code}" for code in found)
    drafts = () if may_see_drafts(call) else (("live=yes", f"mine={call.actor.user_code}"),)
    securities = guards.readable_security_tags(records, call.actor)
    return VisibilityFilter((sections, securities, *drafts), sections if others else ())


def open_article(records: Records, call: Call, argument: str, code: int, what: str = ARTICLE.words) -> OpenArticle:
    """Loads an article that the person may see. Raises NotFound with the given argument and word."""
    found = open_record(
        records,
        RecordRef(FAMILY, code),
        lambda stored: [*guard_refs(stored.document), *references.reference_targets(call, [stored.document])],
        lambda document, known: may_see_article(call, document, known),
        NotFound(argument, what),
    )
    return OpenArticle(found.stored, found.known)


def open_editable_article(
    records: Records, call: Call, argument: str, code: int, what: str = ARTICLE.words
) -> OpenArticle:
    """Loads an article that the person may change. Raises NotFound or PermissionDenied."""
    found = open_article(records, call, argument, code, what)
    require_write(call, found.guards)
    if call.actor.user_code not in article_owner_codes(found.document) and not call.actor.has_right(
        ARTICLE_ALL_RIGHT, call.at
    ):
        text = f"This article belongs to somebody else; changing it needs the right '{ARTICLE_ALL_RIGHT}'."
        raise PermissionDenied(ARTICLE_ALL_RIGHT, text)
    if found.document.values.get("Live"):
        require_publish(call, found.guards)
    return found


def ordered_step_codes(article: Document) -> list[int]:
    """The codes of an article's steps in order."""
    return list(article.values.get(STEP_ORDER_ATTRIBUTE, ()))


def open_step(records: Records, call: Call, code: int, *, to_change: bool = False) -> tuple[OpenArticle, RecordState]:
    """Loads a step and its article; with `to_change`, only when the person may change them.

    Raises NotFound for a step that the person may not see.
    """
    step = records.require_record(STEP.family, STEP.code, code, STEP.words)
    ask = open_editable_article if to_change else open_article
    found = ask(records, call, STEP.code, step.document.system[ARTICLE.code], STEP.words)
    if code not in ordered_step_codes(found.document):
        raise NotFound(STEP.code, STEP.words)
    return found, step


def may_publish_article(call: Call, guarding: Sequence[Document | None]) -> bool:
    """True when the person may make articles live under these guards (the section first)."""
    return call.actor.has_right(ARTICLE_PUBLISH_RIGHT, call.at) and record_security.may_publish(call.actor, *guarding)


def require_write(call: Call, guarding: Sequence[Document | None]) -> None:
    """Raises PermissionDenied unless the person may write under these guards."""
    if not record_security.may_write(call.actor, *guarding):
        raise PermissionDenied(
            ARTICLE_WRITE_RIGHT, "The person you act for may not write in this section. Use one with CanWrite."
        )


def require_publish(call: Call, guarding: Sequence[Document | None]) -> None:
    """Raises PermissionDenied unless the person may change live articles under these guards."""
    if not may_publish_article(call, guarding):
        text = f"Live is set on the article; changing it needs the right '{ARTICLE_PUBLISH_RIGHT}' and publishing in its section."
        raise PermissionDenied(ARTICLE_PUBLISH_RIGHT, text)


def require_article_unchanged(change: Change, found: OpenArticle) -> None:
    """Makes the change fail when the article or its guards have changed since they were loaded."""
    guards.require_unchanged(change, found.document, *found.guards)
