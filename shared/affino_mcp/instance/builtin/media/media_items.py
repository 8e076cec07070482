"""Media items on the builtin instance."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from affino_mcp.catalogue.answer_fields import wants
from affino_mcp.catalogue.families.media_items import CATEGORY_FIELD, MEDIA_ITEM
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import Method
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.instance.builtin.access import guards
from affino_mcp.instance.builtin.engine.document import RecordState
from affino_mcp.instance.builtin.engine.index import Facets, topic_tags
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.engine.response_budget import ResponseBudget
from affino_mcp.instance.builtin.listing import listing
from affino_mcp.instance.builtin.listing.dependents import render_dependents
from affino_mcp.instance.builtin.listing.filter_targets import find_targets
from affino_mcp.instance.builtin.media import media_access, media_categories, media_uses, media_view
from affino_mcp.instance.builtin.media.media_access import FILE_FAMILY, OpenMediaItem
from affino_mcp.instance.builtin.media.new_media_items import ANSWER_KEY
from affino_mcp.instance.builtin.references import references
from affino_mcp.instance.port import Call, Done
from affino_mcp.tool_errors import Conflict

FAMILY: Final = MEDIA_ITEM.family
CODE: Final = MEDIA_ITEM.code


def facets(stored: RecordState) -> Facets:
    """Facets of a media item."""
    document, values = stored.document, stored.document.values
    kinds = sorted({file["FileType"] for file in stored.relations_to(FILE_FAMILY).values()})
    rows = [f"mine={document.creator}", f"file={'yes' if kinds else 'no'}"]
    rows += [f"category={values[CATEGORY_FIELD.name]}"] if values.get(CATEGORY_FIELD.name) else []
    rows += [f"type={kind}" for kind in kinds]
    tags = (guards.security_facet(document), *topic_tags(values))
    return Facets(tuple(rows), tags)


def list_media_items(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Lists the items that the person may see."""
    wanted = {
        "category": references.find_operator_code(
            records, CATEGORY_FIELD.name, media_categories.FAMILY, values.get(CATEGORY_FIELD.name)
        ),
        "type": values.get("FileType"),
        "mine": call.actor.user_code if values.get("Mine") else None,
        "file": {True: "yes", False: "no", None: None}[values.get("HasFile")],
    }
    plan = listing.ListPlan(
        MEDIA_ITEM,
        tuple(f"{facet}={value}" for facet, value in wanted.items() if value),
        topic_tags(values),
        any_of=(guards.readable_security_tags(records, call.actor),),
        derive=lambda document, _known: {"FileCount": document.system["FileCount"]},
        targets=find_targets(call, values, {CATEGORY_FIELD.name: media_categories.FAMILY}),
    )
    return listing.list_records(records, plan, values, call)


def get_media_item(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Answers one item with its files, each with its download address, and the articles that use the item."""
    found = media_access.open_media_item(records, call, CODE, values[CODE])
    done = Done({ANSWER_KEY: media_view.render_media_item(records, call, found)}, found.document.ref)
    return _add_urls(records, call, found, done) if wants(values, "Files") else done


def _add_urls(records: Records, call: Call, found: OpenMediaItem, done: Done) -> Done:
    """The answer with the download address of each file, and with as many files as fit then."""
    item = done.body[ANSWER_KEY]
    media_view.add_download_urls(records, item["Files"], found.files)
    files = ResponseBudget({**item, "Files": []}).take_rows(call, item["Files"])
    if len(files) < len(item["Files"]):
        text = f"{len(files)} of {len(item['Files'])} files are shown: list_media_files has all of them."
        call.warn(WarningCode.TRUNCATED, "Files", text)
    return replace(done, body={**done.body, ANSWER_KEY: {**item, "Files": files}})


def update_media_item(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Updates the given attributes of an item; null clears one."""
    found = media_access.open_editable_item(records, call, CODE, values[CODE])
    change = records.start_change(method, values, call)
    checked, known = references.check_references(records, change, MEDIA_ITEM, values, found.document.values)
    if checked.get(CATEGORY_FIELD.name) != found.document.values.get(CATEGORY_FIELD.name):
        media_categories.require_fill_right(call, known, checked)
    after = replace(found.stored, document=found.document.next_version(call, checked))
    now = OpenMediaItem(after, found.known | known)
    body = {ANSWER_KEY: media_view.render_media_item(records, call, now)}
    if after.document.values == found.document.values:
        return _add_urls(records, call, found, change.no_change(body, found.document.ref))
    media_access.require_item_unchanged(change, found)
    records.save_record(change, found.stored, after)
    return _add_urls(records, call, found, change.commit(body))


def delete_media_item(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Deletes an item with its files. Raises Conflict while articles use the item, unless the call sets Force."""
    found = media_access.open_editable_item(records, call, CODE, values[CODE])
    change = records.start_change(method, values, call)
    if media_uses.is_in_use(records, change, found.document.code):
        if not values.get("Force"):
            text = "Articles use this media item. Detach it and take it out of their texts first, or set Force"
            raise Conflict(f"{text} to remove it all the same.", argument=CODE)
        call.warn(WarningCode.NOT_SHOWN, CODE, "Articles used this media item; they no longer show it.")
    media_access.require_item_unchanged(change, found)
    records.save_record(change, found.stored, found.stored.deleted_by(call))
    hanging = render_dependents(records, call, found.stored, media_files=len(found.files))
    return change.commit({CODE: found.document.code, "Deleted": True} | hanging)
