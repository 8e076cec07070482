"""The characters that cannot be seen, and what is left of a text without them; `characters` says which texts need it.

Which characters those are is Unicode's property Default_Ignorable_Code_Point, with the private use areas, the noncharacters
and the interlinear marks. Emoji sequences follow UTS #51, joiners RFC 5892 (appendix A.1), runs of combining marks the
Stream-Safe Text Format of UAX #15. Its expressions take 3 ms to compile: it is imported when a text first needs it, or
before a snapshot.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import groupby
from typing import Final

from affino_mcp.tidied_text import (
    DIRECTION,
    DIRECTION_MARKS,
    INVISIBLE,
    JOINERS,
    NOT_AT_ENDS,
    PRIVATE,
    ForbiddenCharacters,
    TidyText,
)

MAX_MARKS_IN_A_ROW: Final = 30
"""Longest run of combining marks (UAX #15, Stream-Safe Text Format); sorting longer runs costs quadratic time."""

_BREAK: Final = re.compile(r"[\r\n\t]")
_BLANKS: Final = re.compile(r"[\s\u2800]*")
_DIRECTION: Final = re.compile(r"[\u202a-\u202e\u2066-\u2069]+")
_PRIVATE: Final = re.compile(
    r"[\ue000-\uf8ff\ufdd0-\ufdef\U000f0000-\U0010ffff"
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0xF0000, 0x10000))
    + "]+"
)
_UNSEEN: Final = (
    r"\u00ad\u115f\u1160\u17b4\u17b5\u180e\u200b\u2060-\u2065\u206a-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb"
    r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e00ff\U000e01f0-\U000e0fff"
)
_SELECTORS: Final = r"\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef"
_IDEOGRAPHS: Final = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd"
_SUBDIVISION_FLAG: Final = r"\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{3,7}\U000e007f"
_EMOJI_WITH_STYLE: Final = (
    r"[#*0-9\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
    r"[\ufe0e\ufe0f]"
)
_SIGN_WITH_VARIANT: Final = (
    r"[0\u1000-\u109f\u2200-\u22ff\u2a00-\u2aff\u3001\u3002\ua840-\ua877\uaa60-\uaa7b\uff01-\uff5e"
    rf"\U00010ac0-\U00010aff\U00013000-\U0001345f{_IDEOGRAPHS}][\ufe00-\ufe0d]"
)
_KEPT_SEQUENCES: Final = "|".join(
    (
        _SUBDIVISION_FLAG,
        _EMOJI_WITH_STYLE,
        _SIGN_WITH_VARIANT,
        rf"[{_IDEOGRAPHS}][\U000e0100-\U000e01ef]",
        r"[\u1820-\u18aa][\u180b-\u180d\u180f]",
    )
)
"""Flags of subdivisions, and variation selectors behind a character that has variants."""
_REMOVED_OR_KEPT: Final = re.compile(f"({_KEPT_SEQUENCES})|[{_UNSEEN}{_SELECTORS}]+")
_EMOJI: Final = r"[\u2600-\u2767\u2794-\u27bf\ufe0f\U0001f000-\U0001faff]"
_DOUBTFUL_MARKS: Final = re.compile(
    r"(?<![^\W_])(?<!{0})[{1}]+|[{1}]{{2,}}|[{1}](?![^\W_]|{0})".format(_EMOJI, JOINERS + DIRECTION_MARKS)
)
"""Runs of joiners and direction marks, but for a single one between two letters, digits or emoji, which stays."""
_IGNORED_IN_COMPARISONS: Final = re.compile(
    f"[{_UNSEEN}{_SELECTORS}{JOINERS}{DIRECTION_MARKS}]+|{_DIRECTION.pattern}|{_PRIVATE.pattern}"
)
_MARKS_IN_DISGUISE: Final = frozenset("\u0f73\u0f75\u0f81\uff9e\uff9f")
"""Characters of combining class 0 whose decomposition is combining marks."""
_VIRAMA_CLASS: Final = 9
"""Canonical combining class of the viramas, behind which RFC 5892 allows joiners."""


def remove_ignored(text: str) -> str:
    """The text without what comparisons of names ignore (see `remove_unseen`)."""
    return _IGNORED_IN_COMPARISONS.sub("", text)


def _require_short_runs(text: str) -> None:
    """Raises ForbiddenCharacters for more combining marks in a row than any script uses."""
    if len(text) <= MAX_MARKS_IN_A_ROW:
        return
    for is_mark, run in groupby(map(_is_mark, text)):
        if is_mark and sum(1 for _ in run) > MAX_MARKS_IN_A_ROW:
            raise ForbiddenCharacters(f"must not have more than {MAX_MARKS_IN_A_ROW} combining marks in a row")


def tidy_unicode(text: str) -> TidyText:
    """Gives a text of any letters as it is stored (see `tidy_text`), but for its breaks. Raises ForbiddenCharacters."""
    _require_short_runs(text)
    cleaned = _remove_unseen(unicodedata.normalize("NFC", text))
    _require_short_runs(cleaned.text)
    stored = unicodedata.normalize("NFC", cleaned.text).strip()
    return TidyText("" if _BLANKS.fullmatch(stored) else stored, cleaned.removed)


def _remove_unseen(text: str) -> TidyText:
    straight = _DIRECTION.sub("", text)
    known = _PRIVATE.sub("", straight)
    selected = _REMOVED_OR_KEPT.sub(r"\1", known)
    edged = _strip_edges(selected)
    seen = _DOUBTFUL_MARKS.sub(_keep_joining, edged)
    told = (
        (DIRECTION, straight != text),
        (INVISIBLE, selected != known or seen != edged or edged != selected.strip()),
        (PRIVATE, known != straight),
    )
    return TidyText(seen, tuple(words for words, gone in told if gone))


def _strip_edges(text: str) -> str:
    """The text without blanks, joiners and direction marks at its ends; a joiner stays behind a last virama."""
    begun = text.lstrip(NOT_AT_ENDS)
    stripped = begun.rstrip(NOT_AT_ENDS)
    following = begun[len(stripped) : len(stripped) + 1]
    return stripped + following if following in JOINERS and _is_virama(stripped[-1:]) else stripped


def _keep_joining(run: re.Match[str]) -> str:
    """The first character of a run of joiners and direction marks if it has something to do here; else nothing."""
    mark, text = run[0][0], run.string
    before, after = text[run.start() - 1 : run.start()], text[run.end() : run.end() + 1]
    if mark in JOINERS:
        return mark if _is_joined(before, after) else ""
    return mark if before and after and not _BREAK.search(before + after) and not (before + after).isspace() else ""


@lru_cache(maxsize=1024)
def _is_joined(before: str, after: str) -> bool:
    """True between letters, digits or emoji; a tag of HTML on one side may stand for the letter behind it."""
    if _is_virama(before):
        return True
    both = before + after
    return len(both) == 2 and both.strip("<>") != "" and all(unicodedata.category(c)[0] in "LMNS" for c in both)


def _is_virama(letter: str) -> bool:
    return letter != "" and unicodedata.combining(letter) == _VIRAMA_CLASS


def _is_mark(letter: str) -> bool:
    return unicodedata.combining(letter) != 0 or letter in _MARKS_IN_DISGUISE
