"""A service with one record of every kind that a delete tool deletes, made and deleted by an agent through the endpoint."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from affino_mcp.catalogue.method import Effect
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.instance.builtin.engine.document import record_key
from affino_mcp.instance.builtin.forums.forums import upsert_forum
from affino_mcp.instance.builtin.website import website_records
from affino_mcp.instance.port import RecordRef
from tests.flow.media import base64_of, gif, png
from tests.unit.instance.deeds import STOCK
from tests.world import World, WorldClient

GROUPS: Final = ("Sales Managers", "Publishers", "Community", "Registered User", "Legal")
NAMES: Final = {
    "delete_account": "other",
    "delete_contact": "jane",
    "delete_contact_list": "list",
    "delete_account_list": "accounts",
    "delete_opportunity": "deal",
    "delete_task": "task",
    "delete_note": "note",
    "delete_article": "article",
    "delete_article_step": "step",
    "delete_article_comment": "comment",
    "delete_forum_thread": "thread",
    "delete_forum_post": "post",
    "delete_media_item": "item",
    "delete_media_file": "file",
}
"""The record of the stock that each delete tool deletes."""
DELETING: Final = [name for name, m in METHODS.items() if m.effect is Effect.DELETE and m.carries_undo]


@dataclass
class DeletedStock:
    """The stock, and the agent that works on it as Ada Agent, who may do everything with records.

    Olivia Park is an operator; Lena Log may read the log, and nothing else.
    """

    world: World = field(default_factory=World)

    def __post_init__(self) -> None:
        world, everybody = self.world, ("Everybody",)
        self.ada = world.create_person("Ada", "Agent", *GROUPS)
        self.olivia = world.create_person("Olivia", "Park", "Operators")
        self.lena = world.create_person("Lena", "Log")
        world.people.change(self.lena, rights={"control.access": None, "logs.read": None})
        self.profile = world.create_profile()
        self.handler = world.new_handler()
        self.agent = WorldClient(world, self.handler, world.log_in(self.profile, self.ada))
        groups: dict[str, Any] = {"read": everybody, "write": everybody, "publish": everybody}
        self.codes = {
            "section": website_records.upsert_section(world.records, "News", world.clock(), comments="open", **groups),
            "forum": upsert_forum(world.records, "Support", world.clock(), read=everybody, post=everybody),
        }
        self.agent.call_tool("add_forum_moderator", ForumItemCode=self.codes["forum"], UserCode=self.ada)
        self.made = {name: self._make(name, *deed) for name, deed in STOCK.items()}
        for name, data in (("other file", gif()), ("file", png())):
            given = {"MediaFileItemCode": "$item", "FileName": "a.png", "ContentBase64": base64_of(data)}
            self.made[name] = self._make("file", "attach_media_file", given)

    def _make(self, name: str, tool: str, given: dict[str, Any]) -> str:
        """Makes one record; gives its reference."""
        values = {key: self.codes[v[1:]] if str(v).startswith("$") else v for key, v in given.items()}
        body, record = self.agent.call_tool(tool, **values).result, METHODS[tool].record
        if name == "file":
            self.codes[name] = body["MediaFile"]["MediaFileCode"]
            return f"media_files#{self.codes[name]}"
        assert record is not None
        part = next(part for part in body.values() if isinstance(part, dict) and record.code in part)
        self.codes[name] = part[record.code]
        return f"{record.family}#{self.codes[name]}"

    def delete(self, tool: str) -> str:
        """Deletes the record that the tool deletes; gives its reference."""
        name, method = NAMES[tool], METHODS[tool]
        force = {"Force": True} if any(argument.name == "Force" for argument in method.all_arguments) else {}
        code = next(argument.name for argument in method.all_arguments if argument.required)
        assert self.agent.call_tool(tool, **{code: self.codes[name]}, **force).result
        return self.made[name]

    def is_there(self, ref: str) -> bool:
        """Whether the record is there and not deleted."""
        row = self.world.database.get(self.world.settings.records_table, record_key(*RecordRef.parse(ref)))
        return row is not None and not row["deleted"]
