"""The structure of an instance: the kinds of place, list and group that operators make, each described once.

The shell's commands, the pages of the Control Centre, their help, the rows of the API Log and the export derive from these
descriptions. No tool writes them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from functools import cached_property
from typing import Any, Final

from affino_mcp.catalogue.families.forums import FORUM
from affino_mcp.catalogue.families.lists import (
    ACCOUNT_TYPE,
    CHANNEL,
    INDUSTRY,
    MEMBER_TYPE,
    ORDER,
    ORDER_STEP,
    PARENT,
    PERMISSION,
    SECURITY_GROUP,
    STAGE,
    TOPIC,
)
from affino_mcp.catalogue.families.media_items import MEDIA_CATEGORY
from affino_mcp.catalogue.families.website import (
    ARTICLE_CATEGORY,
    ARTICLE_TYPE,
    COMPUTED_SECTION_FIELDS,
    SECTION,
    SECURITY,
)
from affino_mcp.catalogue.kinds import codes_kind
from affino_mcp.catalogue.record import Field, Record, snake_case
from affino_mcp.value_class import value_class

MODERATORS_FIELD: Final = Field("Moderators", codes_kind(50), "user codes of the people who moderate it")


class Removal(StrEnum):
    """What becomes of an entry that an operator removes.

    It is refused while records use it; or it is removed, and the operator is told first how many records carry it; or it
    is switched off and keeps its code.
    """

    REFUSED_IN_USE = "refused_in_use"
    TOLD = "told"
    SWITCHED_OFF = "switched_off"


@value_class(eq=False)
class StructureKind:
    """One kind of structure.

    `word` names it in the shell and on pages, `choice` tells kinds of one word apart (`category --kind article`). `record`
    holds its fields; `computed` are those that the service fills in, `added` those that stand beside the record.
    """

    word: str
    record: Record
    help: str
    removal: Removal
    choice: str = ""
    computed: tuple[str, ...] = ()
    added: tuple[Field, ...] = ()

    @property
    def family(self) -> str:
        """The family of its records, by which the port names the kind."""
        return str(self.record.family)

    @property
    def noun(self) -> str:
        """Its name in running text: `article category`."""
        return f"{self.choice} {self.word}".strip().replace("-", " ")

    @property
    def plural(self) -> str:
        """Its name in running text for several."""
        return f"{self.noun[:-1]}ies" if self.noun.endswith(("ty", "ry")) else f"{self.noun}s"

    def deed(self, verb: str) -> str:
        """The name of a deed in the API Log: the verb and the noun."""
        return f"{verb}_{self.noun.replace(' ', '_')}"

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """The fields that an operator sets, in order."""
        return (*(field for field in self.record.fields if field.name not in self.computed), *self.added)

    @cached_property
    def shape(self) -> Record:
        """The record with the added fields, against which given values are checked."""
        return replace(self.record, fields=(*self.record.fields, *self.added))

    @property
    def is_ordered(self) -> bool:
        """True when an operator decides the order of its entries."""
        return ORDER in self.record.writable


def option_word(field: Field) -> str:
    """The name of a field's option in the shell: `read-group` for ReadGroups."""
    if field.name == PARENT:
        return "parent"
    words = snake_case(field.name).replace("_", "-")
    return words.removesuffix("s") if field.kind.schema.get("type") == "array" else words


STRUCTURE_KINDS: Final[tuple[StructureKind, ...]] = (
    StructureKind("group", SECURITY_GROUP, "Security groups: which rights their members have.", Removal.REFUSED_IN_USE),
    StructureKind("channel", CHANNEL, "Channels: what sections belong to.", Removal.SWITCHED_OFF),
    StructureKind(
        "section",
        SECTION,
        "Sections of the website: where articles live, and who reads, writes and publishes them.",
        Removal.REFUSED_IN_USE,
        computed=COMPUTED_SECTION_FIELDS,
    ),
    StructureKind(
        "forum",
        FORUM,
        "Forums: where people write threads and posts, and who moderates them.",
        Removal.REFUSED_IN_USE,
        added=(MODERATORS_FIELD,),
    ),
    StructureKind("category", ARTICLE_CATEGORY, "Categories of articles.", Removal.TOLD, choice="article"),
    StructureKind("category", MEDIA_CATEGORY, "Categories of media items.", Removal.TOLD, choice="media"),
    StructureKind("article-type", ARTICLE_TYPE, "Types of article.", Removal.TOLD),
    StructureKind("security", SECURITY, "Securities: who may see a record that carries one.", Removal.REFUSED_IN_USE),
    StructureKind("topic", TOPIC, "Topics of records, each below another if you like.", Removal.SWITCHED_OFF),
    StructureKind("industry", INDUSTRY, "Industries of accounts.", Removal.SWITCHED_OFF),
    StructureKind("account-type", ACCOUNT_TYPE, "Types of account.", Removal.SWITCHED_OFF),
    StructureKind("member-type", MEMBER_TYPE, "Types of member: what contacts are to you.", Removal.SWITCHED_OFF),
    StructureKind("stage", STAGE, "Stages of opportunities.", Removal.SWITCHED_OFF),
    StructureKind("consent", PERMISSION, "Consent permissions: what contacts agree to.", Removal.SWITCHED_OFF),
)
"""Every kind, in the order in which an instance is built up: an entry refers only to kinds before its own."""

KINDS_BY_FAMILY: Final = {kind.family: kind for kind in STRUCTURE_KINDS}
"""Every kind by the family of its records."""


def kinds_of_word(word: str) -> Sequence[StructureKind]:
    """The kinds that one word of the shell stands for: two for `category`."""
    return [kind for kind in STRUCTURE_KINDS if kind.word == word]


def place_order(code: int, values: Any) -> int:
    """The place of an entry in its list: its own Order, or that of its code when nobody has moved it."""
    return int(values.get(ORDER) or code * ORDER_STEP)
