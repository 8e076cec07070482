"""What each function's role must allow, as the self-check asks for it.

tests/packaging/test_self_check.py compares this with the roles in the template: a right that is added there is added here,
in one line. Not asked for are rights whose use would leave something behind: S3's PutObject and DeleteObject, and Secrets
Manager's CreateSecret, PutSecretValue and DeleteSecret.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from affino_mcp.catalogue.capability import Family
from affino_mcp.catalogue.families.history import HISTORY_FAMILIES

SELF_CHECK_NAME: Final = "self-check"
"""The name that stands in keys, secrets and files that the self-check asks for; nothing else has it, so they never exist."""


@dataclass(frozen=True)
class TableRight:
    """The right to one DynamoDB operation on the rows of one partition (`pk`) of the table of a setting.

    For a Query, `index` and its partition's name may be given.
    """

    table_setting: str
    operation: str
    pk: str
    index: str | None = None
    partition_name: str = "pk"


@dataclass(frozen=True)
class FileRight:
    """The right to ask the media bucket for an object below a folder, and to be told that there is none."""

    folder: str


@dataclass(frozen=True)
class FolderRight:
    """The right to list the objects below a folder of the media bucket."""

    folder: str


@dataclass(frozen=True)
class SecretRight:
    """The right to read the secrets of API Profiles."""


StoreRight = TableRight | FileRight | FolderRight | SecretRight


def _table_rights(table_setting: str, pk: str, *operations: str) -> tuple[StoreRight, ...]:
    return tuple(TableRight(table_setting, operation, pk) for operation in operations)


_WRITES: Final = ("PutItem", "UpdateItem", "DeleteItem", "ConditionCheckItem")
_READS: Final = ("GetItem", "BatchGetItem", "Query")
_PROFILE, _SESSION, _PERSON = (f"{kind}#{SELF_CHECK_NAME}" for kind in ("PROFILE", "SESSION", "PERSON"))
_RECORD: Final = f"contacts#{SELF_CHECK_NAME}"
_RESTORED_KINDS: Final = tuple(kind for kind in HISTORY_FAMILIES if kind != Family.FORUMS)
_GUARD_KINDS: Final = (
    "sections",
    "securities",
    "article_types",
    "article_categories",
    "media_categories",
    "forums",
    "L",
)
_LOG: Final = f"P#{SELF_CHECK_NAME}"

STRUCTURE_FAMILIES: Final = (
    "sections",
    "forums",
    "securities",
    "article_types",
    "article_categories",
    "media_categories",
)
"""The kinds of record that operators make and change in the Control Centre."""
_STRUCTURE_USES: Final = (
    "F#articles#all",
    f"F#articles#section={SELF_CHECK_NAME}",
    f"F#forum_threads#forum={SELF_CHECK_NAME}",
    "F#media_items#all",
    f"F#media_items#category={SELF_CHECK_NAME}",
    f"F#accounts#industry={SELF_CHECK_NAME}",
    f"F#accounts#type={SELF_CHECK_NAME}",
    f"F#opportunities#stage={SELF_CHECK_NAME}",
    f"F#contacts#permission={SELF_CHECK_NAME}",
)
STRUCTURE_LISTS: Final = ("channels", "topics", "industries", "account_types", "stages", "permissions")
"""The lists that operators change in the Control Centre."""


def _structure_rights(family: str) -> tuple[StoreRight, ...]:
    own = ("BatchGetItem", "DeleteItem", "PutItem", "Query")
    return (
        *_table_rights("records_table", f"{family}#{SELF_CHECK_NAME}", *own),
        *_table_rights("records_table", f"F#{family}#all", *own),
        *_table_rights("records_table", f"U#{family}#{SELF_CHECK_NAME}", "DeleteItem", "GetItem", "PutItem"),
        *_table_rights("records_table", f"N#{family}", "GetItem", "UpdateItem"),
    )


MCP_RIGHTS: Final = (
    *_table_rights("gate_table", _PROFILE, "BatchGetItem", "GetItem", "UpdateItem"),
    *_table_rights("gate_table", f"USED#{SELF_CHECK_NAME}", "UpdateItem"),
    *_table_rights("gate_table", f"GUARD#TOKENS#{SELF_CHECK_NAME}", "UpdateItem"),
    *_table_rights("audit_table", _LOG, "PutItem", "UpdateItem"),
    *_table_rights("records_table", _RECORD, *_READS, *_WRITES),
    *(TableRight("records_table", "Query", _RECORD, index) for index in ("ByName", "ByCreated", "ByUpdated", "ByDue")),
    *_table_rights("words_table", f"W#{SELF_CHECK_NAME}", "PutItem", "DeleteItem", "Query"),
    SecretRight(),
    FileRight("media"),
    FileRight("uploads"),
)
LOGIN_RIGHTS: Final = (
    *_table_rights("gate_table", _PROFILE, *_READS),
    *(
        right
        for kind in ("SESSION", "PERSON", "SEEN", "GUARD")
        for right in _table_rights("gate_table", f"{kind}#{SELF_CHECK_NAME}", *_WRITES)
    ),
    *_table_rights("gate_table", "UNLOGGED", *_WRITES),
    *_table_rights("audit_table", _LOG, "PutItem"),
    *_table_rights("credentials_table", _PERSON, "GetItem", "UpdateItem"),
    SecretRight(),
)
CONTROL_RIGHTS: Final = (
    *_table_rights("gate_table", _PROFILE, *_READS),
    *(
        right
        for pk in (_PROFILE, "PROFILES", _SESSION, _PERSON, "PEOPLE", f"EMAIL#{SELF_CHECK_NAME}", "GROUPS", "UNLOGGED")
        for right in _table_rights("gate_table", pk, *_WRITES)
    ),
    *_table_rights("audit_table", _LOG, "BatchGetItem", "PutItem", "Query"),
    TableRight("audit_table", "Query", "0", "ByPerson", "person"),
    TableRight("audit_table", "Query", SELF_CHECK_NAME, "ByRecord", "record"),
    TableRight("audit_table", "Query", SELF_CHECK_NAME, "ByTime", "everybody"),
    *(right for family in STRUCTURE_FAMILIES for right in _structure_rights(family)),
    *(TableRight("records_table", "Query", pk) for pk in _STRUCTURE_USES),
    *(
        right
        for pk in (f"L#{SELF_CHECK_NAME}", *(f"{family}#{SELF_CHECK_NAME}" for family in STRUCTURE_LISTS))
        for right in _table_rights("records_table", pk, "GetItem", "PutItem")
    ),
    *(
        right
        for kind in _GUARD_KINDS
        for right in _table_rights("records_table", f"{kind}#{SELF_CHECK_NAME}", *_READS, "ConditionCheckItem")
    ),
    *(
        right
        for kind in (*_RESTORED_KINDS, "F", "U", "C", "D")
        for right in _table_rights("records_table", f"{kind}#{SELF_CHECK_NAME}", *_READS, *_WRITES)
    ),
    *_table_rights("words_table", f"W#contacts#{SELF_CHECK_NAME}", "DeleteItem", "PutItem"),
    *_table_rights("records_table", "N#contacts", "GetItem", "UpdateItem"),
    *_table_rights("records_table", f"M#{SELF_CHECK_NAME}", "PutItem"),
    TableRight("records_table", "ConditionCheckItem", _RECORD),
    SecretRight(),
)
HOUSEKEEPING_RIGHTS: Final = (
    TableRight("audit_table", "Query", SELF_CHECK_NAME, "ByTime", "everybody"),
    *_table_rights("audit_table", f"T#{SELF_CHECK_NAME}", "PutItem", "Query"),
    *_table_rights("audit_table", _LOG, "BatchGetItem", "PutItem"),
    *_table_rights("audit_table", "H#begun", "DeleteItem"),
    *_table_rights("gate_table", "UNLOGGED", "DeleteItem", "Query"),
    *_table_rights("gate_table", "PROFILES", "Query"),
    *_table_rights("gate_table", _PROFILE, "BatchGetItem"),
    *_table_rights("audit_table", f"H#{SELF_CHECK_NAME}", *_READS, "PutItem"),
    *(
        right
        for pk in (
            *(f"{kind}#{SELF_CHECK_NAME}" for kind in ("D", "media_items", "media_files")),
            f"F#media_files#{SELF_CHECK_NAME}",
        )
        for right in _table_rights("records_table", pk, "BatchGetItem", "DeleteItem", "PutItem", "Query")
    ),
    FolderRight("media"),
    FolderRight("uploads"),
)

FUNCTION_RIGHTS: Final[Mapping[str, tuple[StoreRight, ...]]] = {
    "McpEndpoint": MCP_RIGHTS,
    "LoginProxy": LOGIN_RIGHTS,
    "ControlCentre": CONTROL_RIGHTS,
    "Housekeeping": HOUSEKEEPING_RIGHTS,
}
"""The rights of each function, by its name in the template."""
