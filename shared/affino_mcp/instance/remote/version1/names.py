"""The names and values of version 1 where they differ from the catalogue's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from affino_mcp.catalogue.countries import find_country, find_long_code
from affino_mcp.catalogue.record import Record
from affino_mcp.catalogue.registry import RECORDS
from affino_mcp.catalogue.version1 import ACCOUNT_NAMES, CONTACT_NAMES
from affino_mcp.value_class import value_class

_COUNTRY: Final = "CountryISO"
_SAME_OF_ACCOUNTS: Final = (
    "Name Website Email Telephone Address1 Address2 Address3 City CountyState PostCode CountryISO ParentCode "
    "PrimaryContactCode ExternalID CompanySize AnnualTurnover CompanyNumber VATNumber LinkedInPage Active"
)
_SAME_OF_CONTACTS: Final = (
    "FirstName LastName Title JobTitle Company Telephone BusinessPhone Mobile SecondaryEmail Address1 Address2 TownCity "
    "CountyState Postcode CountryISO Website MemberTypes Biography Notes ExternalID"
)


@value_class
class RecordNames:
    """A kind of record as version 1 names it: its path, the list in a page, and its fields by the catalogue's names."""

    record: Record
    path: str
    rows: str
    fields: Mapping[str, str]

    @property
    def code(self) -> str:
        """The attribute that holds a record's code, in both."""
        return self.record.code


ACCOUNTS: Final = RecordNames(
    RECORDS["accounts"],
    "accounts",
    "Accounts",
    {name: name for name in _SAME_OF_ACCOUNTS.split()} | dict(ACCOUNT_NAMES),
)
CONTACTS: Final = RecordNames(
    RECORDS["contacts"],
    "users",
    "Users",
    {name: name for name in _SAME_OF_CONTACTS.split()} | dict(CONTACT_NAMES),
)


def write_values(names: RecordNames, values: Mapping[str, Any]) -> dict[str, Any]:
    """Gives the values of a record as version 1 takes them: bits for truths, lists with commas, "" for nothing.

    A country has three letters there, as its field has three places.
    """
    return {names.fields[name]: _write_value(name, value) for name, value in values.items() if name in names.fields}


def read_values(names: RecordNames, found: Mapping[str, Any]) -> dict[str, Any]:
    """Gives a record of version 1 under the catalogue's names; what the catalogue does not have stays as it is."""
    ours = {theirs: name for name, theirs in names.fields.items()}
    truths = {field.name for field in names.record.fields if field.kind.schema.get("type") == "boolean"}
    return {
        ours.get(name, name): str(value) == "1" if ours.get(name) in truths else _read_value(name, value)
        for name, value in found.items()
    }


def _read_value(name: str, value: Any) -> Any:
    if name == _COUNTRY and isinstance(value, str):
        value = find_country(value) or value
    return None if value == "" else value


def _write_value(name: str, value: Any) -> Any:
    if name == _COUNTRY and isinstance(value, str):
        return find_long_code(value) or value
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, list):
        return ",".join(map(str, value))
    return "" if value is None else value
