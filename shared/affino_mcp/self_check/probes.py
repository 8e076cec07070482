"""Asks stores for what a role must allow, in requests that find nothing and write nothing."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from typing import Final

from affino_mcp.gate.profiles.profile import profile_secret_name
from affino_mcp.self_check.rights import (
    SELF_CHECK_NAME,
    FileRight,
    FolderRight,
    SecretRight,
    TableRight,
    function_rights,
)
from affino_mcp.settings import Settings
from affino_mcp.store.archive import Archive
from affino_mcp.store.faults import ConditionFailed, TransactionFailed
from affino_mcp.store.files import FileStore
from affino_mcp.store.ops import Check, Condition, Database, Delete, Key, Put, Query, Update, absent, all_of, exists
from affino_mcp.store.secrets import SecretStore
from affino_mcp.store.signing import Signer
from affino_mcp.value_class import value_class

IMPOSSIBLE: Final[Condition] = all_of(exists(), absent())
"""A condition that no row fulfils, and that names the key alone: a write that the role allows ends in ConditionFailed."""


@value_class
class StoreProbe:
    """One request: the service, operation and place that it asks, and `ask`, which sends it.

    `ask` returns when the store carried the request out, and raises StoreUnavailable, with the error's name as its text, when
    the store cannot be reached or refuses it.
    """

    service: str
    operation: str
    place: str
    ask: Callable[[], object]


def build_probes(
    functions: Iterable[str], database: Database, secrets: SecretStore, files: FileStore | None, settings: Settings
) -> list[StoreProbe]:
    """Gives one probe for each different right of these functions; none for files where there is no file store."""
    found: list[StoreProbe] = []
    elsewhere = bool(settings.instance_url)
    rights = (right for each in functions for right in function_rights(each, instance_elsewhere=elsewhere))
    for right in dict.fromkeys(rights):
        match right:
            case TableRight():
                table = str(getattr(settings, right.table_setting))
                found.append(StoreProbe("dynamodb", right.operation, table, _table_request(right, table, database)))
            case SecretRight():
                found.append(_secret_probe(secrets, settings))
            case FileRight() if files is not None:
                found.append(_file_probe(right, files, settings))
            case FolderRight() if files is not None:
                found.append(_folder_probe(right, files, settings))
    return found


def build_digest_probes(archive: Archive | None, signer: Signer | None, settings: Settings) -> list[StoreProbe]:
    """Gives the probes of the archive of digests and of the key that signs them, which leave nothing behind.

    None where there is no archive or no key.
    """
    if archive is None or signer is None:
        return []
    bucket, key = settings.digest_bucket, settings.digest_key
    return [
        StoreProbe("s3", "ListObjectsV2", bucket, lambda: archive.list_keys(f"digests/{SELF_CHECK_NAME}")),
        StoreProbe("s3", "GetObject", f"{bucket}/digests", lambda: archive.read(f"digests/{SELF_CHECK_NAME}")),
        StoreProbe("kms", "Sign", key.rpartition("/")[0], lambda: signer.sign(SELF_CHECK_NAME.encode())),
    ]


def _table_request(right: TableRight, table: str, database: Database) -> Callable[[], object]:
    key = Key(right.pk, SELF_CHECK_NAME)
    match right.operation:
        case "GetItem":
            return lambda: database.get(table, key)
        case "BatchGetItem":
            return lambda: database.get_many(table, [key])
        case "Query":
            wanted = Query(
                table, right.pk, right.index, right.partition_name, limit=1, consistent=right.partition_name == "pk"
            )
            return lambda: database.query(wanted)
        case _:
            return lambda: _try_impossible_write(right, table, key, database)


def _try_impossible_write(right: TableRight, table: str, key: Key, database: Database) -> None:
    """Tries a write whose condition does not hold: DynamoDB looks at the role's rights first, then at the condition."""
    try:
        match right.operation:
            case "PutItem":
                database.put(Put(table, {**key._asdict()}, IMPOSSIBLE))
            case "UpdateItem":
                database.update(Update(table, key, assign={right.attribute: True}, condition=IMPOSSIBLE))
            case "DeleteItem":
                database.delete(Delete(table, key, IMPOSSIBLE))
            case "ConditionCheckItem":
                database.transact([Check(table, key, IMPOSSIBLE)], str(uuid.uuid4()))
            case unknown:
                raise ValueError(unknown)
    except (ConditionFailed, TransactionFailed):
        return


def _secret_probe(secrets: SecretStore, settings: Settings) -> StoreProbe:
    name = profile_secret_name(settings.secrets_prefix, SELF_CHECK_NAME)
    return StoreProbe(
        "secretsmanager", "GetSecretValue", name.rpartition("/")[0], lambda: _read_missing_secret(secrets, name)
    )


def _read_missing_secret(secrets: SecretStore, name: str) -> None:
    try:
        secrets.read(name, "0" * 32)
    except KeyError:
        return


def _file_probe(right: FileRight, files: FileStore, settings: Settings) -> StoreProbe:
    place = f"{settings.media_bucket}/{right.folder}"
    return StoreProbe("s3", "HeadObject", place, lambda: files.head(f"{right.folder}/{SELF_CHECK_NAME}"))


def _folder_probe(right: FolderRight, files: FileStore, settings: Settings) -> StoreProbe:
    place = f"{settings.media_bucket}/{right.folder}"
    prefix = f"{right.folder}/{SELF_CHECK_NAME}"
    return StoreProbe("s3", "ListObjects", place, lambda: files.list_objects(prefix, limit=1))
