"""No text costs much: every kind of text of the catalogue at its limit, filled with what is known to be expensive.

One method stands for each kind and limit, one that writes and one that reads where both exist, and for each HTML argument;
the arguments of one kind are checked, indexed and stored by the same code.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from typing import Any

import pytest

from affino_mcp.catalogue.method import DRY_RUN, Effect, Method
from affino_mcp.catalogue.record import Field
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.instance.builtin.engine.html_bounds import MAX_TAGS
from tests.flow.office import Office
from tests.security.figures import Figures
from tests.security.office_calls import open_office, required_arguments

MOST_SECONDS = 0.5
PATTERNS = {
    "comment": "<!--",
    "block": "<div>",
    "formatting": "<b>",
    "paragraph": "<p>",
    "less than": "<",
    "ampersand": "&",
    "tag begun": "<a ",
    "quotation begun": '<a b="',
    "end tag": "</p>",
    "character data": "<![CDATA[",
    "reference": "&#769;&#790;",
    "long number": "&#" + "9" * 150,
    "ligature": "\ufdfa",
    "marks": "\u0301\u0316",
    "hidden marks": "\uff9e\u0301",
    "joined": "a\u200d",
    "joined emoji": "\U0001f600\u200d",
    "growing": "\u0958",
    "brackets": "((((",
    "digits": "9",
    "at": "@",
    "domains": "a@b.",
    "dots": "a.",
    "blanks": " ",
    "quotation marks": "\"'",
    "backslashes": "\\",
    "line breaks": "\n",
    "words": "ab ",
}


def is_text(field: Field) -> bool:
    return field.kind.tidy is not None


def representatives() -> dict[str, tuple[Method, Field]]:
    """A method and its argument for each kind of text, written and read; those that create come first."""
    found: dict[str, tuple[Method, Field]] = {}
    for method in sorted(
        METHODS.values(), key=lambda m: (m.effect is not Effect.CREATE, m.name != "list_accounts", m.name)
    ):
        for field in filter(is_text, method.all_arguments):
            way = "read" if method.effect is Effect.READ else "write"
            is_html = field.kind.display_name.startswith("HTML")
            found.setdefault(f"{field.kind.display_name} {method.name if is_html else way}", (method, field))
    return found


CHOSEN = representatives()


@pytest.fixture(scope="module")
def office() -> Iterator[Office]:
    with open_office() as made:
        yield made


def arguments(office: Office, method: Method) -> dict[str, Any]:
    """What the method needs; nothing is written."""
    dry = {DRY_RUN.name: True} if method.effect is not Effect.READ else {}
    return required_arguments(office, method) | dry


def filled(field: Field, pattern: str) -> Any:
    """The largest value of a text argument, made of a pattern."""
    if field.kind.schema.get("type") == "array":
        entries = int(field.kind.schema["maxItems"])
        return [f"{n:03d}{pattern * 200}"[:200] for n in range(entries)]
    limit = int(field.kind.schema.get("maxLength", 200))
    return (pattern * limit)[:limit]


def least_seconds(office: Office, tool: str, asked: dict[str, Any]) -> float:
    """The CPU seconds of a call: the least of at most three tries, as a busy machine makes single ones dearer."""
    least = math.inf
    for _ in range(3):
        began = time.process_time()
        answer = office.client.call_tool(tool, **asked)
        least = min(least, time.process_time() - began)
        assert answer.status == 200, answer.document
        if least <= MOST_SECONDS:
            break
    return least


@pytest.mark.parametrize(("method", "field"), CHOSEN.values(), ids=CHOSEN)
def test_no_text_costs_more_than_its_budget(office: Office, method: Method, field: Field, figures: Figures) -> None:
    dear = dict[str, float]()
    for name, pattern in PATTERNS.items():
        office.client.world.clock.move(seconds=1)
        asked = arguments(office, method) | {field.name: filled(field, pattern)}
        spent = least_seconds(office, method.name, asked)
        dear |= {name: spent} if spent > MOST_SECONDS else {}
    assert dear == {}
    figures.record("texts that cost much", tried=len(PATTERNS), of=len(CHOSEN) * len(PATTERNS))


HTML = [chosen for name, chosen in CHOSEN.items() if name.startswith("HTML")]
FILLERS = {
    **{name: pattern for name, pattern in PATTERNS.items() if "<" in pattern},
    "paragraphs with titles": "<p title=x>",
    "entries": "<li>x",
    "rows": "<table><tr><td>x</table>",
    "links": "<a href=x>y</a>",
    "links of no scheme": "<a href=a:b>y</a>",
    "formatting left open": "<p><b title=x></p>",
    "scripts": "<script></script>",
    "styles that end nothing": "<style><!--</style>",
    "drawings": "<svg><p></svg>",
    "titles with accents": "<p title='\u0160\u0915\u093c'>",
    "attributes": "<p a b c d e f g h i j k l m n o p q r s t u v w x y z>",
}


@pytest.mark.parametrize(("method", "field"), HTML, ids=[f"{m.name}" for m, _ in HTML])
def test_html_with_as_many_tags_as_it_may_have_costs_no_more(
    office: Office, method: Method, field: Field, figures: Figures
) -> None:
    dear, limit = dict[str, float](), int(field.kind.schema["maxLength"])
    for name, pattern in FILLERS.items():
        office.client.world.clock.move(seconds=1)
        times = min(MAX_TAGS // pattern.count("<"), limit // len(pattern))
        text = (pattern * times).ljust(limit, "x")
        spent = least_seconds(office, method.name, arguments(office, method) | {field.name: text})
        dear |= {name: spent} if spent > MOST_SECONDS else {}
    assert dear == {}
    figures.record("HTML that costs much", tried=len(FILLERS), of=len(HTML) * len(FILLERS))


def test_every_kind_of_text_is_tried() -> None:
    kinds = {field.kind.display_name for method in METHODS.values() for field in method.all_arguments if is_text(field)}
    assert {field.kind.display_name for _, field in CHOSEN.values()} == kinds
    assert len(kinds) > 15


TEXT_SCHEMAS = {
    "SHA-256",
    "file in Base64",
    "date",
    "date and time",
    "date, or date and time",
    "object, or its JSON as text",  # its texts are tidied by the method whose arguments it holds
}


def test_no_text_is_left_untidied() -> None:
    untidied = {
        field.kind.display_name
        for method in METHODS.values()
        for field in method.all_arguments
        if field.kind.schema.get("type") == "string" and "enum" not in field.kind.schema and not is_text(field)
    }
    assert untidied == TEXT_SCHEMAS
