"""The spellings of one path and query that a client may have signed, where they come decoded.

API Gateway passes paths and queries on decoded, so that the text that was sent is not known. Clients' libraries differ in
which letters they encode: a comma in a list of names may stand as it is, or as `%2C`, or as `%2c`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import quote, quote_plus, urlencode

_LEFT_AS_THEY_ARE: Final = ("", ",", ",:", "!'()*", "!$'()*,;:@/?")
"""Which letters of a query are not encoded: none; lists and times; what browsers leave; all that RFC 3986 lets stand."""
_LEFT_IN_PATHS: Final = ("/", "/!$&'()*+,;=:@")
_SEPARATORS: Final = frozenset("&=+%#")
"""What would make a query that is not encoded mean something else."""
_ESCAPE: Final = re.compile(r"%[0-9A-F]{2}")


def spell_uris(path: str, query: str, pairs: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Gives the spellings of a decoded path, without its query and with it. Some come more than once.

    `query` is the query as it came, `pairs` are its names and values.
    """
    paths = list(dict.fromkeys([path, *(quote(path, safe=left) for left in _LEFT_IN_PATHS)]))
    yield from paths
    if query:
        yield from (f"{each}?{query}" for each in paths)
        for spelt in _spell_query(list(pairs)):
            yield from (f"{each}?{spelt}" for each in paths)


def _spell_query(pairs: list[tuple[str, str]]) -> Iterator[str]:
    if not any(_SEPARATORS.intersection(text) for pair in pairs for text in pair):
        yield "&".join(f"{name}={value}" for name, value in pairs)
    for quoting in (quote, quote_plus):
        for left in _LEFT_AS_THEY_ARE:
            spelt = urlencode(pairs, safe=left, quote_via=quoting)
            yield spelt
            yield _ESCAPE.sub(lambda escape: escape[0].lower(), spelt)
