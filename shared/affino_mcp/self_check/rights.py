"""What each function's role must allow, as the self-check asks for it.

tests/packaging/test_self_check.py compares this with the roles in the template: a right that is added there is added here,
in one line. Not asked for are rights whose use would leave something behind: S3's PutObject and DeleteObject, and Secrets
Manager's CreateSecret and PutSecretValue.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

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
_LOG: Final = f"P#{SELF_CHECK_NAME}"

MCP_RIGHTS: Final = (
    *_table_rights("gate_table", _PROFILE, "GetItem", "UpdateItem"),
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
    *_table_rights("credentials_table", _PERSON, "GetItem", "UpdateItem"),
    SecretRight(),
)
CONTROL_RIGHTS: Final = (
    *_table_rights("gate_table", _PROFILE, *_READS),
    *(
        right
        for pk in (_PROFILE, "PROFILES", _SESSION, _PERSON, "UNLOGGED")
        for right in _table_rights("gate_table", pk, *_WRITES)
    ),
    *_table_rights("audit_table", _LOG, "BatchGetItem", "PutItem", "Query"),
    TableRight("audit_table", "Query", "0", "ByPerson", "person"),
    TableRight("audit_table", "Query", SELF_CHECK_NAME, "ByRecord", "record"),
    TableRight("audit_table", "Query", SELF_CHECK_NAME, "ByTime", "everybody"),
    *(
        right
        for pk in (f"sections#{SELF_CHECK_NAME}", "F#sections#all", f"forums#{SELF_CHECK_NAME}", "F#forums#all")
        for right in _table_rights("records_table", pk, "BatchGetItem", "Query")
    ),
    SecretRight(),
)
HOUSEKEEPING_RIGHTS: Final = (
    TableRight("audit_table", "Query", SELF_CHECK_NAME, "ByTime", "everybody"),
    *_table_rights("audit_table", f"T#{SELF_CHECK_NAME}", "PutItem", "Query"),
    *_table_rights("audit_table", _LOG, "BatchGetItem", "PutItem"),
    *_table_rights("audit_table", "H#begun", "DeleteItem"),
    *_table_rights("gate_table", "UNLOGGED", "DeleteItem", "Query"),
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
