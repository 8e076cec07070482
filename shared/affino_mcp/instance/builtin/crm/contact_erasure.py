"""Erases a contact for good, on the person's request: the record, its history, and every row that leads to it.

Records that name the contact's code stay, because they are about something else; they name a code of which nothing is
left. Their texts may still speak of the person, so the plan lists them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from affino_mcp.catalogue.capability import Family
from affino_mcp.catalogue.families.contacts import CONTACT
from affino_mcp.catalogue.families.member_lists import CONTACT_LISTS
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.instance.builtin.crm import contacts
from affino_mcp.instance.builtin.crm.subject_record import scope_facet
from affino_mcp.instance.builtin.engine import purge
from affino_mcp.instance.builtin.engine.document import HISTORY_SK, RELATION_SK, RecordState
from affino_mcp.instance.builtin.engine.index import facet_partition, index_rows, lists_key, member_key
from affino_mcp.instance.builtin.engine.operator_call import make_operator_call
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.engine.unique_values import unique_keys
from affino_mcp.instance.builtin.engine.word_index import word_rows
from affino_mcp.instance.builtin.engine.write_step import ConcurrentWrite, write_again_on_clash
from affino_mcp.instance.upkeep import ErasurePlan, ErasureState
from affino_mcp.store.ops import Delete, Item, Query
from affino_mcp.store.paging import iterate_rows
from affino_mcp.tool_errors import NotFound

FAMILY: Final = CONTACT.family
MAX_ERASURE_ATTEMPTS: Final = 8
"""How often an erasure is tried again when others change the contact at the same moment."""

_ROW_KINDS: Final = {
    "history entries": HISTORY_SK,
    "account links": f"{RELATION_SK}accounts#",
    "consents": f"{RELATION_SK}permissions#",
}
"""Maps what is removed with a contact to the sort keys of its rows."""


class BuiltinContactErasure:
    """Erasure on the builtin instance (see ContactErasure)."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def plan(self, code: int) -> ErasurePlan:
        """See ContactErasure."""
        return _make_plan(self._records, _require_contact(self._records, code))

    def erase(self, code: int, at: datetime) -> ErasurePlan:
        """See ContactErasure."""
        found = self.plan(code)
        write_again_on_clash(lambda: _erase_once(self._records, code, at), MAX_ERASURE_ATTEMPTS)
        return found


def _erase_once(records: Records, code: int, at: datetime) -> None:
    """Deletes the contact by the rules of every deletion, then purges it. Raises ConcurrentWrite."""
    if not _require_contact(records, code).document.deleted:
        contacts.delete_contact(records, METHODS["delete_contact"], {CONTACT.code: code}, make_operator_call(at))
    document = _require_contact(records, code).document
    if not document.deleted:
        raise ConcurrentWrite
    if not document.purged:
        purge.replace_by_remainder(records, document, at)
    for member_list in _list_codes(records, code):
        key = member_key(CONTACT_LISTS.record.family, member_list, code)
        records.db.delete(Delete(records.table, key))
    purge.delete_rows(records, document.key.pk)


def _require_contact(records: Records, code: int) -> RecordState:
    found = records.load_including_deleted(FAMILY, code)
    if found is None:
        raise NotFound("code", CONTACT.words)
    return found


def _list_codes(records: Records, code: int) -> list[int]:
    """The contact lists that the contact is on."""
    return list((records.db.get(records.table, lists_key(FAMILY, code)) or {"lists": []})["lists"])


def _make_plan(records: Records, stored: RecordState) -> ErasurePlan:
    document = stored.document
    state = ErasureState.DELETED if document.deleted else ErasureState.PRESENT
    return ErasurePlan(
        document.code,
        document.title(new=False),
        ErasureState.ERASED if document.purged else state,
        _count_removed(records, stored),
        _find_naming(records, document.code),
    )


def _count_removed(records: Records, stored: RecordState) -> Mapping[str, int]:
    document = stored.document
    rows = [row["sk"] for row in _read_rows(records, document.key.pk)]
    found = {"record": 0 if document.purged else 1}
    found |= {words: sum(sk.startswith(prefix) for sk in rows) for words, prefix in _ROW_KINDS.items()}
    found["list memberships"] = len(_list_codes(records, document.code))
    found["unique values"] = len(unique_keys(stored))
    facets = contacts.facets(stored)
    found["list and search rows"] = len(index_rows(document, facets)) + len(word_rows(document, facets))
    return found


def _find_naming(records: Records, code: int) -> Mapping[str, list[int]]:
    """The codes of the records of other families that name the contact, by family."""
    about = scope_facet(FAMILY, code)
    facets = {Family.OPPORTUNITIES: f"user={code}", Family.TASKS: about, Family.NOTES: about}
    named = {
        family.value: [row["code"] for row in _read_rows(records, facet_partition(family, facet))]
        for family, facet in facets.items()
    }
    return {family: codes for family, codes in named.items() if codes}


def _read_rows(records: Records, pk: str) -> Iterator[Item]:
    return iterate_rows(records.db, Query(records.table, pk))
