"""How many records carry an entry of a list, where an index can count them in one bounded read."""

from __future__ import annotations

from typing import Final, NamedTuple

from affino_mcp.catalogue.families.accounts import ACCOUNT
from affino_mcp.catalogue.families.contacts import CONTACT
from affino_mcp.catalogue.families.lists import ACCOUNT_TYPE, CHANNEL, INDUSTRY, PERMISSION, STAGE
from affino_mcp.catalogue.families.opportunities import OPPORTUNITY
from affino_mcp.catalogue.families.website import SECTION
from affino_mcp.catalogue.record import Record
from affino_mcp.instance.builtin.engine.index import facet_partition
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.port import RecordRef
from affino_mcp.store.ops import Query
from affino_mcp.text import plural

MAX_COUNTED_USES: Final = 1000
NOT_COUNTED: Final = "the records that carry it (they are not counted)"


class UseFacet(NamedTuple):
    """The records that carry the entries of a list, and the facet by which they are listed."""

    record: Record
    facet: str


USE_FACETS: Final = {
    INDUSTRY.family: UseFacet(ACCOUNT, "industry"),
    ACCOUNT_TYPE.family: UseFacet(ACCOUNT, "type"),
    STAGE.family: UseFacet(OPPORTUNITY, "stage"),
    PERMISSION.family: UseFacet(CONTACT, "permission"),
}


def describe_uses(records: Records, family: str, code: int) -> str:
    """The records that carry an entry, in running text: `12 accounts`; "" when there are none."""
    if family == CHANNEL.family:
        number = _count_sections(records, code)
        return plural(number, SECTION.words) if number else ""
    if family not in USE_FACETS:
        return NOT_COUNTED
    counted = USE_FACETS[family]
    partition = facet_partition(counted.record.family, f"{counted.facet}={code}")
    rows = records.db.query(Query(records.table, partition, limit=MAX_COUNTED_USES + 1)).items
    if len(rows) > MAX_COUNTED_USES:
        return f"more than {MAX_COUNTED_USES:,} {counted.record.family}"
    return plural(len(rows), counted.record.words, counted.record.family) if rows else ""


def _count_sections(records: Records, code: int) -> int:
    """The number of the channel's sections: there are at most 90 sections."""
    rows = records.db.query(Query(records.table, facet_partition(SECTION.family, "all"))).items
    found = records.load_documents(RecordRef(SECTION.family, row["code"]) for row in rows)
    return sum(section.values[CHANNEL.code] == code for section in found.values())
