"""One call can be followed by a reader: from the event to the row it passes through few modules."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from tests.world import World, WorldClient

MAX_MODULES = 98
"""What the call passes through today, each module with one subject.

It was 75 before calls came that go by the lane in front of the MCP library (its rules, shapes and answers), by doors and by
codes named in words, as a channel of the API Log, through what an instance offers, at a domain of the service's own, within a
limit of an answer's size, with words that follow their record, with a log line and ids of our own making, and with JSON by
functions where it had a kept method of the library; four more, the session's, ran in a thread in which nobody counted them. A
module more needs such a reason; one that is read only together with another is joined to that one.
"""
PACKAGE = "/shared/affino_mcp/"


@contextmanager
def followed() -> Iterator[set[str]]:
    """The modules of the package whose functions run while this is open, in this thread and in those it starts."""
    found: set[str] = set()

    def note(frame: FrameType, event: str, _: Any) -> None:
        name = frame.f_code.co_filename
        if event == "call" and PACKAGE in name:
            found.add(name.partition(PACKAGE)[2])

    before = sys.getprofile()
    threading.setprofile(note)
    sys.setprofile(note)
    try:
        yield found
    finally:
        sys.setprofile(before)
        threading.setprofile(None)


def test_create_contact_passes_through_few_modules() -> None:
    world = World()
    handler = world.new_handler()
    headers = world.log_in(world.create_profile(), world.create_person("Sam", "Manager", "Sales Managers"))
    client = WorldClient(world, handler, headers)
    client.call_tool("create_contact", Email="first@orbital.example", FirstName="First", LastName="Call").result  # noqa: B018
    with followed() as modules:
        answer = client.call_tool("create_contact", Email="jane@orbital.example", FirstName="Jane", LastName="Doe")
    handler.close()
    assert answer.result["Contact"]["Email"] == "jane@orbital.example"
    assert {"dispatch.py", "instance/builtin/crm/contacts.py", "store/testing/memory_database.py"} <= modules
    assert len(modules) <= MAX_MODULES, sorted(modules)
