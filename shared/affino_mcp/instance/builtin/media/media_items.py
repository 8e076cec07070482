"""Media items on the builtin instance."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from affino_mcp.catalogue.families.media_items import CATEGORY, MEDIA_ITEM
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import Method
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.instance.builtin.access import guards
from affino_mcp.instance.builtin.engine.document import created
from affino_mcp.instance.builtin.engine.index import Facets, topic_tags
from affino_mcp.instance.builtin.engine.record_state import Stored
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.listing import listing
from affino_mcp.instance.builtin.media import media_access, media_categories, media_uses, media_view
from affino_mcp.instance.builtin.media.media_access import FILES, Opened
from affino_mcp.instance.builtin.references import references
from affino_mcp.instance.builtin.references.rendering import full
from affino_mcp.instance.port import Call, Done
from affino_mcp.tool_errors import Conflict

FAMILY: Final = MEDIA_ITEM.family
CODE: Final = MEDIA_ITEM.code
NAME: Final = "MediaItem"
HINT: Final = (
    "The item has no file yet. Attach one with attach_media_file; above 3 MiB call request_media_upload first."
)


def facets(stored: Stored) -> Facets:
    """Facets of a media item."""
    document, values = stored.document, stored.document.values
    kinds = sorted({file["FileType"] for file in stored.to(FILES).values()})
    rows = [f"mine={document.creator}", f"file={'yes' if kinds else 'no'}"]
    rows += [f"category={values[CATEGORY.name]}"] if values.get(CATEGORY.name) else []
    rows += [f"type={kind}" for kind in kinds]
    tags = (guards.security_facet(document), *topic_tags(values))
    return Facets(tuple(rows), tags)


def list_media_items(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Lists the items that the person may see."""
    wanted = {
        "category": references.code_of(records, CATEGORY.name, media_categories.FAMILY, values.get(CATEGORY.name)),
        "type": values.get("FileType"),
        "mine": call.actor.user_code if values.get("Mine") else None,
        "file": {True: "yes", False: "no", None: None}[values.get("HasFile")],
    }
    plan = listing.Plan(
        MEDIA_ITEM,
        tuple(f"{facet}={value}" for facet, value in wanted.items() if value),
        topic_tags(values),
        any_of=(guards.readable_securities(records, call.actor),),
        adds=lambda document, _known: {"FileCount": document.system["FileCount"]},
    )
    return listing.run(records, plan, values, call)


def get_media_item(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Answers one item with its files, each with its download address, and the articles that use the item."""
    found = media_access.opened(records, call, CODE, values[CODE])
    return _signed(records, found, Done({NAME: media_view.item(records, call, found)}, found.document.ref))


def _signed(records: Records, found: Opened, done: Done) -> Done:
    media_view.signed(records, done.body[NAME]["Files"], found.files)
    return done


def create_media_item(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Creates an item without a file."""
    change = records.change(method, values, call)
    checked, known = references.check(records, change, MEDIA_ITEM, values)
    media_categories.must_fill(call, known, checked)
    code = records.codes.take(FAMILY, change)
    item = created(FAMILY, code, call, checked, FileCount=0, Versions={})
    records.save(change, None, Stored(item))
    shown: dict[str, Any] = full(call, item, known, Files=[], UsedBy=[])
    return change.commit({NAME: shown, "Hint": HINT})


def update_media_item(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Updates the given attributes of an item; null clears one."""
    found = media_access.editable(records, call, CODE, values[CODE])
    change = records.change(method, values, call)
    checked, known = references.check(records, change, MEDIA_ITEM, values)
    if checked.get(CATEGORY.name) != found.document.values.get(CATEGORY.name):
        media_categories.must_fill(call, known, checked)
    after = replace(found.stored, document=found.document.changed(call, checked))
    now = Opened(after, found.known | known)
    body = {NAME: media_view.item(records, call, now)}
    if after.document.values == found.document.values:
        return _signed(records, found, change.nothing(body, found.document.ref))
    media_access.hold(change, found)
    records.save(change, found.stored, after)
    return _signed(records, found, change.commit(body))


def delete_media_item(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Deletes an item with its files. Raises Conflict while articles use the item, unless the call sets Force."""
    found = media_access.editable(records, call, CODE, values[CODE])
    change = records.change(method, values, call)
    if media_uses.in_use(records, change, found.document.code):
        if not values.get("Force"):
            text = "Articles use this media item. Detach it from them first, or set Force to remove it all the same."
            raise Conflict(text, argument=CODE)
        call.warn(WarningCode.NOT_SHOWN, CODE, "Articles used this media item; they no longer show it.")
    media_access.hold(change, found)
    records.save(change, found.stored, found.stored.deleted_by(call))
    return change.commit({CODE: found.document.code, "Deleted": True})
