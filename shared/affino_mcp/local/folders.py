"""Says which folder cannot be written, and the option that chooses another one."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from affino_mcp.errors import AffinoError

STATE_OPTION: Final = "--state FOLDER (STATE=FOLDER)"
CONNECTION_OPTION: Final = "--connection FILE"
_FULL: Final = {errno.ENOSPC, errno.EDQUOT}
_REFUSED: Final = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR}


class FolderUnwritable(AffinoError):
    """A folder of the local run cannot be written, or its disk is full."""

    type = "folder_unwritable"


@contextmanager
def writing_into(folder: Path, option: str = STATE_OPTION) -> Iterator[None]:
    """Raises FolderUnwritable where the body cannot write; `option` chooses another folder. Other errors pass."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            advice = f"Free some space, or choose a folder on another disk: {option}."
            raise FolderUnwritable(f"The disk is full (the folder {folder}). {advice}") from error
        if error.errno not in _REFUSED:
            raise
        reason = f"{error.strerror}: {error.filename}" if error.filename else error.strerror
        advice = f"Make it writable, or choose another one: {option}."
        raise FolderUnwritable(f"The folder {folder} cannot be written ({reason}). {advice}") from error
