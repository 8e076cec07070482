"""Arguments that ask for a code and take the record's name too, where exactly one record has it.

A record that is deleted is named by its code alone. So are records whose titles are no names: articles, threads, posts, tasks.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from affino_mcp.catalogue.families.lists import LIST_RECORDS
from affino_mcp.catalogue.method import Effect, Method
from affino_mcp.catalogue.reading import RecordName
from affino_mcp.catalogue.record import Field
from affino_mcp.value_class import value_class

_BY_ARGUMENT: Final = {
    "AccountCode": "accounts",
    "AccountCodes": "accounts",
    "UserCode": "contacts",
    "UserCodes": "contacts",
    "AuthorCode": "contacts",
    "ContactCodes": "contacts",
    "ToAccountCode": "accounts",
    "OpportunityCode": "opportunities",
    "IndustryCode": "industries",
    "ContactListCode": "contact_lists",
    "AccountListCode": "account_lists",
    "WithoutContactListCode": "contact_lists",
    "PermissionCode": "permissions",
    "WithoutPermissionCode": "permissions",
    "TopicCodes": "topics",
    "ChannelCode": "channels",
    "standardSectionCode": "sections",
    "ForumItemCode": "forums",
    "TargetForumItemCode": "forums",
}
"""The kind of record that an argument without a reference names; categories depend on the method's family."""
_CATEGORIES: Final = {"articles": "article_categories", "media_items": "media_categories"}
LOOKUP_TOOLS: Final = {
    "accounts": "list_accounts",
    "contacts": "list_contacts",
    "staff": "list_contacts (StaffOnly)",
    "opportunities": "list_opportunities",
    "contact_lists": "list_contact_lists",
    "account_lists": "list_account_lists",
    "permissions": "list_permissions",
    "topics": "list_topics",
    "industries": "list_account_lookups",
    "account_types": "list_account_lookups",
    "stages": "list_opportunity_stages",
    "channels": "list_sections",
    "sections": "list_sections",
    "article_types": "list_article_types",
    "article_categories": "list_article_categories",
    "media_categories": "list_media_categories",
    "forums": "list_forums",
}
"""The tool that lists the codes and names of each kind of record."""


@value_class
class NamedCode:
    """An argument that takes names: its field, and the kind of record (a family, a list or `staff`) that they are of."""

    field: Field
    target: str

    @property
    def lookup_tool(self) -> str:
        """The tool that lists the codes; "" when none does."""
        return LOOKUP_TOOLS.get(self.target, "")


@lru_cache(maxsize=256)
def named_codes(method: Method) -> dict[str, NamedCode]:
    """The arguments of a method that take a record's name for its code, by their names."""
    own = method.record.code if method.record and method.effect is Effect.DELETE else ""
    found = (NamedCode(field, _target(method, field)) for field in method.arguments if field.name != own)
    return {each.field.name: each for each in found if each.target}


def _target(method: Method, field: Field) -> str:
    if field.reference is not None:
        return field.reference.target
    if field.name in ("CategoryCode", "CategoryCodes"):
        return _CATEGORIES.get(method.family, "")
    return _BY_ARGUMENT.get(field.name, "")


def names_among(method: Method, values: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments that hold names where codes are asked, as they were sent.

    The entry of a list by its name, where one is asked, is none: the tools look it up themselves.
    """
    return {
        name: values[name]
        for name, named in named_codes(method).items()
        if name in values and any(_is_sought(named, each) for each in as_list(values[name]))
    }


def as_list(value: Any) -> list[Any]:
    """Several values as they are, one as a list."""
    return value if isinstance(value, list) else [value]


def _is_sought(named: NamedCode, value: Any) -> bool:
    return isinstance(value, RecordName) or (isinstance(value, str) and named.target not in LIST_RECORDS)
