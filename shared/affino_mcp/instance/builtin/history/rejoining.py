"""Puts a restored record back into the record that it is a part of: a step, a file, a reply.

These parts are deleted together with a change of their whole, so restoring them changes the whole again: the order of
an article's steps and the media on the step, the files of a media item, the counters of a thread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import field, replace
from typing import Final

from affino_mcp.catalogue.families.article_media import ATTACHMENT
from affino_mcp.catalogue.families.article_steps import MAX_STEPS_PER_ARTICLE, STEP
from affino_mcp.catalogue.families.article_texts import ATTACHED_ITEM_FIELD
from affino_mcp.catalogue.families.articles import ARTICLE
from affino_mcp.catalogue.families.forums import POST, THREAD
from affino_mcp.catalogue.families.media_files import MEDIA_FILE
from affino_mcp.catalogue.families.media_items import MEDIA_ITEM
from affino_mcp.catalogue.record import Record
from affino_mcp.instance.builtin.articles import article_media, article_steps
from affino_mcp.instance.builtin.articles.article_access import STEP_ORDER_ATTRIBUTE, ordered_step_codes
from affino_mcp.instance.builtin.engine.change import Change
from affino_mcp.instance.builtin.engine.change_journal import HistoryEntry
from affino_mcp.instance.builtin.engine.document import RecordState, record_key
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.engine.write_step import concurrent_write
from affino_mcp.instance.builtin.forums import thread_counts
from affino_mcp.instance.builtin.history import undo_context
from affino_mcp.instance.builtin.media import media_files
from affino_mcp.instance.port import RecordRef
from affino_mcp.tool_errors import Conflict
from affino_mcp.value_class import value_class


@value_class
class Rejoined:
    """What a restore does besides: the other records that come back, and those that stay away, each with the reason."""

    back: tuple[str, ...] = ()
    away: Mapping[str, str] = field(default_factory=dict)


@value_class
class Rejoining:
    """A restore that is being added to a change: the record deleted and restored, and the history entry of its deletion."""

    records: Records
    change: Change
    before: RecordState
    after: RecordState
    entry: HistoryEntry

    def load_whole(self, record: Record) -> RecordState:
        """The record that the restored one is a part of. Raises NotFound when it does not exist."""
        return self.records.require_record(
            record.family, record.code, self.before.document.system[record.code], record.words
        )

    def save(self) -> None:
        """Adds the restored record itself to the change."""
        self.records.save_record(self.change, self.before, self.after)


def rejoin_step(restore: Rejoining) -> Rejoined:
    """Puts a step back to its former place in the article, with the media that were detached with it.

    Raises Conflict when the article has no room for it.
    """
    article, code = restore.load_whole(ARTICLE), restore.before.document.code
    codes = ordered_step_codes(article.document)
    if len(codes) >= MAX_STEPS_PER_ARTICLE:
        raise Conflict(f"The article has {MAX_STEPS_PER_ARTICLE} steps already.", argument="Version")
    place = restore.before.document.system.get(article_steps.FORMER_PLACE, len(codes) + 1) - 1
    order = {STEP_ORDER_ATTRIBUTE: [*codes[:place], code, *codes[place:]]}
    restore.save()
    moved = replace(article, document=article.document.next_version(restore.change.call, order))
    restore.records.save_record(restore.change, article, moved)
    return _reattach_media(restore, article_media.count_attachments(restore.records, article.document.code))


def _reattach_media(restore: Rejoining, attached: int) -> Rejoined:
    """Attaches again what was detached with the step. `attached` is how many media the article has now."""
    back, away = list[str](), dict[str, str]()
    for attachment in _detached_with(restore):
        item = record_key(MEDIA_ITEM.family, attachment.document.values[ATTACHED_ITEM_FIELD.name])
        if attached + len(back) >= article_media.MAX_MEDIA_PER_ARTICLE:
            away[attachment.document.ref] = "the article has as many media as it can have"
        elif not restore.records.load_documents([RecordRef.parse(item.pk)]):
            away[attachment.document.ref] = f"{item.pk} is not there any more"
        else:
            document = replace(attachment.document.next_version(restore.change.call, {}), deleted=False)
            restore.records.save_record(restore.change, attachment, replace(attachment, document=document))
            restore.change.require_existing(item, concurrent_write)
            back.append(attachment.document.ref)
    return Rejoined(tuple(back), away)


def _detached_with(restore: Rejoining) -> Iterator[RecordState]:
    """The attachments that were deleted in the same write as the step and are deleted still."""
    for ref in map(RecordRef.parse, restore.entry.other_refs):
        stored = restore.records.load_including_deleted(*ref) if ref.family == ATTACHMENT.family else None
        if stored is not None and stored.document.deleted:
            yield stored


def rejoin_attachment(restore: Rejoining) -> Rejoined:
    """Attaches media again that were replaced, and takes off what was attached in their place.

    Raises Conflict for media that were detached with their step.
    """
    if any(ref.family != ATTACHMENT.family for ref in map(RecordRef.parse, restore.entry.other_refs)):
        raise undo_context.changed_together_error(ATTACHMENT.family, restore.entry)
    restore.save()
    for ref in map(RecordRef.parse, restore.entry.other_refs):
        instead = restore.records.load_record(*ref)
        if instead is not None and instead.document.version == 1:
            restore.records.save_record(restore.change, instead, instead.deleted_by(restore.change.call))
    article = restore.before.document.system[ARTICLE.code]
    return _reattach_media(restore, article_media.count_attachments(restore.records, article))


def rejoin_file(restore: Rejoining) -> Rejoined:
    """Puts a file back to its media item. Raises Conflict when the item has no room for it."""
    item, file = restore.load_whole(MEDIA_ITEM), restore.after.document
    count = len(item.relations_to(MEDIA_FILE.family))
    if count >= media_files.MAX_FILES_PER_ITEM:
        raise Conflict(f"The item has {media_files.MAX_FILES_PER_ITEM} files already.", argument="Version")
    restore.save()
    document = item.document.next_version(restore.change.call, {}, FileCount=count + 1)
    after = replace(item, document=document).with_relation(file.ref, media_files.file_relation(file))
    restore.records.save_record(restore.change, item, after)
    return Rejoined()


def rejoin_reply(restore: Rejoining) -> Rejoined:
    """Counts a reply in its thread again."""
    thread = restore.load_whole(THREAD)
    thread_counts.save_reply(restore.records, restore.change, thread, restore.before, restore.after)
    return Rejoined()


REJOIN: Final[Mapping[str, Callable[[Rejoining], Rejoined]]] = {
    STEP.family: rejoin_step,
    ATTACHMENT.family: rejoin_attachment,
    MEDIA_FILE.family: rejoin_file,
    POST.family: rejoin_reply,
}
"""How a part is put back into its whole, for each kind of part whose deletion changes the whole."""


def list_states_before(records: Records, stored: RecordState) -> list[RecordState]:
    """The records as they were before a deletion, for rehearsing it: the record, and the article or item with its part."""
    part = replace(stored.document, deleted=False)
    record = {STEP.family: ARTICLE, MEDIA_FILE.family: MEDIA_ITEM}.get(part.family)
    whole = records.load_record(record.family, part.system[record.code]) if record else None
    as_before = [replace(stored, document=part)]
    if whole is None:
        return as_before
    if part.family == MEDIA_FILE.family:
        return [*as_before, whole.with_relation(part.ref, media_files.file_relation(part))]
    order = [*ordered_step_codes(whole.document), part.code]
    values = {**whole.document.values, STEP_ORDER_ATTRIBUTE: order}
    return [*as_before, replace(whole, document=replace(whole.document, values=values))]
