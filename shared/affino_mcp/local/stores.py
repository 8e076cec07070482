"""Opens the emulator's stores with its dummy credentials, which AWS does not accept."""

from __future__ import annotations

from typing import Final

from affino_mcp.settings import Settings
from affino_mcp.store.archive import S3Archive
from affino_mcp.store.dynamodb import DYNAMODB_TARGET, DynamoDatabase
from affino_mcp.store.s3 import S3FileStore
from affino_mcp.store.secrets import AwsSecretStore
from affino_mcp.store.signature_v4 import AwsKeys
from affino_mcp.store.signing import KMS_TARGET, open_signer
from affino_mcp.store.table_reader import DynamoTableReader
from affino_mcp.store.wire import AwsJsonEndpoint
from affino_mcp.wiring import Stores

EMULATOR_ACCOUNT_KEY: Final = "test"
"""The access key and the secret key of the emulator's only account."""


class EmulatorCredentials:
    """The credentials that sign requests to the emulator."""

    @staticmethod
    def get_frozen_credentials() -> AwsKeys:
        """The fixed credentials of the emulator."""
        return AwsKeys(EMULATOR_ACCOUNT_KEY, EMULATOR_ACCOUNT_KEY)


def open_dynamodb(settings: Settings) -> AwsJsonEndpoint:
    """The emulator's DynamoDB, for requests that the store does not make (tables)."""
    return _open_endpoint("dynamodb", DYNAMODB_TARGET, "1.0", settings)


def _open_endpoint(service: str, target: str, version: str, settings: Settings) -> AwsJsonEndpoint:
    credentials = EmulatorCredentials()
    return AwsJsonEndpoint(service, target, version, settings.aws_endpoint, settings.region, credentials)


def open_bucket(settings: Settings) -> S3FileStore:
    """The emulator's media bucket."""
    return S3FileStore(settings.media_bucket, settings.region, EmulatorCredentials(), settings.aws_endpoint)


def open_digest_bucket(settings: Settings) -> S3FileStore:
    """The emulator's bucket of the API Log's digests."""
    return S3FileStore(settings.digest_bucket, settings.region, EmulatorCredentials(), settings.aws_endpoint)


def open_emulator_stores(settings: Settings) -> Stores:
    """Opens the stores that the settings name, without sending a request."""
    return Stores(
        DynamoDatabase(open_dynamodb(settings)),
        AwsSecretStore(_open_endpoint("secretsmanager", "secretsmanager", "1.1", settings)),
        open_bucket(settings),
        S3Archive(open_digest_bucket(settings)),
        open_signer(settings.digest_key, lambda: _open_endpoint("kms", KMS_TARGET, "1.1", settings)),
        None,
        DynamoTableReader(open_dynamodb(settings)),
    )
