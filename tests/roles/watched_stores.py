"""Stores that take note of each request of a function, as its role's policy sees it, and pass it on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from affino_mcp.control_edge.record_files.exchange_store import EXCHANGE_PREFIX
from affino_mcp.settings import Settings
from affino_mcp.store.archive import Archive
from affino_mcp.store.files import (
    MAX_LISTED_OBJECTS,
    FileStore,
    FileUpload,
    NoObject,
    ObjectHead,
    ObjectPage,
    PresignedUpload,
)
from affino_mcp.store.ops import Check, Database, Delete, Item, Key, Put, Query, QueryPage, Update, WriteOp, write_key
from affino_mcp.store.secrets import SecretDocument, SecretStore
from affino_mcp.store.stacks import STACK_OUTPUTS
from affino_mcp.wiring import Stores
from tests.roles.operation import Operation, named_attributes
from tests.roles.request_record import RECORD
from tests.roles.watched_services import WatchedSender, WatchedSigner

_WRITES = {Put: "PutItem", Update: "UpdateItem", Delete: "DeleteItem", Check: "ConditionCheckItem"}


class WatchedStores(Stores):
    """The stores of a service in tests: what each function asks of them is compared with its role."""

    def opened_by(self, function: str, settings: Settings) -> Stores:
        """See Stores."""
        note = Notes(function, settings)
        return Stores(
            WatchedDatabase(self.database, note),
            WatchedSecrets(self.secrets, note),
            self.files and WatchedFiles(self.files, note),
            self.archive and WatchedArchive(self.archive, note),
            self.signer and WatchedSigner(self.signer, note),
            self.notices and WatchedSender(self.notices, note),
            to_instance=self.to_instance,
        )


@dataclass(frozen=True)
class Notes:
    """Takes notes of the requests of one function."""

    function: str
    settings: Settings

    def __call__(self, action: str, place: str, *keys: str, attributes: tuple[str, ...] = ()) -> None:
        stack = "federated" if self.settings.instance_url else "builtin"
        RECORD.note(Operation(stack, self.function, action, place, keys, attributes))

    def table(self, name: str) -> str:
        """Gives the template's name of a table; the name itself when it is no table of the settings."""
        return self._tables.get(name, name)

    @cached_property
    def _tables(self) -> dict[str, str]:
        return {getattr(self.settings, setting): output for setting, output in STACK_OUTPUTS.items()}


@dataclass(frozen=True)
class WatchedDatabase:
    """A Database."""

    inner: Database
    note: Notes

    def get(self, table: str, key: Key) -> Item | None:
        """See Database."""
        self.note("dynamodb:GetItem", self.note.table(table), key.pk)
        return self.inner.get(table, key)

    def get_many(self, table: str, keys: Sequence[Key]) -> dict[Key, Item]:
        """See Database."""
        if keys:
            self.note("dynamodb:BatchGetItem", self.note.table(table), *(key.pk for key in keys))
        return self.inner.get_many(table, keys)

    def query(self, op: Query) -> QueryPage:
        """See Database."""
        index = f"/index/{op.index}" if op.index else ""
        self.note("dynamodb:Query", f"{self.note.table(op.table)}{index}", op.partition)
        return self.inner.query(op)

    def put(self, op: Put) -> None:
        """See Database."""
        self._note_write(op)
        self.inner.put(op)

    def update(self, op: Update) -> Item:
        """See Database."""
        self._note_write(op)
        return self.inner.update(op)

    def delete(self, op: Delete) -> None:
        """See Database."""
        self._note_write(op)
        self.inner.delete(op)

    def transact(self, ops: Sequence[WriteOp], token: str) -> None:
        """See Database. A transaction needs the rights to each of its writes."""
        for op in ops:
            self._note_write(op)
        self.inner.transact(ops, token)

    def _note_write(self, op: WriteOp) -> None:
        place, key = self.note.table(op.table), write_key(op)
        self.note(f"dynamodb:{_WRITES[type(op)]}", place, key.pk, attributes=named_attributes(op))


@dataclass(frozen=True)
class WatchedSecrets:
    """A SecretStore. Writing may create the secret, so that it needs both rights."""

    inner: SecretStore
    note: Notes

    def read(self, name: str, version: str) -> SecretDocument:
        """See SecretStore."""
        self._note(name, "GetSecretValue")
        return self.inner.read(name, version)

    def write(self, name: str, version: str, document: SecretDocument) -> None:
        """See SecretStore."""
        self._note(name, "PutSecretValue", "CreateSecret")
        self.inner.write(name, version, document)

    def remove(self, name: str) -> None:
        """See SecretStore."""
        self._note(name, "DeleteSecret")
        self.inner.remove(name)

    def _note(self, name: str, *actions: str) -> None:
        folder = name.removeprefix(f"{self.note.settings.secrets_prefix}/").rpartition("/")[0]
        for action in actions:
            self.note(f"secretsmanager:{action}", f"{folder}/*")


@dataclass(frozen=True)
class WatchedFiles:
    """A FileStore. S3 says that an object is missing to those alone who may list it; a presigned request is the role's own."""

    inner: FileStore
    note: Notes

    def put(self, upload: FileUpload, content: bytes) -> None:
        """See FileStore."""
        self._note("PutObject", upload.key)
        self.inner.put(upload, content)

    def presign_upload(self, upload: FileUpload) -> PresignedUpload:
        """See FileStore."""
        self._note("PutObject", upload.key)
        return self.inner.presign_upload(upload)

    def presign_download(self, key: str, mime_type: str, file_name: str) -> str:
        """See FileStore. The download is the role's own; of the Control Centre's addresses those of its own files are used."""
        if self.note.function != "ControlCentre" or key.startswith(EXCHANGE_PREFIX):
            self._note("GetObject", key)
            self._note_missing(key)
        return self.inner.presign_download(key, mime_type, file_name)

    def head(self, key: str) -> ObjectHead | None:
        """See FileStore."""
        self._note("GetObject", key)
        if (found := self.inner.head(key)) is None:
            self._note_missing(key)
        return found

    def read(self, key: str, start: int, length: int) -> bytes:
        """See FileStore."""
        self._note("GetObject", key)
        try:
            return self.inner.read(key, start, length)
        except NoObject:
            self._note_missing(key)
            raise

    def copy(self, source: str, target: str, version: str) -> None:
        """See FileStore."""
        self._note("GetObject", source)
        self._note("PutObject", target)
        self.inner.copy(source, target, version)

    def delete(self, key: str) -> None:
        """See FileStore."""
        self._note("DeleteObject", key)
        self.inner.delete(key)

    def list_objects(self, prefix: str, start_after: str = "", limit: int = MAX_LISTED_OBJECTS) -> ObjectPage:
        """See FileStore."""
        self._note_missing(prefix)
        return self.inner.list_objects(prefix, start_after, limit)

    def _note(self, action: str, key: str) -> None:
        self.note(f"s3:{action}", f"MediaBucket/{_folder(key)}")

    def _note_missing(self, key: str) -> None:
        self.note("s3:ListBucket", "MediaBucket", _folder(key))


@dataclass(frozen=True)
class WatchedArchive:
    """An Archive."""

    inner: Archive
    note: Notes

    def add(self, key: str, content: bytes) -> bool:
        """See Archive."""
        self.note("s3:PutObject", f"DigestBucket/{_folder(key)}", attributes=("if-none-match",))
        return self.inner.add(key, content)

    def read(self, key: str) -> bytes | None:
        """See Archive."""
        self.note("s3:GetObject", f"DigestBucket/{_folder(key)}")
        if (found := self.inner.read(key)) is None:
            self.note("s3:ListBucket", "DigestBucket", _folder(key))
        return found

    def list_keys(self, prefix: str, after: str = "") -> list[str]:
        """See Archive."""
        self.note("s3:ListBucket", "DigestBucket", _folder(prefix))
        return self.inner.list_keys(prefix, after)


def _folder(key: str) -> str:
    return f"{key.partition('/')[0]}/*"
