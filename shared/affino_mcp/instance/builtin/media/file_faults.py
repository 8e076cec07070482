"""The errors of files that a caller wants to store."""

from __future__ import annotations

from affino_mcp.errors import ToolError


class FileTooLarge(ToolError):
    """The file exceeds the size limit of the way in which it was sent."""

    type, code, status = "too_large", -140, 413
    text = "The file is too large."


class UnsupportedMedia(ToolError):
    """The file has no allowed format, or another format than declared."""

    type, code, status = "unsupported_media", -141, 415
    text = "Files of this type are not accepted."
