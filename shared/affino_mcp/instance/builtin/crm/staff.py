"""Members of staff: people who can log in are contacts too, so that records can refer to them."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TypeVar

from affino_mcp.catalogue.families.contacts import CONTACT
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.instance.builtin.crm.contacts import FAMILY
from affino_mcp.instance.builtin.engine.document import Document, RecordState, new_document
from affino_mcp.instance.builtin.engine.operator_call import make_operator_call
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.engine.write_step import ConcurrentWrite
from affino_mcp.instance.port import Call, OutcomeNotKnown
from affino_mcp.instance.upkeep import KnownContact
from affino_mcp.store.faults import TransactionFailed, Unanswered
from affino_mcp.store.retry import retry_on_conflict

T = TypeVar("T")


class BuiltinStaffContacts:
    """The staff of the builtin instance (see StaffContacts)."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def find_contact(self, email: str) -> KnownContact | None:
        """See StaffContacts."""
        code = self._records.find_by_unique(FAMILY, CONTACT.unique[0], email)
        stored = self._records.load_record(FAMILY, code) if code else None
        if stored is None:
            return None
        system = stored.document.system
        made_by, made_on = str(system["CreatedBy"]["Name"]), str(system["CreatedDate"])[:10]
        return KnownContact(stored.document.code, stored.document.label, made_by, made_on, bool(system.get("Staff")))

    def enrol(self, name: str, email: str, at: datetime) -> int:
        """See StaffContacts."""
        first, last = _split_name(name)
        return _carry_out(lambda: enrol_staff(self._records, first, last, email, at))

    def amend(self, code: int, name: str | None, email: str | None, at: datetime) -> None:
        """See StaffContacts."""
        first, last = _split_name(name) if name else (None, None)
        given = {"FirstName": first, "LastName": last, "Email": email}
        values = {field: value for field, value in given.items() if value is not None}
        _carry_out(lambda: _amend_staff(self._records, code, values, at))

    def mark_disabled(self, code: int, at: datetime, *, disabled: bool) -> None:
        """See StaffContacts."""
        _carry_out(lambda: mark_staff_disabled(self._records, code, at, disabled=disabled))


def enrol_staff(records: Records, first_name: str, last_name: str, email: str, at: datetime) -> int:
    """Creates the member of staff with this e-mail address, or makes the existing contact one; returns the UserCode.

    Raises ConcurrentWrite when another writer is faster, and OutcomeNotKnown; the caller may try again.
    """
    call = make_operator_call(at)
    values = {"Email": email, "FirstName": first_name, "LastName": last_name}
    change = records.start_change(METHODS["create_contact"], values, call)
    code = records.find_by_unique(FAMILY, CONTACT.unique[0], email)
    before = records.load_record(FAMILY, code) if code else None
    document = _promote(call, before) if before else _new_staff(call, records.codes.take_code(FAMILY, change), values)
    after = replace(before, document=document) if before else RecordState(document)
    records.save_record(change, before, after)
    change.commit({})
    return document.code


def mark_staff_disabled(records: Records, code: int, at: datetime, *, disabled: bool) -> None:
    """Marks a member of staff's contact as disabled or not; does nothing when there is no such contact.

    Raises ConcurrentWrite when another writer is faster, and OutcomeNotKnown; the caller may try again.
    """
    before = records.load_record(FAMILY, code)
    if before is None or before.document.system.get("Disabled") is disabled:
        return
    call = make_operator_call(at)
    change = records.start_change(METHODS["update_contact"], {}, call)
    document = before.document.next_version(call, {}, Disabled=disabled)
    records.save_record(change, before, replace(before, document=document), Disabled=(not disabled, disabled))
    change.commit({})


def _amend_staff(records: Records, code: int, values: dict[str, str], at: datetime) -> None:
    before = records.load_record(FAMILY, code)
    if before is None or all(before.document.values.get(name) == value for name, value in values.items()):
        return
    call = make_operator_call(at)
    change = records.start_change(METHODS["update_contact"], values, call)
    records.save_record(change, before, replace(before, document=before.document.next_version(call, values)))
    change.commit({})


def _split_name(name: str) -> tuple[str, str]:
    """First and last name; of one word, both are that word."""
    first, _, last = name.strip().rpartition(" ")
    return first or last, last


def _carry_out(work: Callable[[], T]) -> T:
    """Runs `work`, which makes a contact what it is to be, again on conflicts, and once more when it was not answered.

    A second run changes nothing that the first has done. Raises StoreUnavailable.
    """
    try:
        return retry_on_conflict(partial(_run_once, work))
    except OutcomeNotKnown:
        try:
            return retry_on_conflict(partial(_run_once, work))
        except OutcomeNotKnown as error:
            raise Unanswered from error


def _run_once(work: Callable[[], T]) -> T:
    try:
        return work()
    except ConcurrentWrite as error:
        raise TransactionFailed({}) from error


def _new_staff(call: Call, code: int, values: dict[str, str]) -> Document:
    return new_document(FAMILY, code, call, values, UIDString=str(uuid.uuid4()), Disabled=False, Staff=True)


def _promote(call: Call, before: RecordState) -> Document:
    return before.document.next_version(call, {}, Staff=True)
