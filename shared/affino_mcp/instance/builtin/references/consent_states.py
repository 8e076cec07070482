"""The states of a contact's consent."""

from __future__ import annotations

from typing import Final

GRANTED: Final = "granted"
REVOKED: Final = "revoked"
