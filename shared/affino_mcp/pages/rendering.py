"""Renders HTML from Jinja templates: values are escaped, and a missing variable is an error."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from affino_mcp.pages.assets import ASSETS

SHARED_TEMPLATES: Final = Path(__file__).parent / "templates"

PAGE_HEADERS: Final[dict[str, str]] = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "strict-transport-security": "max-age=31536000",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}
"""Headers of every page: no inline script or style, no framing, no caching, no referrer."""


class PageRenderer:
    """Renders the templates of one edge, together with the shared ones (`base.html`, `macros.html`)."""

    def __init__(self, templates: Path) -> None:
        loader = FileSystemLoader([templates, SHARED_TEMPLATES])
        self._environment = Environment(
            loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        self._environment.globals["assets"] = {name: asset.address for name, asset in ASSETS.items()}

    def add_filter(self, name: str, function: Any) -> None:
        """Adds a filter to the templates, under this name."""
        self._environment.filters[name] = function

    def render(self, template: str, **values: Any) -> str:
        """Renders a template with these values; `base`, the path prefix of every link, must be among them."""
        return self._environment.get_template(template).render(values)
