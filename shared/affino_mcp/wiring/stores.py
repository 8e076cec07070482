"""The stores of one deployment, and how they are opened."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from affino_mcp import observability
from affino_mcp.characters import load_unicode
from affino_mcp.settings import Settings, is_process_snapshotted
from affino_mcp.store.archive import Archive, S3Archive
from affino_mcp.store.credentials import aws_credentials, load_providers
from affino_mcp.store.dynamodb import DYNAMODB_TARGET, DynamoDatabase
from affino_mcp.store.files import FileStore
from affino_mcp.store.given_up import GivenUpCall, report_to_nobody
from affino_mcp.store.notice_senders import NoticeSender, SnsTopic, open_notice_sender
from affino_mcp.store.ops import Database, StartRead
from affino_mcp.store.s3 import S3FileStore, load_requests
from affino_mcp.store.secrets import AwsSecretStore, SecretStore
from affino_mcp.store.signing import KMS_TARGET, Signer, open_signer
from affino_mcp.store.wire import AwsJsonEndpoint
from affino_mcp.value_class import value_class

if TYPE_CHECKING:
    import httpx

    from affino_mcp.store.table_reader import TableReader


@value_class
class Stores:
    """The stores of one deployment, and what sends its notices. `tables` reads whole tables: a command has it, no function.

    `to_instance` is the way to an instance elsewhere; None is the network. `start_read` begins a read of the database, where it
    can.
    """

    database: Database
    secrets: SecretStore
    files: FileStore | None = None
    archive: Archive | None = None
    signer: Signer | None = None
    notices: NoticeSender | None = None
    tables: TableReader | None = None
    to_instance: httpx.BaseTransport | None = None
    start_read: StartRead | None = None

    def opened_by(self, function: str, settings: Settings) -> Stores:  # noqa: ARG002 (for those who look at each function)
        """Gives the stores as this function of the template opens them; those of tests compare each request with its role."""
        return self


def build_stores(settings: Settings, *, log_faults: bool = True) -> Stores:
    """Builds DynamoDB, Secrets Manager and S3, in AWS or at the settings' endpoint. Connects at the first call.

    With `log_faults`, each store call that is given up leaves a log line; a command in a shell tells its user itself. Before
    a snapshot, the libraries are loaded that are needed after it.
    """
    if is_process_snapshotted():
        load_providers()
        load_requests()
        load_unicode()
    credentials = aws_credentials()

    def report(call: GivenUpCall) -> None:
        observability.log_given_up(asdict(call), is_access_refused=call.is_access_refused)

    told, large = (report, observability.log_large_collection) if log_faults else (report_to_nobody, None)

    def endpoint(service: str, target: str, version: str) -> AwsJsonEndpoint:
        address = settings.aws_endpoint or f"https://{service}.{settings.region}.amazonaws.com"
        return AwsJsonEndpoint(service, target, version, address, settings.region, credentials, told)

    database = DynamoDatabase(endpoint("dynamodb", DYNAMODB_TARGET, "1.0"), large)
    return Stores(
        database,
        AwsSecretStore(endpoint("secretsmanager", "secretsmanager", "1.1")),
        S3FileStore(settings.media_bucket, settings.region, credentials, settings.aws_endpoint, told),
        S3Archive(S3FileStore(settings.digest_bucket, settings.region, credentials, settings.aws_endpoint, told)),
        open_signer(settings.digest_key, lambda: endpoint("kms", KMS_TARGET, "1.1")),
        open_notice_sender(settings.notices, lambda topic: SnsTopic(topic, credentials, settings.aws_endpoint, told)),
        start_read=database.start_get_many,
    )
