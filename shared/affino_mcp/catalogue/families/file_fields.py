"""What a file is given as in a call: its name, its media type, its content."""

from __future__ import annotations

from typing import Final

from pydantic import StrictStr

from affino_mcp.catalogue.base64_text import MAX_BASE64_CHARACTERS, read_base64
from affino_mcp.catalogue.kinds import Kind, line_kind
from affino_mcp.catalogue.record import Field

BASE64: Final = Kind(
    "file in Base64", {"type": "string", "maxLength": MAX_BASE64_CHARACTERS}, StrictStr, reader=read_base64
)
FILE_NAME: Final = Field("FileName", line_kind(255))
MIME_TYPE: Final = Field("MimeType", line_kind(100), "e.g. image/png; must fit the content")
FILE_CONTENT: Final = Field("ContentBase64", BASE64, "up to 3 MiB of file")
