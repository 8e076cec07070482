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
from affino_mcp.local.steps import Codes, Ref, Step

ARTICLES: Final = 30
IMAGES: Final = 6
_WRITERS: Final = ("Editors", "Publishers")


class Place(NamedTuple):
    """A section or forum: its name, who may read it, who may write or post there."""

    name: str
    read: tuple[str, ...]
    write: tuple[str, ...]


SECTIONS: Final = (
    Place("News", (EVERYBODY,), _WRITERS),
    Place("Marketing", (EVERYBODY,), _WRITERS),
    Place("Guides", (EVERYBODY,), _WRITERS),
    Place("Events", (EVERYBODY,), _WRITERS),
    Place("Members", ("Registered User",), _WRITERS),
    Place("Board", ("Publishers",), ("Publishers",)),
)
FORUMS: Final = (
    Place("Customer Support", (EVERYBODY,), ("Registered User",)),
    Place("Product Ideas", (EVERYBODY,), ("Registered User",)),
    Place("Members' Lounge", ("Registered User",), ("Registered User",)),
    Place("Editors' Room", ("Editors", "Publishers"), ("Editors", "Publishers")),
)
_SUBJECTS: Final = (
    "Autumn release",
    "Getting started",
    "Member stories",
    "Event planning",
    "Search tips",
    "Year in review",
)
_THREADS: Final = ("v9.0.11 login issues", "Best way to import contacts?", "Dark theme, please")


def place(records: Records, at: datetime) -> Codes:
    """Makes sections, categories and forums, for which there is no tool; gives their codes by name."""
    codes: Codes = {}
    for name, read, write in SECTIONS:
        code = website_records.upsert_section(records, name, at, read=read, write=write, publish=("Publishers",))
        codes[f"section {name}"] = code
    for name, read, post in FORUMS:
        codes[f"forum {name}"] = forums.upsert_forum(records, name, at, read=read, post=post)
    codes["how-to"] = website_records.upsert_category(records, "How-to", at)
    codes["stories"] = website_records.upsert_category(records, "Stories", at)
    website_records.upsert_article_type(records, "Article", at)
    codes["covers"] = media_categories.upsert_media_category(records, "Cover images", at)
    return codes


def steps() -> Iterator[Step]:
    """The steps that make all website records, ordered so that each step refers to earlier ones only."""
    yield from (step for number in range(IMAGES) for step in image(number))
    yield from (step for number in range(ARTICLES) for step in article(number))
    yield from (step for forum in FORUMS[:3] for step in discussion(forum.name))


def image(number: int) -> Iterator[Step]:
    """The steps that make one cover image with its file."""
    title = f"{_SUBJECTS[number]} cover"
    yield Step("publisher", "create_media_item", {"Title": title, "CategoryCode": Ref("covers")}, f"image {number}")
    file = {"FileName": f"cover-{number}.png", "ContentBase64": base64.b64encode(picture(number)).decode()}
    yield Step("publisher", "attach_media_file", {"MediaFileItemCode": Ref(f"image {number}"), **file})


def picture(number: int, width: int = 320, height: int = 180) -> bytes:
    """A small PNG with bands of one colour, which depends on the number."""
    red, green, blue = (60 + 30 * number) % 200, (140 + 17 * number) % 220, 180
    rows = b"".join(b"\0" + bytes((red, green, blue - row % 60)) * width for row in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def article(number: int) -> Iterator[Step]:
    """The steps that make one article with two steps and a cover; two of three articles are live."""
    subject, section = _SUBJECTS[number % len(_SUBJECTS)], SECTIONS[number % len(SECTIONS)].name
    title = f"{subject}, part {1 + number // len(_SUBJECTS)}"
    values = {
        "Title": title,
        "standardSectionCode": Ref(f"section {section}"),
        "Teaser": f"What readers ask us most about: {subject.lower()}.",
        "Body": f"<p>{title}: a short introduction. The steps hold the rest.</p>",
        "Live": number % 3 != 0,
    }
    code = Ref(f"article {number}")
    yield Step("publisher", "create_article", values, code.name)
    for heading in ("Overview", "What to do next"):
        body = f"<p>{heading} of <strong>{title}</strong>.</p>"
        yield Step("publisher", "create_article_step", {"StandardItemCode": code, "Title": heading, "Body": body})
    cover = {"StandardItemCode": code, "MediaFileItemCode": Ref(f"image {number % IMAGES}"), "Role": "cover"}
    yield Step("publisher", "attach_article_media", cover)


def discussion(forum: str) -> Iterator[Step]:
    """The steps that make the demo's moderator the forum's, and its threads with replies."""
    moderator = {"ForumItemCode": Ref(f"forum {forum}"), "UserCode": Ref("moderator")}
    yield Step("moderator", "add_forum_moderator", moderator)
    for number, title in enumerate(_THREADS):
        name = f"{forum}, thread {number}"
        opening = {"ForumItemCode": Ref(f"forum {forum}"), "Title": title, "Body": f"<p>{title}. Who can help?</p>"}
        yield Step("member", "create_forum_thread", opening, name)
        reply = {"ForumThreadCode": Ref(name), "Body": "<p>We are looking into it; the guide has a first answer.</p>"}
        yield Step("moderator", "create_forum_post", reply)
