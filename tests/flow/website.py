"""A website with an open and a closed section, and the people who write in it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.instance.builtin.website import website_records
from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
from affino_mcp.store.ops import Put
from tests.world import World, WorldClient

EDITORS = ("Editors", "Publishers")


class Website:
    """`marketing` is open to everybody, `board` to publishers only; `guides` is a category, `howto` a type."""

    def __init__(self, world: World, handler: LambdaHandler, profile: Profile) -> None:
        self.world, self.handler, self.profile = world, handler, profile
        self.marketing = self.section("Marketing", ("Everybody",))
        self.board = self.section("Board", ("Publishers",), write=("Publishers",))
        at = world.clock()
        self.guides = website_records.upsert_category(world.records, "Guides", at)
        self.news = website_records.upsert_category(world.records, "News", at)
        self.howto = website_records.upsert_article_type(world.records, "How-to", at)
        self.secret = website_records.upsert_security(world.records, "Publishers only", at, read=("Publishers",))
        self.editor = self.client("Edna", "Editor", "Editors")
        self.publisher = self.client("Pat", "Publisher", "Publishers")
        self.reader = self.client("Rea", "Reader", "Registered User")

    def section(
        self,
        name: str,
        read: Sequence[str],
        write: Sequence[str] = EDITORS,
        publish: Sequence[str] = ("Publishers",),
        comments: str = "open",
    ) -> int:
        records, at = self.world.records, self.world.clock()
        return website_records.upsert_section(
            records, name, at, read=read, write=write, publish=publish, comments=comments
        )

    def client(self, first: str, last: str, *groups: str) -> WorldClient:
        return WorldClient(
            self.world, self.handler, self.world.log_in(self.profile, self.world.create_person(first, last, *groups))
        )

    def article(self, by: WorldClient | None = None, **arguments: Any) -> dict[str, Any]:
        given = {"Title": "Spring Product Walkthrough", "standardSectionCode": self.marketing} | arguments
        found: dict[str, Any] = (by or self.publisher).call_tool("create_article", **given).result["Article"]
        return found

    def step(self, article: int, title: str, **arguments: Any) -> dict[str, Any]:
        given = {"StandardItemCode": article, "Title": title} | arguments
        found: dict[str, Any] = self.publisher.call_tool("create_article_step", **given).result["Step"]
        return found


def codes(warnings: list[dict[str, Any]]) -> list[str]:
    """The codes of an answer's warnings."""
    return [warning["Code"] for warning in warnings]


def fake_media_item(world: World, code: int, title: str, **values: Any) -> int:
    """A media item as the records table stores it, without its other rows."""
    body = {"values": {"Title": title, **values}, "system": {}}
    row = {"pk": f"media_items#{code}", "sk": "A", "version": 1, "deleted": False, "body": json.dumps(body)}
    world.database.put(Put(world.settings.records_table, row))
    return code
