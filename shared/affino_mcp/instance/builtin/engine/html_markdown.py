"""Recognises Markdown (spec.commonmark.org, version 0.31) in a text that is meant to be HTML."""

from __future__ import annotations

import re
from typing import Final

from affino_mcp.instance.builtin.engine.html_elements import ELEMENTS
from affino_mcp.late_pattern import late_pattern

_TAG: Final = late_pattern(r"</?([a-zA-Z][a-zA-Z0-9]{0,15})[\s/>]")
_SIGNS: Final = (
    late_pattern(r"^ {0,3}#{1,6} \S", re.MULTILINE),
    late_pattern(r"^ {0,3}(?:```|~~~)", re.MULTILINE),
    late_pattern(r"(?<![\w`])`[^`\s](?:[^`\n]{0,100}[^`\s])?`(?![\w`])"),
    late_pattern(r"(?<![\w*])\*\*[^\s*](?:[^*\n]{0,200}[^\s*])?\*\*(?![\w*])"),
    late_pattern(r"(?<![\w\]])!?\[[^\[\]\n]{1,200}\]\((?:https?://|mailto:|/|#|\.{1,2}/)[^\s()]{0,500}\)"),
    late_pattern(r"^ {0,3}\|?(?: {0,3}:?-{3,}:? {0,3}\|){1,50}(?: {0,3}:?-{3,}:? {0,3})?$", re.MULTILINE),
)
"""Headings, fences, code, strong words, links and tables. Lists and lines below titles are in ordinary letters too."""


def is_markdown(text: str) -> bool:
    """True for a text without HTML tags that holds a sign which prose does not have. Linear in the length."""
    if any(found[1].lower() in ELEMENTS for found in _TAG.finditer(text)):
        return False
    return any(sign.search(text) for sign in _SIGNS)
