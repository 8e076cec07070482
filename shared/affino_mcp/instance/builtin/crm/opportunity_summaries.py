"""Summaries of the opportunities of an account or a contact, for the account's or the contact's own answer."""

from __future__ import annotations

from typing import Any, Final

from affino_mcp.catalogue.families.lists import STAGE
from affino_mcp.catalogue.families.opportunities import OPPORTUNITY
from affino_mcp.instance.builtin.engine.index import facet_partition
from affino_mcp.instance.builtin.engine.list_rows import whole_list
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.references.opportunity_stages import load_stage
from affino_mcp.instance.port import RecordRef
from affino_mcp.store.ops import Query

MAX_SHOWN_OPPORTUNITIES: Final = 20
_SUMMARY_ATTRIBUTES: Final = ("Title", "Value", "Currency", "CloseDate")


def list_summaries(records: Records, facet: str) -> list[dict[str, Any]]:
    """The newest 20 opportunities of one facet (`account=66`, `user=7`), in at most two reads."""
    family = OPPORTUNITY.family
    query = Query(records.table, facet_partition(family, facet), forward=False, limit=MAX_SHOWN_OPPORTUNITIES)
    places = [RecordRef(family, row["code"]) for row in records.db.query(query).items]
    known = records.load_documents([*places, whole_list(STAGE.family)]) if places else {}
    found = [known[place] for place in places if place in known]
    return [
        {OPPORTUNITY.code: document.code}
        | {name: document.values.get(name) for name in _SUMMARY_ATTRIBUTES}
        | {"Stage": load_stage(known, document.values["Stage"]).to_attribute()}
        for document in sorted(found, key=lambda d: -d.code)
    ]
