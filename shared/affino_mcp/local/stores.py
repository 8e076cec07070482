"""Opens the emulator's stores with its dummy credentials, which AWS does not accept."""

from __future__ import annotations

from typing import Final, NamedTuple

from affino_mcp.settings import Settings
from affino_mcp.store.archive import S3Archive
from affino_mcp.store.dynamodb import DYNAMODB_TARGET, DynamoDatabase
from affino_mcp.store.s3 import S3FileStore
from affino_mcp.store.secrets import AwsSecretStore
from affino_mcp.store.wire import AwsJsonEndpoint
from affino_mcp.wiring import Stores, build_signer

EMULATOR_ACCOUNT_KEY: Final = "test"
"""The access key and the secret key of the emulator's only account."""


class _FrozenCredentials(NamedTuple):
    access_key: str = EMULATOR_ACCOUNT_KEY
    secret_key: str = EMULATOR_ACCOUNT_KEY
    token: str | None = None


class EmulatorCredentials:
    """The credentials that sign requests to the emulator."""

    @staticmethod
    def get_frozen_credentials() -> _FrozenCredentials:
        """The fixed credentials of the emulator, in the form that botocore's signers take."""
        return _FrozenCredentials()


def open_dynamodb(settings: Settings) -> AwsJsonEndpoint:
    """The emulator's DynamoDB, for requests that the store does not make (tables)."""
    return AwsJsonEndpoint(
        "dynamodb", DYNAMODB_TARGET, "1.0", settings.aws_endpoint, settings.region, EmulatorCredentials()
    )


def open_bucket(settings: Settings) -> S3FileStore:
    """The emulator's media bucket."""
    return S3FileStore(settings.media_bucket, settings.region, EmulatorCredentials(), settings.aws_endpoint)


def open_digest_bucket(settings: Settings) -> S3FileStore:
    """The emulator's bucket of the API Log's digests."""
    return S3FileStore(settings.digest_bucket, settings.region, EmulatorCredentials(), settings.aws_endpoint)


def open_emulator_stores(settings: Settings) -> Stores:
    """Opens the stores that the settings name, without sending a request."""
    credentials = EmulatorCredentials()
    secrets = AwsJsonEndpoint(
        "secretsmanager", "secretsmanager", "1.1", settings.aws_endpoint, settings.region, credentials
    )
    return Stores(
        DynamoDatabase(open_dynamodb(settings)),
        AwsSecretStore(secrets),
        open_bucket(settings),
        S3Archive(open_digest_bucket(settings)),
        build_signer(settings, credentials),
    )
