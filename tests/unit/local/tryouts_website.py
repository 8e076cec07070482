"""What to try each website tool on."""

from __future__ import annotations

import base64
from typing import Final

from affino_mcp.local.demo_website import draw_picture
from tests.unit.local.finder import Finder, Tryout, article, by_role, forum, media_item, section, thread

EDITOR, PUBLISHER, MODERATOR, MEMBER = "editor", "publisher", "moderator", "member"
PICTURE: Final = base64.b64encode(draw_picture(3)).decode()


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


def _pending_post(f: Finder) -> int:
    ideas = thread(f, Search="v9.0.11", ForumItemCode=forum(f, Search="Product Ideas"))
    rows = f.rows("list_forum_posts", ForumThreadCode=ideas)
    return int(next(row for row in rows if row["Moderation"]["Status"] == "pending")["ForumPostCode"])


ARTICLES: Final = by_role(
    PUBLISHER,
    create_article=lambda f: {"Title": "Hello", "standardSectionCode": section(f, WritableOnly=True)},
    delete_article=lambda f: {"StandardItemCode": article(f)},
    get_article=lambda f: {"StandardItemCode": article(f, Search="Spring conference"), "IncludeSteps": True},
    list_article_types=lambda _: {},
    list_articles=lambda _: {"Search": "Summer offer"},
    list_sections=lambda _: {},
    publish_articles=lambda f: {"StandardItemCodes": [article(f, Status="draft")]},
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


COMMENTS: Final = by_role(
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
) | by_role(
    MEMBER,
    delete_article_comment=lambda f: {"CommentCode": _comment(f)},
    update_article_comment=lambda f: {"CommentCode": _comment(f), "Body": "Does it?"},
)


MEDIA: Final = by_role(
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


FORUMS: Final = by_role(
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
    list_pending=lambda _: {},
    moderate_pending=lambda f: {"Refs": [f.rows("list_pending")[0]["Ref"]], "Action": "approve"},
    split_forum_thread=lambda f: {
        "ForumThreadCode": (found := _support_thread(f)),
        "ForumPostCodes": [f.rows("list_forum_posts", ForumThreadCode=found)[1]["ForumPostCode"]],
        "Title": "Another question",
    },
    moderate_forum_post=lambda f: {"ForumPostCode": _pending_post(f), "Action": "approve"},
    moderate_forum_thread=lambda f: {"ForumThreadCode": thread(f, Status="pending"), "Action": "approve"},
    delete_forum_thread=lambda f: {"ForumThreadCode": _support_thread(f), "Reason": "Off topic"},
) | by_role(
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

WEBSITE_TRYOUTS: Final[dict[str, Tryout]] = ARTICLES | COMMENTS | MEDIA | FORUMS
"""What to try each of these tools on, by its name."""
