"""Record security: may this person read, write, post or publish here? One function answers for every entry (R8, R141).

A guard is a record that names security groups: a section, a security, a forum. Only membership of a named group opens it;
rights such as `articles.all` decide what a person may do, never what is visible, and do not bypass a guard. A guard that
is missing opens nothing.
"""

from __future__ import annotations

from typing import Final

from affino_mcp.instance.builtin.engine.document import Document
from affino_mcp.instance.port import Actor

EVERYBODY: Final = "Everybody"
"""Named by a guard, it stands for every person of the instance."""

READ: Final = "ReadGroups"
WRITE: Final = "WriteGroups"
PUBLISH: Final = "PublishGroups"
POST: Final = "PostGroups"
DEEDS: Final = (READ, WRITE, PUBLISH, POST)


def allows(actor: Actor, guard: Document | None, deed: str) -> bool:
    """Whether the guard names one of the person's groups for this deed."""
    named = set(guard.values.get(deed, ())) if guard and not guard.deleted else set()
    return not named.isdisjoint((EVERYBODY, *actor.groups))


def may_read(actor: Actor, *guards: Document | None) -> bool:
    """Whether the person may see what all these guards protect."""
    return all(allows(actor, guard, READ) for guard in guards)


def may_write(actor: Actor, place: Document | None, *guards: Document | None) -> bool:
    """Whether the person may write in a place that other guards restrict further; never where reading is closed."""
    return may_read(actor, place, *guards) and allows(actor, place, WRITE)


def may_publish(actor: Actor, place: Document | None, *guards: Document | None) -> bool:
    """Whether the person may make records live in a place."""
    return may_write(actor, place, *guards) and allows(actor, place, PUBLISH)


def may_post(actor: Actor, place: Document | None, *guards: Document | None) -> bool:
    """Whether the person may post in a place, such as a forum."""
    return may_read(actor, place, *guards) and allows(actor, place, POST)


def tags(guard: Document) -> tuple[str, ...]:
    """What the index rows of a guard carry, so that one query finds those that are open to a person."""
    return tuple(f"{deed}={group}" for deed in DEEDS for group in guard.values.get(deed, ()))


def tags_of(actor: Actor, deed: str = READ) -> tuple[str, ...]:
    """The tags of which a guard must carry one to be open to the person."""
    return tuple(f"{deed}={group}" for group in dict.fromkeys((EVERYBODY, *actor.groups)))
