"""Routes of the REST API: one for each method, derived from its name, its effect and the codes that it requires.

A list is the collection (`GET /accounts`), a record is below its collection (`GET /accounts/{AccountCode}`), what belongs to a
record is below the record (`GET /articles/{StandardItemCode}/steps`), and what is done with it too
(`POST /forum_threads/{ForumThreadCode}/moderation`). A row of the catalogue says its route only where this does not give it.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import takewhile
from typing import Final

from affino_mcp.catalogue.capability import Family
from affino_mcp.catalogue.method import Effect, Method
from affino_mcp.catalogue.record import Record
from affino_mcp.catalogue.registry import METHODS, RECORDS
from affino_mcp.value_class import value_class

MANY: Final = "many"
"""The last word of a path at which one call makes or changes many records."""
LEFT_OUT: Final = "-"
"""What stands in a place whose argument is not given: `GET /contacts/-?Email=...` names the contact by another attribute."""
_COLLECTIONS: Final = {record.code: family for family, record in reversed(RECORDS.items())}
"""The collection of the records that a code names."""
_ACTIONS: Final = {
    "merge": "merge",
    "moderate": "moderation",
    "publish": "publication",
    "split": "split",
    "summarise": "summary",
}
"""Verbs of names that are no plain reading or writing, and the last word of their paths."""
_VERBS: Final = {
    Effect.READ: "GET",
    Effect.CREATE: "POST",
    Effect.UPDATE: "PATCH",
    Effect.DELETE: "DELETE",
    Effect.ADD: "POST",
    Effect.REMOVE: "DELETE",
}


@value_class
class Route:
    """The HTTP verb and the path of one method, from behind the version; `{Name}` in it is the place of an argument."""

    verb: str
    path: str
    method: Method

    @property
    def segments(self) -> tuple[str, ...]:
        """The parts of the path between the slashes."""
        return tuple(self.path.strip("/").split("/"))

    @property
    def places(self) -> tuple[str, ...]:
        """The names of the arguments that stand in the path."""
        return tuple(part[1:-1] for part in self.segments if part.startswith("{"))

    def fill(self, values: Mapping[str, object]) -> str:
        """The path with these values in its places; they are codes, so that none has a sign that a path would escape."""
        parts = (str(values.get(part[1:-1], LEFT_OUT)) if part.startswith("{") else part for part in self.segments)
        return "/" + "/".join(parts)

    def match(self, path: str) -> dict[str, str] | None:
        """The texts that stand in the places of this path, by the argument; None when the path is not the route's.

        A place with LEFT_OUT gives no text.
        """
        parts = path.removeprefix("/").removesuffix("/").split("/")
        if len(parts) != len(self.segments) or not all(parts):
            return None
        pairs = list(zip(self.segments, parts, strict=True))
        if any(segment != part for segment, part in pairs if not segment.startswith("{")):
            return None
        return {segment[1:-1]: part for segment, part in pairs if segment.startswith("{") and part != LEFT_OUT}


def find_route(verb: str, path: str) -> tuple[Route, dict[str, str]] | None:
    """The route that a request asks for, with the texts in its places by the argument; None when there is none.

    `path` begins behind the version. A fixed part wins over a place: `/accounts/many` is no account.
    """
    found = ((route, route.match(path)) for route in ROUTES if route.verb == verb)
    matches = [(route, values) for route, values in found if values is not None]
    return min(matches, key=lambda match: len(match[0].places), default=None)


def list_verbs(path: str) -> tuple[str, ...]:
    """The verbs that have a route at this path, in the order of the alphabet."""
    return tuple(sorted({route.verb for route in ROUTES if route.match(path) is not None}))


def route_of(method: Method) -> Route:
    """The route of a method of the catalogue."""
    return _BY_NAME[method.name]


def _derive(method: Method) -> Route:
    if method.route:
        verb, path = method.route.split(" ")
        return Route(verb, path, method)
    verb, _, thing = method.name.partition("_")
    action = _ACTIONS.get(verb)
    if action:
        return Route(_action_verb(method), f"{_action_base(method, thing)}/{action}", method)
    return Route(_VERBS[method.effect], _derive_path(method, thing), method)


def _derive_path(method: Method, thing: str) -> str:
    record, codes = method.record, _codes(method)
    if method.each_by:
        return f"/{method.family}/{MANY}"
    if record and (method.gets_record or codes == (record.code,)) and _names_record(thing, record):
        return f"/{record.family}/{{{record.code}}}"
    if record and (method.effect is Effect.CREATE or (method.effect is Effect.ADD and record.code not in codes)):
        return _collection_path(record, codes)
    if len(codes) > 1:
        return f"{_owner_path(codes[0])}/{_tail(thing, _COLLECTIONS[codes[0]])}s/{{{codes[1]}}}"
    return _list_path(method, thing)


def _names_record(thing: str, record: Record) -> bool:
    """True when `thing` of a method's name is the record itself and not what belongs to it."""
    return thing == _singular(record.family)


def _collection_path(record: Record, codes: tuple[str, ...]) -> str:
    """Where records of this kind are listed, if all codes of that path are among `codes`; otherwise the kind's own path."""
    listing = METHODS[f"list_{record.family}"]
    listed_below = _codes(listing)
    return _derive(listing).path if set(listed_below) <= set(codes) else f"/{record.family}"


def _list_path(method: Method, thing: str) -> str:
    codes = _codes(method)
    if codes:
        return f"{_owner_path(codes[0])}/{_tail(thing, _COLLECTIONS[codes[0]])}"
    if thing in RECORDS or method.family == Family.ALWAYS:
        return f"/{thing}"
    tail = _tail(thing, method.family)
    return f"/{thing}" if tail == thing else f"/{method.family}/{tail}"


def _action_verb(method: Method) -> str:
    return "GET" if method.effect is Effect.READ else "POST"


def _action_base(method: Method, thing: str) -> str:
    """What is acted on: the record whose code is required, or else all that a method's name names."""
    record = method.record
    if record and record.code in _codes(method):
        return f"/{record.family}/{{{record.code}}}"
    return f"/{thing}"


def _owner_path(code: str) -> str:
    return f"/{_COLLECTIONS[code]}/{{{code}}}"


def _codes(method: Method) -> tuple[str, ...]:
    """The required arguments that are a record's code, in their order."""
    return tuple(f.name for f in method.arguments if f.required and f.name in _COLLECTIONS)


def _singular(family: str) -> str:
    return f"{family[:-3]}y" if family.endswith("ies") else family.removesuffix("s")


def _tail(thing: str, owner: str) -> str:
    """The name of a thing without the leading words of its owner: `article_steps` of `articles` is `steps`."""
    words, owned = thing.split("_"), _singular(owner).split("_")
    shared = len(list(takewhile(lambda pair: pair[0] == pair[1], zip(words[:-1], owned, strict=False))))
    return "_".join(words[shared:])


ROUTES: Final = tuple(_derive(method) for method in METHODS.values())
"""Every method's route, in the catalogue's order."""
_BY_NAME: Final = {route.method.name: route for route in ROUTES}
