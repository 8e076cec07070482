"""Methods of many records: one call carries out a method of one record up to a hundred times, item by item."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Unpack

from affino_mcp.catalogue.capability import Family
from affino_mcp.catalogue.families.accounts import ACCOUNT
from affino_mcp.catalogue.families.contacts import CONTACT
from affino_mcp.catalogue.families.notes import NOTE
from affino_mcp.catalogue.families.opportunities import OPPORTUNITY
from affino_mcp.catalogue.families.tasks import TASK
from affino_mcp.catalogue.item_kinds import MAX_ITEMS, arguments_kind, items_kind
from affino_mcp.catalogue.item_status import OUTCOME, TOTALS
from affino_mcp.catalogue.method import Declared, Effect, Method
from affino_mcp.catalogue.record import Field, Record
from affino_mcp.tool_errors import NotFound

ITEMS: Final = Field("Items", items_kind(), "JSON")
FILTER: Final = Field("Filters", arguments_kind(), "JSON")
CHANGES: Final = Field("Changes", arguments_kind(), "JSON")


def list_method_name(record: Record) -> str:
    """The method that lists records of this kind."""
    return f"list_{record.family}"


def _returns(record: Record) -> dict[str, str]:
    told = f"Item, {OUTCOME}, {record.code}, Name and Error of each, in order"
    return {ITEMS.name: told, TOTALS: "how many of each Outcome"}


def _make_method(
    record: Record, effect: Effect, told: str, example: str, *arguments: Field, **declared: Unpack[Declared]
) -> Method:
    """One method of many records; `told` is its summary, in which {single} is the method of one record."""
    family, verb = Family(record.family), effect.value
    single = f"{verb}_{record.words}"
    summary, right = told.format(family=family, single=single), f"{family}.write"
    declared = {"each_by": single, **declared}
    returns = _returns(record)
    return Method(
        f"{verb}_{family}", family, effect, right, summary, example, returns, arguments, record=record, **declared
    )


def _create_many(record: Record, example: str) -> Method:
    told = f"Create up to {MAX_ITEMS} {{family}}, each Item as for {{single}}."
    return _make_method(record, Effect.CREATE, told, example, ITEMS.as_required())


def _update_many(record: Record, example: str) -> Method:
    told = f"Change up to {MAX_ITEMS} {{family}}: Items as for {{single}}, or Filters of {list_method_name(record)} with Changes."
    return _make_method(record, Effect.UPDATE, told, example, ITEMS, FILTER, CHANGES, errors=(NotFound,))


METHODS: Final[Mapping[Family, tuple[Method, ...]]] = {
    Family.ACCOUNTS: (
        _create_many(ACCOUNT, "40 from a table."),
        _update_many(ACCOUNT, "Sam's accounts get another manager."),
    ),
    Family.CONTACTS: (
        _create_many(CONTACT, "40 people from a mail."),
        _update_many(CONTACT, "new job titles for five."),
    ),
    Family.OPPORTUNITIES: (
        _create_many(OPPORTUNITY, "one for each lead."),
        _update_many(OPPORTUNITY, "hand Sam's open deals to Una."),
    ),
    Family.TASKS: (_create_many(TASK, "a call for each lead."), _update_many(TASK, "Sam's overdue tasks go to Una.")),
    Family.NOTES: (_create_many(NOTE, "one note for each of ten."),),
}
"""The methods of many records of each family."""
