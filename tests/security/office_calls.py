"""Calls of an office in which one person may do everything, for tests that try many tools with the same texts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any, Final

from affino_mcp.catalogue.method import Method
from tests.flow.office import STOCK, Office, staffed
from tests.world import World

_WORDS: Final = {
    "Email": "new@o.example",
    "FirstName": "N",
    "LastName": "N",
    "Name": "N",
    "Title": "N",
    "Body": "N",
    "FileName": "n.png",
}


@contextmanager
def open_office() -> Iterator[Office]:
    """An office of a new world, on a profile with room for many calls."""
    world = World()
    with closing(world.new_handler()) as handler:
        yield staffed(world, handler, world.create_profile(rate=6_000))


def required_arguments(office: Office, method: Method) -> dict[str, Any]:
    """What the method needs: codes of the office's stock, and words."""
    known: dict[str, Any] = {key: office.codes[name] for name, (_, _, key) in STOCK.items()}
    known |= {"standardSectionCode": office.codes["section"], "ForumItemCode": office.codes["forum"], **_WORDS}
    return {field.name: known.get(field.name, 1) for field in method.all_arguments if field.required}
