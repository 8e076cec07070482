"""Visible words: what a reader of a text sees is stored, in order, or a warning quotes what is gone."""

from __future__ import annotations

import contextlib
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from affino_mcp.instance.builtin.engine.html_bounds import HtmlTooComplex
from affino_mcp.instance.builtin.engine.html_elements import separates_words
from affino_mcp.instance.builtin.engine.html_markdown import is_markdown
from affino_mcp.instance.builtin.engine.html_policy import ALLOWED_TAGS, sanitise_html
from affino_mcp.instance.builtin.engine.html_words import read_words
from affino_mcp.tidied_text import ForbiddenCharacters

LIMIT = 200_000
KEPT = {
    "a comparison": ("if x<y we ship on Monday.", "if x&lt;y we ship on Monday."),
    "a comparison in a block": (
        "<p>Alert when load<threshold for 5 minutes.</p><p>Then page.</p>",
        "<p>Alert when load&lt;threshold for 5 minutes.</p><p>Then page.</p>",
    ),
    "a comparison with a name of an element": ("when a<b and c>d", "when a&lt;b and c&gt;d"),
    "a comparison without words": ("a<b > c", "a&lt;b &gt; c"),
    "a name of an element": ("take <b and c> d", "take &lt;b and c&gt; d"),
    "a comparison at the end": ("keep i <p", "keep i &lt;p"),
    "an arrow": ("a <- b <-- c", "a &lt;- b &lt;-- c"),
    "a heart": ("we <3 it", "we &lt;3 it"),
    "a type": ("a List<String> of Map<K, V>", "a List&lt;String&gt; of Map&lt;K, V&gt;"),
    "a placeholder": ("Dear <name>, yours <sender>", "Dear &lt;name&gt;, yours &lt;sender&gt;"),
    "an address": ("Jane <jane@orbital.example> wrote", "Jane &lt;jane@orbital.example&gt; wrote"),
    "a link": ("see <https://x.example/a> there", "see &lt;https://x.example/a&gt; there"),
    "a quotation mark that is never closed": (
        'a <b title="x> and <i>y</i>',
        'a &lt;b title="x&gt; and <i>y</i>',
    ),
    "an empty tag": ("x</>y", "x&lt;/&gt;y"),
    "a break": ("one<br>two", "one<br>two"),
    "a stray cell": ("<td>a</td><td>b</td>", "a  b"),
    "sections": ("<section>a</section><section>b</section>", "a  b"),
    "options": ("<select><option>a<option>b</select>", "a b"),
    "formatting within a word": ("un<font>break</font>able", "unbreakable"),
    "a table": (
        "<table><tbody><tr><td>a</td><td>b</td></tr></tbody></table>",
        "<table><tbody><tr><td>a</td><td>b</td></tr></tbody></table>",
    ),
}


@pytest.mark.parametrize(("text", "stored"), KEPT.values(), ids=KEPT)
def test_words_stay_and_stay_apart(text: str, stored: str) -> None:
    found = sanitise_html(text, LIMIT)
    assert (found.text, found.lost_words) == (stored, ())


LOST = {
    "text between the cells of a table": ("x<table>one<tr><td>b</td></tr>two</table>", ["x", "one", "two"]),
    "a comment that is none": ("a <! really b> c", ["! really b"]),
    "a comment to the end": ("a <!-- b c", ["b c"]),
    "a script without an end": ("put <script> there", ["> there"]),
    "a tag with words": ("take <p and c> d", ["and of <p>", "c of <p>"]),
}


@pytest.mark.parametrize(("text", "quoted"), LOST.values(), ids=LOST)
def test_words_that_cannot_stay_are_quoted(text: str, quoted: list[str]) -> None:
    found = sanitise_html(text, LIMIT)
    told = f"{found.removed} {' '.join(found.lost_words)}"
    assert [words for words in quoted if words not in told] == []


WORDS = st.text("abcxyz09.,;:'\"()=/-–é€", min_size=1, max_size=8)
INLINE_NAMES = "a b i em strong span font blink x-note"
BLOCK_NAMES = "p div li h2 blockquote section article center button td tr option fieldset summary"
SIGNS = "< <= << <- & > a<b x<y>z <3 # * _"
INLINE, BLOCKS = st.sampled_from(INLINE_NAMES.split()), st.sampled_from(BLOCK_NAMES.split())
PLAIN = st.lists(st.one_of(WORDS, st.sampled_from(SIGNS.split())))


def _tree(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    tags = st.one_of(INLINE, BLOCKS)
    wrapped = st.tuples(tags, inner).map(lambda part: f"<{part[0]}>{part[1]}</{part[0]}>")
    return st.one_of(wrapped, st.lists(inner, max_size=4).map("".join), inner.map(lambda text: f"{text}<br>{text}"))


HTML = st.recursive(st.one_of(WORDS, st.just(" "), st.just("<hr>"), st.just("&lt;")), _tree, max_leaves=12)


def _seen(html: str) -> list[str]:
    """The words of well-formed HTML, read in the plainest way."""
    text, place = "", 0
    while (start := html.find("<", place)) >= 0:
        end = html.index(">", start)
        name = html[start + 1 : end].strip("/").split()[0]
        text, place = text + html[place:start] + (" " if separates_words(name) else ""), end + 1
    return (text + html[place:]).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").split()


@given(HTML)
@example("<tr>a</tr><p>b<td>c</td></p>")
def test_html_keeps_its_words_or_quotes_them(html: str) -> None:
    found = sanitise_html(html, LIMIT)
    before, after = _seen(html), read_words(found.text)
    assert before == after or set(before) - set(after) <= set(found.lost_words)
    assert before == after or found.lost_words


@given(PLAIN)
def test_plain_text_keeps_its_words_or_quotes_them(pieces: list[str]) -> None:
    text = " ".join(pieces)
    found = sanitise_html(text, LIMIT)
    assert read_words(found.text) == text.split() or found.lost_parts


@given(
    st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=60).map(
        lambda text: text.replace("<", "").replace("&", "")
    )
)
@example("a\u200b b\u00ad c \u0338d\u2028e\u0085f \ufeffg")
@example("x \u0344\u200d y \u2800 z")
def test_no_words_are_lost_of_any_script(text: str) -> None:
    try:
        found = sanitise_html(f"<p>{text}</p>", LIMIT)
    except ForbiddenCharacters:
        return
    assert not found.lost_parts


PROSE = "abc é €. 1. 2) - * > _b_ ~ :-) -- snake_case 3*4 (see) Ms. Doe, +44 20/7 = a@b.example https://x.example/a_b"


@given(st.lists(st.sampled_from([*PROSE.split(), "\n", "\n\n", "\n- ", "\n1. ", "\n> ", "\n* "])).map(" ".join))
def test_prose_is_no_markdown(text: str) -> None:
    assert not is_markdown(text)


@given(st.lists(st.text("abc é€.,:;!?()'\"-_*#0123456789\n", max_size=30)).map(" ".join))
def test_prose_is_stored_as_it_is(text: str) -> None:
    found = sanitise_html(text, LIMIT)
    assert (found.text, found.lost_parts) == (text.strip(), False)


PIECES = [
    "x<b ",
    "<b x ",
    "<y ",
    "<y x='",
    '<b a a x="',
    "</b",
    "<!-- ",
    "<!x ",
    "<",
    "<" + "b" * 60,
    "<td>",
    "</>",
    "<? ",
]


@pytest.mark.parametrize("piece", PIECES)
def test_time_is_linear(piece: str) -> None:
    """The bound is far above what these take (0.1 to 1 s): it tells linear time from quadratic."""
    text, began = piece * min(19_999, 150_000 // len(piece)), time.process_time()
    with contextlib.suppress(HtmlTooComplex):
        sanitise_html(text, 1_000_000)
    assert time.process_time() - began < 8


def test_elements_that_are_kept_are_known() -> None:
    assert {"td", "p", "b"} <= ALLOWED_TAGS
    assert {name for name in ALLOWED_TAGS if separates_words(name)} >= {"td", "li", "br", "h2"}
