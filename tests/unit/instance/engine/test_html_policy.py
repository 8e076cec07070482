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
from affino_mcp.tidied_text import INVISIBLE, ForbiddenCharacters

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


FORBIDDEN = [
    "javascript",
    "vbscript",
    "data",
    "file",
    "blob",
    "about",
    "filesystem",
    "livescript",
    "ftp",
    "ws",
    "view-source",
]
DISGUISES = {
    "plain": "{0}:x",
    "capitals": "{1}:x",
    "a blank before": " {0}:x",
    "a tab within": "{2}\t{3}:x",
    "a line break within": "{2}\n{3}:x",
    "a line break as an entity": "{2}&NewLine;{3}:x",
    "a tab as a number": "{2}&#9;{3}:x",
    "a control character before": "&#1;{0}:x",
    "a colon as an entity": "{0}&colon;x",
    "a letter as a number": "&#x{4:x};{5}:x",
    "a letter as a number with zeros": "&#{4:09d}{5}:x",
    "a zero width blank": "{2}&#8203;{3}:x",
    "a soft hyphen": "{2}&shy;{3}:x",
    "an override": "&#8238;{0}:x",
    "a no-break blank": "&nbsp;{0}:x",
    "a blank before the colon": "{0} :x",
    "a view behind it": "{0}://host/x",
}
ADDRESSES = [
    (tag, attribute)
    for tag, attributes in ALLOWED_ATTRIBUTES.items()
    for attribute in sorted(attributes)
    if attribute in {"href", "src", "cite"}
]


def _disguise(scheme: str, form: str) -> str:
    return form.format(scheme, scheme.upper(), scheme[:2], scheme[2:], ord(scheme[0]), scheme[1:])


@pytest.mark.parametrize("form", DISGUISES.values(), ids=DISGUISES)
@pytest.mark.parametrize(("tag", "attribute"), ADDRESSES)
def test_no_forbidden_scheme_gets_into_an_address(tag: str, attribute: str, form: str) -> None:
    for scheme in FORBIDDEN:
        try:
            found = sanitise_html(f'<{tag} {attribute}="{_disguise(scheme, form)}">x</{tag}>', LIMIT)
        except ForbiddenCharacters:
            continue
        assert f"{attribute}=" not in found.text, found.text
        assert found.lost_parts


@pytest.mark.parametrize("attribute", sorted({name for names in ALLOWED_ATTRIBUTES.values() for name in names}))
def test_every_attribute_is_an_address_or_holds_none(attribute: str) -> None:
    """An attribute that is added to the policy is put into one of these tables."""
    held = {"href", "src", "cite"}
    words = "title lang dir span alt width height value start reversed type colspan rowspan headers scope id name"
    assert attribute in held | set(words.split())


KEPT_ADDRESSES = [
    "https://x.example/a:b",
    "HTTP://x.example",
    "mailto:a@x.example",
    "tel:+441234",
    "/a:b",
    "a/b:c",
    "?a=b:c",
    "#a:b",
    "",
    "x",
]


@pytest.mark.parametrize("address", KEPT_ADDRESSES)
@pytest.mark.parametrize(("tag", "attribute"), ADDRESSES)
def test_honest_addresses_stay(tag: str, attribute: str, address: str) -> None:
    found = sanitise_html(f'<{tag} {attribute}="{address}">x</{tag}>', LIMIT)
    assert f'{attribute}="{address}"' in found.text
    assert not found.lost_parts


UNSEEN = [
    ("a&#8203;b", "ab", (INVISIBLE,)),
    ("<p title='a&#8203;b'>x&#xad;y</p>", '<p title="ab">xy</p>', (INVISIBLE,)),
    ("&#x6cc;&zwnj;&#x62e;", "\u06cc\u200c\u062e", ()),
    ("<p>&zwnj;</p>", "<p></p>", (INVISIBLE,)),
    ("a&#133;b", "a\u2026b", ()),
    ("a&#8232;b", "a\nb", ("line separators other than line breaks",)),
    ("<b>&#824;x</b>", "<b>x</b>", ()),
    ("e&#769;", "\u00e9", ()),
    ("&#" + "9" * 5_000 + ";", "\ufffd", ()),
]


@pytest.mark.parametrize(("text", "stored", "removed"), UNSEEN, ids=[ascii(text[:40]) for text, _, _ in UNSEEN])
def test_characters_written_as_entities_are_tidied_too(text: str, stored: str, removed: tuple[str, ...]) -> None:
    found = sanitise_html(text, LIMIT)
    assert (found.text, found.lost_parts, found.tidied.removed) == (stored, False, removed)


def test_control_characters_written_as_entities_are_refused() -> None:
    with pytest.raises(ForbiddenCharacters, match="control characters"):
        sanitise_html("<p title='&#1;'>x</p>", LIMIT)


EXACT = [
    ("<a href='?a=1&copy=2&amp;lt;'>x</a>", False),
    ("<p title='&NotEqual; &#x41; &amp;amp;'>x</p>", False),
    ("<P TITLE=X>x</P>", False),
    ("<p title='a\r\nb'>x</p>", False),
    ("<p>a<b>b<p>c", False),
    ("x</>y", False),
    ("a < b & c > d", False),
    ("<p title=x title=y>", True),
    ("x <p", False),
    ("x <!-- y", True),
    ("x </ y>z", True),
    ("<p foo>x</p>", True),
    ("<td>x", True),
]


@pytest.mark.parametrize(("text", "lost"), EXACT)
def test_what_was_removed_is_told_exactly(text: str, lost: bool) -> None:
    assert sanitise_html(text, LIMIT).lost_parts is lost
