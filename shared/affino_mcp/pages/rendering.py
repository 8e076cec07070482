"""HTML from Jinja templates: everything is escaped, a missing variable is an error, nothing is read from elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from affino_mcp.pages.assets import ASSETS

SHARED: Final = Path(__file__).parent / "templates"

HEADERS: Final[dict[str, str]] = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "cache-control": "no-store",
    "referrer-policy": "same-origin",
    "strict-transport-security": "max-age=31536000",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}
"""Headers of every page: no inline script or style, no framing, no copy kept, no address told to strangers."""


class Pages:
    """Renders the templates of one edge on the shared base (`base.html`, `macros.html`)."""

    def __init__(self, templates: Path) -> None:
        loader = FileSystemLoader([templates, SHARED])
        self._environment = Environment(
            loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        self._environment.globals["assets"] = {name: asset.address for name, asset in ASSETS.items()}

    def filter(self, name: str, function: Any) -> None:
        """Give templates a filter."""
        self._environment.filters[name] = function

    def render(self, template: str, **values: Any) -> str:
        """The page; `base` (the path before every link: the API's stage or nothing) must be among the values."""
        return self._environment.get_template(template).render(values)
