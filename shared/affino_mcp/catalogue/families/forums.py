"""Forums: operators own them, people write threads and posts in them, moderators moderate them."""

from __future__ import annotations

from typing import Final, Unpack

from affino_mcp.catalogue.capability import Family
from affino_mcp.catalogue.families.website import GROUP_NAMES, NAME, READ_GROUPS
from affino_mcp.catalogue.field import Field, Reference
from affino_mcp.catalogue.kinds import code, codes, flag, html, line, moment, text, whole
from affino_mcp.catalogue.method import PAGE_RETURNS, SEARCH, Declared, Effect, Method
from affino_mcp.catalogue.record import PERSON_REFERENCE, Record
from affino_mcp.tool_errors import NotFound

READ: Final = "forums.read"
POST_RIGHT: Final = "forums.post"
MANAGE: Final = "forums.manage_moderators"

BODY: Final = Field("Body", html(50_000), "HTML")
REASON: Final = Field("Reason", line(255))
USER: Final = Field("UserCode", code(), required=True)
_AUTHOR: Final = Field("Author", PERSON_REFERENCE, "UserCode and Name")
_MODERATION: Final = Field(
    "Moderation", PERSON_REFERENCE, "Hidden, Status, By, At, Reason; threads: Pinned, Locked too"
)

FORUM: Final = Record(
    name="Forum",
    family=Family.FORUMS,
    code="ForumItemCode",
    label=("Name",),
    fields=(
        NAME,
        Field("Description", text(2000)),
        Field("Moderated", flag(), "posts wait until a moderator approves them"),
        Field("Open", flag(), "a closed forum takes no threads and posts"),
        READ_GROUPS,
        Field("PostGroups", GROUP_NAMES, "groups that may write threads and posts in it"),
    ),
    derived=(
        Field("ThreadCount", whole(0, 10**9), "threads that every reader sees"),
        Field("CanPost", flag(), "whether you may post"),
        Field("IsModerator", flag(), "whether you moderate it"),
        Field("Moderators", PERSON_REFERENCE, "UserCode, Name, Since, AddedBy (get_forum)"),
    ),
    summary=("Name", "Description", "Moderated", "Open"),
    unique=("Name",),
    undo_with={"contacts": ("add_forum_moderator", "remove_forum_moderator")},
)
THREAD: Final = Record(
    name="Thread",
    family="forum_threads",
    code="ForumThreadCode",
    label=("Title",),
    fields=(
        Field("Title", line(255)),
        FORUM.code_field,
        Field("TopicCodes", codes(20), reference=Reference("topics", "Topics")),
    ),
    required=("Title", FORUM.code),
    derived=(
        _AUTHOR,
        Field("PostCount", whole(0, 10**9), "posts that every reader sees"),
        Field("PendingPostCount", whole(0, 10**9), "posts that wait for approval (moderators only)"),
        Field("LastPost", PERSON_REFERENCE, "ForumPostCode, Number, Author, Date"),
        Field("FirstPost", PERSON_REFERENCE, "the opening post"),
        _MODERATION,
    ),
    sorts=("Code", "Title", "Created", "Updated"),
    summary=("Title", FORUM.code, "TopicCodes"),
    search=("Title",),
    undo_with={"": ("moderate_forum_thread",)},
)
POST: Final = Record(
    name="Post",
    family="forum_posts",
    code="ForumPostCode",
    label=("Number",),
    fields=(BODY, Field("ReplyToPostCode", code(), "a post in the same thread")),
    required=("Body",),
    derived=(
        THREAD.code_field,
        Field("Number", whole(1, 10**9), "its place in the thread; 1 opens it"),
        _AUTHOR,
        Field("EditedDate", moment()),
        Field("EditedBy", PERSON_REFERENCE, "UserCode and Name"),
        Field("EditReason", line(255)),
        _MODERATION,
    ),
    sorts=("Code",),
    undo_with={"": ("moderate_forum_post", "create_forum_post")},
)
RECORDS: Final = (FORUM, THREAD, POST)

_FORUM: Final = Field(FORUM.code, code(), required=True)


def row(
    name: str,
    effect: Effect,
    record: Record,
    summary: str,
    example: str,
    returns: dict[str, str],
    *arguments: Field,
    right: str = READ,
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
    row(
        "list_forums",
        Effect.READ,
        FORUM,
        "The forums you may read.",
        "the code of the customer support forum.",
        {**PAGE_RETURNS, "Items": "ForumItemCode, Name, ThreadCount, CanPost, IsModerator, ..."},
        SEARCH,
    ),
    row(
        "get_forum",
        Effect.READ,
        FORUM,
        "Read one forum with its moderators.",
        "who moderates Customer Support?",
        {"Forum": "the forum"},
        _FORUM,
        errors=(NotFound,),
    ),
    row(
        "list_forum_moderators",
        Effect.READ,
        FORUM,
        "A forum's moderators.",
        "who can approve my post?",
        {"Moderators": "UserCode, Name, Since, AddedBy"},
        _FORUM,
        errors=(NotFound,),
    ),
    row(
        "add_forum_moderator",
        Effect.ADD,
        FORUM,
        "Make a person a moderator of a forum.",
        "let Mina Sato moderate Customer Support.",
        {"Moderator": "ForumItemCode, UserCode, Name, Since, AddedBy"},
        _FORUM,
        USER,
        right=MANAGE,
    ),
    row(
        "remove_forum_moderator",
        Effect.REMOVE,
        FORUM,
        "End a person's moderating of a forum.",
        "Mina Sato no longer moderates Customer Support.",
        {FORUM.code: "the forum", USER.name: "the person", "Moderator": "false"},
        _FORUM,
        USER,
        right=MANAGE,
    ),
)
