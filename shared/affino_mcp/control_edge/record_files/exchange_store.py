"""The files of imports and exports in the media bucket, below a folder of each person; they are gone after a day."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any, Final

from affino_mcp.store.files import FileStore, FileUpload, NoObject
from affino_mcp.tool_errors import NotFound
from affino_mcp.value_class import value_class

EXCHANGE_PREFIX: Final = "exchange/"
_MOST_BYTES: Final = 20_000_000
_ID: Final = re.compile(r"[0-9A-Z]{26}")
CSV_TYPE: Final = "text/csv; charset=utf-8"
_STATE_NAME: Final = "state.json"


@value_class
class ExchangeStore:
    """The files of one person."""

    files: FileStore
    user_code: int

    def put(self, exchange: str, name: str, content: bytes, mime_type: str = CSV_TYPE) -> None:
        """Stores a file of an import or export under its name. Raises StoreUnavailable."""
        digest = hashlib.sha256(content).hexdigest()
        self.files.put(FileUpload(self._key(exchange, name), mime_type, len(content), digest), content)

    def read(self, exchange: str, name: str) -> bytes:
        """Gives a file; empty when there is none. Raises NotFound for what is no id, StoreUnavailable."""
        try:
            return self.files.read(self._key(exchange, name), 0, _MOST_BYTES)
        except NoObject:
            return b""

    def save_state(self, exchange: str, state: dict[str, Any]) -> None:
        """Stores how far an import or export has come. Raises StoreUnavailable."""
        self.put(exchange, _STATE_NAME, json.dumps(state, ensure_ascii=False).encode(), "application/json")

    def load_state(self, exchange: str) -> dict[str, Any]:
        """Gives how far it has come. Raises NotFound for an id that none of the person's has, StoreUnavailable."""
        found = self.read(exchange, _STATE_NAME)
        if not found:
            raise NotFound("id", "import or export of yours", next="Files are kept for a day: begin again.")
        state: dict[str, Any] = json.loads(found)
        return state

    def link(self, exchange: str, name: str, file_name: str) -> str:
        """Gives an address that downloads a file for a few minutes. Raises NotFound for what is no id."""
        return self.files.presign_download(self._key(exchange, name), CSV_TYPE, file_name)

    def _key(self, exchange: str, name: str) -> str:
        if _ID.fullmatch(exchange) is None:
            raise NotFound("id", "import or export of yours")
        return f"{EXCHANGE_PREFIX}{self.user_code}/{exchange}/{name}"
