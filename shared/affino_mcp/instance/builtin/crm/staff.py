"""Members of staff: people who can log in are contacts too, so that records can refer to them."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime

from affino_mcp.catalogue.families.contacts import CONTACT
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.instance.builtin.crm.contacts import FAMILY
from affino_mcp.instance.builtin.engine.document import Document, RecordState, new_document
from affino_mcp.instance.builtin.engine.operator_call import make_operator_call
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.port import Call


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


def _new_staff(call: Call, code: int, values: dict[str, str]) -> Document:
    return new_document(FAMILY, code, call, values, UIDString=str(uuid.uuid4()), Disabled=False, Staff=True)


def _promote(call: Call, before: RecordState) -> Document:
    return before.document.next_version(call, {}, Staff=True)
