"""Help of methods, generated from the catalogue: each family's methods, arguments and errors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from affino_mcp.catalogue.capability import Family
from affino_mcp.catalogue.method import DRY_RUN, IDEMPOTENCY_KEY, Method
from affino_mcp.catalogue.record import Field, Record
from affino_mcp.catalogue.registry import METHODS, is_listed
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.value_class import value_class

_COMMON_ARGUMENT_HELP: Final = {
    DRY_RUN: "true: checks and shows, changes nothing",
    IDEMPOTENCY_KEY: "the same key never writes twice, for 24 hours",
}
"""Help of the arguments of every write, which agents read once in the server's instructions and not in every tool."""


@value_class
class HelpRow:
    """An argument or an attribute as a row of the help's tables."""

    name: str
    type: str
    required: bool
    length: str
    help: str

    @classmethod
    def from_field(cls, field: Field, *, required: bool = False, name: str = "") -> HelpRow:
        """The row of a field; the length comes from the field's schema. `name` replaces the field's name."""
        schema = field.kind.schema
        length = schema.get("maxLength", schema.get("maxItems", ""))
        return cls(
            name or field.name,
            field.kind.display_name,
            required,
            str(length),
            field.help or _COMMON_ARGUMENT_HELP.get(field, ""),
        )


@value_class
class MethodHelp:
    """The help of one method."""

    method: Method

    @property
    def arguments(self) -> list[HelpRow]:
        """The method's arguments."""
        return [HelpRow.from_field(field, required=field.required) for field in self.method.all_arguments]


@value_class
class FamilyHelp:
    """The help of one family: its records and its methods."""

    family: str
    records: list[Record]
    methods: list[MethodHelp]

    @staticmethod
    def list_attributes(record: Record) -> list[HelpRow]:
        """The attributes of a record that is answered in full."""
        return [HelpRow.from_field(field, name=field.attribute) for field in record.attributes]


def list_family_help(profile: Profile | None, words: Sequence[str] = ()) -> list[FamilyHelp]:
    """The families in the catalogue's order, with the methods that a profile lists and that contain all the words.

    Without a profile, every method is listed. `words` must be case-folded. Families without such a method are left out.
    """
    found = []
    confirm = profile is not None and profile.confirm
    listed = [
        m.for_profile(confirm=confirm) for m in METHODS.values() if profile is None or is_listed(m, profile.capability)
    ]
    for family in Family:
        methods = [
            MethodHelp(method) for method in listed if method.family == family and _contains_words(method, words)
        ]
        if methods:
            records = {m.method.record.name: m.method.record for m in methods if m.method.record is not None}
            found.append(FamilyHelp(str(family), list(records.values()), methods))
    return found


def list_warning_codes() -> list[str]:
    """The codes of all warnings that methods may answer."""
    return [code.value for code in WarningCode]


def _contains_words(method: Method, words: Sequence[str]) -> bool:
    fields = [*method.all_arguments, *(method.record.attributes if method.record else ())]
    texts = [method.name, method.family, method.description, method.right, *(f"{f.name} {f.help}" for f in fields)]
    text = " ".join(texts).casefold()
    return all(word in text for word in words)
