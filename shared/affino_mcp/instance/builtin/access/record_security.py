"""Record security: decides whether a person may read, write, post or publish under a guard.

A guard is a record that names security groups: a section, a security, a forum. Only membership of a named group opens
it; rights such as `articles.all` decide what a person may do, never what is visible, and do not bypass a guard. A
missing guard is closed to everybody. Every entry (tool, list, history, log) uses the functions of this module, so that
all give the same answer.
"""

from __future__ import annotations

from typing import Final

from affino_mcp.catalogue.families import website
from affino_mcp.instance.builtin.engine.document import Document
from affino_mcp.instance.port import Actor

EVERYBODY: Final = website.EVERYBODY

READ_ACTION: Final = "ReadGroups"
WRITE_ACTION: Final = "WriteGroups"
PUBLISH_ACTION: Final = "PublishGroups"
POST_ACTION: Final = "PostGroups"
_CLOSED_ACTIONS: Final = (WRITE_ACTION, PUBLISH_ACTION)
GUARDED_ACTIONS: Final = (READ_ACTION, WRITE_ACTION, PUBLISH_ACTION, POST_ACTION)


def may_act(actor: Actor, guard: Document | None, deed: str) -> bool:
    """True when the guard names one of the person's groups for this deed; False for a missing or deleted guard."""
    named = set(named_groups(guard, deed)) if guard and not guard.deleted else set()
    return not named.isdisjoint((EVERYBODY, *actor.groups))


def named_groups(guard: Document, deed: str) -> tuple[str, ...]:
    """The groups that a guard names for a deed: none for writing and publishing under a closed one."""
    return () if is_closed(guard, deed) else tuple(guard.values.get(deed, ()))


def is_closed(guard: Document, deed: str) -> bool:
    """True for writing and publishing under a guard that an operator has closed."""
    return deed in _CLOSED_ACTIONS and guard.values.get("Open") is False


def may_read(actor: Actor, *guards: Document | None) -> bool:
    """True when the person may read under all of these guards."""
    return all(may_act(actor, guard, READ_ACTION) for guard in guards)


def may_write(actor: Actor, place: Document | None, *guards: Document | None) -> bool:
    """True when the person may write under `place`, and read under it and the further guards."""
    return may_read(actor, place, *guards) and may_act(actor, place, WRITE_ACTION)


def may_publish(actor: Actor, place: Document | None, *guards: Document | None) -> bool:
    """True when the person may publish records under `place`: the person must also be allowed to write."""
    return may_write(actor, place, *guards) and may_act(actor, place, PUBLISH_ACTION)


def may_post(actor: Actor, place: Document | None, *guards: Document | None) -> bool:
    """True when the person may post under `place`, such as a forum, and read under it and the further guards."""
    return may_read(actor, place, *guards) and may_act(actor, place, POST_ACTION)


def guard_tags(guard: Document) -> tuple[str, ...]:
    """The index tags of a guard: one query by them finds the guards that are open to a person."""
    return tuple(f"{deed}={group}" for deed in GUARDED_ACTIONS for group in named_groups(guard, deed))


def person_tags(actor: Actor, deed: str = READ_ACTION) -> tuple[str, ...]:
    """The index tags of which a guard must carry one to be open to the person for a deed."""
    return tuple(f"{deed}={group}" for group in dict.fromkeys((EVERYBODY, *actor.groups)))
