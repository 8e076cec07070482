"""Members of staff: people who can log in are contacts too, so that records can refer to them (a person is a user)."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from affino_mcp.catalogue.families.contacts import CONTACT
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.instance.builtin.contacts import FAMILY
from affino_mcp.instance.builtin.document import Document, created
from affino_mcp.instance.builtin.records import Records
from affino_mcp.instance.builtin.stored import Stored
from affino_mcp.instance.port import Call

CHANNEL: Final = "operator"


@dataclass(frozen=True)
class Operator:
    """Who enrols people: somebody with the operator's own access to the stores, not a person of the instance."""

    name: str = "Operator"
    user_code: int = 0
    groups: tuple[str, ...] = ()

    def has(self, right: str, at: datetime) -> bool:  # noqa: ARG002 (the Actor's form)
        """Operators hold no record rights: they cannot act on records in this name."""
        return False


def enrol(records: Records, first_name: str, last_name: str, email: str, at: datetime) -> int:
    """The UserCode of the member of staff with this e-mail: a new contact, or the existing one made staff.

    Raises TransactionFailed when another writer is faster; the caller may try again.
    """
    call = _call(at)
    values = {"Email": email, "FirstName": first_name, "LastName": last_name}
    change = records.change(METHODS["create_contact"], values, call)
    code = records.taken(FAMILY, CONTACT.unique[0], email)
    before = records.load(FAMILY, code) if code else None
    document = _promoted(call, before) if before else _new(call, records.codes.take(FAMILY, change), values)
    after = replace(before, document=document) if before else Stored(document)
    records.save(change, before, after)
    change.commit({})
    return document.code


def mark(records: Records, code: int, at: datetime, *, disabled: bool) -> None:
    """Say on a member of staff's contact whether the person is disabled; nothing happens when there is no such contact.

    Raises TransactionFailed when another writer is faster; the caller may try again.
    """
    before = records.load(FAMILY, code)
    if before is None or before.document.system.get("Disabled") is disabled:
        return
    call = _call(at)
    change = records.change(METHODS["update_contact"], {}, call)
    document = before.document.changed(call, {}, Disabled=disabled)
    records.save(change, before, replace(before, document=document), Disabled=(not disabled, disabled))
    change.commit({})


def _call(at: datetime) -> Call:
    return Call(Operator(), "", lambda _: True, at, str(uuid.uuid4()), b"", lambda _done, _warnings: None, CHANNEL)


def _new(call: Call, code: int, values: dict[str, str]) -> Document:
    return created(FAMILY, code, call, values, UIDString=str(uuid.uuid4()), Disabled=False, Staff=True)


def _promoted(call: Call, before: Stored) -> Document:
    return before.document.changed(call, {}, Staff=True)
