"""Who may see, change and publish an article: the one place that every article tool asks (R8, R103, threat 51).

Seeing: the section and the article's own security are open to the person, and the article is live, or the person may write
articles, or it is the person's own. Changing: the section's write groups, and it is the person's own or `articles.all`;
a live article, or making one live, also needs `articles.publish` and the section's publish groups. What a person may not see
is not found; what is seen but may not be changed is refused with the right's name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from affino_mcp.catalogue.families.article_steps import STEP
from affino_mcp.catalogue.families.articles import ARTICLE, AUTHOR, SECTION
from affino_mcp.clock import iso, precise
from affino_mcp.errors import NotFound, PermissionDenied
from affino_mcp.instance.builtin.access import guards, record_security
from affino_mcp.instance.builtin.engine.change import Change
from affino_mcp.instance.builtin.engine.document import Document
from affino_mcp.instance.builtin.engine.record_state import Stored
from affino_mcp.instance.builtin.engine.records import Known, Place, Records
from affino_mcp.instance.builtin.references import references
from affino_mcp.instance.port import Call

FAMILY: Final = ARTICLE.family
SECTIONS: Final = "sections"
WRITE: Final = "articles.write"
PUBLISH: Final = "articles.publish"
ALL: Final = "articles.all"
ORDER: Final = "Steps"
"""The value of an article that holds the codes of its steps in order."""
_NEVER: Final = "~"
"""Sorts after every moment."""


@dataclass(frozen=True)
class Opened:
    """An article that the person may see, with what it was decided by."""

    stored: Stored
    known: Known

    @property
    def document(self) -> Document:
        """The article's document."""
        return self.stored.document

    @property
    def guards(self) -> tuple[Document | None, ...]:
        """Its section, then its security if it has one."""
        return tuple(self.known.get(place) for place in guards_of(self.document))


def guards_of(document: Document) -> list[Place]:
    """Where the section and the security of an article are."""
    return [(SECTIONS, document.values.get(SECTION.name, 0)), *guards.security_of(document)]


def owners(document: Document) -> set[int]:
    """Whose article it is: its author's and its creator's."""
    author, creator = document.values.get(AUTHOR.name), document.system["CreatedBy"]["UserCode"]
    return {code for code in (author, creator) if code}


def sees(call: Call, document: Document, known: Known) -> bool:
    """Whether the person may see the article; `known` must hold its guards."""
    return record_security.may_read(call.actor, *(known.get(place) for place in guards_of(document))) and shows(
        call, document
    )


def shows(call: Call, document: Document) -> bool:
    """Whether the article's own state lets the person see it, its guards aside: live, or theirs, or they write."""
    return drafts_too(call) or call.actor.user_code in owners(document) or live_now(call, document)


def drafts_too(call: Call) -> bool:
    """Whether the person may see drafts of others."""
    return call.actor.has(WRITE, call.at)


def live_now(call: Call, document: Document) -> bool:
    """Whether readers see the article at this moment."""
    begins, ends, now = document.values.get("LiveDate"), document.values.get("ExpiryDate"), iso(call.at)
    begun, ended = not begins or precise(begins) <= now, ends is not None and precise(ends) <= now
    return bool(document.values.get("Live")) and begun and not ended


def reaches_more(call: Call, before: Document, after: Document) -> bool:
    """Whether readers of a live article will see it at a time, or under guards, when they would not have."""
    (was_from, was_to), (from_, to) = _shown(call, before), _shown(call, after)
    moved = guards_of(before) != guards_of(after)
    return bool(after.values.get("Live")) and from_ < to and (moved or from_ < was_from or was_to < to)


def _shown(call: Call, document: Document) -> tuple[str, str]:
    """From when until when a live article is shown, from this moment on."""
    begins, ends = document.values.get("LiveDate"), document.values.get("ExpiryDate")
    return max(precise(begins) if begins else "", iso(call.at)), precise(ends) if ends else _NEVER


@dataclass(frozen=True)
class Visible:
    """How a list leaves out what the person may not see: groups of facets, and where to look when that is narrower."""

    any_of: tuple[tuple[str, ...], ...]
    leads: tuple[str, ...]


def visible(records: Records, call: Call) -> Visible:
    """What the person may see, as facets: two queries, whatever is stored."""
    found, others = guards.parted(records, call.actor, SECTIONS)
    sections = tuple(f"section={code}" for code in found)
    drafts = () if drafts_too(call) else (("live=yes", f"mine={call.actor.user_code}"),)
    securities = guards.readable_securities(records, call.actor)
    return Visible((sections, securities, *drafts), sections if others else ())


def opened(records: Records, call: Call, argument: str, code: int, what: str = ARTICLE.words) -> Opened:
    """The article, or NotFound under the argument and word by which it was asked for."""
    stored = records.load(FAMILY, code)
    if stored is None:
        raise NotFound(argument, what)
    wanted = [*guards_of(stored.document), *references.pointed_to(call, [stored.document])]
    known = records.documents(wanted)
    if not sees(call, stored.document, known):
        raise NotFound(argument, what)
    return Opened(stored, known)


def editable(records: Records, call: Call, argument: str, code: int, what: str = ARTICLE.words) -> Opened:
    """The article if the person may change it; raises NotFound or PermissionDenied."""
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
    """The article of a step, and the step; NotFound for a step that the person may not see."""
    step = records.require(STEP.family, STEP.code, code, STEP.words)
    ask = editable if to_change else opened
    found = ask(records, call, STEP.code, step.document.system[ARTICLE.code], STEP.words)
    if code not in order(found.document):
        raise NotFound(STEP.code, STEP.words)
    return found, step


def may_publish(call: Call, guarding: Sequence[Document | None]) -> bool:
    """Whether the person may make articles live under these guards (the section first)."""
    return call.actor.has(PUBLISH, call.at) and record_security.may_publish(call.actor, *guarding)


def must_write(call: Call, guarding: Sequence[Document | None]) -> None:
    """Raises PermissionDenied unless the person may write under these guards."""
    if not record_security.may_write(call.actor, *guarding):
        raise PermissionDenied(WRITE, "The person you act for may not write in this section. Use one with CanWrite.")


def must_publish(call: Call, guarding: Sequence[Document | None]) -> None:
    """Raises PermissionDenied unless the person may change what is live under these guards."""
    if not may_publish(call, guarding):
        text = f"The article is live; changing it needs the right '{PUBLISH}' and publishing in its section."
        raise PermissionDenied(PUBLISH, text)


def hold(change: Change, found: Opened) -> None:
    """Bind a change to the article as it was seen and to the guards by which it was allowed."""
    guards.still(change, found.document, *found.guards)
