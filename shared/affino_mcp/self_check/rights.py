"""What each function's role must allow, as the self-check asks for it.

tests/packaging/test_self_check.py compares this with the roles in the template: a right that is added there is added here,
in one line. Not asked for are rights whose use would leave something behind: S3's PutObject and DeleteObject, and Secrets
Manager's CreateSecret, PutSecretValue and DeleteSecret.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from affino_mcp.catalogue.capability import Family
from affino_mcp.catalogue.families.history import HISTORY_FAMILIES
from affino_mcp.value_class import value_class

SELF_CHECK_NAME: Final = "self-check"
"""The name that stands in keys, secrets and files that the self-check asks for; nothing else has it, so they never exist."""


@value_class
class TableRight:
    """The right to one DynamoDB operation on the rows of one partition (`pk`) of the table of a setting.

    For a Query, `index` and its partition's name may be given; for an UpdateItem, an `attribute` that it may change.
    """

    table_setting: str
    operation: str
    pk: str
    index: str | None = None
    partition_name: str = "pk"
    attribute: str = "checked"


@value_class
class FileRight:
    """The right to ask the media bucket for an object below a folder, and to be told that there is none."""

    folder: str


@value_class
class FolderRight:
    """The right to list the objects below a folder of the media bucket."""

    folder: str


@value_class
class SecretRight:
    """The right to read the secrets of API Profiles."""


StoreRight = TableRight | FileRight | FolderRight | SecretRight


def _table_rights(table_setting: str, operations: str, keys: str, attribute: str = "checked") -> tuple[TableRight, ...]:
    """The right to each of the operations on each of the kinds of rows, as the role's statement in the template names them."""
    return tuple(
        TableRight(table_setting, operation, key.replace("*", SELF_CHECK_NAME), attribute=attribute)
        for operation in operations.split()
        for key in keys.split()
    )


def _index_rights(table_setting: str, pk: str, **indexes: str) -> tuple[TableRight, ...]:
    """The right to ask each of the indexes, which are given with the names of their partition keys."""
    return tuple(TableRight(table_setting, "Query", pk, index, name) for index, name in indexes.items())


_HISTORIES: Final = " ".join(f"{family}#*" for family in HISTORY_FAMILIES if family != Family.FORUMS)
STRUCTURE_FAMILIES: Final = (
    "sections",
    "forums",
    "securities",
    "article_types",
    "article_categories",
    "media_categories",
)
"""The kinds of record that operators make and change in the Control Centre."""
STRUCTURE_LISTS: Final = ("channels", "topics", "industries", "account_types", "member_types", "stages", "permissions")
"""The lists that operators change in the Control Centre."""
_STRUCTURES: Final = " ".join(f"{family}#*" for family in STRUCTURE_FAMILIES)
_STRUCTURE_ROWS: Final = " ".join(f"F#{family}#all" for family in STRUCTURE_FAMILIES)
_STRUCTURE_CODES: Final = " ".join(f"N#{family}" for family in STRUCTURE_FAMILIES)
_LINKED: Final = "contacts#* opportunities#* contact_lists#* account_lists#*"
_LISTS: Final = " ".join(f"{family}#*" for family in STRUCTURE_LISTS)
_USES: Final = (
    "F#article_comments#article=* F#article_media#article=* F#article_media#item=* F#article_media#step=* "
    "F#articles#all F#articles#section=* F#articles#item=* F#article_steps#item=* F#forum_posts#shown=* "
    "F#forum_threads#forum=* F#media_items#all F#media_items#category=*"
)
_LISTED_IN_FILES: Final = "F#accounts#* F#contacts#* F#opportunities#* F#tasks#* F#notes#*"
"""The lists that imports look through in the Control Centre, and exports write out."""
_CODES_IN_FILES: Final = "N#contacts N#accounts N#links N#opportunities N#tasks N#notes"
_NAMED_IN_FILES: Final = ("accounts", "contacts", "opportunities", "contact_lists", "account_lists")
"""The kinds of record that files name."""

MCP_RIGHTS: Final[tuple[StoreRight, ...]] = (
    *_table_rights("gate_table", "GetItem", "PROFILE#*"),
    *_table_rights("gate_table", "BatchGetItem", "SESSION#* GROUPS"),
    *_table_rights("gate_table", "UpdateItem", "PROFILE#* USED#* GUARD#TOKENS#*"),
    *_table_rights("audit_table", "PutItem", "P#*"),
    *_table_rights("audit_table", "UpdateItem", "P#* S#*"),
    *_table_rights(
        "records_table",
        "BatchGetItem ConditionCheckItem DeleteItem GetItem PutItem Query UpdateItem",
        "contacts#*",
    ),
    *_index_rights("records_table", "contacts#self-check", ByName="pk", ByCreated="pk", ByUpdated="pk", ByDue="pk"),
    *_table_rights("words_table", "DeleteItem PutItem Query", "W#*"),
    SecretRight(),
    FileRight("media"),
    FileRight("uploads"),
)
REST_RIGHTS: Final[tuple[StoreRight, ...]] = (
    *MCP_RIGHTS,
    *_table_rights("gate_table", "DeleteItem GetItem PutItem", "SEEN#*"),
)
LOGIN_RIGHTS: Final[tuple[StoreRight, ...]] = (
    *_table_rights(
        "gate_table",
        "GetItem",
        "CLIENTS EMAIL#* GROUPS GUARD#ACCOUNT#* GUARD#PAIR#* GUARD#SOURCE#* OAUTH#* PERSON#* PROFILE#* SEEN#* SESSION#*",
    ),
    *_table_rights(
        "gate_table", "BatchGetItem", "GROUPS GUARD#ACCOUNT#* GUARD#PAIR#* OAUTH#* PERSON#* PROFILE#* SESSION#* USED#*"
    ),
    *_table_rights("gate_table", "Query", "PERSON#* PROFILES"),
    *_table_rights("gate_table", "DeleteItem", "APPS#* SEEN#* SESSION#*"),
    *_table_rights("gate_table", "PutItem", "APPS#* OAUTH#* PERSON#* SEEN#* SESSION#*"),
    *_table_rights(
        "gate_table",
        "UpdateItem",
        "GUARD#ACCOUNT#* GUARD#CLIENTS#* GUARD#PAIR#* GUARD#SOURCE#* GUARD#TOKENS#* OAUTH#* SESSION#*",
    ),
    *_table_rights("gate_table", "UpdateItem", "PERSON#*", "logins"),
    *_table_rights("gate_table", "ConditionCheckItem", "PERSON#* PROFILE#* SESSION#*"),
    *_table_rights("gate_table", "DeleteItem PutItem", "UNLOGGED"),
    *_table_rights("audit_table", "PutItem", "P#* H#begun H#notices"),
    *_table_rights("credentials_table", "GetItem UpdateItem", "PERSON#*"),
    SecretRight(),
)
CONTROL_RIGHTS: Final[tuple[StoreRight, ...]] = (
    *_table_rights("gate_table", "GetItem", "CLIENTS EMAIL#* GROUPS OAUTH#* PERSON#* PROFILE#* PROFILES SESSION#*"),
    *_table_rights("gate_table", "BatchGetItem", "EMAIL#* GROUPS OAUTH#* PERSON#* PROFILE#* PROFILES SESSION#* USED#*"),
    *_table_rights("gate_table", "Query", "APPS#* CLIENTS PEOPLE PERSON#* PROFILE#* PROFILES"),
    *_table_rights("gate_table", "PutItem", "CLIENTS EMAIL#* GROUPS PEOPLE PERSON#* PROFILE#* PROFILES UNLOGGED"),
    *_table_rights("gate_table", "UpdateItem", "OAUTH#* PERSON#* PROFILE#* SESSION#*"),
    *_table_rights("gate_table", "DeleteItem", "APPS#* CLIENTS EMAIL#* PROFILE#* PROFILES SESSION#* UNLOGGED"),
    *_table_rights("audit_table", "PutItem", "P#* H#begun"),
    *_table_rights("audit_table", "Query", "P#* T#* H#digests H#notices"),
    *_index_rights("audit_table", SELF_CHECK_NAME, ByPerson="person", ByRecord="record", ByTime="everybody"),
    *_table_rights("audit_table", "BatchGetItem", "P#*"),
    *_table_rights(
        "records_table",
        "GetItem",
        f"{_HISTORIES} sections#* forums#* L#* C#* U#* I#* {_STRUCTURE_CODES} {_CODES_IN_FILES}",
    ),
    *_table_rights(
        "records_table", "BatchGetItem", f"{_HISTORIES} {_STRUCTURES} C#accounts#* F#accounts#* F#contacts#* L#*"
    ),
    *_table_rights(
        "records_table", "Query", f"{_HISTORIES} {_STRUCTURES} D#* {_STRUCTURE_ROWS} {_USES} {_LISTED_IN_FILES}"
    ),
    *(each for kind in _NAMED_IN_FILES for each in _index_rights("records_table", f"F#{kind}#all", ByName="pk")),
    *(
        each
        for kind in ("opportunities", "tasks")
        for each in _index_rights("records_table", f"F#{kind}#{SELF_CHECK_NAME}", ByDue="pk")
    ),
    *_table_rights("records_table", "PutItem", f"{_HISTORIES} {_STRUCTURES} {_LISTS} L#* F#* U#* D#* I#* M#*"),
    *_table_rights(
        "records_table", "UpdateItem", f"C#* contact_lists#* account_lists#* {_STRUCTURE_CODES} {_CODES_IN_FILES}"
    ),
    *_table_rights("records_table", "DeleteItem", f"F#* U#* forums#* media_items#* {_LINKED}"),
    *_table_rights(
        "records_table",
        "ConditionCheckItem",
        "accounts#* articles#* contacts#* opportunities#* forum_threads#* forums#* sections#* C#accounts#*",
    ),
    *_table_rights("words_table", "DeleteItem PutItem Query", "W#*"),
    SecretRight(),
    FileRight("exchange"),
)
HOUSEKEEPING_RIGHTS: Final[tuple[StoreRight, ...]] = (
    *_index_rights("audit_table", SELF_CHECK_NAME, ByTime="everybody"),
    *_table_rights("audit_table", "BatchGetItem", "P#* H#hours#*"),
    *_table_rights("audit_table", "PutItem", "H#notices P#* T#*"),
    *_table_rights("audit_table", "Query", "H#begun H#hours H#notices P#* T#*"),
    *_table_rights(
        "audit_table",
        "GetItem PutItem",
        "H#deleted_media H#digests H#expiring_profiles H#unfinished_uploads H#unreferenced_files",
    ),
    *_table_rights("audit_table", "PutItem", "H#hours H#hours#*"),
    *_table_rights("audit_table", "DeleteItem", "H#begun"),
    *_table_rights("gate_table", "DeleteItem", "UNLOGGED"),
    *_table_rights("gate_table", "Query", "PROFILES UNLOGGED"),
    *_table_rights("gate_table", "BatchGetItem", "PROFILE#*"),
    *_table_rights("records_table", "BatchGetItem DeleteItem PutItem Query", "media_files#*"),
    *_table_rights("records_table", "DeleteItem PutItem Query", "media_items#*"),
    *_table_rights("records_table", "DeleteItem", "F#media_files#all"),
    *_table_rights("records_table", "DeleteItem Query", "D#*"),
    FolderRight("media"),
    FolderRight("uploads"),
)
AUTHORIZER_RIGHTS: Final[tuple[StoreRight, ...]] = _table_rights("gate_table", "GetItem", "SESSION#*")

FUNCTION_RIGHTS: Final[Mapping[str, tuple[StoreRight, ...]]] = {
    "McpEndpoint": MCP_RIGHTS,
    "InstanceApi": REST_RIGHTS,
    "LoginProxy": LOGIN_RIGHTS,
    "ControlCentre": CONTROL_RIGHTS,
    "Housekeeping": HOUSEKEEPING_RIGHTS,
    "OAuthAuthorizer": AUTHORIZER_RIGHTS,
}
"""The rights of each function, by its name in the template."""

_INSTANCE_RIGHTS: Final[Mapping[str, tuple[StoreRight, ...]]] = {
    "McpEndpoint": _table_rights("audit_table", "PutItem", "H#calls"),
    "Housekeeping": (
        *_table_rights("audit_table", "DeleteItem Query", "H#calls"),
        *_table_rights("gate_table", "GetItem", "PROFILE#*"),
        SecretRight(),
    ),
}
"""The rights that functions have besides where the records are in an instance elsewhere."""


def function_rights(function: str, *, instance_elsewhere: bool) -> tuple[StoreRight, ...]:
    """Gives the rights of the function of this name in the template."""
    more = _INSTANCE_RIGHTS.get(function, ()) if instance_elsewhere else ()
    return (*FUNCTION_RIGHTS[function], *more)
