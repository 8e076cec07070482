"""What can be wrong with a file that somebody wants to keep (conventions 10: TL and UM)."""

from __future__ import annotations

from affino_mcp.errors import ToolError


class FileTooLarge(ToolError):
    """The file is over the limit of the way in which it was sent."""

    type, code, status = "too_large", -140, 413
    text = "The file is too large."


class UnsupportedMedia(ToolError):
    """The file is of no allowed type, or not of the type that it was called."""

    type, code, status = "unsupported_media", -141, 415
    text = "Files of this type are not accepted."
