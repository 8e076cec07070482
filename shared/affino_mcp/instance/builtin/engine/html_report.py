"""Says in words what sanitising took out of a text, how often, and what to do instead."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from affino_mcp.late_pattern import late_pattern

Part = tuple[str, ...]
"""What a text can lose: `(tag, kind)`, or `(tag, attribute, value)`."""

MAX_NAMED: Final = 12
MAX_QUOTED_CHARACTERS: Final = 600
_MAX_NAME_CHARACTERS: Final = 40
_SCHEME: Final = late_pattern(r"\s*([a-zA-Z][a-zA-Z0-9+.-]*)\s*:")
_ADVICE: Final[Mapping[str, str]] = {
    "data:": "Upload a picture instead: create_media_item, attach_media_file, and attach_article_media for articles.",
    "media:": 'Only articles and steps show media items, as <img src="media:CODE">.',
    "<iframe>": "Link to the page instead.",
    "<video>": "Upload a film instead: create_media_item and request_media_upload.",
    "<audio>": "Upload a recording instead: create_media_item and request_media_upload.",
    "<font>": "Use strong, em or mark instead.",
    "<section>": "Use div or headings instead.",
    "<td>": "Cells stand in tr in table.",
}


def describe_removed(parts: Counter[Part], allowed: Collection[str], quotes: Sequence[str]) -> str:
    """The sentences about the parts that were removed; `quotes` are texts that went with them, like comments."""
    named = Counter[str]()
    for part, count in parts.items():
        if len(part) == 2 or part[0] in allowed:
            named[_name_part(part)] += count
    told = [f"{name} ({count} times)" if count > 1 else name for name, count in list(named.items())[:MAX_NAMED]]
    more = [f"{len(named) - MAX_NAMED} more kinds"] if len(named) > MAX_NAMED else []
    sentences = [f"Removed: {', '.join([*told, *more])}."] if told else []
    sentences += [f"With it went: {quote_texts(quotes)}."] if quotes else []
    return " ".join([*sentences, *_advice(named)])


def _name_part(part: Part) -> str:
    tag = _shorten(part[0])
    if len(part) == 2:
        return f"<{tag}>" if tag else "comment"
    scheme = _SCHEME.match(part[2]) if part[1] in ("href", "src", "cite") else None
    held = f" with {_shorten(scheme[1].lower())}:" if scheme else ""
    return f"{_shorten(part[1])}{held} of <{tag}>"


def _advice(named: Iterable[str]) -> list[str]:
    return [text for sign, text in _ADVICE.items() if any(sign in name for name in named)]


def _shorten(name: str) -> str:
    return name if len(name) <= _MAX_NAME_CHARACTERS else f"{name[:_MAX_NAME_CHARACTERS]}..."


def quote_texts(texts: Iterable[str]) -> str:
    """The texts in quotation marks, cut to MAX_QUOTED_CHARACTERS in all."""
    joined = "”, “".join(" ".join(text.split()) for text in texts)
    cut = joined if len(joined) <= MAX_QUOTED_CHARACTERS else f"{joined[:MAX_QUOTED_CHARACTERS]}..."
    return f"“{cut}”"
