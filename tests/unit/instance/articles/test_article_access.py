"""Whether a change shows a live article to more readers: its dates, against the readers' view at every moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from affino_mcp.clock import format_iso
from affino_mcp.instance.builtin.articles.article_access import is_live_now, reaches_more_readers
from affino_mcp.instance.builtin.engine.document import Document
from affino_mcp.instance.port import Call, NoCallLog
from tests.unit.instance.deeds import Anybody

START = datetime(2026, 11, 23, tzinfo=UTC)
moments = st.none() | st.integers(0, 6)
articles = st.fixed_dictionaries({"LiveDate": moments, "ExpiryDate": moments, "standardSectionCode": st.integers(1, 2)})


def at(hour: int) -> datetime:
    return START + timedelta(hours=hour)


def call(now: int) -> Call:
    return Call(Anybody(), "profile", lambda _: True, at(now), "r", b"key", NoCallLog())


def article(given_: dict[str, Any]) -> Document:
    dates = {name: given_[name] for name in ("LiveDate", "ExpiryDate") if given_[name] is not None}
    told = {name: format_iso(at(hour)).replace(".000000Z", "Z") for name, hour in dates.items()}
    values = {"Live": True, "standardSectionCode": given_["standardSectionCode"], **told}
    return Document("articles", 1, 1, values, {})


def shown(document: Document, now: int) -> set[tuple[int, int]]:
    """The hours from now on in which readers see the article, each with the section."""
    section = int(document.values["standardSectionCode"])
    return {(hour, section) for hour in range(now, 9) if is_live_now(call(hour), document)}


@given(articles, articles, st.integers(0, 6))
def test_it_is_so_when_a_moment_or_a_place_is_new(was: dict[str, Any], is_: dict[str, Any], now: int) -> None:
    before, after = article(was), article(is_)
    assert reaches_more_readers(call(now), before, after) == bool(shown(after, now) - shown(before, now))
