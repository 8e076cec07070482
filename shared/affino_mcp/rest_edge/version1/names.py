"""Version 1's names and forms of values, and what they are in the catalogue: one table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import UTC, datetime
from typing import Any, Final

from affino_mcp.catalogue.countries import find_long_code
from affino_mcp.catalogue.families.accounts import ACCOUNT
from affino_mcp.catalogue.families.contacts import CONTACT
from affino_mcp.catalogue.record import Field, Record, fold_name
from affino_mcp.catalogue.version1 import (
    ACCOUNT_NAMES,
    ACCOUNT_NOT_KEPT,
    CONTACT_NAMES,
    CONTACT_NOT_KEPT,
    MOMENT_FORM,
    format_moment,
)
from affino_mcp.rest_edge.refusals import BadCall
from affino_mcp.value_class import value_class

_MOMENTS: Final = ("CreatedDate", "UpdatedDate")


@value_class
class Collection:
    """One kind of record: the name of its list, its singular in method names, and the attributes whose names differ.

    `not_kept` are the attributes of version 1 that nothing here holds: they are told to whoever sets one.
    """

    rows: str
    singular: str
    record: Record
    listed: tuple[str, ...]
    renamed: Mapping[str, str] = field(default_factory=dict)
    not_kept: frozenset[str] = frozenset()

    @property
    def plural(self) -> str:
        """The kind's name in the names of methods."""
        return f"{self.singular}s"

    def arguments(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments of a method, from attributes under version 1's names; bits become truth values.

        Raises BadCall for a value of an attribute that is not kept.
        """
        held = {fold_name(name) for name, value in given.items() if str(value or "0") != "0"}
        lost = sorted(name for name in self.not_kept if fold_name(name) in held)
        if lost:
            raise BadCall(f"Not kept here: {', '.join(lost)}. Leave it out; nothing was changed.")
        ours = {fold_name(theirs): name for name, theirs in self.renamed.items()}
        named = {ours.get(fold_name(name), name): value for name, value in given.items()}
        return {name: self._truth(name, value) for name, value in named.items()}

    def attributes(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """The attributes of a record under version 1's names and in its forms, empty ones among them."""
        found = {self.record.code: document[self.record.code]} if self.record.code in document else {}
        found |= {
            self.renamed.get(each.name, each.name): _plain(each, document[each.attribute])
            for each in self.record.fields
            if each.attribute in document
        }
        return found | {name: format_moment(document[name]) for name in _MOMENTS if document.get(name)}

    def _truth(self, name: str, value: Any) -> Any:
        known = next((each for each in self.record.fields if each.name == name), None)
        if known is None or known.kind.schema.get("type") != "boolean":
            return value
        return {"1": True, "0": False}.get(str(value), value)


ACCOUNTS: Final = Collection(
    "Accounts", "account", ACCOUNT, ("AccountCode", "ExternalID", "Name"), ACCOUNT_NAMES, ACCOUNT_NOT_KEPT
)
USERS: Final = Collection(
    "Users",
    "contact",
    CONTACT,
    ("UserCode", "ExternalID", "FirstName", "LastName", "Email"),
    CONTACT_NAMES,
    CONTACT_NOT_KEPT,
)
COLLECTIONS: Final = {"accounts": ACCOUNTS, "users": USERS}


def read_moment(text: str) -> str:
    """Gives the ISO form of a moment in version 1's form; any other text as it is, for the method's own check."""
    try:
        return datetime.strptime(text, MOMENT_FORM).replace(tzinfo=UTC).isoformat()
    except ValueError:
        return text


def _plain(field_: Field, value: Any) -> Any:
    """A code in place of the code and name of a reference, a bit in place of a truth value, codes separated by commas.

    A country has three letters, as its field in version 1 has three places.
    """
    if field_.name == "CountryISO" and value:
        return find_long_code(value) or value
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, dict):
        return next((part for part in value.values() if isinstance(part, int)), None)
    if isinstance(value, list):
        return ",".join(str(_plain(field_, part)) for part in value)
    return value
