"""Creates the buckets of the local run in the emulator."""

from __future__ import annotations

from affino_mcp.settings import Settings
from affino_mcp.store.faults import StoreUnavailable
from affino_mcp.store.s3 import S3FileStore

_BUCKET_CONFIGURATION = (
    "<CreateBucketConfiguration><LocationConstraint>{}</LocationConstraint></CreateBucketConfiguration>"
)


def make_bucket(files: S3FileStore, settings: Settings) -> None:
    """Creates the bucket of these files unless it exists. Raises StoreUnavailable."""
    body = _BUCKET_CONFIGURATION.format(settings.region).encode()
    answer = files.send_request("PUT", "", content=body)
    if answer.status not in (200, 409):  # 409: the bucket exists
        raise StoreUnavailable(f"the bucket cannot be made: {answer.status}")
