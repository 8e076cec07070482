"""Forums: operators own them, people write threads and posts in them, moderators moderate them."""

from __future__ import annotations

from typing import Final, Unpack

from affino_mcp.catalogue.capability import Family
from affino_mcp.catalogue.families.website import EVERYBODY, GROUP_NAMES, NAME_FIELD, ORDER_FIELD, READ_GROUPS
from affino_mcp.catalogue.kinds import (
    boolean_kind,
    code_kind,
    codes_kind,
    html_kind,
    integer_kind,
    line_kind,
    text_kind,
)
from affino_mcp.catalogue.method import PAGE_RETURNS, SEARCH_FIELD, Declared, Effect, Method
from affino_mcp.catalogue.record import PART_KIND, PERSON_KIND, ROWS_KIND, Field, Record, Reference
from affino_mcp.catalogue.time_kinds import datetime_kind
from affino_mcp.tool_errors import NotFound

FORUM_READ_RIGHT: Final = "forums.read"
FORUM_POST_RIGHT: Final = "forums.post"
MANAGE_MODERATORS_RIGHT: Final = "forums.manage_moderators"

BODY_FIELD: Final = Field("Body", html_kind(50_000), "HTML")
REASON_FIELD: Final = Field("Reason", line_kind(255))
USER_FIELD: Final = Field("UserCode", code_kind(), required=True)
_AUTHOR: Final = Field("Author", PERSON_KIND, "UserCode and Name")
_MODERATION: Final = Field("Moderation", PART_KIND, "Hidden, Status, By, At, Reason; threads: Pinned, Locked too")

FORUM: Final = Record(
    name="Forum",
    family=Family.FORUMS,
    code="ForumItemCode",
    label=("Name",),
    fields=(
        NAME_FIELD,
        Field("Description", text_kind(2000)),
        Field("Moderated", boolean_kind(), "posts wait until a moderator approves them"),
        Field("Open", boolean_kind(), "a closed forum takes no threads and posts"),
        READ_GROUPS,
        Field("PostGroups", GROUP_NAMES, "groups that may write threads and posts in it"),
        ORDER_FIELD,
    ),
    required=("Name",),
    derived=(
        Field("ThreadCount", integer_kind(0, 10**9), "threads that every reader sees"),
        Field("CanPost", boolean_kind(), "whether you may post"),
        Field("IsModerator", boolean_kind(), "whether you moderate it"),
        Field("Moderators", ROWS_KIND, "UserCode, Name, Since, AddedBy (get_forum)"),
    ),
    summary=("Name", "Description", "Moderated", "Open"),
    unique=("Name",),
    defaults={"Moderated": False, "Open": True, "ReadGroups": [EVERYBODY], "PostGroups": ["Registered User"]},
    undo_with={"contacts": ("add_forum_moderator", "remove_forum_moderator")},
)
THREAD: Final = Record(
    name="Thread",
    family="forum_threads",
    code="ForumThreadCode",
    label=("Title",),
    fields=(
        Field("Title", line_kind(255)),
        FORUM.code_field,
        Field("TopicCodes", codes_kind(20), reference=Reference("topics", "Topics")),
    ),
    required=("Title", FORUM.code),
    derived=(
        _AUTHOR,
        Field("PostCount", integer_kind(0, 10**9), "posts that every reader sees"),
        Field("PendingPostCount", integer_kind(0, 10**9), "posts that wait for approval (moderators only)"),
        Field("LastPost", PART_KIND, "ForumPostCode, Number, Author, Date"),
        Field("FirstPost", PART_KIND, "the opening post"),
        _MODERATION,
    ),
    sorts=("Code", "Title", "Created", "Updated"),
    summary=("Title", FORUM.code, "TopicCodes"),
    search=("Title",),
    found_by={"forum_posts": "posts"},
    undo_with={"": ("moderate_forum_thread",)},
)
POST: Final = Record(
    name="Post",
    family="forum_posts",
    code="ForumPostCode",
    label=("Number",),
    fields=(BODY_FIELD, Field("ReplyToPostCode", code_kind(), "a post in the same thread")),
    required=("Body",),
    derived=(
        THREAD.code_field,
        Field("Number", integer_kind(1, 10**9), "its place in the thread; 1 opens it"),
        _AUTHOR,
        Field("EditedDate", datetime_kind()),
        Field("EditedBy", PERSON_KIND, "UserCode and Name"),
        Field("EditReason", line_kind(255)),
        _MODERATION,
    ),
    sorts=("Code",),
    search=(BODY_FIELD.name,),
    undo_with={"": ("moderate_forum_post", "create_forum_post")},
)
RECORDS: Final = (FORUM, THREAD, POST)

_FORUM: Final = Field(FORUM.code, code_kind(), required=True)


def forum_method(
    name: str,
    effect: Effect,
    record: Record,
    summary: str,
    example: str,
    returns: dict[str, str],
    *arguments: Field,
    right: str = FORUM_READ_RIGHT,
    notes: str = "",
    moderates: bool = False,
    **declared: Unpack[Declared],
) -> Method:
    """Makes one method of the forums family.

    Most methods need only `forums.read`, because the record itself decides who may write in it or moderate it.
    """
    family = Family.FORUMS
    return Method(
        name, family, effect, right, summary, example, returns, arguments, notes, record, moderates, **declared
    )


METHODS: Final = (
    forum_method(
        "list_forums",
        Effect.READ,
        FORUM,
        "The forums you may read.",
        "the code of the customer support forum.",
        {**PAGE_RETURNS, "Items": "ForumItemCode, Name, ThreadCount, CanPost, IsModerator, ..."},
        SEARCH_FIELD,
    ),
    forum_method(
        "get_forum",
        Effect.READ,
        FORUM,
        "Read one forum with its moderators.",
        "who moderates Customer Support?",
        {"Forum": "the forum"},
        _FORUM,
        errors=(NotFound,),
    ),
    forum_method(
        "list_forum_moderators",
        Effect.READ,
        FORUM,
        "A forum's moderators.",
        "who can approve my post?",
        {"Moderators": "UserCode, Name, Since, AddedBy"},
        _FORUM,
        errors=(NotFound,),
    ),
    forum_method(
        "add_forum_moderator",
        Effect.ADD,
        FORUM,
        "Make a person a moderator of a forum.",
        "let Mina Sato moderate Customer Support.",
        {"Moderator": "ForumItemCode, UserCode, Name, Since, AddedBy"},
        _FORUM,
        USER_FIELD,
        right=MANAGE_MODERATORS_RIGHT,
    ),
    forum_method(
        "remove_forum_moderator",
        Effect.REMOVE,
        FORUM,
        "End a person's moderating of a forum.",
        "Mina Sato no longer moderates Customer Support.",
        {FORUM.code: "the forum", USER_FIELD.name: "the person", "Moderator": "false"},
        _FORUM,
        USER_FIELD,
        right=MANAGE_MODERATORS_RIGHT,
    ),
)
