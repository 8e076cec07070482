"""The bounds of HTML: what a parser would blow up is refused before it is parsed, honest texts are not."""

from __future__ import annotations

import pytest

from affino_mcp.instance.builtin.engine.html_bounds import MAX_NESTING, MAX_TAGS, HtmlTooComplex
from affino_mcp.instance.builtin.engine.html_policy import sanitise_html
from affino_mcp.instance.builtin.engine.html_tokens import MAX_ATTRIBUTES

LIMIT = 200_000

BEYOND = {
    "signs": ("<" * (MAX_TAGS + 1), "signs <"),
    "nested": ("<div>" * (MAX_NESTING + 1), "nest"),
    "nested in what is no comment": ("<style><!--</style>" + "<div>" * (MAX_NESTING + 1), "nest"),
    "nested in SVG": ("<svg><style></svg>" + "<div>" * (MAX_NESTING + 1), "nest"),
    "nested with comments that close nothing": ("<div><!--</div>-->" * (MAX_NESTING + 1), "nest"),
    "nested with values that close nothing": ("<div title='</div>'>" * (MAX_NESTING + 1), "nest"),
    "formatting that is opened again": ("".join(f"<p><b title={n}></p>" for n in range(6_000)), "nest"),
    "formatting in every block": (
        "<div>" + "".join(f"<b title={n}>" for n in range(100)) + "</div>" + "<p>x</p>" * 9_000,
        "formatting",
    ),
    "attributes": ("<p " + " ".join(f"a{n}" for n in range(MAX_ATTRIBUTES + 1)) + ">", "attributes"),
    "growth": ("&" * 150_000, "becomes 750,000 characters when cleaned"),
}


@pytest.mark.parametrize(("text", "says"), BEYOND.values(), ids=BEYOND)
def test_what_is_beyond_a_bound_is_refused_before_it_is_parsed(text: str, says: str) -> None:
    with pytest.raises(HtmlTooComplex, match=says):
        sanitise_html(text, LIMIT)


WITHIN = {
    "deep": "<div>" * MAX_NESTING + "x" + "</div>" * MAX_NESTING,
    "paragraphs without ends": "<p>x" * 5_000,
    "list entries without ends": "<ul>" + "<li>x" * 5_000 + "</ul>",
    "a table without ends": "<table>" + "<tr><td>x<td>y" * 3_000 + "</table>",
    "many tables": "<table><tr><td>x</td></tr></table>" * 2_000,
    "definitions": "<dl>" + "<dt>a<dd>b" * 3_000 + "</dl>",
    "much formatting": "<p><b><i>x</i></b></p>" * 3_000,
    "void tags": "<p>" + "x<br>" * 5_000 + "</p>",
}


@pytest.mark.parametrize("text", WITHIN.values(), ids=WITHIN)
def test_honest_texts_are_within_the_bounds(text: str) -> None:
    assert not sanitise_html(text, LIMIT).lost_parts


def test_the_stored_length_is_what_counts() -> None:
    assert sanitise_html("&" * 40_000, LIMIT).text == "&amp;" * 40_000
    assert sanitise_html("&amp;" * 40_000, LIMIT).text == "&amp;" * 40_000
    with pytest.raises(HtmlTooComplex, match="becomes 200,005 characters"):
        sanitise_html("&" * 40_001, LIMIT)
