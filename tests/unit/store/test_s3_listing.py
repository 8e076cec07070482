"""A listing of S3, as AWS documents its answer."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from affino_mcp.store.files import ListedObject, ObjectPage
from affino_mcp.store.s3_listing import parse_listing

LISTING = b"""<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>bucket</Name><Prefix>media/</Prefix><KeyCount>1</KeyCount>
<MaxKeys>1000</MaxKeys><IsTruncated>true</IsTruncated><NextContinuationToken>x</NextContinuationToken><Contents>
<Key>media/1/a%2Bb+c.png</Key><LastModified>2026-10-12T17:50:30.000Z</LastModified><ETag>&quot;fba9&quot;</ETag>
<Size>434234</Size><StorageClass>STANDARD</StorageClass></Contents></ListBucketResult>"""


def test_a_listing_as_aws_documents_it() -> None:
    stored_at = datetime(2026, 10, 12, 17, 50, 30, tzinfo=UTC)
    assert parse_listing(LISTING) == ObjectPage([ListedObject("media/1/a+b c.png", 434234, stored_at)], is_last=False)


@pytest.mark.parametrize(
    "answer", [b"", b"<html/>", LISTING.replace(b"434234", b"many"), LISTING.replace(b"Key", b"K")]
)
def test_a_listing_of_another_form_is_no_listing(answer: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_listing(answer)
