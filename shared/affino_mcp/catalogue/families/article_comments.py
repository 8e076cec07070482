"""Comments on articles, with moderation."""

from __future__ import annotations

from typing import Final

from affino_mcp.catalogue.capability import Family
from affino_mcp.catalogue.families.article_steps import DATA
from affino_mcp.catalogue.families.articles import ITEM
from affino_mcp.catalogue.field import Field
from affino_mcp.catalogue.kinds import choice, code, line, text
from affino_mcp.catalogue.method import CURSOR, PAGE_RETURNS, PAGE_SIZE, Effect, Method
from affino_mcp.catalogue.record import PERSON_REFERENCE, Record
from affino_mcp.tool_errors import InvalidState, NotFound

STATUS: Final = Field("Status", choice("approved", "pending", "hidden"))
REASON: Final = Field("Reason", line(255))
PARENT: Final = Field("ParentCommentCode", code(), "the comment answered")
COMMENT: Final = Record(
    name="Comment",
    family="article_comments",
    code="CommentCode",
    label=("Body",),
    fields=(Field("Body", text(4000)), PARENT, STATUS, REASON),
    required=("Body",),
    derived=(ITEM, Field("Author", PERSON_REFERENCE, "UserCode and Name")),
    summary=("Body", PARENT.name, STATUS.name),
    undo_with={"": ("moderate_article_comment", "create_article_comment")},
)
_COMMENT: Final = {"Comment": "the comment"}

METHODS: Final = (
    Method(
        "list_article_comments",
        Family.ARTICLES,
        Effect.READ,
        "articles.read",
        "The comments on an article, oldest first.",
        "the comments on my article.",
        PAGE_RETURNS,
        (
            ITEM.needed(),
            Field("Status", choice("approved", "pending", "hidden", "all"), "default approved; others for moderators"),
            PAGE_SIZE,
            CURSOR,
        ),
        DATA,
        COMMENT,
        errors=(NotFound,),
    ),
    Method(
        "create_article_comment",
        Family.ARTICLES,
        Effect.CREATE,
        "articles.comment",
        "Comment on an article, or answer a comment.",
        "thank the reader for the correction.",
        _COMMENT,
        (ITEM.needed(), *COMMENT.creating(without=(STATUS.name, REASON.name))),
        "In a moderated section it is held until approved (PENDING_MODERATION).",
        COMMENT,
        errors=(
            NotFound,
            InvalidState,
        ),
    ),
    Method(
        "update_article_comment",
        Family.ARTICLES,
        Effect.UPDATE,
        "articles.read",
        "Change your own comment; moderators change any.",
        "correct my comment.",
        _COMMENT,
        (COMMENT.code_field.needed(), COMMENT.writable["Body"].needed()),
        record=COMMENT,
        carries_undo=True,
    ),
    Method(
        "moderate_article_comment",
        Family.ARTICLES,
        Effect.UPDATE,
        "articles.moderate",
        "Approve, hide or unhide a comment.",
        "hide the advertising.",
        _COMMENT,
        (COMMENT.code_field.needed(), Field("Action", choice("approve", "hide", "unhide")).needed(), REASON),
        record=COMMENT,
        moderates=True,
    ),
    Method(
        "delete_article_comment",
        Family.ARTICLES,
        Effect.DELETE,
        "articles.read",
        "Delete your own comment; moderators delete any.",
        "remove my comment.",
        {COMMENT.code: "the code", "Deleted": "true"},
        (COMMENT.code_field.needed(),),
        record=COMMENT,
        carries_undo=True,
    ),
)
