"""The kinds of files: what a line of each is, its columns, and the methods of the catalogue that read and write it.

The columns are the catalogue's arguments, so that a file says what a tool would be told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from functools import cached_property
from typing import Final

from affino_mcp.catalogue.families.accounts import ACCOUNT
from affino_mcp.catalogue.families.contacts import CONTACT
from affino_mcp.catalogue.families.member_lists import LIST_KINDS
from affino_mcp.catalogue.families.notes import NOTE
from affino_mcp.catalogue.families.opportunities import OPPORTUNITY
from affino_mcp.catalogue.families.shared import SCOPE_FIELDS
from affino_mcp.catalogue.families.tasks import TASK
from affino_mcp.catalogue.kinds import codes_kind, line_kind, text_kind
from affino_mcp.catalogue.method import CURSOR, FIELDS, PAGE_SIZE, Method
from affino_mcp.catalogue.record import Field, Record
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.tool_errors import InvalidArgument
from affino_mcp.value_class import value_class

_MOST_LINKED: Final = 25
ACCOUNTS_COLUMN: Final = Field("Accounts", codes_kind(_MOST_LINKED), "accounts that the contact is linked to")
PRIMARY_COLUMN: Final = Field("PrimaryAt", codes_kind(_MOST_LINKED), "those of which it is the primary contact")
LEFT_COLUMN: Final = Field("LeftAccounts", codes_kind(_MOST_LINKED), "those that the contact has left")
TITLES_COLUMN: Final = Field("AccountJobTitles", text_kind(8000), "job titles there, a line for each: 41: CTO")
CONSENTS_COLUMN: Final = Field("Permissions", codes_kind(50), "consents that the contact has given")
SOURCE_COLUMN: Final = Field("PermissionSource", line_kind(200), "where they were given; else the file's name")
_CONTACT_PARTS: Final = (
    ACCOUNTS_COLUMN,
    PRIMARY_COLUMN,
    LEFT_COLUMN,
    TITLES_COLUMN,
    CONSENTS_COLUMN,
    SOURCE_COLUMN,
)
SCOPE: Final = "Scope"
_SHOWN_ARGUMENTS: Final = frozenset((CURSOR.name, FIELDS.name, PAGE_SIZE.name, "SortBy", "SortOrder", "StartCode"))
"""Arguments of lists that say how rows are shown, not which."""


@value_class(eq=False)
class FileKind:
    """A kind of file. `word` is its name in commands and addresses, `families` those that one of its lines may belong to."""

    word: str
    families: tuple[str, ...]
    columns: tuple[Field, ...]
    example: str

    @property
    def plural(self) -> str:
        """What its lines are, in running text."""
        return self.word.replace("-", " ")

    @property
    def reading_rights(self) -> tuple[str, ...]:
        """The rights of which one is needed for an export."""
        return tuple(f"{family}.read" for family in self.families)

    @property
    def writing_rights(self) -> tuple[str, ...]:
        """The rights of which one is needed for an import."""
        return tuple(f"{family}.write" for family in self.families)


@value_class(eq=False)
class RecordFile(FileKind):
    """A file whose lines are records.

    A record is found again by its code, then by the `keys` in their order, then by what it says: two lines are duplicates
    when they say the same in the columns `alike`, of records that are `within` the same other one. `fixed` columns can be
    given to a new record alone; of each, the attribute that holds it in an answer. `parts` are columns with methods of their
    own.
    """

    record: Record = ACCOUNT
    keys: tuple[str, ...] = ()
    alike: tuple[str, ...] = ()
    within: tuple[str, ...] = ()
    fixed: Mapping[str, str] = field(default_factory=dict)
    parts: tuple[Field, ...] = ()

    @property
    def creating(self) -> Method:
        """The method that creates such a record."""
        return METHODS[f"create_{self.record.words}"]

    @property
    def updating(self) -> Method:
        """The method that changes one."""
        return METHODS[f"update_{self.record.words}"]

    @property
    def getting(self) -> Method:
        """The method that reads one."""
        return METHODS[f"get_{self.record.words}"]

    @property
    def listing(self) -> Method:
        """The method that lists them."""
        return METHODS[f"list_{self.record.family}"]

    @cached_property
    def filters(self) -> tuple[Field, ...]:
        """The filters of their list."""
        return tuple(each for each in self.listing.all_arguments if each.name not in _SHOWN_ARGUMENTS)


def _record_file(record: Record, parts: tuple[Field, ...] = (), *, example: str, **more: object) -> RecordFile:
    scope = SCOPE_FIELDS if SCOPE in {each.name for each in record.derived} else ()
    columns = (record.code_field, *record.fields, *scope, *parts)
    fixed = dict.fromkeys((each.name for each in scope), SCOPE) | (
        {"AccountCode": "Account"} if record is OPPORTUNITY else {}
    )
    return RecordFile(
        record.family,
        (record.family,),
        columns,
        example,
        record=record,
        fixed=fixed,
        parts=parts,
        **more,  # type: ignore[arg-type]
    )


ACCOUNT_FILE: Final = _record_file(ACCOUNT, keys=("ExternalID",), alike=("Name",), example="Name,ExternalID,City")
CONTACT_FILE: Final = _record_file(
    CONTACT, _CONTACT_PARTS, keys=("ExternalID", "Email"), example="Email,First name,Last name,Accounts"
)
OPPORTUNITY_FILE: Final = _record_file(
    OPPORTUNITY, alike=("Title",), within=("AccountCode",), example="Account,Title,Value,Stage"
)
_SCOPE_NAMES: Final = tuple(each.name for each in SCOPE_FIELDS)
TASK_FILE: Final = _record_file(
    TASK, alike=("Title", "DueDate"), within=_SCOPE_NAMES, example="Title,Due date,Owner,Account"
)
NOTE_FILE: Final = _record_file(NOTE, alike=("Body", "Subject"), within=_SCOPE_NAMES, example="Body,Subject,Account")
MEMBER_FILE: Final = FileKind(
    "list-members",
    tuple(kind.record.family for kind in LIST_KINDS),
    (
        *(kind.record.code_field for kind in LIST_KINDS),
        CONTACT.code_field,
        CONTACT.writable["Email"],
        ACCOUNT.code_field,
        CONTACT.writable["ExternalID"],
    ),
    "Contact list,Email",
)
FILE_KINDS: Final[Mapping[str, FileKind]] = {
    kind.word: kind for kind in (ACCOUNT_FILE, CONTACT_FILE, MEMBER_FILE, OPPORTUNITY_FILE, TASK_FILE, NOTE_FILE)
}
"""Every kind of file by its word."""


def require_kind(word: str) -> FileKind:
    """Gives the kind of this word. Raises InvalidArgument, which names them all."""
    if word not in FILE_KINDS:
        raise InvalidArgument("kind", f"Files can hold {', '.join(FILE_KINDS)}.")
    return FILE_KINDS[word]
