"""The builtin instance: a system of record on DynamoDB."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import datetime
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from affino_mcp.catalogue.answer_fields import resolve_fields, select_fields
from affino_mcp.catalogue.capability import Access, Family
from affino_mcp.catalogue.families.contacts import CONTACT
from affino_mcp.catalogue.families.member_lists import MEMBER_FILTERS
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import DRY_RUN, Effect, Method
from affino_mcp.catalogue.named_codes import names_among
from affino_mcp.catalogue.registry import METHODS, RECORDS
from affino_mcp.catalogue.warning import NOTHING_WRITTEN, WarningCode
from affino_mcp.instance.builtin.engine.idempotency import KeyAlreadyUsed, claim_key, find_replay, settle_write
from affino_mcp.instance.builtin.engine.records import Carry, Records
from affino_mcp.instance.builtin.engine.text_parts import cut_own_text
from affino_mcp.instance.builtin.engine.write_step import ConcurrentWrite
from affino_mcp.instance.builtin.history import own_changes
from affino_mcp.instance.builtin.listing.whole_lists import page_whole_list
from affino_mcp.instance.builtin.media.media_view import renew_download_urls
from affino_mcp.instance.builtin.media.text_pictures import show_pictures
from affino_mcp.instance.builtin.references.record_names import find_named
from affino_mcp.instance.builtin.tools import FACETS, TOOLS
from affino_mcp.instance.builtin.website import place_rights
from affino_mcp.instance.bulk.doer import OwnChange
from affino_mcp.instance.bulk.filtered_members import add_found_members
from affino_mcp.instance.bulk.item_work import carry_items
from affino_mcp.instance.elsewhere import CallCredentials, PersonStanding
from affino_mcp.instance.places import PlaceRights, PlacesUnknown
from affino_mcp.instance.port import Actor, Call, Done, RecordRef
from affino_mcp.instance.upkeep import AskedWrite, ContactErasure, MediaUpkeep, SettledWrite, StaffContacts
from affino_mcp.store.faults import StoreUnavailable
from affino_mcp.store.files import FileStore
from affino_mcp.store.ops import Database
from affino_mcp.store.retry import back_off
from affino_mcp.tool_errors import ToolError
from affino_mcp.value_class import replace

if TYPE_CHECKING:
    from affino_mcp.instance.record_finder import RecordFinder
    from affino_mcp.instance.record_restorer import RecordRestorer
    from affino_mcp.instance.reindexing import IndexUpkeep
    from affino_mcp.instance.structure import StructureKeeper

MAX_WRITE_ATTEMPTS: Final = 15
"""How often a write is tried again when others change the same rows at the same moment."""


class BuiltinInstance:
    """An Instance over two tables of a Database (records, and the words to find them by), and its media items' files.

    The audit row of a write goes into `audit_table`, in the write's own transaction. `own_people` is False where people
    log in at another instance.
    """

    decides_rights = False

    def __init__(
        self,
        db: Database,
        table: str,
        words_table: str,
        files: FileStore | None = None,
        audit_table: str = "",
        *,
        own_people: bool = True,
    ) -> None:
        self.records = Records(db, table, words_table, FACETS, files, audit_table)
        self._own_people = own_people
        self._retry_lock = Lock()  # serialises the retries of threads that clashed

    def perform(self, method: Method, values: Values, call: Call) -> Done:
        """Carries out one method (see Instance).

        A write that clashes with another writer is run again on the new state.
        """
        if method.each_by:
            return carry_items(self, method, values, call)
        if method.effect is Effect.ADD and MEMBER_FILTERS.name in values:
            return add_found_members(self, method, values, call)
        carry, call = TOOLS[method.name], replace(call, method=method.name)
        named = names_among(method, values)
        if named:
            try:
                values = find_named(self.records, method, values, call)
            except ToolError as error:
                return self._answer_replay(method, values, call, error)
            call = replace(call, named=named)
        if method.access is Access.READ:
            return self._read(carry, method, values, call)
        return self._write(carry, method, values, call)

    def list_offered(self, profile: str, credentials: CallCredentials | None) -> None:
        """See Instance."""

    def describe_person(self, call: Call) -> PersonStanding:
        """See Instance: one read."""
        found = self.records.load_documents([RecordRef(CONTACT.family, call.actor.user_code)])
        return PersonStanding(any(bool(document.system.get("Staff")) for document in found.values()))

    def explain_places(self, person: Actor, kind: str, at: datetime) -> list[PlaceRights]:
        """See Instance: one query and one batch read."""
        if not self._own_people:
            raise PlacesUnknown(f"The people of this service are those of another instance: it alone knows its {kind}.")
        return place_rights.list_place_rights(self.records, kind, person, at)

    def claim_key(self, method: Method, values: Values, call: Call, plan: dict[str, Any]) -> dict[str, Any]:
        """See Doer."""
        return claim_key(self.records.db, self.records.table, method, values, call, plan)

    def settle_write(self, asked: AskedWrite, at: datetime) -> SettledWrite:
        """See WriteSettler: one write, which gives the row that is there instead when the key was used."""
        return settle_write(self.records.db, self.records.table, asked, at)

    def find_own_changes(self, call: Call, last: int) -> list[OwnChange]:
        """See Doer."""
        return own_changes.find_own_changes(self.records, call, last)

    @property
    def media_upkeep(self) -> MediaUpkeep:
        """What housekeeping asks about the instance's files."""
        from affino_mcp.instance.builtin.media.media_purge import BuiltinMediaUpkeep  # noqa: PLC0415 (no call needs it)

        return BuiltinMediaUpkeep(self.records)

    @property
    def contact_erasure(self) -> ContactErasure:
        """The erasure of the instance's contacts, which operators ask for."""
        from affino_mcp.instance.builtin.crm.contact_erasure import BuiltinContactErasure  # noqa: PLC0415 (as above)

        return BuiltinContactErasure(self.records)

    @property
    def staff_contacts(self) -> StaffContacts:
        """The contacts of people who can log in, for operators."""
        from affino_mcp.instance.builtin.crm.staff import BuiltinStaffContacts  # noqa: PLC0415 (as above)

        return BuiltinStaffContacts(self.records)

    @property
    def record_restorer(self) -> RecordRestorer:
        """The restores of the instance's deleted records, which operators ask for."""
        from affino_mcp.instance.builtin.history.record_restorer import BuiltinRecordRestorer  # noqa: PLC0415 (as above)

        return BuiltinRecordRestorer(self.records)

    @property
    def record_finder(self) -> RecordFinder:
        """The search for records by name, for readers of the API Log."""
        from affino_mcp.instance.builtin.references.record_finder import (  # noqa: PLC0415 (as above)
            BuiltinRecordFinder,
        )

        return BuiltinRecordFinder(self.records)

    @property
    def index_upkeep(self) -> IndexUpkeep:
        """The upkeep of the rows that lists and searches find records by."""
        from affino_mcp.instance.builtin.engine.index_upkeep import BuiltinIndexUpkeep  # noqa: PLC0415 (as above)

        return BuiltinIndexUpkeep(self.records)

    @property
    def structure_keeper(self) -> StructureKeeper:
        """What operators list and change: the instance's places, categories, types, securities and lists."""
        from affino_mcp.instance.builtin.structure.structure_keeper import (  # noqa: PLC0415 (as above)
            BuiltinStructureKeeper,
        )

        return BuiltinStructureKeeper(self.records)

    def _read(self, carry: Carry, method: Method, values: Values, call: Call) -> Done:
        """A read: the asked attributes alone, and as much of them as one answer holds."""
        values = resolve_fields(method, values)
        done = carry(self.records, method, values, call)
        if method.family == Family.ARTICLES:
            show_pictures(self.records, call, done.body)
        body = cut_own_text(method, values, call, select_fields(method, values, done.body))
        return replace(done, body=page_whole_list(values, call, body) if method.lists_whole else body)

    def _write(self, carry: Carry, method: Method, values: Values, call: Call) -> Done:
        for attempt in range(MAX_WRITE_ATTEMPTS):
            fresh = replace(call, warnings=list(call.warnings))
            if attempt:
                back_off(attempt, base=0.01, longest=0.4)
            try:
                with self._retry_lock if attempt else nullcontext():
                    done = carry(self.records, method, values, fresh)
            except ConcurrentWrite:
                self.records.codes.note_clash()
                continue
            except (ToolError, KeyAlreadyUsed) as error:
                return self._answer_replay(method, values, call, error)
            if not done.sealed:
                return self._answer_unwritten(method, values, call, fresh, done)
            call.warnings[:] = fresh.warnings
            return done
        raise StoreUnavailable

    def _answer_unwritten(self, method: Method, values: Values, call: Call, fresh: Call, done: Done) -> Done:
        """Gives the answer of a dry run, or of a write that had nothing to change.

        For a write whose idempotency key was used before, that is the earlier answer.
        """
        if values.get(DRY_RUN.name):
            if DRY_RUN.name not in done.body:
                fresh.warn(WarningCode.DRY_RUN, DRY_RUN.name, NOTHING_WRITTEN)
                done = replace(done, body={**done.body, DRY_RUN.name: True})
        elif before := self._find_replay(method, values, call):
            return before
        call.warnings[:] = fresh.warnings
        return done

    def _answer_replay(self, method: Method, values: Values, call: Call, error: Exception) -> Done:
        rehearsal = values.get(DRY_RUN.name)
        done = None if rehearsal else self._find_replay(method, values, call)
        if done is None:
            raise StoreUnavailable if isinstance(error, KeyAlreadyUsed) else error
        again = None if done.body else METHODS.get(method.answers_as)
        if again is None:
            return done
        family, code = RecordRef.parse(done.record)
        return replace(self.perform(again, {RECORDS[family].code: code}, call), record=done.record)

    def _find_replay(self, method: Method, values: Values, call: Call) -> Done | None:
        """The earlier answer of the call's idempotency key, with its secrets anew: none is stored."""
        done = find_replay(self.records.db, self.records.table, method, values, call)
        if done is not None:
            renew_download_urls(self.records, call, done.body)
        return done
