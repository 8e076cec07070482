"""A small market to list: nine accounts, created one minute after the other, and what lists of them answer."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.clock import START
from tests.flow import crm
from tests.world import World, WorldClient

NAMES = (
    "Zoë Ltd",
    "alpha",
    "Beta Works",
    "Äther AG",
    "Orbital Labs",
    "orbital ledger",
    "Lab One",
    "Élan Vital",
    "ALPHA two",
)
BY_NAME = [
    "alpha",
    "ALPHA two",
    "Äther AG",
    "Beta Works",
    "Élan Vital",
    "Lab One",
    "Orbital Labs",
    "orbital ledger",
    "Zoë Ltd",
]
UPDATED = [*NAMES[:1], *NAMES[2:], NAMES[1]]
SINCE = [START.replace(minute=minute).isoformat() for minute in (0, 5, 9, 30)]


@contextmanager
def at_work(*groups: str) -> Iterator[WorldClient]:
    """A person of these groups in a new world."""
    world = World()
    handler = world.new_handler()
    yield WorldClient(
        world, handler, world.log_in(world.create_profile(), world.create_person("Sam", "Manager", *groups))
    )
    handler.close()


def fill(client: WorldClient) -> None:
    """Creates the accounts; the second one is changed again at the end."""
    for n, name in enumerate(NAMES):
        topics = [t for t in (1, 2, 3) if (n + 1) % t == 0]
        crm.account(
            client, name, IndustryCode=1 + n % 2, AccountTypeCode=1 + n % 3, TopicCodes=topics,
            Website=f"https://site{n}.example", City=random.Random(n).choice(["Leeds", "York"]),
        )  # fmt: skip
        client.world.clock.move(minutes=1)
    client.call_tool("update_account", AccountCode=2, City="Bath")
    client.world.clock.move(minutes=1)


def names(client: WorldClient, **filters: Any) -> list[str]:
    return [row["Name"] for row in client.call_tool("list_accounts", **filters).result["Items"]]


def visited(client: WorldClient, tool: str, **filters: Any) -> list[int]:
    """The codes of all pages, in order."""
    found: list[int] = []
    cursor = None
    for _ in range(300):
        page = client.call_tool(tool, **filters, Cursor=cursor).result
        found += [next(iter(row.values())) for row in page["Items"]]
        assert page["LastRecordCode"] == (found[-1] if page["Items"] else None)
        cursor = page["NextCursor"]
        if cursor is None:
            return found
    raise AssertionError("the list does not end")
