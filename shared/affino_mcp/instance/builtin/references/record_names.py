"""Finds the records that a call names where their codes are asked, among those that the person may see.

A name is taken where exactly one record has it; case and accents are ignored, as in lists, and where no record has it then,
the signs between its words (customer-support). A call may name ten records: each
costs at most four reads, whatever the number of records.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from affino_mcp.catalogue.families.contacts import CONTACT
from affino_mcp.catalogue.families.forums import FORUM
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import Effect, Method
from affino_mcp.catalogue.named_codes import NamedCode, as_list, named_codes, names_among
from affino_mcp.catalogue.reading import RecordName
from affino_mcp.catalogue.registry import RECORDS
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.instance.builtin.access import record_security
from affino_mcp.instance.builtin.engine.document import Document
from affino_mcp.instance.builtin.engine.index import SORT_INDEXES, facet_partition, name_prefix
from affino_mcp.instance.builtin.engine.list_rows import is_list
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.references.list_entries import all_entries, load_lists, offered_entries
from affino_mcp.instance.builtin.references.references import OPERATOR_FAMILIES, REFERENCE_FAMILIES
from affino_mcp.instance.port import Call, RecordRef
from affino_mcp.plain_text import look, plain
from affino_mcp.store.ops import Query, SortSpan
from affino_mcp.text import find_alike
from affino_mcp.tool_errors import InvalidArgument
from affino_mcp.value_class import value_class

MAX_NAMES_PER_CALL: Final = 10
MAX_TOLD_RECORDS: Final = 20
"""So many records are told in a refusal: all there are, or the nearest."""
_MAX_OWNED_RECORDS: Final = 200
_MAX_NAMESAKES: Final = 10
_SAME_BEGINNING: Final = 3
_NEAREST: Final = 3
_CHANNEL: Final = "Channel"


def find_named(records: Records, method: Method, values: Values, call: Call) -> Values:
    """The values with the codes of the records that they name; the call is warned which they are.

    Raises InvalidArgument, naming the argument, with the codes of several that have the name, or the nearest and the tool
    that lists them.
    """
    wanted, found = names_among(method, values), dict(values)
    sought = [each for value in wanted.values() for each in as_list(value) if isinstance(each, str)]
    if len(sought) > MAX_NAMES_PER_CALL:
        first = next(iter(wanted))
        raise InvalidArgument(first, f"{first} must hold codes: a call may name at most {MAX_NAMES_PER_CALL} records.")
    for name, value in wanted.items():
        search = _NameSearch(records, call, named_codes(method)[name], every_entry=method.effect is Effect.READ)
        codes = [search.find_code(each) if isinstance(each, str) else each for each in as_list(value)]
        found[name] = list(dict.fromkeys(codes)) if isinstance(value, list) else codes[0]
    return found


def _family(target: str) -> str:
    return REFERENCE_FAMILIES.get(target, target)


@value_class
class _NameSearch:
    records: Records
    call: Call
    named: NamedCode
    every_entry: bool

    @property
    def argument(self) -> str:
        return self.named.field.name

    @property
    def family(self) -> str:
        return _family(self.named.target)

    def find_code(self, name: str) -> int:
        known = self._load_all() if self._is_small() else self._load_namesakes(name)
        exact = [document for document in known if _has_name(document, name)]
        fitting = exact or [document for document in known if look(document.label) == look(name)]
        if len(fitting) == 1:
            (found,) = fitting
            if isinstance(name, RecordName):  # an argument that takes a name or a code got what it asks for
                text = f"{self.argument} was taken as {found.code}, {found.label}."
                self.call.warn(WarningCode.STORED_DIFFERENTLY, self.argument, text)
            return found.code
        raise self._several(fitting) if fitting else self._none(name, known)

    def _is_small(self) -> bool:
        return is_list(self.family) or self.family in OPERATOR_FAMILIES or self.family == FORUM.family

    def _load_all(self) -> Sequence[Document]:
        """Every entry of a list, or every record of a kind that operators own and the person may see."""
        if is_list(self.family):
            lists = load_lists(self.records, [self.family])
            return (all_entries if self.every_entry else offered_entries)(lists, self.family)
        rows = Query(self.records.table, facet_partition(self.family, "all"), limit=_MAX_OWNED_RECORDS)
        return [d for d in self._load(self._codes(rows)) if _may_see(self.call, d)]

    def _load_namesakes(self, name: str) -> Sequence[Document]:
        self._require_readable()
        if self.family == CONTACT.family and "@" in name:
            code = self.records.find_by_unique(self.family, CONTACT.unique[0], name)
            return self._load([code] if code else [])
        return self._load(self._codes(self._by_name(name_prefix(name), _MAX_NAMESAKES + 1)))

    def _require_readable(self) -> None:
        """A name may reveal which records there are: it is looked up for those who may list them."""
        if not self.call.may_read(self.family):
            text = f"{self.argument} must be a code: this profile or this person may not read {self.family}."
            raise InvalidArgument(self.argument, text)

    def _by_name(self, prefix: str, limit: int) -> Query:
        index, sort = SORT_INDEXES["Name"]
        span, partition = SortSpan(prefix=prefix), facet_partition(self.family, "all")
        return Query(self.records.table, partition, index=index, sort=sort, span=span, limit=limit)

    def _codes(self, rows: Query) -> list[int]:
        return [row["code"] for row in self.records.db.query(rows).items]

    def _load(self, codes: Iterable[int]) -> list[Document]:
        found = self.records.load_documents(RecordRef(self.family, code) for code in codes)
        staff = self.named.target == "staff"
        return [document for document in found.values() if not staff or document.system.get("Staff")]

    def _several(self, fitting: Sequence[Document]) -> InvalidArgument:
        told = _told(sorted(fitting, key=lambda document: document.code)[:_MAX_NAMESAKES])
        return InvalidArgument(self.argument, f"{self.argument} fits several: {told}. Give one of these codes.")

    def _none(self, name: str, known: Sequence[Document]) -> InvalidArgument:
        every = (
            known if self._is_small() else self._load(self._codes(self._by_name(_beginning(name), MAX_TOLD_RECORDS)))
        )
        few = self._is_small() and len(every) <= MAX_TOLD_RECORDS
        told = every if few else _nearest(name, every)
        there = f"{'There are' if few else 'Near'}: {_told(told)}." if told else ""
        where = f"{self.named.lookup_tool} lists the codes." if self.named.lookup_tool else ""
        what = "member of staff" if self.named.target == "staff" else RECORDS[self.family].words
        text = f"{self.argument} is no code, and no {what} that you may see has this name."
        return InvalidArgument(self.argument, " ".join(part for part in (text, there, where) if part))


def _has_name(document: Document, name: str) -> bool:
    wanted = _fold(name)
    channel = document.values.get(_CHANNEL)
    longer = [f"{channel}/{document.label}"] if channel else []
    email = [document.values["Email"]] if "@" in name and "Email" in document.values else []
    return any(_fold(each) == wanted for each in (document.label, *longer, *email))


def _fold(name: str) -> str:
    return " ".join(plain(name).replace(" / ", "/").split())


def _may_see(call: Call, document: Document) -> bool:
    return record_security.READ_ACTION not in document.record.writable or record_security.may_read(call.actor, document)


def _beginning(name: str) -> str:
    return plain(name).strip()[:_SAME_BEGINNING]


def _nearest(name: str, known: Sequence[Document]) -> list[Document]:
    by_name: Mapping[str, Document] = {_fold(document.label): document for document in known}
    return [by_name[each] for each in find_alike(_fold(name), by_name, _NEAREST, 0.4)]


def _told(documents: Iterable[Document]) -> str:
    return ", ".join(f"{document.code} {document.label}" for document in documents)
