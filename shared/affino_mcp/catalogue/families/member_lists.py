"""Contact lists and account lists: both kinds get their methods from one table."""

from __future__ import annotations

from typing import Final, Unpack

from affino_mcp.catalogue.capability import Family
from affino_mcp.catalogue.families import accounts, contacts
from affino_mcp.catalogue.families.shared import HANGING, NAME_SEARCH, RESTORABLE, TOPICS_FIELD
from affino_mcp.catalogue.item_kinds import arguments_kind
from affino_mcp.catalogue.item_status import TOTALS
from affino_mcp.catalogue.kinds import choice_kind, codes_kind, integer_kind, line_kind, text_kind
from affino_mcp.catalogue.method import CURSOR, MINE, PAGE_RETURNS, PAGE_SIZE, Declared, Effect, Method, list_arguments
from affino_mcp.catalogue.record import Field, Record
from affino_mcp.text import with_article
from affino_mcp.tool_errors import NotFound
from affino_mcp.value_class import value_class

MAX_MEMBERS_PER_CALL: Final = 500
"""Maximum number of members that one call may add or remove."""

MAILING_LIST: Final = "mailing_list"
MEMBER_FILTERS: Final = Field("Filters", arguments_kind())
LIST_TYPE: Final = Field("Type", choice_kind("segment", MAILING_LIST), "default segment")
MEMBER_COUNT: Final = Field("MemberCount", integer_kind(0, 10**9))
_TITLE: Final = Field("Title", line_kind(150))


@value_class(eq=False)
class ListKind:
    """One of the two kinds of list: its members' kind of record, and the methods that work on it."""

    record: Record
    member: Record
    example: str
    member_example: str

    @property
    def members_argument(self) -> Field:
        """The argument that names several members."""
        return Field(f"{self.member.code}s", codes_kind(MAX_MEMBERS_PER_CALL))

    @property
    def method_stem(self) -> str:
        """The kind of list as it appears in method names."""
        return self.record.words.replace(" ", "_")

    @property
    def methods(self) -> tuple[Method, ...]:
        """All eight methods of this kind of list."""
        return (*self._reading_methods(), *self._writing_methods(), *self._member_methods())

    @property
    def _full(self) -> dict[str, str]:
        return {self.record.name: f"the full {self.record.words}"}

    @property
    def _get(self) -> str:
        return f"get_{self.method_stem}"

    def _reading_methods(self) -> tuple[Method, ...]:
        record, words, which = self.record, self.record.words, self.record.code_field.as_required()
        has = Field(self.member.code, self.member.code_field.kind, f"lists with this {self.member.words} in them")
        return (
            self._list_method(
                f"list_{self.method_stem}s",
                Effect.READ,
                "read",
                f"List {words}s with their member counts.",
                f"the {words}s that {self.member_example} is on.",
                PAGE_RETURNS,
                *list_arguments(record, has, MINE),
                errors=(NotFound,),
            ),
            self._list_method(
                self._get,
                Effect.READ,
                "read",
                f"Read one {words}.",
                self.example,
                self._full,
                which,
                errors=(NotFound,),
            ),
        )

    def _writing_methods(self) -> tuple[Method, ...]:
        record, words, full = self.record, self.record.words, self._full
        which, gone = (
            record.code_field.as_required(),
            {record.code: "the code", "Deleted": "true", HANGING.name: HANGING.help},
        )
        return (
            self._list_method(
                f"create_{self.method_stem}",
                Effect.CREATE,
                "write",
                f"Create {with_article(words)}; members are added by their own tool.",
                self.example,
                full,
                *record.create_arguments(),
                answers_as=self._get,
            ),
            self._list_method(
                f"update_{self.method_stem}",
                Effect.UPDATE,
                "write",
                f"Change {with_article(words)}; null or empty text clears.",
                f"rename {self.example}",
                full,
                *record.update_arguments(without=(LIST_TYPE.name,)),
                carries_undo=True,
                answers_as=self._get,
            ),
            self._list_method(
                f"delete_{self.method_stem}",
                Effect.DELETE,
                "delete",
                f"Delete {with_article(words)}; its members stay as they are; {RESTORABLE}.",
                f"remove {self.example}",
                gone,
                which,
                carries_undo=True,
            ),
        )

    def _member_methods(self) -> tuple[Method, ...]:
        record, words, members = self.record, self.record.words, f"{self.member.words}s"
        which, many = record.code_field.as_required(), self.members_argument.as_required()
        found = f"{self.member.code} and Name of each{self._mailing}"
        left = {"NotProcessed": "only when the call stopped in time: the codes that are left"}
        return (
            self._list_method(
                f"list_{self.method_stem}_members",
                Effect.READ,
                "read",
                f"The {members} on {with_article(words)}.",
                f"who is on {self.example}",
                PAGE_RETURNS | {"Items": f"AddedAt, AddedBy{self._mailing}, and of the member ..."},
                which,
                NAME_SEARCH,
                PAGE_SIZE,
                CURSOR,
                errors=(NotFound,),
            ),
            self._adding_method(found, left),
            self._list_method(
                f"remove_{self.method_stem}_members",
                Effect.REMOVE,
                "write",
                f"Take 1-{MAX_MEMBERS_PER_CALL} {members} off {with_article(words)}.",
                f"take {self.member_example} off {self.example}",
                {record.code: "the list", "Removed": found, "NotMembers": found} | left,
                which,
                many,
            ),
        )

    def _adding_method(self, found: str, left: dict[str, str]) -> Method:
        record, words, members = self.record, self.record.words, f"{self.member.words}s"
        counted = {TOTALS: "only with Filters: how many of each; the lists hold the first 20"}
        return self._list_method(
            f"add_{self.method_stem}_members",
            Effect.ADD,
            "write",
            f"Add 1-{MAX_MEMBERS_PER_CALL} {members} to {with_article(words)}.",
            f"add {self.member_example} to {self.example}",
            {record.code: "the list", "Added": found, "AlreadyMembers": found, "NotFound": "codes"} | left | counted,
            record.code_field.as_required(),
            self.members_argument,
            MEMBER_FILTERS.with_help(f"JSON, as for list_{self.member.family}"),
            errors=(NotFound,),
        )

    @property
    def _mailing(self) -> str:
        return ", on a mailing list MarketingPermission" if self.member.family == Family.CONTACTS else ""

    def _list_method(
        self,
        name: str,
        effect: Effect,
        deed: str,
        summary: str,
        example: str,
        returns: dict[str, str],
        *takes: Field,
        **declared: Unpack[Declared],
    ) -> Method:
        family, right = self.record.family, f"{self.record.family}.{deed}"
        return Method(name, family, effect, right, summary, example, returns, takes, record=self.record, **declared)


def _list_record(name: str, family: Family, *more: Field) -> Record:
    return Record(
        name=name,
        family=family,
        code=f"{name}Code",
        label=("Title",),
        fields=(
            _TITLE,
            Field("Description", text_kind(2000)),
            *more,
            Field("TopicCodes", codes_kind(20), TOPICS_FIELD.help, TOPICS_FIELD.reference),
        ),
        required=("Title",),
        derived=(MEMBER_COUNT,),
        sorts=("Code", "Title", "Created", "Updated"),
        summary=("Title", "Description", *(field.name for field in more)),
        search=("Title", "Description"),
        defaults={LIST_TYPE.name: "segment"} if LIST_TYPE in more else {},
        undo_with={"Members": tuple(f"{verb}_{family.removesuffix('s')}_members" for verb in ("add", "remove"))},
    )


CONTACT_LISTS: Final = ListKind(
    _list_record("ContactList", Family.CONTACT_LISTS, LIST_TYPE),
    contacts.CONTACT,
    "the Spring 2026 Campaign list.",
    "Jane Doe",
)
ACCOUNT_LISTS: Final = ListKind(
    _list_record("AccountList", Family.ACCOUNT_LISTS), accounts.ACCOUNT, "the London key accounts list.", "Orbital Labs"
)
LIST_KINDS: Final = (CONTACT_LISTS, ACCOUNT_LISTS)
METHODS: Final = tuple(method for kind in LIST_KINDS for method in kind.methods)
