"""Every write tool of the catalogue with arguments that make it succeed, and the records that those arguments name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from affino_mcp.instance.builtin.member_lists.member_changes import MEMBERS_PER_TRANSACTION
from affino_mcp.instance.builtin.website import website_records
from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
from tests.flow import crm
from tests.flow.media import SAMPLES, base64_of, gif, png, sha256_of
from tests.flow.office import STOCK, Fields, Office, staffed
from tests.world import World

CROWD: Final = 2 * MEMBERS_PER_TRANSACTION + 4
"""Members of a change in three shares."""
FILM: Final = SAMPLES["MP4"][0]
_TICKET: Final = {"FileName": "film.mp4", "MimeType": "video/mp4", "Size": len(FILM), "Sha256": sha256_of(FILM)}
_PERSON: Final = {"FirstName": "Max", "LastName": "Weber"}

MORE_STOCK: Final[list[tuple[str, str, Fields, str]]] = [
    # the name of the code, the tool, its arguments, and the code's name in the answer
    ("other", "create_account", {"Name": "Ledger"}, "AccountCode"),
    ("max", "create_contact", {"Email": "max@o.example", **_PERSON}, "UserCode"),
    ("accounts", "create_account_list", {"Title": "Partners"}, "AccountListCode"),
    ("second_step", "create_article_step", {"StandardItemCode": "$article", "Title": "Two"}, "StandardStepByStepCode"),
    ("post", "create_forum_post", {"ForumThreadCode": "$thread", "Body": "So do I"}, "ForumPostCode"),
    ("bare", "create_media_item", {"Title": "Unused"}, "MediaFileItemCode"),
    (
        "file",
        "attach_media_file",
        {"MediaFileItemCode": "$bare", "FileName": "a.png", "ContentBase64": base64_of(png())},
        "MediaFileCode",
    ),
    (
        "cover",
        "attach_media_file",
        {"MediaFileItemCode": "$item", "FileName": "b.gif", "ContentBase64": base64_of(gif())},
        "MediaFileCode",
    ),
    (
        "used",
        "attach_article_media",
        {"StandardItemCode": "$article", "MediaFileItemCode": "$item"},
        "ArticleMediaCode",
    ),
    ("mistake", "create_note", {"Body": "A mistake", "AccountCode": "$account"}, "NoteCode"),
]
LINKS: Final[list[tuple[str, Fields]]] = [
    ("link_contact_to_account", {"UserCode": "$jane", "AccountCode": "$account"}),
    ("grant_contact_permission", {"UserCode": "$jane", "PermissionCode": 1}),
    ("add_opportunity_contact", {"OpportunityCode": "$deal", "UserCode": "$jane"}),
    ("add_opportunity_team_member", {"OpportunityCode": "$deal", "UserCode": "$cy"}),
    ("add_opportunity_topics", {"OpportunityCode": "$deal", "TopicCodes": [1]}),
    ("add_account_list_members", {"AccountListCode": "$accounts", "AccountCodes": ["$account"]}),
    ("add_article_categories", {"StandardItemCode": "$article", "CategoryCodes": ["$guides"]}),
    ("add_forum_moderator", {"ForumItemCode": "$forum", "UserCode": "$cy"}),
]

WRITES: Final[dict[str, tuple[str, Fields]]] = {
    # the name of the case, the tool and its arguments
    "create_account": ("create_account", {"Name": "New", "PrimaryContactCode": "$jane"}),
    "create_account with a key": ("create_account", {"Name": "New", "IdempotencyKey": "k"}),
    "update_account": ("update_account", {"AccountCode": "$account", "City": "York"}),
    "delete_account": ("delete_account", {"AccountCode": "$other"}),
    "create_contact": ("create_contact", {"Email": "n@o.example", **_PERSON, "AccountCode": "$account"}),
    "update_contact": ("update_contact", {"UserCode": "$jane", "Email": "jd@o.example"}),
    "delete_contact": ("delete_contact", {"UserCode": "$max"}),
    "merge_contacts": ("merge_contacts", {"UserCode": "$max", "MergeUserCode": "$jane"}),
    "merge_accounts": ("merge_accounts", {"AccountCode": "$other", "MergeAccountCode": "$account"}),
    "link_contact_to_account": ("link_contact_to_account", {"UserCode": "$max", "AccountCode": "$account"}),
    "update_contact_account_link": (
        "update_contact_account_link",
        {"UserCode": "$jane", "AccountCode": "$account", "JobTitle": "CTO"},
    ),
    "unlink_contact_from_account": ("unlink_contact_from_account", {"UserCode": "$jane", "AccountCode": "$account"}),
    "grant_contact_permission": ("grant_contact_permission", {"UserCode": "$max", "PermissionCode": 1}),
    "revoke_contact_permission": ("revoke_contact_permission", {"UserCode": "$jane", "PermissionCode": 1}),
    "create_contact_list": ("create_contact_list", {"Title": "Autumn"}),
    "update_contact_list": ("update_contact_list", {"ContactListCode": "$list", "Title": "Summer"}),
    "delete_contact_list": ("delete_contact_list", {"ContactListCode": "$list"}),
    "add_contact_list_members": ("add_contact_list_members", {"ContactListCode": "$list", "UserCodes": ["$jane"]}),
    "add_contact_list_members in shares": (
        "add_contact_list_members",
        {"ContactListCode": "$list", "UserCodes": "$$crowd"},
    ),
    "add_contact_list_members in shares with a key": (
        "add_contact_list_members",
        {"ContactListCode": "$list", "UserCodes": "$$crowd", "IdempotencyKey": "k"},
    ),
    "remove_contact_list_members in shares": (
        "remove_contact_list_members",
        {"ContactListCode": "$full", "UserCodes": "$$crowd"},
    ),
    "create_account_list": ("create_account_list", {"Title": "Suppliers"}),
    "update_account_list": ("update_account_list", {"AccountListCode": "$accounts", "Title": "Friends"}),
    "delete_account_list": ("delete_account_list", {"AccountListCode": "$accounts"}),
    "add_account_list_members": (
        "add_account_list_members",
        {"AccountListCode": "$accounts", "AccountCodes": ["$other"]},
    ),
    "remove_account_list_members": (
        "remove_account_list_members",
        {"AccountListCode": "$accounts", "AccountCodes": ["$account"]},
    ),
    "create_opportunity": ("create_opportunity", {"AccountCode": "$account", "Title": "Renewal", "Stage": 1}),
    "update_opportunity": ("update_opportunity", {"OpportunityCode": "$deal", "Title": "Larger"}),
    "delete_opportunity": ("delete_opportunity", {"OpportunityCode": "$deal"}),
    "add_opportunity_contact": ("add_opportunity_contact", {"OpportunityCode": "$deal", "UserCode": "$max"}),
    "remove_opportunity_contact": ("remove_opportunity_contact", {"OpportunityCode": "$deal", "UserCode": "$jane"}),
    "add_opportunity_team_member": ("add_opportunity_team_member", {"OpportunityCode": "$deal", "UserCode": "$ben"}),
    "remove_opportunity_team_member": (
        "remove_opportunity_team_member",
        {"OpportunityCode": "$deal", "UserCode": "$cy"},
    ),
    "add_opportunity_topics": ("add_opportunity_topics", {"OpportunityCode": "$deal", "TopicCodes": [2, 3]}),
    "remove_opportunity_topics": ("remove_opportunity_topics", {"OpportunityCode": "$deal", "TopicCodes": [1]}),
    "create_task": ("create_task", {"Title": "Write", "AccountCode": "$account"}),
    "update_task": ("update_task", {"AppUserTaskCode": "$task", "Status": "completed"}),
    "delete_task": ("delete_task", {"AppUserTaskCode": "$task"}),
    "create_note": ("create_note", {"Body": "Called", "UserCode": "$jane"}),
    "update_note": ("update_note", {"NoteCode": "$note", "Body": "Called again"}),
    "delete_note": ("delete_note", {"NoteCode": "$note"}),
    "create_article": ("create_article", {"Title": "Guide", "standardSectionCode": "$section"}),
    "update_article": ("update_article", {"StandardItemCode": "$article", "Live": True}),
    "delete_article": ("delete_article", {"StandardItemCode": "$article"}),
    "add_article_categories": (
        "add_article_categories",
        {"StandardItemCode": "$article", "CategoryCodes": ["$news"]},
    ),
    "remove_article_categories": (
        "remove_article_categories",
        {"StandardItemCode": "$article", "CategoryCodes": ["$guides"]},
    ),
    "create_article_step": ("create_article_step", {"StandardItemCode": "$article", "Title": "Three"}),
    "update_article_step": ("update_article_step", {"StandardStepByStepCode": "$step", "Title": "First"}),
    "delete_article_step": ("delete_article_step", {"StandardStepByStepCode": "$step"}),
    "reorder_article_steps": (
        "reorder_article_steps",
        {"StandardItemCode": "$article", "StandardStepByStepCodes": ["$second_step", "$step"]},
    ),
    "create_article_comment": ("create_article_comment", {"StandardItemCode": "$article", "Body": "True"}),
    "update_article_comment": ("update_article_comment", {"CommentCode": "$comment", "Body": "Nicer"}),
    "delete_article_comment": ("delete_article_comment", {"CommentCode": "$comment"}),
    "moderate_article_comment": (
        "moderate_article_comment",
        {"CommentCode": "$comment", "Action": "hide", "Reason": "rude"},
    ),
    "attach_article_media": (
        "attach_article_media",
        {"StandardStepByStepCode": "$step", "MediaFileItemCode": "$item"},
    ),
    "detach_article_media": ("detach_article_media", {"ArticleMediaCode": "$used"}),
    "create_media_item": ("create_media_item", {"Title": "Back"}),
    "update_media_item": ("update_media_item", {"MediaFileItemCode": "$item", "AltText": "A cover"}),
    "delete_media_item": ("delete_media_item", {"MediaFileItemCode": "$bare"}),
    "attach_media_file": (
        "attach_media_file",
        {"MediaFileItemCode": "$item", "FileName": "c.png", "ContentBase64": base64_of(png(5, 5))},
    ),
    "attach_media_file by ticket": (
        "attach_media_file",
        {"MediaFileItemCode": "$item", "FileName": "film.mp4", "UploadToken": "$$ticket"},
    ),
    "delete_media_file": ("delete_media_file", {"MediaFileCode": "$file"}),
    "request_media_upload": ("request_media_upload", {"MediaFileItemCode": "$item", **_TICKET}),
    "create_forum_thread": ("create_forum_thread", {"ForumItemCode": "$forum", "Title": "News", "Body": "!"}),
    "update_forum_thread": ("update_forum_thread", {"ForumThreadCode": "$thread", "Title": "Help me"}),
    "delete_forum_thread": ("delete_forum_thread", {"ForumThreadCode": "$thread"}),
    "moderate_forum_thread": ("moderate_forum_thread", {"ForumThreadCode": "$thread", "Action": "pin"}),
    "split_forum_thread": (
        "split_forum_thread",
        {"ForumThreadCode": "$thread", "ForumPostCodes": ["$post"], "Title": "Apart"},
    ),
    "create_forum_post": ("create_forum_post", {"ForumThreadCode": "$thread", "Body": "Me too"}),
    "update_forum_post": ("update_forum_post", {"ForumPostCode": "$post", "Body": "So did I"}),
    "delete_forum_post": ("delete_forum_post", {"ForumPostCode": "$post"}),
    "moderate_forum_post": ("moderate_forum_post", {"ForumPostCode": "$post", "Action": "hide"}),
    "add_forum_moderator": ("add_forum_moderator", {"ForumItemCode": "$forum", "UserCode": "$ben"}),
    "remove_forum_moderator": ("remove_forum_moderator", {"ForumItemCode": "$forum", "UserCode": "$cy"}),
    "undo_change": ("undo_change", {"Family": "notes", "Code": "$mistake", "Version": 1}),
    "nothing to change": ("update_account", {"AccountCode": "$account", "City": "Leeds"}),
    "dry run": ("create_account", {"Name": "New", "DryRun": True}),
}
READS: Final[dict[str, tuple[str, Fields]]] = {
    "get_account": ("get_account", {"AccountCode": "$account"}),
    "get_contact": ("get_contact", {"Email": "jane@o.example"}),
    "list_accounts": ("list_accounts", {}),
    "search": ("list_accounts", {"Search": "orbital"}),
    "list_contact_list_members": ("list_contact_list_members", {"ContactListCode": "$full"}),
    "list_media_files": ("list_media_files", {"MediaFileItemCode": "$item"}),
    "list_record_history": ("list_record_history", {"Family": "contacts", "Code": "$jane"}),
    "get_current_user": ("get_current_user", {}),
}


@dataclass(frozen=True)
class Given:
    """The office of the trials, and the arguments that are no single code: the crowd of contacts, the upload ticket."""

    office: Office
    whole: dict[str, Any]

    def arguments(self, named: Fields) -> Fields:
        """Arguments with their codes: `$name` is a code of the office, `$$name` one of `whole`."""
        return {name: self._one(value) for name, value in named.items()}

    def _one(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._one(part) for part in value]
        if not isinstance(value, str) or not value.startswith("$"):
            return value
        return self.whole[value[2:]] if value.startswith("$$") else self.office.codes[value[1:]]


def stocked(world: World, handler: LambdaHandler) -> Given:
    """An office with everything that WRITES and READS name."""
    people = {name: world.create_person(name.title(), "Staff", "Sales") for name in ("ben", "cy")}
    at = world.clock()
    places = {name: website_records.upsert_category(world.records, name, at) for name in ("guides", "news")}
    office = staffed(world, handler, world.create_profile())
    office.codes |= people | places
    for name, tool, arguments, key in MORE_STOCK:
        answer = office.call(tool, arguments)
        office.codes[name] = next(part[key] for part in answer.values() if isinstance(part, dict) and key in part)
    for tool, arguments in LINKS:
        office.call(tool, arguments)
    return Given(office, {"crowd": _gather(office), "ticket": _upload(world, office)})


def _gather(office: Office) -> list[int]:
    """The crowd, which is on a list of its own."""
    crowd = [crm.contact(office.client, f"Member{place}") for place in range(CROWD)]
    tool, arguments, key = STOCK["list"]
    office.codes["full"] = office.call(tool, arguments | {"Title": "Full"})["ContactList"][key]
    office.call("add_contact_list_members", {"ContactListCode": "$full", "UserCodes": crowd})
    return crowd


def _upload(world: World, office: Office) -> str:
    ticket = office.call("request_media_upload", {"MediaFileItemCode": "$item", **_TICKET})
    assert world.files.accept_upload(ticket["Url"], ticket["Headers"], FILM) == 200
    token: str = ticket["UploadToken"]
    return token
