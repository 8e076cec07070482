"""An instance with a small stock, and every call that can be made on it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from affino_mcp.catalogue.families.history import HISTORY_FAMILIES
from affino_mcp.catalogue.matching import match_arguments
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.instance.builtin.crm.staff import enrol_staff
from affino_mcp.instance.builtin.forums.forums import upsert_forum
from affino_mcp.instance.builtin.instance import BuiltinInstance
from affino_mcp.instance.builtin.website import website_records
from affino_mcp.instance.port import Call, NoCallLog
from affino_mcp.store.testing.memory_database import MemoryDatabase
from affino_mcp.store.testing.memory_files import MemoryFileStore
from affino_mcp.tool_errors import ToolError

START: Final = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LONG: Final = "<p>" + "A long step. " * 500 + "</p>"


@dataclass(frozen=True)
class Anybody:
    """A person who may do everything."""

    user_code: int = 1
    name: str = "Sam Manager"
    groups: tuple[str, ...] = ()

    def has_right(self, right: str, at: datetime) -> bool:
        return True


@dataclass
class Desk:
    """An instance with a small stock, and one person who works on it."""

    db: MemoryDatabase = field(default_factory=MemoryDatabase)
    moment: datetime = START
    codes: dict[str, int] = field(default_factory=dict)
    unconfirmed: Callable[[str], ToolError | None] = lambda _: None

    def __post_init__(self) -> None:
        self.instance = BuiltinInstance(self.db, "t", "w", MemoryFileStore(lambda: self.moment))
        records = self.instance.records
        for first in ("Sam", "Sal"):
            enrol_staff(records, first, "Seller", f"{first}@affino.example", self.moment)
        groups: dict[str, Any] = {"read": ("Everybody",), "write": ("Everybody",), "publish": ("Everybody",)}
        self.codes["section"] = website_records.upsert_section(records, "News", self.moment, comments="open", **groups)
        self.codes["category"] = website_records.upsert_category(records, "Guides", self.moment)
        self.codes["forum"] = upsert_forum(records, "Support", self.moment, read=("Everybody",), post=("Everybody",))
        self.call("add_forum_moderator", ForumItemCode=self.codes["forum"], UserCode=1)
        for name, (tool, values) in STOCK.items():
            self.codes[name] = self.made(tool, values)

    def made(self, tool: str, values: dict[str, Any]) -> int:
        body = self.call(tool, **self.filled(values))
        method = METHODS[tool]
        assert method.record is not None
        part = next(part for part in body.values() if isinstance(part, dict) and method.record.code in part)
        code: int = part[method.record.code]
        return code

    def filled(self, values: dict[str, Any]) -> dict[str, Any]:
        return {name: self._one(value) for name, value in values.items()}

    def _one(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._one(entry) for entry in value]
        return self.codes[value[1:]] if isinstance(value, str) and value.startswith("$") else value

    def call(self, tool: str, **given: Any) -> dict[str, Any]:
        self.moment += timedelta(seconds=1)
        call = Call(
            Anybody(),
            "p",
            lambda _: True,
            self.moment,
            uuid.uuid4().hex,
            b"k" * 32,
            NoCallLog(),
            writable=lambda _: True,
            confirmation_refusal=self.unconfirmed,
        )
        return self.instance.perform(METHODS[tool], match_arguments(METHODS[tool], given).values, call).body

    def now(self) -> dict[str, Any]:
        """The current values of every record, and whether it is deleted."""
        found = {}
        for row in self.db.list_rows("t"):
            if row["sk"] == "A" and row["pk"].partition("#")[0] in HISTORY_FAMILIES and "body" in row:
                family, _, code = row["pk"].partition("#")
                stored = self.instance.records.load_including_deleted(family, int(code))
                assert stored is not None
                found[row["pk"]] = (plain(stored.history_values()), row["deleted"])
        return found

    def latest(self) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = self.call("list_my_changes", PageSize=1)["Items"]
        return items[0]["Records"] if items else []


def plain(values: dict[str, Any]) -> dict[str, Any]:
    """The values as JSON, without those that are not set."""
    kept: dict[str, Any] = json.loads(json.dumps({n: v for n, v in values.items() if v is not None}))
    return kept


Deed = tuple[str, dict[str, Any]]
STOCK: Final[dict[str, Deed]] = {
    "account": ("create_account", {"Name": "Orbital", "ExternalID": "X1"}),
    "other": ("create_account", {"Name": "Other"}),
    "jane": ("create_contact", {"Email": "jane@o.example", "FirstName": "Jane", "LastName": "Doe"}),
    "list": ("create_contact_list", {"Title": "Spring"}),
    "accounts": ("create_account_list", {"Title": "Partners"}),
    "deal": ("create_opportunity", {"AccountCode": "$account", "Title": "Expansion", "Value": 40000}),
    "task": ("create_task", {"Title": "Call", "AccountCode": "$account"}),
    "note": ("create_note", {"Body": "Short", "AccountCode": "$account"}),
    "article": ("create_article", {"Title": "Walkthrough", "standardSectionCode": "$section", "Body": LONG}),
    "step": ("create_article_step", {"StandardItemCode": "$article", "Title": "One"}),
    "item": ("create_media_item", {"Title": "Cover"}),
    "attached": ("attach_article_media", {"StandardItemCode": "$article", "MediaFileItemCode": "$item"}),
    "comment": ("create_article_comment", {"StandardItemCode": "$article", "Body": "Nice"}),
    "thread": ("create_forum_thread", {"ForumItemCode": "$forum", "Title": "Help", "Body": "<p>?</p>"}),
    "post": ("create_forum_post", {"ForumThreadCode": "$thread", "Body": "<p>!</p>"}),
}
DEEDS: Final[tuple[Deed, ...]] = (
    *STOCK.values(),
    ("update_account", {"AccountCode": "$account", "Name": "Orbital Labs", "Website": "orbital.example"}),
    ("update_account", {"AccountCode": "$account", "Name": "Orbital", "Website": None, "TopicCodes": [1, 2]}),
    ("update_account", {"AccountCode": "$account", "PrimaryContactCode": "$jane", "ParentCode": "$other"}),
    ("update_account", {"AccountCode": "$other", "ExternalID": "X1", "Active": False}),
    ("delete_account", {"AccountCode": "$account"}),
    ("delete_account", {"AccountCode": "$other"}),
    ("update_contact", {"UserCode": "$jane", "LastName": "Smith", "JobTitle": None}),
    ("link_contact_to_account", {"UserCode": "$jane", "AccountCode": "$other", "Primary": True}),
    ("unlink_contact_from_account", {"UserCode": "$jane", "AccountCode": "$other"}),
    ("grant_contact_permission", {"UserCode": "$jane", "PermissionCode": 1}),
    ("delete_contact", {"UserCode": "$jane"}),
    ("update_contact_list", {"ContactListCode": "$list", "Title": "Summer"}),
    ("add_contact_list_members", {"ContactListCode": "$list", "UserCodes": ["$jane"]}),
    ("delete_contact_list", {"ContactListCode": "$list"}),
    ("add_account_list_members", {"AccountListCode": "$accounts", "AccountCodes": ["$other"]}),
    ("update_opportunity", {"OpportunityCode": "$deal", "Stage": 3, "CloseDate": "2026-12-24"}),
    ("update_opportunity", {"OpportunityCode": "$deal", "Stage": 1, "Value": 1.5, "OwnerCode": 2}),
    ("update_opportunity", {"OpportunityCode": "$deal", "PrimaryContactCode": "$jane"}),
    ("add_opportunity_topics", {"OpportunityCode": "$deal", "TopicCodes": [1]}),
    ("add_opportunity_contact", {"OpportunityCode": "$deal", "UserCode": "$jane", "Primary": True}),
    ("delete_opportunity", {"OpportunityCode": "$deal"}),
    ("update_task", {"AppUserTaskCode": "$task", "Status": "completed", "Memo": "Done"}),
    ("update_task", {"AppUserTaskCode": "$task", "Status": "pending", "DueDate": "2026-12-24T09:00:00Z"}),
    ("delete_task", {"AppUserTaskCode": "$task"}),
    ("update_note", {"NoteCode": "$note", "Body": "Longer", "Subject": "S"}),
    ("delete_note", {"NoteCode": "$note"}),
    ("update_article", {"StandardItemCode": "$article", "Title": "Tour", "Live": True}),
    ("update_article", {"StandardItemCode": "$article", "Live": False, "Body": "<p>Short</p>", "Teaser": "T"}),
    ("update_article", {"StandardItemCode": "$article", "Body": None}),
    ("add_article_categories", {"StandardItemCode": "$article", "CategoryCodes": ["$category"]}),
    ("delete_article", {"StandardItemCode": "$article"}),
    ("update_article_step", {"StandardStepByStepCode": "$step", "Body": LONG, "Title": "First"}),
    ("update_article_step", {"StandardStepByStepCode": "$step", "Body": "<p>Short</p>"}),
    ("delete_article_step", {"StandardStepByStepCode": "$step"}),
    ("update_article_comment", {"CommentCode": "$comment", "Body": "Very nice"}),
    ("moderate_article_comment", {"CommentCode": "$comment", "Action": "hide"}),
    ("delete_article_comment", {"CommentCode": "$comment"}),
    ("detach_article_media", {"ArticleMediaCode": "$attached"}),
    ("update_media_item", {"MediaFileItemCode": "$item", "Title": "Picture", "AltText": "A"}),
    ("delete_media_item", {"MediaFileItemCode": "$item", "Force": True}),
    ("update_forum_thread", {"ForumThreadCode": "$thread", "Title": "Solved"}),
    ("delete_forum_thread", {"ForumThreadCode": "$thread"}),
    ("update_forum_post", {"ForumPostCode": "$post", "Body": "<p>" + "Longer " * 900 + "</p>"}),
    ("delete_forum_post", {"ForumPostCode": "$post"}),
)
