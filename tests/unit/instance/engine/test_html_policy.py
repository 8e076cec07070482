"""The HTML policy: its page lists what the code allows, and sanitised HTML is stable and harmless."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from affino_mcp.instance.builtin.engine.html_policy import (
    ALLOWED_ATTRIBUTES,
    ALLOWED_SCHEMES,
    ALLOWED_TAGS,
    sanitise_html,
)

LIMIT = 200_000
PAGE = Path(__file__).parents[4] / "docs" / "html-policy.md"


class Found(HTMLParser):
    """Records what the stored HTML holds that the policy does not allow."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.wrong: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        allowed = ALLOWED_ATTRIBUTES["*"] | ALLOWED_ATTRIBUTES.get(tag, set()) | {"rel"}
        self.wrong += [tag] if tag not in ALLOWED_TAGS else []
        self.wrong += [name for name, _ in attrs if name not in allowed]
        links = [value or "" for name, value in attrs if name in {"href", "src", "cite"}]
        self.wrong += [link for link in links if re.match(r"\s*(javascript|vbscript|data)\s*:", link, re.IGNORECASE)]

    def handle_comment(self, data: str) -> None:
        self.wrong.append(data)


def _words() -> set[str]:
    text = PAGE.read_text(encoding="utf-8")
    return {word for part in re.findall(r"`([^`]+)`", text) for word in part.split()}


def test_the_page_names_everything_that_is_allowed() -> None:
    named = {attribute for names in ALLOWED_ATTRIBUTES.values() for attribute in names} - {"colspan", "rowspan", "span"}
    assert _words() >= ALLOWED_TAGS | ALLOWED_SCHEMES | named


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("<p>x</p>", "<p>x</p>"),
        ("<script>alert(1)</script>x", "x"),
        ("<style>p{}</style>x", "x"),
        ("<b onmouseover=alert(1)>x</b>", "<b>x</b>"),
        ("<a href='JaVaScRiPt:alert(1)'>x</a>", '<a rel="noopener noreferrer nofollow">x</a>'),
        ("<a href='&#106;avascript:alert(1)'>x</a>", '<a rel="noopener noreferrer nofollow">x</a>'),
        ("<a href='java\nscript:alert(1)'>x</a>", '<a rel="noopener noreferrer nofollow">x</a>'),
        ("<a href='vbscript:x'>x</a>", '<a rel="noopener noreferrer nofollow">x</a>'),
        ("<img src='data:image/svg+xml,x'>", "<img>"),
        ("<svg onload=alert(1)>x</svg>", "x"),
        ("<form action=/x><input name=a>x</form>", "x"),
        ("<base href=//evil.example>x", "x"),
        ("<meta http-equiv=refresh content=0>x", "x"),
        ("<object data=x>x</object><embed src=x>", "x"),
        ("<!-- <b> -->x", "x"),
        ("<?php x ?>x", "x"),
        ("<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>", None),
        ("<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>", None),
        ("<p id=x class=y style=color:red>x</p>", "<p>x</p>"),
    ],
)
def test_the_corpus(text: str, kept: str | None) -> None:
    sanitised = sanitise_html(text, LIMIT)
    found, removed = sanitised.text, sanitised.lost_parts
    assert removed == (found != text)
    assert Found(found).wrong == []
    assert kept is None or found == kept


PIECES = """
<p> </p> <b> <script> </script> <style> </style> <svg> </svg> <math> <mtext> <mglyph> <table> <td> <!-- --> <![CDATA[
]]> <img/src=x/onerror=y> <noscript> </noscript> <a/href=javascript:x> </a> & &lt; &#60; < > " ' text <a/title='
"""


@example("<a/href=javascript:x><table><a/href=javascript:x>")
@given(st.lists(st.sampled_from(PIECES.split()), max_size=12).map("".join))
def test_what_is_clean_stays_as_it_is(text: str) -> None:
    once = sanitise_html(text, LIMIT).text
    again = sanitise_html(once, LIMIT)
    assert (again.text, again.lost_parts, again.tidied.removed) == (once, False, ())
    assert Found(once).wrong == []
