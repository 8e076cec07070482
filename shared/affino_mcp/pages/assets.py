"""The style and the small script of every page, named by their content so that browsers may keep them for ever."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_FOLDER: Final = Path(__file__).parent / "static"
_TYPES: Final = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
KEPT: Final = "public, max-age=31536000, immutable"
"""The Cache-Control of an asset: another content has another address."""


@dataclass(frozen=True)
class Asset:
    """One file; `address` holds a digest of its content."""

    name: str
    content: bytes
    media_type: str

    @property
    def address(self) -> str:
        """Its last path segment, like `page.3f9a1c20.css`."""
        stem, _, ending = self.name.rpartition(".")
        return f"{stem}.{hashlib.sha256(self.content).hexdigest()[:8]}.{ending}"


def _read(path: Path) -> Asset:
    return Asset(path.name, path.read_bytes(), _TYPES[path.suffix])


ASSETS: Final = {path.name: _read(path) for path in sorted(_FOLDER.iterdir()) if path.suffix in _TYPES}
"""All of them by name; served by each edge below its own path."""

BY_ADDRESS: Final = {asset.address: asset for asset in ASSETS.values()}
"""All of them by address."""
