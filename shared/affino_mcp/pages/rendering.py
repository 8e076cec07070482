"""Renders HTML from Jinja templates: values are escaped, and a missing variable is an error."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from affino_mcp.pages.assets import ASSETS
from affino_mcp.pages.hub_places import HUB_PLACES
from affino_mcp.pages.reader_zone import ReaderZone
from affino_mcp.text import plural

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


@pass_context
def render_time(context: Context, moment: str | int, suffix: str = "") -> Markup:
    """A moment (ISO 8601 in UTC, or seconds since the epoch) as an HTML `time` element in the reader's zone (ReaderZone)."""
    at = datetime.fromtimestamp(moment, UTC) if isinstance(moment, int) else datetime.fromisoformat(moment)
    reader: ReaderZone = context.get("reader") or ReaderZone()
    return reader.render_time(at, suffix)


def render_wait(moment: str | int, now: datetime | int) -> str:
    """How long it is to a moment: `in 58 minutes`, `in 3 days`; `over` when it has passed."""
    end = moment if isinstance(moment, int) else datetime.fromisoformat(moment).timestamp()
    left = int(end - (now if isinstance(now, int) else now.timestamp()))
    for size, word in ((86_400, "day"), (3600, "hour"), (60, "minute")):
        if left >= size * 2 or (left >= size and word == "minute"):
            return f"in {plural(round(left / size), word)}"
    return "in less than a minute" if left > 0 else "over"


class PageRenderer:
    """Renders the templates of one edge, together with the shared ones (`base.html`, `macros.html`)."""

    def __init__(self, templates: Path) -> None:
        loader = FileSystemLoader([templates, SHARED_TEMPLATES])
        self._environment = Environment(
            loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        self._environment.filters["shown_time"] = render_time
        self._environment.filters["wait"] = render_wait
        self._environment.globals["assets"] = {name: asset.address for name, asset in ASSETS.items()}
        self._environment.globals["hub_places"] = HUB_PLACES

    def add_filter(self, name: str, function: Any) -> None:
        """Adds a filter to the templates, under this name."""
        self._environment.filters[name] = function

    def render(self, template: str, **values: Any) -> str:
        """Renders a template with these values; `base`, the path prefix of every link, must be among them.

        `reader` is the ReaderZone; without one times are UTC where no scripts run.
        """
        reader: ReaderZone = values.get("reader") or ReaderZone()
        said = " (UTC)" if reader.is_utc else ""
        mark = Markup("<span data-utc>{}</span>").format(said) if said else ""
        common = {"reader": reader, "utc_word": said, "utc_mark": mark, "times_said": reader.describe()}
        return self._environment.get_template(template).render({**common, **values})
