"""Listings of a bucket in the form of the second version of S3's list operation (Amazon S3 API Reference)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote_plus

from affino_mcp.store.files import ListedObject, ObjectPage

if TYPE_CHECKING:
    from xml.etree import ElementTree as ET

_NAMESPACE: Final = "{http://s3.amazonaws.com/doc/2006-03-01/}"


def listing_parameters(prefix: str, start_after: str, limit: int) -> dict[str, str]:
    """Gives the query parameters of a listing, in the order of their names, as its signature needs them."""
    asked = {"encoding-type": "url", "list-type": "2", "max-keys": str(limit), "prefix": prefix}
    return asked | ({"start-after": start_after} if start_after else {})


def parse_listing(answer: bytes) -> ObjectPage:
    """Reads S3's answer. Raises ValueError for an answer of another form."""
    from xml.etree import ElementTree as ET  # noqa: PLC0415 (slow to import; housekeeping alone lists files)

    try:
        found = ET.fromstring(answer)  # noqa: S314 (the answer to a signed request, from S3 itself)
        objects = [_parse_object(one) for one in found.findall(f"{_NAMESPACE}Contents")]
        return ObjectPage(objects, _text(found, "IsTruncated") != "true")
    except ET.ParseError as error:
        raise ValueError("not XML") from error


def _parse_object(found: ET.Element) -> ListedObject:
    stored_at = datetime.fromisoformat(_text(found, "LastModified"))
    return ListedObject(unquote_plus(_text(found, "Key")), int(_text(found, "Size")), stored_at)


def _text(found: ET.Element, name: str) -> str:
    text = found.findtext(f"{_NAMESPACE}{name}")
    if text is None:
        raise ValueError(name)
    return text
