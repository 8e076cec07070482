"""Comments on articles, with moderation."""

from __future__ import annotations

from typing import Final

from affino_mcp.catalogue.capability import Family
from affino_mcp.catalogue.families.article_steps import DATA_NOTE
from affino_mcp.catalogue.families.articles import ARTICLE_CODE_FIELD
from affino_mcp.catalogue.families.shared import RESTORABLE
from affino_mcp.catalogue.kinds import choice_kind, code_kind, line_kind, text_kind
from affino_mcp.catalogue.method import CURSOR, PAGE_RETURNS, PAGE_SIZE, Effect, Method
from affino_mcp.catalogue.record import PERSON_KIND, Field, Record
from affino_mcp.tool_errors import InvalidState, NotFound

COMMENT_STATUS: Final = Field("Status", choice_kind("approved", "pending", "hidden"))
REASON_FIELD: Final = Field("Reason", line_kind(255))
PARENT_COMMENT: Final = Field("ParentCommentCode", code_kind(), "the comment answered")
COMMENT: Final = Record(
    name="Comment",
    family="article_comments",
    code="CommentCode",
    label=("Body",),
    fields=(Field("Body", text_kind(4000)), PARENT_COMMENT, COMMENT_STATUS, REASON_FIELD),
    required=("Body",),
    derived=(ARTICLE_CODE_FIELD, Field("Author", PERSON_KIND, "UserCode and Name")),
    summary=("Body", PARENT_COMMENT.name, COMMENT_STATUS.name),
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
            ARTICLE_CODE_FIELD.as_required(),
            Field(
                "Status", choice_kind("approved", "pending", "hidden", "all"), "default approved; others for moderators"
            ),
            PAGE_SIZE,
            CURSOR,
        ),
        DATA_NOTE,
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
        (ARTICLE_CODE_FIELD.as_required(), *COMMENT.create_arguments(without=(COMMENT_STATUS.name, REASON_FIELD.name))),
        "Held until approved in a moderated section (PENDING_MODERATION).",
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
        (COMMENT.code_field.as_required(), COMMENT.writable["Body"].as_required()),
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
        (
            COMMENT.code_field.as_required(),
            Field("Action", choice_kind("approve", "hide", "unhide")).as_required(),
            REASON_FIELD,
        ),
        record=COMMENT,
        moderates=True,
    ),
    Method(
        "delete_article_comment",
        Family.ARTICLES,
        Effect.DELETE,
        "articles.read",
        f"Delete your own comment; moderators delete any; {RESTORABLE}.",
        "remove my comment.",
        {COMMENT.code: "the code", "Deleted": "true"},
        (COMMENT.code_field.as_required(),),
        record=COMMENT,
        carries_undo=True,
    ),
)
