"""What to try each tool on: the demo's person, and arguments whose records are found by the tools themselves."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final, NamedTuple

from affino_mcp.local.demo_records import ToolCaller
from affino_mcp.local.demo_website import draw_picture

MANAGER, EDITOR, PUBLISHER, MODERATOR, MEMBER = "sales_manager", "editor", "publisher", "moderator", "member"
Arguments = Mapping[str, Any]
PICTURE: Final = base64.b64encode(draw_picture(3)).decode()


class Finder:
    """Finds records of the demo by list tools, as one role."""

    def __init__(self, call: ToolCaller, role: str) -> None:
        self._call, self._role = call, role

    def rows(self, tool: str, **arguments: Any) -> list[dict[str, Any]]:
        """The rows of the tool's answer; there must be one."""
        answer = self._call(self._role, tool, arguments)
        found: list[dict[str, Any]] = next(
            value for name, value in answer.items() if name != "Warnings" and isinstance(value, list)
        )
        assert found, (self._role, tool, arguments)
        return found

    def code(self, tool: str, attribute: str, **arguments: Any) -> Any:
        """The attribute of the first row."""
        return self.rows(tool, **arguments)[0][attribute]


def _first(tool: str, attribute: str, find: Finder, /, **arguments: Any) -> Any:
    return find.code(tool, attribute, **arguments)


account = partial(_first, "list_accounts", "AccountCode")
contact = partial(_first, "list_contacts", "UserCode")
contact_list = partial(_first, "list_contact_lists", "ContactListCode")
account_list = partial(_first, "list_account_lists", "AccountListCode")
opportunity = partial(_first, "list_opportunities", "OpportunityCode")
task = partial(_first, "list_tasks", "AppUserTaskCode")
note = partial(_first, "list_notes", "NoteCode")
article = partial(_first, "list_articles", "StandardItemCode")
forum = partial(_first, "list_forums", "ForumItemCode")
thread = partial(_first, "list_forum_threads", "ForumThreadCode")
media_item = partial(_first, "list_media_items", "MediaFileItemCode")
section = partial(_first, "list_sections", "StandardSectionCode")


def _rich_opportunity(f: Finder) -> int:
    return int(opportunity(f, Search="Platform Expansion", SortBy="Code", SortOrder="asc"))


def _linked(f: Finder) -> dict[str, Any]:
    found = account(f, Search="Harbour Lane Media")
    return {"AccountCode": found, "UserCode": contact(f, AccountCode=found)}


def _member_of(kind: str, code: str, f: Finder) -> dict[str, Any]:
    listed = f.code(f"list_{kind}_lists", code)
    inside, many = ("UserCode", "UserCodes") if kind == "contact" else ("AccountCode", "AccountCodes")
    return {code: listed, many: [f.code(f"list_{kind}_list_members", inside, **{code: listed})]}


def _step_of(f: Finder) -> int:
    return int(f.code("list_article_steps", "StandardStepByStepCode", StandardItemCode=article(f, Mine=True)))


def _comment(f: Finder, status: str = "approved", title: str = "Getting started, part 1") -> int:
    listed = f.rows("list_article_comments", StandardItemCode=article(f, Search=title), Status=status)
    return int(listed[0]["CommentCode"])


def _support_thread(f: Finder) -> int:
    return int(thread(f, Search="v9.0.11", ForumItemCode=forum(f, Search="Customer Support")))


def _own_post(f: Finder) -> int:
    ideas = thread(f, Search="v9.0.11", ForumItemCode=forum(f, Search="Product Ideas"))
    return int(f.rows("list_forum_posts", ForumThreadCode=ideas)[0]["ForumPostCode"])


def _file(f: Finder) -> int:
    return int(f.code("list_media_files", "MediaFileCode", MediaFileItemCode=media_item(f, Search="Portrait")))


def _topics(f: Finder) -> list[int]:
    return [f.code("list_opportunity_topics", "TopicCode", OpportunityCode=_rich_opportunity(f))]


def _own_change(f: Finder) -> dict[str, Any]:
    northlight = {"Family": "accounts", "Code": account(f, Search="Northlight Energy")}
    return {**northlight, "Version": f.code("list_record_history", "Version", **northlight)}


def _pending_post(f: Finder) -> int:
    ideas = thread(f, Search="v9.0.11", ForumItemCode=forum(f, Search="Product Ideas"))
    rows = f.rows("list_forum_posts", ForumThreadCode=ideas)
    return int(next(row for row in rows if row["Moderation"]["Status"] == "pending")["ForumPostCode"])


class Tryout(NamedTuple):
    """The role that tries a tool, and a function that gives the arguments."""

    role: str
    arguments: Callable[[Finder], Arguments]


def _by(role: str, **tries: Callable[[Finder], Arguments]) -> dict[str, Tryout]:
    return {tool: Tryout(role, arguments) for tool, arguments in tries.items()}


CRM: Final = _by(
    MANAGER,
    create_account=lambda _: {"Name": "Orbital Labs"},
    delete_account=lambda f: {"AccountCode": account(f, Search="Juniper Health")},
    get_account=lambda f: {"AccountCode": account(f)},
    list_account_lookups=lambda _: {},
    list_accounts=lambda _: {"Search": "Harbour"},
    update_account=lambda f: {"AccountCode": account(f), "City": "Leeds"},
    create_contact=lambda _: {"Email": "j@orbital.example", "FirstName": "Jane", "LastName": "Doe"},
    delete_contact=lambda f: {"UserCode": _linked(f)["UserCode"]},
    get_contact=lambda f: {"UserCode": contact(f)},
    grant_contact_permission=lambda f: {"UserCode": _linked(f)["UserCode"], "PermissionCode": 3, "Source": "Telephone"},
    link_contact_to_account=lambda f: {"UserCode": contact(f), "AccountCode": account(f, Search="Northlight")},
    list_contact_permissions=lambda f: {"UserCode": contact(f, PermissionCode=1), "IncludeRevoked": True},
    list_contacts=lambda _: {"PermissionCode": 1},
    list_permissions=lambda _: {},
    revoke_contact_permission=lambda f: {"UserCode": contact(f, PermissionCode=1), "PermissionCode": 1},
    unlink_contact_from_account=_linked,
    update_contact=lambda f: {"UserCode": _linked(f)["UserCode"], "JobTitle": "Director"},
    update_contact_account_link=lambda f: {**_linked(f), "JobTitle": "Director"},
    add_account_list_members=lambda f: {
        "AccountListCode": account_list(f),
        "AccountCodes": [account(f, Search="Tidewater")],
    },
    add_contact_list_members=lambda f: {"ContactListCode": contact_list(f, Search="Autumn"), "UserCodes": [contact(f)]},
    create_account_list=lambda _: {"Title": "Prospects"},
    create_contact_list=lambda _: {"Title": "Spring"},
    delete_account_list=lambda f: {"AccountListCode": account_list(f)},
    delete_contact_list=lambda f: {"ContactListCode": contact_list(f)},
    get_account_list=lambda f: {"AccountListCode": account_list(f)},
    get_contact_list=lambda f: {"ContactListCode": contact_list(f)},
    list_account_list_members=lambda f: {"AccountListCode": account_list(f)},
    list_account_lists=lambda _: {},
    list_contact_list_members=lambda f: {"ContactListCode": contact_list(f, Search="newsletter")},
    list_contact_lists=lambda _: {},
    remove_account_list_members=partial(_member_of, "account", "AccountListCode"),
    remove_contact_list_members=partial(_member_of, "contact", "ContactListCode"),
    update_account_list=lambda f: {"AccountListCode": account_list(f), "Title": "Renewals"},
    update_contact_list=lambda f: {"ContactListCode": contact_list(f), "Title": "Events"},
)
SALES: Final = _by(
    MANAGER,
    add_opportunity_contact=lambda f: {"OpportunityCode": _rich_opportunity(f), "UserCode": contact(f)},
    add_opportunity_team_member=lambda f: {
        "OpportunityCode": _rich_opportunity(f),
        "UserCode": contact(f, StaffOnly=True, Search="Edith"),
    },
    add_opportunity_topics=lambda f: {"OpportunityCode": _rich_opportunity(f), "TopicNames": ["Security"]},
    create_opportunity=lambda f: {"AccountCode": account(f), "Title": "Upgrade"},
    delete_opportunity=lambda f: {"OpportunityCode": opportunity(f)},
    get_opportunity=lambda f: {"OpportunityCode": opportunity(f)},
    list_opportunities=lambda _: {"OpenOnly": True},
    list_opportunity_contacts=lambda f: {"OpportunityCode": opportunity(f)},
    list_opportunity_stages=lambda _: {},
    list_opportunity_team_members=lambda f: {"OpportunityCode": _rich_opportunity(f)},
    list_opportunity_topics=lambda f: {"OpportunityCode": opportunity(f)},
    remove_opportunity_contact=lambda f: {
        "OpportunityCode": _rich_opportunity(f),
        "UserCode": f.rows("list_opportunity_contacts", OpportunityCode=_rich_opportunity(f))[-1]["UserCode"],
    },
    remove_opportunity_team_member=lambda f: {
        "OpportunityCode": _rich_opportunity(f),
        "UserCode": next(
            row["UserCode"]
            for row in f.rows("list_opportunity_team_members", OpportunityCode=_rich_opportunity(f))
            if row["Role"] == "Support"
        ),
    },
    remove_opportunity_topics=lambda f: {"OpportunityCode": _rich_opportunity(f), "TopicCodes": _topics(f)},
    update_opportunity=lambda f: {"OpportunityCode": opportunity(f, OpenOnly=True), "Value": 9000},
    create_task=lambda f: {"Title": "Call", "OpportunityCode": opportunity(f)},
    delete_task=lambda f: {"AppUserTaskCode": task(f)},
    get_task=lambda f: {"AppUserTaskCode": task(f, Status="completed")},
    list_tasks=lambda f: {"UserCode": _linked(f)["UserCode"]},
    update_task=lambda f: {"AppUserTaskCode": task(f), "Status": "completed"},
    create_note=lambda f: {"Body": "Called.", "UserCode": contact(f)},
    delete_note=lambda f: {"NoteCode": note(f)},
    get_note=lambda f: {"NoteCode": note(f)},
    list_notes=lambda f: {"OpportunityCode": _rich_opportunity(f)},
    update_note=lambda f: {"NoteCode": note(f, Mine=True), "Body": "Called again."},
    list_my_changes=lambda _: {},
    list_record_history=lambda f: {"Family": "accounts", "Code": account(f, Search="Northlight")},
    undo_change=_own_change,
    get_current_user=lambda _: {},
    list_topics=lambda _: {},
)
ARTICLES: Final = _by(
    PUBLISHER,
    create_article=lambda f: {"Title": "Hello", "standardSectionCode": section(f, WritableOnly=True)},
    delete_article=lambda f: {"StandardItemCode": article(f)},
    get_article=lambda f: {"StandardItemCode": article(f, Search="Spring conference"), "IncludeSteps": True},
    list_article_types=lambda _: {},
    list_articles=lambda _: {"Search": "Summer offer"},
    list_sections=lambda _: {},
    update_article=lambda f: {"StandardItemCode": article(f), "Teaser": "New."},
    add_article_categories=lambda f: {
        "StandardItemCode": article(f, Search="Getting started"),
        "CategoryCodes": [f.code("list_article_categories", "CategoryCode")],
    },
    create_article_step=lambda f: {"StandardItemCode": article(f), "Title": "More"},
    delete_article_step=lambda f: {"StandardStepByStepCode": _step_of(f)},
    get_article_step=lambda f: {"StandardStepByStepCode": _step_of(f)},
    list_article_categories=lambda f: {"StandardItemCode": article(f, CategoryCode=1)},
    list_article_steps=lambda f: {"StandardItemCode": article(f, Search="Getting started")},
    remove_article_categories=lambda f: {"StandardItemCode": article(f, CategoryCode=1), "CategoryCodes": [1]},
    reorder_article_steps=lambda f: {
        "StandardItemCode": (found := article(f, Search="Getting started")),
        "StandardStepByStepCodes": [
            row["StandardStepByStepCode"] for row in reversed(f.rows("list_article_steps", StandardItemCode=found))
        ],
    },
    update_article_step=lambda f: {"StandardStepByStepCode": _step_of(f), "Title": "Overview again"},
    attach_article_media=lambda f: {
        "StandardItemCode": article(f),
        "MediaFileItemCode": media_item(f, HasFile=True, Search="Floor"),
    },
    detach_article_media=lambda f: {
        "ArticleMediaCode": f.code(
            "list_article_media", "ArticleMediaCode", StandardItemCode=article(f, Search="Getting")
        )
    },
    list_article_media=lambda f: {"StandardItemCode": article(f, Search="How we answer")},
)
COMMENTS: Final = _by(
    EDITOR,
    create_article_comment=lambda f: {
        "StandardItemCode": article(f, Search="Getting started, part 1"),
        "Body": "Thanks.",
    },
    list_article_comments=lambda f: {
        "StandardItemCode": article(f, Search="Event planning, part 2"),
        "Status": "pending",
    },
    moderate_article_comment=lambda f: {
        "CommentCode": _comment(f, "pending", "Event planning, part 2"),
        "Action": "approve",
    },
) | _by(
    MEMBER,
    delete_article_comment=lambda f: {"CommentCode": _comment(f)},
    update_article_comment=lambda f: {"CommentCode": _comment(f), "Body": "Does it?"},
)
MEDIA: Final = _by(
    PUBLISHER,
    create_media_item=lambda f: {"Title": "New", "CategoryCode": f.code("list_media_categories", "CategoryCode")},
    delete_media_item=lambda f: {"MediaFileItemCode": media_item(f, HasFile=False)},
    get_media_item=lambda f: {"MediaFileItemCode": media_item(f)},
    list_media_categories=lambda _: {},
    list_media_items=lambda _: {"HasFile": True},
    update_media_item=lambda f: {"MediaFileItemCode": media_item(f), "Credit": "Us"},
    attach_media_file=lambda f: {
        "MediaFileItemCode": media_item(f, HasFile=False),
        "FileName": "a.png",
        "ContentBase64": PICTURE,
    },
    delete_media_file=lambda f: {"MediaFileCode": _file(f)},
    get_media_file=lambda f: {"MediaFileCode": _file(f)},
    list_media_files=lambda f: {"MediaFileItemCode": media_item(f, HasFile=True)},
    request_media_upload=lambda f: {
        "MediaFileItemCode": media_item(f),
        "FileName": "a.png",
        "MimeType": "image/png",
        "Size": 100,
        "Sha256": "0" * 64,
    },
)
FORUMS: Final = _by(
    MODERATOR,
    add_forum_moderator=lambda f: {
        "ForumItemCode": forum(f),
        "UserCode": f.rows("list_forum_threads", Search="v9.0.11")[0]["Author"]["UserCode"],
    },
    get_forum=lambda f: {"ForumItemCode": forum(f)},
    list_forum_moderators=lambda f: {"ForumItemCode": forum(f)},
    list_forums=lambda _: {},
    remove_forum_moderator=lambda f: {
        "ForumItemCode": forum(f),
        "UserCode": f.code("list_forum_moderators", "UserCode", ForumItemCode=forum(f)),
    },
    list_forum_threads=lambda _: {"Status": "pending"},
    moderate_forum_post=lambda f: {"ForumPostCode": _pending_post(f), "Action": "approve"},
    moderate_forum_thread=lambda f: {"ForumThreadCode": thread(f, Status="pending"), "Action": "approve"},
    delete_forum_thread=lambda f: {"ForumThreadCode": _support_thread(f), "Reason": "Off topic"},
) | _by(
    MEMBER,
    create_forum_post=lambda f: {"ForumThreadCode": _support_thread(f), "Body": "Thanks."},
    create_forum_thread=lambda f: {"ForumItemCode": forum(f), "Title": "Hello", "Body": "A question."},
    delete_forum_post=lambda f: {"ForumPostCode": _pending_post(f)},
    get_forum_post=lambda f: {"ForumPostCode": _own_post(f)},
    get_forum_thread=lambda f: {"ForumThreadCode": thread(f, Pinned=True)},
    list_forum_posts=lambda f: {"ForumThreadCode": _support_thread(f)},
    update_forum_post=lambda f: {"ForumPostCode": _pending_post(f), "Body": "Better."},
    update_forum_thread=lambda f: {"ForumThreadCode": _support_thread(f), "Title": "v9.0.11 login issues, solved"},
)


TRYOUTS: Final = CRM | SALES | ARTICLES | COMMENTS | MEDIA | FORUMS
"""What to try each tool on, by its name."""
