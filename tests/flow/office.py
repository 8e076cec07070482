"""An office: one person who may do everything, a small stock of every family, and what log rows hold of changes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from affino_mcp.gate.identity.permissions import SECURITY_GROUPS
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.instance.builtin.forums.forums import upsert_forum
from affino_mcp.instance.builtin.website import website_records
from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
from tests.world import World, WorldClient

Fields = dict[str, Any]
Told = tuple[str, str, Fields]


@dataclass
class Office:
    """One person of every group, and the codes of the records that this person made, by name."""

    client: WorldClient
    codes: dict[str, int] = field(default_factory=dict)

    def call(self, tool: str, arguments: Fields) -> dict[str, Any]:
        """The answer of a call that succeeds; `$name` in an argument is replaced by a code."""
        return self.client.call_tool(tool, **{name: self.resolve(value) for name, value in arguments.items()}).result

    def named(self, text: str) -> str:
        """A text in which codes are replaced by names."""
        for name, code in self.codes.items():
            text = text.replace(f"${name}", str(code))
        return text

    def resolve(self, value: Any) -> Any:
        """The value of an argument in which `$name` is replaced by the code."""
        if isinstance(value, list):
            return [self.resolve(part) for part in value]
        return self.codes[value[1:]] if isinstance(value, str) and value.startswith("$") else value


STOCK: dict[str, tuple[str, Fields, str]] = {
    "account": ("create_account", {"Name": "Orbital", "City": "Leeds"}, "AccountCode"),
    "jane": ("create_contact", {"Email": "jane@o.example", "FirstName": "Jane", "LastName": "Doe"}, "UserCode"),
    "list": ("create_contact_list", {"Title": "Spring"}, "ContactListCode"),
    "deal": ("create_opportunity", {"AccountCode": "$account", "Title": "Expansion", "Stage": 1}, "OpportunityCode"),
    "task": ("create_task", {"Title": "Call", "AccountCode": "$account"}, "AppUserTaskCode"),
    "note": ("create_note", {"Body": "Short", "AccountCode": "$account"}, "NoteCode"),
    "article": ("create_article", {"Title": "Tour", "standardSectionCode": "$section"}, "StandardItemCode"),
    "step": ("create_article_step", {"StandardItemCode": "$article", "Title": "One"}, "StandardStepByStepCode"),
    "comment": ("create_article_comment", {"StandardItemCode": "$article", "Body": "Nice"}, "CommentCode"),
    "item": ("create_media_item", {"Title": "Cover"}, "MediaFileItemCode"),
    "thread": ("create_forum_thread", {"ForumItemCode": "$forum", "Title": "Help", "Body": "?"}, "ForumThreadCode"),
}


def staffed(world: World, handler: LambdaHandler, profile: Profile) -> Office:
    """An office with a small stock of every family."""
    code = world.create_person("Una", "Mighty", *SECURITY_GROUPS)
    made = Office(WorldClient(world, handler, world.log_in(profile, code)), {"una": code})
    at = world.clock()
    made.codes["section"] = website_records.upsert_section(
        world.records, "News", at, read=("Everybody",), write=("Editors",), publish=("Publishers",), comments="open"
    )
    made.codes["forum"] = upsert_forum(world.records, "Support", at, read=("Everybody",), post=("Everybody",))
    made.call("add_forum_moderator", {"ForumItemCode": "$forum", "UserCode": "$una"})
    for name, (tool, arguments, key) in STOCK.items():
        answer = made.call(tool, arguments)
        made.codes[name] = next(part[key] for part in answer.values() if isinstance(part, dict) and key in part)
    return made


def changes(row: dict[str, Any]) -> list[Told]:
    return [(each["record"], each["deed"], each["fields"]) for each in row["changes"]]
