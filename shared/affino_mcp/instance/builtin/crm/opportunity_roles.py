"""Who is first on an opportunity: its owner, who is on its team, and its primary contact, who is among its contacts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from affino_mcp.catalogue.families.opportunities import PRIMARY_CONTACT
from affino_mcp.catalogue.families.opportunity_parts import OPPORTUNITY_ROLE, TEAM_SPLIT
from affino_mcp.catalogue.families.tasks import OWNER
from affino_mcp.instance.builtin.engine.document import RecordState
from affino_mcp.instance.port import RecordRef
from affino_mcp.text import fold

CONTACTS_RELATION: Final = "contacts"
TEAM_RELATION: Final = "team"
OWNER_ROLE: Final = "Owner"
"""The role of the opportunity's owner on the team, which nobody else has."""

EMPTY_LINK: Final[Mapping[str, Any]] = {OPPORTUNITY_ROLE.name: None}


def with_owner_and_primary(stored: RecordState, former: int | None = None) -> RecordState:
    """A copy with the owner on the team, as its only owner, and the primary contact among the contacts.

    `former` is the owner before the change: that person stays on the team, without the role.
    """
    owner, primary = stored.document.values[OWNER.name], stored.document.values.get(PRIMARY_CONTACT.name)
    if owner != former:
        stored = _with_one_owner(stored, owner)
    if primary and primary not in stored.relations_to(CONTACTS_RELATION):
        stored = stored.with_relation(str(RecordRef(CONTACTS_RELATION, primary)), EMPTY_LINK)
    return stored


def _with_one_owner(stored: RecordState, owner: int) -> RecordState:
    team = stored.relations_to(TEAM_RELATION)
    for code, link in team.items():
        if code != owner and is_owner_role(link[OPPORTUNITY_ROLE.name]):
            stored = stored.with_relation(member_ref(code), {**link, OPPORTUNITY_ROLE.name: None})
    own = {TEAM_SPLIT.name: None, **team.get(owner, {}), OPPORTUNITY_ROLE.name: OWNER_ROLE}
    return stored.with_relation(member_ref(owner), own)


def member_ref(code: int) -> str:
    """The relation of an opportunity to a member of its team."""
    return str(RecordRef(TEAM_RELATION, code))


def is_owner_role(role: str | None) -> bool:
    """True for the role of an owner, however it is written."""
    return role is not None and fold(role) == fold(OWNER_ROLE)
