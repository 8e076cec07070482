"""Categories of media items: operators own them and decide who may put items into them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from affino_mcp.catalogue.families.media_items import CATEGORY_FIELD, MEDIA_CATEGORY
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import Method
from affino_mcp.instance.builtin.access import record_security
from affino_mcp.instance.builtin.engine.document import Document, RecordState
from affino_mcp.instance.builtin.engine.index import Facets
from affino_mcp.instance.builtin.engine.records import KnownRecords, Records
from affino_mcp.instance.builtin.website import operator_records
from affino_mcp.instance.port import Call, Done, RecordRef
from affino_mcp.plain_text import plain
from affino_mcp.search_words import ask_words
from affino_mcp.tool_errors import PermissionDenied

FAMILY: Final = MEDIA_CATEGORY.family
MEDIA_WRITE_RIGHT: Final = "media_items.write"


def facets(stored: RecordState) -> Facets:
    """A category has no facets."""
    return Facets(())


def upsert_media_category(
    records: Records, name: str, at: datetime, *, write: Sequence[str] = (record_security.EVERYBODY,)
) -> int:
    """Creates or updates the media category of this name.

    Returns its code. `write` names the groups that may put items into it.
    """
    return operator_records.upsert_operator_record(
        records, MEDIA_CATEGORY, {"Name": name, record_security.WRITE_ACTION: list(write)}, at
    )


def list_media_categories(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Lists all categories, or those whose names hold the words of Search."""
    asked = ask_words(values.get("Search", ""))
    every = operator_records.list_operator_records(records, FAMILY)
    found = [document for document in every if all(word in plain(document.label) for word in asked)]
    rows = [{MEDIA_CATEGORY.code: d.code, "Name": d.label, "CanWrite": _may_fill(call, d)} for d in found]
    return Done({"Categories": rows})


def require_fill_right(call: Call, known: KnownRecords, checked: Values) -> None:
    """Raises PermissionDenied unless the person may put items into the category that the values name.

    None is allowed.
    """
    code = checked.get(CATEGORY_FIELD.name)
    if code and not _may_fill(call, known.get(RecordRef(FAMILY, code))):
        text = "The person you act for may not put items into this category. Use one with CanWrite."
        raise PermissionDenied(MEDIA_WRITE_RIGHT, text, argument=CATEGORY_FIELD.name)


def _may_fill(call: Call, category: Document | None) -> bool:
    return call.actor.has_right(MEDIA_WRITE_RIGHT, call.at) and record_security.may_act(
        call.actor, category, record_security.WRITE_ACTION
    )
