"""Renders HTML from Jinja templates: values are escaped, and a missing variable is an error."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from affino_mcp.pages.assets import ASSETS
from affino_mcp.pages.hub_places import HUB_PLACES

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


def render_time(moment: str | int, zone: str = "") -> Markup:
    """A moment (ISO 8601 in UTC, or seconds since the epoch) as an HTML `time` element, which page.js shows in the reader's zone.

    Its text, `2026-11-23 09:00:12` and the `zone` (" UTC"), stays where no scripts run.
    """
    at = datetime.fromtimestamp(moment, UTC) if isinstance(moment, int) else datetime.fromisoformat(moment)
    return Markup('<time datetime="{}" data-local>{}{}</time>').format(
        at.strftime("%Y-%m-%dT%H:%M:%SZ"), at.strftime("%Y-%m-%d %H:%M:%S"), zone
    )


class PageRenderer:
    """Renders the templates of one edge, together with the shared ones (`base.html`, `macros.html`)."""

    def __init__(self, templates: Path) -> None:
        loader = FileSystemLoader([templates, SHARED_TEMPLATES])
        self._environment = Environment(
            loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        self._environment.filters["shown_time"] = render_time
        self._environment.globals["assets"] = {name: asset.address for name, asset in ASSETS.items()}
        self._environment.globals["hub_places"] = HUB_PLACES

    def add_filter(self, name: str, function: Any) -> None:
        """Adds a filter to the templates, under this name."""
        self._environment.filters[name] = function

    def render(self, template: str, **values: Any) -> str:
        """Renders a template with these values; `base`, the path prefix of every link, must be among them."""
        return self._environment.get_template(template).render(values)
