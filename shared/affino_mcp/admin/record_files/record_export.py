"""Writes records as lines of a CSV file, as far as a person may read them: an import of the file changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any, Final

from affino_mcp.admin.csv_cells import csv_line, guard_cell
from affino_mcp.admin.record_files.acting_person import ActingPerson
from affino_mcp.admin.record_files.file_kinds import (
    ACCOUNTS_COLUMN,
    CONSENTS_COLUMN,
    CONTACT_FILE,
    LEFT_COLUMN,
    PRIMARY_COLUMN,
    SCOPE,
    TITLES_COLUMN,
    FileKind,
    RecordFile,
)
from affino_mcp.catalogue.families.contacts import CONTACT, PERMISSION_FIELD
from affino_mcp.catalogue.families.member_lists import LIST_KINDS, ListKind
from affino_mcp.catalogue.families.shared import SCOPE_FIELDS
from affino_mcp.catalogue.method import CURSOR, FIELDS, PAGE_SIZE, Method
from affino_mcp.catalogue.record import NEXT, Field
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.tool_errors import InvalidArgument, NotFound

_ROWS_PER_PAGE: Final = 100
_READERS: Final = 8
"""Threads that read contacts one by one: no list holds their links and consents."""
_SCOPE_TYPES: Final = dict(zip(("account", "contact", "opportunity"), SCOPE_FIELDS, strict=True))
_SEPARATOR: Final = "; "
Answer = Mapping[str, Any]


def export_columns(kind: FileKind, filters: Mapping[str, Any]) -> Sequence[Field]:
    """The columns of an export. Raises InvalidArgument for members of no list, and of two."""
    if isinstance(kind, RecordFile):
        return tuple(each for each in kind.columns if each.name != "PermissionSource")
    chosen = _choose_list(filters)
    email = [each for each in kind.columns if each.name in chosen.member.summary]
    return (chosen.record.code_field, chosen.member.code_field, *email)


def export_filters(kind: FileKind) -> tuple[Field, ...]:
    """The filters that an export of this kind takes."""
    return kind.filters if isinstance(kind, RecordFile) else tuple(each.record.code_field for each in LIST_KINDS)


def write_header(columns: Sequence[Field]) -> str:
    """The first line of the file."""
    return csv_line(each.name for each in columns)


def export_pages(
    acting: ActingPerson, kind: FileKind, filters: Mapping[str, Any], cursor: str = ""
) -> Iterator[tuple[Sequence[str], str]]:
    """Yields the lines of one page of the list after another, and the cursor behind each ("" at the end).

    Raises ToolError for filters that the list does not take, and StoreUnavailable.
    """
    columns, (method, asked) = export_columns(kind, filters), _ask(kind, filters)
    with ThreadPoolExecutor(_READERS) as pool:
        while True:
            more = {CURSOR.name: cursor} if cursor else {}
            page = acting.read(method, {**asked, **more, PAGE_SIZE.name: _ROWS_PER_PAGE})
            records = _complete(acting, kind, page["Items"], pool)
            cursor = page["NextCursor"] or ""
            shared = {} if isinstance(kind, RecordFile) else asked
            yield [_write_record(columns, {**shared, **record}) for record in records], cursor
            if not cursor:
                return


def _ask(kind: FileKind, filters: Mapping[str, Any]) -> tuple[Method, dict[str, Any]]:
    """The method that lists what is exported, and its arguments."""
    if not isinstance(kind, RecordFile):
        chosen = _choose_list(filters)
        return METHODS[f"list_{chosen.method_stem}_members"], dict(filters)
    whole = [each.attribute for each in kind.record.fields] + [SCOPE] * (SCOPE in kind.fixed.values())
    return kind.listing, {**filters, FIELDS.name: [CONTACT.label[0]] if kind is CONTACT_FILE else whole}


def _choose_list(filters: Mapping[str, Any]) -> ListKind:
    found = [kind for kind in LIST_KINDS if filters.get(kind.record.code)]
    if len(found) != 1:
        names = " or ".join(kind.record.code for kind in LIST_KINDS)
        raise InvalidArgument(LIST_KINDS[0].record.code, f"Say of which list: {names}.")
    return found[0]


def _complete(
    acting: ActingPerson, kind: FileKind, rows: Sequence[Answer], pool: ThreadPoolExecutor
) -> Iterator[Answer]:
    """The records of the rows with everything that their lines say; those that are deleted meanwhile are left out."""
    if not isinstance(kind, RecordFile):
        return iter(rows)
    tasks = [pool.submit(copy_context().run, _read_whole, acting, kind, row) for row in rows]
    return (found for task in tasks if (found := task.result()) is not None)


def _read_whole(acting: ActingPerson, kind: RecordFile, row: Answer) -> Answer | None:
    text = kind.getting.long_text
    if kind is not CONTACT_FILE and (text is None or f"{text.name}{NEXT}" not in row):
        return row
    code = {kind.record.code: row[kind.record.code]}
    try:
        found: dict[str, Any] = acting.read(kind.getting, code)[kind.record.name]
        while text is not None and (place := found.pop(f"{text.name}{NEXT}", None)):
            part = acting.read(kind.getting, {**code, text.position.name: place})[kind.record.name]
            found |= {name: part[name] for name in (f"{text.name}{NEXT}",) if name in part}
            found[text.name] += part[text.name]
    except NotFound:
        return None
    return found


def _write_record(columns: Sequence[Field], record: Answer) -> str:
    return csv_line(guard_cell(_cell(each, record)) for each in columns)


def _cell(field: Field, record: Answer) -> str:
    if (make := _PARTS.get(field.name)) is not None:
        return make(record)
    if SCOPE in record and field in SCOPE_FIELDS:
        return _scope(record, field)
    value = record.get(field.attribute)
    return _SEPARATOR.join(map(_plain, value)) if isinstance(value, list) else _plain(value)


def _plain(value: Any) -> str:
    """A value as an import reads it: of a record or an entry of a list its code."""
    found = next(iter(value.values())) if isinstance(value, dict) else value
    if isinstance(found, bool):
        return str(found).lower()
    return "" if found is None else str(found)


def _links(record: Answer, wanted: Callable[[Answer], bool]) -> str:
    return _SEPARATOR.join(str(link["AccountCode"]) for link in record.get("Accounts", ()) if wanted(link))


def _titles(record: Answer) -> str:
    """The job titles at accounts that are not the contact's own."""
    own = record.get("JobTitle")
    links = [link for link in record.get("Accounts", ()) if link["JobTitle"] not in (None, own)]
    return "\n".join(f"{link['AccountCode']}: {link['JobTitle']}" for link in links)


def _scope(record: Answer, field: Field) -> str:
    found = record.get(SCOPE)
    return str(found["Code"]) if found and _SCOPE_TYPES[found["Type"]] is field else ""


_PARTS: Final[Mapping[str, Callable[[Answer], str]]] = {
    ACCOUNTS_COLUMN.name: lambda record: _links(record, lambda _: True),
    PRIMARY_COLUMN.name: lambda record: _links(record, lambda link: bool(link["Primary"])),
    LEFT_COLUMN.name: lambda record: _links(record, lambda link: bool(link["LeftCompany"])),
    TITLES_COLUMN.name: _titles,
    CONSENTS_COLUMN.name: lambda record: _SEPARATOR.join(
        str(each[PERMISSION_FIELD.name]) for each in record.get("Permissions", ())
    ),
}
"""The cells of columns that are no attributes of the record."""
