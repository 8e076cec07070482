"""The forms of the texts by which callers prove who they are, as regular expressions that others compile for their place."""

from __future__ import annotations

from typing import Final

MAX_KEY_CHARACTERS: Final = 64
MAX_SECRET_CHARACTERS: Final = 128
API_KEY_FORM: Final = f"[A-Za-z0-9]{{1,{MAX_KEY_CHARACTERS}}}"
API_SECRET_FORM: Final = f"[A-Za-z0-9]{{1,{MAX_SECRET_CHARACTERS}}}"
TOKEN_FORM: Final = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"  # noqa: S105 (a form, no token)
"""The canonical form of a session's tokens, a UUID; where capital letters are read too, the reader says so."""
SIGNATURE_FORM: Final = "[0-9A-Fa-f]{128}"
MD5_FORM: Final = "[0-9A-Fa-f]{32}"
