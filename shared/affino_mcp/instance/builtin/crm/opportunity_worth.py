"""What opportunities are worth: amounts of money, added up for each currency apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.instance.builtin.listing.list_totals import MAX_COUNTED_RECORDS
from affino_mcp.instance.port import Call


def render_worth(call: Call, rows: Sequence[Mapping[str, Any]] | None) -> dict[str, Any]:
    """The value of all opportunities of a list, from the Value and Currency of each.

    TotalValue is null when there are several currencies. Without rows there are too many opportunities: both attributes are
    null, and the caller is warned.
    """
    if rows is None:
        text = f"More than {MAX_COUNTED_RECORDS:,} opportunities fit, too many to be added up: TotalRecords, TotalValue"
        call.warn(WarningCode.INCOMPLETE, "TotalValue", f"{text} and TotalValues are null. Narrow the list down.")
        return {"TotalValue": None, "TotalValues": None}
    per_currency = sum_values(rows)
    if len(per_currency) > 1:
        return {"TotalValue": None, "TotalValues": per_currency}
    return {"TotalValue": per_currency[0]["Value"] if per_currency else 0, "TotalValues": per_currency}


def sum_values(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The sum of the Values in each Currency, exactly; those without a Value do not count."""
    sums: dict[str, Decimal] = {}
    for row in rows:
        if row.get("Value") is not None:
            sums[row["Currency"]] = sums.get(row["Currency"], Decimal(0)) + Decimal(str(row["Value"]))
    return [{"Currency": currency, "Value": exact_amount(float(total))} for currency, total in sorted(sums.items())]


def exact_amount(value: float) -> float:
    """An amount of money as it is stored and shown: whole amounts as an integer, others with exactly two decimals."""
    return int(value) if value == int(value) else round(value, 2)
