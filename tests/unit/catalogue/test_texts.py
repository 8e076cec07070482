"""Every text of the catalogue and of the errors has the right indefinite article."""

from __future__ import annotations

import re

import pytest

from affino_mcp import errors, tool_errors
from affino_mcp.catalogue.registry import METHODS, RECORDS
from affino_mcp.catalogue.tool_view import GUIDES
from affino_mcp.errors import AffinoError
from affino_mcp.text import with_article

WRONG = re.compile(
    r"\b(?:a (?!one\b|once\b|eu|uni|use)[aeiou]\w*|an (?!hour|honest|html|mcp|md5|xml)[b-df-hj-np-tv-z]\w*)",
    re.IGNORECASE,
)


def texts() -> dict[str, str]:
    methods = {**METHODS, **GUIDES}.values()
    found = {
        m.name: " ".join((m.description, *m.returns.values(), *(f.help for f in m.all_arguments))) for m in methods
    }
    found |= {r.name: " ".join((with_article(r.words), *(f.help for f in r.attributes))) for r in RECORDS.values()}
    kinds = [kind for module in (errors, tool_errors) for kind in vars(module).values() if isinstance(kind, type)]
    return found | {
        kind.__name__: f"{kind.text} {getattr(kind, 'next_step', '')}"
        for kind in kinds
        if issubclass(kind, AffinoError)
    }


@pytest.mark.parametrize("name", texts())
def test_indefinite_articles_are_right(name: str) -> None:
    assert WRONG.findall(texts()[name]) == []
