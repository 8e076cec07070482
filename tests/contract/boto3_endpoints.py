"""boto3 behind the interfaces of `store.wire.AwsJsonEndpoint` and of the media bucket, as a reference."""

from __future__ import annotations

from typing import Any

import boto3
from botocore import xform_name
from botocore.exceptions import ClientError

from affino_mcp.local.stores import EMULATOR_ACCOUNT_KEY
from affino_mcp.settings import Settings
from affino_mcp.store.wire import AwsError


def client(service: str, settings: Settings, **options: Any) -> Any:
    """boto3's client of a service of the emulator."""
    keys = {"aws_access_key_id": EMULATOR_ACCOUNT_KEY, "aws_secret_access_key": EMULATOR_ACCOUNT_KEY}
    return boto3.client(service, region_name=settings.region, endpoint_url=settings.aws_endpoint, **keys, **options)


class Boto3Json:
    """One service's operations, sent by boto3. `call_operation` takes and gives what AwsJsonEndpoint's does."""

    def __init__(self, service: str, settings: Settings) -> None:
        self._client = client(service, settings)

    def call_operation(self, operation: str, body: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Carries out one operation. Raises AwsError."""
        try:
            answer: dict[str, Any] = getattr(self._client, xform_name(operation))(**body)
        except ClientError as error:
            response: Any = error.response
            raise AwsError(response["Error"]["Code"], response) from error
        return {name: value for name, value in answer.items() if name != "ResponseMetadata"}

    def report_given_up(self, *_: Any) -> None:
        """Takes no note."""
