"""The demo's website: 6 sections, 30 articles with steps and images, 4 forums with threads, the same in every run."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Iterator
from datetime import datetime
from typing import Final, NamedTuple

from affino_mcp.instance.builtin.access.record_security import EVERYBODY
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.forums import forums
from affino_mcp.instance.builtin.media import media_categories
from affino_mcp.instance.builtin.website import website_records
from affino_mcp.local.steps import DemoStep, StepCodes, StepRef

ARTICLE_COUNT: Final = 30
IMAGE_COUNT: Final = 6
_WRITER_GROUPS: Final = ("Editors", "Publishers")


class DemoPlace(NamedTuple):
    """A section or forum: its name, who may read it, who may write or post there, and whether posts or comments are held."""

    name: str
    read: tuple[str, ...]
    write: tuple[str, ...]
    moderated: bool = False


DEMO_SECTIONS: Final = (
    DemoPlace("News", (EVERYBODY,), _WRITER_GROUPS),
    DemoPlace("Marketing", (EVERYBODY,), _WRITER_GROUPS),
    DemoPlace("Guides", (EVERYBODY,), _WRITER_GROUPS),
    DemoPlace("Events", (EVERYBODY,), _WRITER_GROUPS, moderated=True),
    DemoPlace("Members", ("Registered User",), _WRITER_GROUPS),
    DemoPlace("Board", ("Publishers",), ("Publishers",)),
)
DEMO_FORUMS: Final = (
    DemoPlace("Customer Support", (EVERYBODY,), ("Registered User",)),
    DemoPlace("Product Ideas", (EVERYBODY,), ("Registered User",), moderated=True),
    DemoPlace("Members' Lounge", ("Registered User",), ("Registered User",)),
    DemoPlace("Editors' Room", ("Editors", "Publishers"), ("Editors", "Publishers")),
)
_ARTICLE_SUBJECTS: Final = (
    "Autumn release",
    "Getting started",
    "Member stories",
    "Event planning",
    "Search tips",
    "Year in review",
)
_THREAD_TITLES: Final = ("v9.0.11 login issues", "Best way to import contacts?", "Dark theme, please")


def make_places(records: Records, at: datetime) -> StepCodes:
    """Makes sections, categories and forums, for which there is no tool; gives their codes by name."""
    codes: StepCodes = {}
    for name, read, write, moderated in DEMO_SECTIONS:
        comments = "moderated" if moderated else "open"
        code = website_records.upsert_section(
            records, name, at, read=read, write=write, publish=("Publishers",), comments=comments
        )
        codes[f"section {name}"] = code
    for name, read, post, moderated in DEMO_FORUMS:
        codes[f"forum {name}"] = forums.upsert_forum(records, name, at, read=read, post=post, moderated=moderated)
    codes["how-to"] = website_records.upsert_category(records, "How-to", at)
    codes["stories"] = website_records.upsert_category(records, "Stories", at)
    codes["guides"] = website_records.upsert_category(records, "Guides", at)
    codes["members only"] = website_records.upsert_security(records, "Members only", at, read=("Registered User",))
    for name in ("Article", "How-to"):
        website_records.upsert_article_type(records, name, at)
    codes["covers"] = media_categories.upsert_media_category(records, "Cover images", at)
    return codes


def make_website_steps() -> Iterator[DemoStep]:
    """The steps that make all website records, ordered so that each step refers to earlier ones only."""
    yield from (step for number in range(IMAGE_COUNT) for step in make_image_steps(number))
    yield from (step for number in range(ARTICLE_COUNT) for step in make_article_steps(number))
    yield from (step for forum in DEMO_FORUMS[:3] for step in make_forum_steps(forum))


def make_image_steps(number: int) -> Iterator[DemoStep]:
    """The steps that make one cover image with its file."""
    item = {"Title": f"{_ARTICLE_SUBJECTS[number]} cover", "CategoryCode": StepRef("covers")}
    file = {"FileName": f"cover-{number}.png", "ContentBase64": base64.b64encode(draw_picture(number)).decode()}
    yield DemoStep("publisher", "create_media_item", {**item, **file}, f"image {number}")


def draw_picture(number: int, width: int = 320, height: int = 180) -> bytes:
    """A small PNG with bands of one colour, which depends on the number."""
    red, green, blue = (60 + 30 * number) % 200, (140 + 17 * number) % 220, 180
    rows = b"".join(b"\0" + bytes((red, green, blue - row % 60)) * width for row in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_png_chunk(kind, data) for kind, data in chunks)


def _png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def make_article_steps(number: int) -> Iterator[DemoStep]:
    """The steps that make one article with two steps and a cover; two of three articles are live."""
    subject, section = (
        _ARTICLE_SUBJECTS[number % len(_ARTICLE_SUBJECTS)],
        DEMO_SECTIONS[number % len(DEMO_SECTIONS)].name,
    )
    title = f"{subject}, part {1 + number // len(_ARTICLE_SUBJECTS)}"
    values = {
        "Title": title,
        "standardSectionCode": StepRef(f"section {section}"),
        "Teaser": f"What readers ask us most about: {subject.lower()}.",
        "Body": f"<p>{title}: a short introduction. The steps hold the rest.</p>",
        "Live": (number + number // len(DEMO_SECTIONS)) % 3 != 0,
        "Steps": [
            {"Title": heading, "Body": f"<p>{heading} of <strong>{title}</strong>.</p>"}
            for heading in ("Overview", "What to do next")
        ],
    }
    code = StepRef(f"article {number}")
    yield DemoStep("publisher", "create_article", values, code.name)
    cover = {"StandardItemCode": code, "MediaFileItemCode": StepRef(f"image {number % IMAGE_COUNT}"), "Role": "cover"}
    yield DemoStep("publisher", "attach_article_media", cover)


def make_forum_steps(forum: DemoPlace) -> Iterator[DemoStep]:
    """The steps that make the demo's moderator the forum's, and its threads with replies.

    In a moderated forum all threads but the last are approved; that one waits, without a reply.
    """
    where = {"ForumItemCode": StepRef(f"forum {forum.name}")}
    yield DemoStep("moderator", "add_forum_moderator", {**where, "UserCode": StepRef("moderator")})
    for number, title in enumerate(_THREAD_TITLES):
        name = f"{forum.name}, thread {number}"
        yield DemoStep(
            "member", "create_forum_thread", {**where, "Title": title, "Body": f"<p>{title}. Who can help?</p>"}, name
        )
        if not forum.moderated:
            yield _make_reply_step(name)
        elif title != _THREAD_TITLES[-1]:
            approval = {"ForumThreadCode": StepRef(name), "Action": "approve"}
            yield DemoStep("moderator", "moderate_forum_thread", approval)
            yield _make_reply_step(name)


def _make_reply_step(thread: str) -> DemoStep:
    body = "<p>We are looking into it; the guide has a first answer.</p>"
    return DemoStep("moderator", "create_forum_post", {"ForumThreadCode": StepRef(thread), "Body": body})
