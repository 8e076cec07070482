"""Decides who may see, change and publish an article; every article tool uses these functions.

A person sees an article when the section and the article's own security are open to the person and, besides, the
article is live, or the person may write articles, or it is the person's own. Changing needs the section's write groups,
and ownership or `articles.all`; changing a live article, or making one live, also needs `articles.publish` and the
section's publish groups. An article that the person may not see is reported as not found; an article that the person
may see but not change is refused with the name of the missing right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from affino_mcp.catalogue.families.article_steps import STEP
from affino_mcp.catalogue.families.articles import ARTICLE, AUTHOR, SECTION
from affino_mcp.clock import iso, precise
from affino_mcp.instance.builtin.access import guards, record_security
from affino_mcp.instance.builtin.engine.change import Change
from affino_mcp.instance.builtin.engine.document import Document
from affino_mcp.instance.builtin.engine.record_state import Stored
from affino_mcp.instance.builtin.engine.records import Known, Place, Records
from affino_mcp.instance.builtin.references import references
from affino_mcp.instance.port import Call
from affino_mcp.tool_errors import NotFound, PermissionDenied

FAMILY: Final = ARTICLE.family
SECTIONS: Final = "sections"
WRITE: Final = "articles.write"
PUBLISH: Final = "articles.publish"
ALL: Final = "articles.all"
ORDER: Final = "Steps"
"""The value of an article that holds the codes of its steps in order."""
_NEVER: Final = "~"
"""Sorts after every time."""


@dataclass(frozen=True)
class Opened:
    """An article that the person may see, with the records that the decision depends on."""

    stored: Stored
    known: Known

    @property
    def document(self) -> Document:
        """The article's document."""
        return self.stored.document

    @property
    def guards(self) -> tuple[Document | None, ...]:
        """The article's section, then its security when the article has one."""
        return tuple(self.known.get(place) for place in guards_of(self.document))


def guards_of(document: Document) -> list[Place]:
    """`(family, code)` of the section and the security of an article."""
    return [(SECTIONS, document.values.get(SECTION.name, 0)), *guards.security_of(document)]


def owners(document: Document) -> set[int]:
    """The UserCodes of an article's author and creator."""
    author, creator = document.values.get(AUTHOR.name), document.creator
    return {code for code in (author, creator) if code}


def sees(call: Call, document: Document, known: Known) -> bool:
    """True when the person may see the article; `known` must hold its guards."""
    return record_security.may_read(call.actor, *(known.get(place) for place in guards_of(document))) and shows(
        call, document
    )


def shows(call: Call, document: Document) -> bool:
    """True when the article's own state lets the person see it, guards aside.

    The article is live, or the person may see drafts, or the article is the person's own.
    """
    return drafts_too(call) or call.actor.user_code in owners(document) or live_now(call, document)


def drafts_too(call: Call) -> bool:
    """True when the person may see drafts of others."""
    return call.actor.has(WRITE, call.at)


def live_now(call: Call, document: Document) -> bool:
    """True when readers see the article at this moment."""
    begins, ends, now = document.values.get("LiveDate"), document.values.get("ExpiryDate"), iso(call.at)
    begun, ended = not begins or precise(begins) <= now, ends is not None and precise(ends) <= now
    return bool(document.values.get("Live")) and begun and not ended


def reaches_more(call: Call, before: Document, after: Document) -> bool:
    """True when a change publishes a live article further.

    Readers then see the article at a time, or under guards, at which they did not see it before.
    """
    (was_from, was_to), (from_, to) = _shown(call, before), _shown(call, after)
    moved = guards_of(before) != guards_of(after)
    return bool(after.values.get("Live")) and from_ < to and (moved or from_ < was_from or was_to < to)


def _shown(call: Call, document: Document) -> tuple[str, str]:
    """The begin and the end of the time in which a live article is shown, from this moment on."""
    begins, ends = document.values.get("LiveDate"), document.values.get("ExpiryDate")
    return max(precise(begins) if begins else "", iso(call.at)), precise(ends) if ends else _NEVER


@dataclass(frozen=True)
class Visible:
    """The facets by which a list hides what the person may not see.

    `any_of` are groups of which one facet must hold each; `leads` are the facets to read from when these are narrower.
    """

    any_of: tuple[tuple[str, ...], ...]
    leads: tuple[str, ...]


def visible(records: Records, call: Call) -> Visible:
    """The facets of the articles that the person may see, in two queries."""
    found, others = guards.parted(records, call.actor, SECTIONS)
    sections = tuple(f"section={code}" for code in found)
    drafts = () if drafts_too(call) else (("live=yes", f"mine={call.actor.user_code}"),)
    securities = guards.readable_securities(records, call.actor)
    return Visible((sections, securities, *drafts), sections if others else ())


def opened(records: Records, call: Call, argument: str, code: int, what: str = ARTICLE.words) -> Opened:
    """Loads an article that the person may see. Raises NotFound with the given argument and word."""
    stored = records.load(FAMILY, code)
    if stored is None:
        raise NotFound(argument, what)
    wanted = [*guards_of(stored.document), *references.pointed_to(call, [stored.document])]
    known = records.documents(wanted)
    if not sees(call, stored.document, known):
        raise NotFound(argument, what)
    return Opened(stored, known)


def editable(records: Records, call: Call, argument: str, code: int, what: str = ARTICLE.words) -> Opened:
    """Loads an article that the person may change. Raises NotFound or PermissionDenied."""
    found = opened(records, call, argument, code, what)
    must_write(call, found.guards)
    if call.actor.user_code not in owners(found.document) and not call.actor.has(ALL, call.at):
        text = f"This article belongs to somebody else; changing it needs the right '{ALL}'."
        raise PermissionDenied(ALL, text)
    if found.document.values.get("Live"):
        must_publish(call, found.guards)
    return found


def order(article: Document) -> list[int]:
    """The codes of an article's steps in order."""
    return list(article.values.get(ORDER, ()))


def step_opened(records: Records, call: Call, code: int, *, to_change: bool = False) -> tuple[Opened, Stored]:
    """Loads a step and its article; with `to_change`, only when the person may change them.

    Raises NotFound for a step that the person may not see.
    """
    step = records.require(STEP.family, STEP.code, code, STEP.words)
    ask = editable if to_change else opened
    found = ask(records, call, STEP.code, step.document.system[ARTICLE.code], STEP.words)
    if code not in order(found.document):
        raise NotFound(STEP.code, STEP.words)
    return found, step


def may_publish(call: Call, guarding: Sequence[Document | None]) -> bool:
    """True when the person may make articles live under these guards (the section first)."""
    return call.actor.has(PUBLISH, call.at) and record_security.may_publish(call.actor, *guarding)


def must_write(call: Call, guarding: Sequence[Document | None]) -> None:
    """Raises PermissionDenied unless the person may write under these guards."""
    if not record_security.may_write(call.actor, *guarding):
        raise PermissionDenied(WRITE, "The person you act for may not write in this section. Use one with CanWrite.")


def must_publish(call: Call, guarding: Sequence[Document | None]) -> None:
    """Raises PermissionDenied unless the person may change live articles under these guards."""
    if not may_publish(call, guarding):
        text = f"The article is live; changing it needs the right '{PUBLISH}' and publishing in its section."
        raise PermissionDenied(PUBLISH, text)


def hold(change: Change, found: Opened) -> None:
    """Makes the change fail when the article or its guards have changed since they were loaded."""
    guards.still(change, found.document, *found.guards)
