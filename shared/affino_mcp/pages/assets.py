"""Style sheets, scripts and images of the pages, each with a digest in its address, so that browsers may cache it."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

from affino_mcp.value_class import value_class

_STATIC_FOLDER: Final = Path(__file__).parent / "static"
_MEDIA_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
ASSET_CACHE_CONTROL: Final = "public, max-age=31536000, immutable"
"""The Cache-Control header of an asset, which may be kept for a year, because changed content has another address."""


@value_class
class Asset:
    """One file with its content and media type."""

    name: str
    content: bytes
    media_type: str

    @property
    def address(self) -> str:
        """The last segment of the asset's path, with a digest of its content: `page.3f9a1c20.css`."""
        stem, _, ending = self.name.rpartition(".")
        return f"{stem}.{hashlib.sha256(self.content).hexdigest()[:8]}.{ending}"


def _read_asset(path: Path) -> Asset:
    return Asset(path.name, path.read_bytes(), _MEDIA_TYPES[path.suffix])


ASSETS: Final = {
    path.name: _read_asset(path) for path in sorted(_STATIC_FOLDER.iterdir()) if path.suffix in _MEDIA_TYPES
}
"""All assets by file name; each edge serves them below its own path."""

ASSETS_BY_ADDRESS: Final = {asset.address: asset for asset in ASSETS.values()}
"""All assets by address."""
