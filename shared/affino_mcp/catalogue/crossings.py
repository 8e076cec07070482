"""Crossings: the arguments of each method that name, or change, records of another family, and what they need there.

A code of another family needs that family's read on the profile and the person's right to read it; what writes the other
family's record needs its write. This is asked before any record is looked at, so the answer is the same whether the code
exists. Arguments that name members of staff are open to all (owners, authors): "not there" and "not staff" are one answer.
Filters of lists are no crossings, because they give a page of the method's own family: a code that the call may not see is
not found, like one that does not exist.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from affino_mcp.catalogue.capability import Access, Family
from affino_mcp.catalogue.families.accounts import NEW_PRIMARY_CONTACT
from affino_mcp.catalogue.families.article_texts import ATTACHED_ITEM_FIELD, NEW_STEPS
from affino_mcp.catalogue.families.merging import MERGED_ACCOUNT, MERGED_CONTACT
from affino_mcp.catalogue.families.shared import ACCOUNT_FIELD, CONTACT_CODES, SCOPE_FIELDS
from affino_mcp.catalogue.families.tasks import FROM_NOTE


class Crossing(NamedTuple):
    """An argument that concerns records of another family, and the access to that family that it needs."""

    argument: str
    family: Family
    access: Access = Access.READ

    @property
    def rule(self) -> str:
        """The profile's switch and the person's right that the argument needs."""
        return f"{self.family}.{self.access}"


_ACCOUNT: Final = Crossing(ACCOUNT_FIELD.name, Family.ACCOUNTS)
_PRIMARY_OF_ACCOUNT: Final = Crossing("Primary", Family.ACCOUNTS, Access.WRITE)
_PRIMARY_CONTACT: Final = Crossing("PrimaryContactCode", Family.CONTACTS)
_SCOPE: Final = tuple(
    Crossing(field.name, family)
    for field, family in zip(SCOPE_FIELDS, (Family.ACCOUNTS, Family.CONTACTS, Family.OPPORTUNITIES), strict=True)
)
_ABOUT: Final = (Family.OPPORTUNITIES, Family.TASKS, Family.NOTES)
_MERGED_CONTACT: Final = (Family.ACCOUNTS, Family.CONTACT_LISTS, *_ABOUT)
_MERGED_ACCOUNT: Final = (Family.CONTACTS, Family.ACCOUNT_LISTS, *_ABOUT)

CROSSINGS: Final[Mapping[str, tuple[Crossing, ...]]] = {
    "create_account": (
        _PRIMARY_CONTACT._replace(access=Access.WRITE),
        Crossing(NEW_PRIMARY_CONTACT.name, Family.CONTACTS, Access.WRITE),
    ),
    "update_account": (_PRIMARY_CONTACT._replace(access=Access.WRITE),),
    "create_contact": (_ACCOUNT,),
    "link_contact_to_account": (_ACCOUNT, _PRIMARY_OF_ACCOUNT),
    "update_contact_account_link": (_ACCOUNT, _PRIMARY_OF_ACCOUNT),
    "unlink_contact_from_account": (_ACCOUNT,),
    "add_contact_list_members": (Crossing("UserCodes", Family.CONTACTS),),
    "add_account_list_members": (Crossing("AccountCodes", Family.ACCOUNTS),),
    "create_opportunity": (_ACCOUNT, _PRIMARY_CONTACT, Crossing(CONTACT_CODES.name, Family.CONTACTS)),
    "update_opportunity": (_PRIMARY_CONTACT,),
    "add_opportunity_contact": (Crossing("UserCode", Family.CONTACTS),),
    "list_activity": _SCOPE,
    "create_task": (*_SCOPE, Crossing(FROM_NOTE.name, Family.NOTES)),
    "create_note": _SCOPE,
    "attach_article_media": (Crossing(ATTACHED_ITEM_FIELD.name, Family.MEDIA_ITEMS),),
    "merge_contacts": tuple(Crossing(MERGED_CONTACT.name, family, Access.WRITE) for family in _MERGED_CONTACT),
    "merge_accounts": tuple(Crossing(MERGED_ACCOUNT.name, family, Access.WRITE) for family in _MERGED_ACCOUNT),
    "create_article": (Crossing(f"{NEW_STEPS.name}.{ATTACHED_ITEM_FIELD.name}", Family.MEDIA_ITEMS),),
}
"""The crossings of each method; a method that is not here has none. A field of an entry stands behind a point."""

STAFF_ARGUMENTS: Final[Mapping[str, tuple[str, ...]]] = {
    "create_account": ("AccountManagerCode",),
    "update_account": ("AccountManagerCode",),
    "create_opportunity": ("OwnerCode",),
    "update_opportunity": ("OwnerCode",),
    "add_opportunity_team_member": ("UserCode",),
    "create_task": ("OwnerCode",),
    "update_task": ("OwnerCode",),
    "create_article": ("AuthorCode",),
    "update_article": ("AuthorCode",),
    "add_forum_moderator": ("UserCode",),
}
"""The arguments of each method that name a member of staff."""

OWN_ROWS_ARGUMENTS: Final[Mapping[str, tuple[str, ...]]] = {
    "remove_contact_list_members": ("UserCodes",),
    "remove_account_list_members": ("AccountCodes",),
    "remove_opportunity_contact": ("UserCode",),
    "remove_opportunity_team_member": ("UserCode",),
    "remove_forum_moderator": ("UserCode",),
}
"""The arguments of each method that only choose among what the method's own record holds: they tell of no other record."""


def given_crossings(method: str, values: Mapping[str, Any]) -> Iterator[Crossing]:
    """Yields the crossings of a method that its given arguments make; null, which clears, counts as given."""
    return (crossing for crossing in CROSSINGS.get(method, ()) if _is_given(crossing.argument, values))


def _is_given(argument: str, values: Mapping[str, Any]) -> bool:
    name, point, inside = argument.partition(".")
    return name in values and (not point or any(inside in entry for entry in values[name] or ()))
