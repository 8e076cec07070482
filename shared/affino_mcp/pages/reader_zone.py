"""The reader's time zone: the person's own, else the browser's, which page.js says in a cookie, else the instance's."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final

from markupsafe import Markup

from affino_mcp.value_class import value_class
from affino_mcp.zones import DEFAULT_ZONE, find_zone, require_zone

ZONE_COOKIE: Final = "affino-zone"
"""The cookie with the name of the browser's zone. It is no secret, and names the zone of times that the person sees."""

_KNOWN_TIME: Final = Markup('<time datetime="{}" title="{} UTC">{}</time>')
_LOCAL_TIME: Final = Markup('<time datetime="{}" title="{} UTC" data-local>{}</time>')


@value_class
class ReaderZone:
    """The zone in which a page shows times; `is_own`: the person has said it, so that no browser changes it.

    Without `is_known` times stay in this zone where no scripts run, and page.js shows them in the browser's.
    """

    zone: tzinfo = UTC
    is_known: bool = False
    is_own: bool = False
    now: datetime | None = None

    @property
    def is_utc(self) -> bool:
        """True when times are shown in UTC."""
        return self.zone is UTC

    def describe(self) -> Markup:
        """A sentence on the zone of the page's times, which page.js takes away where it shows them in another."""
        if self.is_utc and not self.is_known:
            return Markup("<span data-utc>Times are UTC.</span>")
        return Markup("Times are in {}; point at one to see UTC.").format(getattr(self.zone, "key", DEFAULT_ZONE))

    def describe_day(self, day: date) -> str:
        """`today`, `yesterday`, or the date as `26 Nov 2026`."""
        today = self.now.astimezone(self.zone).date() if self.now else None
        near = {today: "today", today - timedelta(days=1): "yesterday"} if today else {}
        return near.get(day, f"{day.day} {day:%b %Y}")

    def render_time(self, at: datetime, suffix: str = "") -> Markup:
        """A moment as an HTML `time` element, with UTC to be seen when it is pointed at; `suffix` says UTC where it is."""
        utc = at.astimezone(UTC)
        stamp, exact = utc.strftime("%Y-%m-%dT%H:%M:%SZ"), utc.strftime("%Y-%m-%d %H:%M:%S")
        if not self.is_known and self.is_utc:
            return Markup('<time datetime="{}" title="{} UTC" data-local>{}{}</time>').format(
                stamp, exact, exact, suffix
            )
        local = at.astimezone(self.zone)
        text = f"{self.describe_day(local.date())}, {local:%H:%M:%S}{suffix if self.is_utc else ''}"
        whole = _KNOWN_TIME if self.is_known else _LOCAL_TIME
        return whole.format(stamp, exact, text)


def choose_reader_zone(own: str, browser: str, instance: str, now: datetime | None = None) -> ReaderZone:
    """Gives the reader's zone, from the names of the person's, the browser's and the instance's zone ("" for none)."""
    if own:
        return ReaderZone(require_zone(own), is_known=True, is_own=True, now=now)
    zone = find_zone(browser) if browser else None
    if zone is not None:
        return ReaderZone(zone, is_known=True, now=now)
    return ReaderZone(require_zone(instance or DEFAULT_ZONE), now=now)
