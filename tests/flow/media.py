"""A media library: its people, its items, and small files of every accepted format."""

from __future__ import annotations

import base64
import hashlib
import io
import struct
import zipfile
import zlib
from typing import Any

from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.instance.builtin.media import media_categories
from affino_mcp.instance.builtin.website import website_records
from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
from tests.world import World, WorldClient


def png(width: int = 3, height: int = 2) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + b"\x10\x20\x30" * 3 for _ in range(2)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def patched(data: bytes, place: int, number: int, form: str = "<I") -> bytes:
    """The data with a number written over a place."""
    changed = bytearray(data)
    struct.pack_into(form, changed, place, number)
    return bytes(changed)


def gif(width: int = 3, height: int = 2) -> bytes:
    return b"GIF89a" + struct.pack("<HH", width, height) + b"\x80\0\0" + b"\0" * 6 + b";"


def jpeg(width: int = 3, height: int = 2, before: int = 16) -> bytes:
    filler = b"\xff\xe1" + struct.pack(">H", before + 2) + b"x" * before
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 8, 8, height, width, 1)
    return b"\xff\xd8" + filler + frame + b"\xff\xd9"


def webp(width: int = 3, height: int = 2) -> bytes:
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return b"RIFF" + struct.pack("<I", 22) + b"WEBPVP8X" + struct.pack("<I", 10) + b"\0\0\0\0" + size


def riff(data: bytes) -> bytes:
    return b"RIFF" + struct.pack("<I", len(data)) + data


def archive(*names: str, text: bytes = b"text") -> bytes:
    """An archive of these files; a list of content types is a true one."""
    return packed({name: content_types() if name == CONTENT_TYPES else text for name in names})


def packed(parts: dict[str, bytes]) -> bytes:
    """An archive of these parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in parts.items():
            made.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


CONTENT_TYPES = "[Content_Types].xml"


def content_types(*more: str, before: str = "") -> bytes:
    """The list of content types of a document, with these types too."""
    types = ("application/xml", *more)
    listed = "".join(f'<Override PartName="/part{n}.bin" ContentType="{kind}"/>' for n, kind in enumerate(types))
    space = "http://schemas.openxmlformats.org/package/2006/content-types"
    return f'<?xml version="1.0" encoding="UTF-8"?>{before}<Types xmlns="{space}">{listed}</Types>'.encode()


def document(parts: dict[str, bytes], *types: str) -> bytes:
    """A DOCX file with these parts and content types besides its own."""
    return packed({CONTENT_TYPES: content_types(*types), "word/document.xml": b"<w/>"} | parts)


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600


def pdf(*objects: bytes) -> bytes:
    return b"%PDF-1.7\n%\xe2\xe3\n" + b"\n".join(objects) + b"\nstartxref\n0\n%%EOF\n"


def compound(*names: str) -> bytes:
    """The older Office container: a header, one sector of directory, one of allocation table."""
    header = bytearray(512)
    header[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    struct.pack_into("<H", header, 30, 9)
    struct.pack_into("<I", header, 48, 0)
    struct.pack_into("<I", header, 76, 1)
    entries = b"".join(_entry(name) for name in ("Root Entry", *names)).ljust(512, b"\0")
    return bytes(header) + entries[:512] + struct.pack("<II", 0xFFFFFFFE, 0xFFFFFFFD).ljust(512, b"\xff")


def _entry(name: str) -> bytes:
    text = name.encode("utf-16-le")
    return text.ljust(64, b"\0") + struct.pack("<H", len(text) + 2) + b"\0" * 62


def mp3() -> bytes:
    return b"ID3\x04\0\0\0\0\0\x0a" + b"\0" * 10 + b"\xff\xfb\x90\x64" + b"\0" * 413


def box(brand: bytes) -> bytes:
    return struct.pack(">I", 16) + b"ftyp" + brand + b"\0\0\0\0" + b"\0" * 32


def ogg(first: bytes) -> bytes:
    return b"OggS" + b"\0" * 22 + b"\x01\x1e" + first.ljust(30, b"\0")


OFFICE = "application/vnd.openxmlformats-officedocument."
SAMPLES: dict[str, tuple[bytes, str, str, str]] = {
    "GIF": (gif(), "image/gif", "gif", "image"),
    "JPEG": (jpeg(), "image/jpeg", "jpg", "image"),
    "PNG": (png(), "image/png", "png", "image"),
    "WebP": (webp(), "image/webp", "webp", "image"),
    "MP3": (mp3(), "audio/mpeg", "mp3", "audio"),
    "MP3 without a tag": (mp3()[20:], "audio/mpeg", "mp3", "audio"),
    "WAV": (b"RIFF\x24\0\0\0WAVEfmt " + b"\0" * 28, "audio/wav", "wav", "audio"),
    "Ogg Vorbis": (ogg(b"\x01vorbis"), "audio/ogg", "ogg", "audio"),
    "Ogg Opus": (ogg(b"OpusHead"), "audio/ogg", "ogg", "audio"),
    "Ogg Theora": (ogg(b"\x80theora"), "video/ogg", "ogv", "video"),
    "MP4": (box(b"isom"), "video/mp4", "mp4", "video"),
    "M4V": (box(b"M4V "), "video/x-m4v", "m4v", "video"),
    "3GP": (box(b"3gp5"), "video/3gpp", "3gp", "video"),
    "WebM": (b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm" + b"\0" * 20, "video/webm", "webm", "video"),
    "PDF": (pdf(), "application/pdf", "pdf", "document"),
    "DOC": (compound("WordDocument"), "application/msword", "doc", "document"),
    "XLS": (compound("Workbook"), "application/vnd.ms-excel", "xls", "document"),
    "PPT": (compound("PowerPoint Document"), "application/vnd.ms-powerpoint", "ppt", "document"),
    "DOCX": (
        archive("[Content_Types].xml", "word/document.xml"),
        f"{OFFICE}wordprocessingml.document",
        "docx",
        "document",
    ),
    "XLSX": (archive("[Content_Types].xml", "xl/workbook.xml"), f"{OFFICE}spreadsheetml.sheet", "xlsx", "document"),
    "PPTX": (
        archive("[Content_Types].xml", "ppt/presentation.xml"),
        f"{OFFICE}presentationml.presentation",
        "pptx",
        "document",
    ),
    "ZIP": (archive("a.txt"), "application/zip", "zip", "other"),
}
"""Format -> a file of it, its media type, its usual extension, its FileType."""


def base64_of(data: bytes) -> str:
    return base64.b64encode(data).decode()


def sha256_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


class Library:
    """`covers` takes items from everybody, `press` from publishers only; `secret` is a security for publishers."""

    def __init__(self, world: World, handler: LambdaHandler, profile: Profile) -> None:
        self.world, self.handler, self.profile = world, handler, profile
        at = world.clock()
        self.covers = media_categories.upsert_media_category(world.records, "Covers", at)
        self.press = media_categories.upsert_media_category(world.records, "Press", at, write=("Publishers",))
        self.secret = website_records.upsert_security(world.records, "Publishers only", at, read=("Publishers",))
        self.marketing = website_records.upsert_section(
            world.records,
            "Marketing",
            at,
            read=("Everybody",),
            write=("Editors", "Publishers"),
            publish=("Publishers",),
        )
        self.editor = self.client("Edna", "Editor", "Editors")
        self.other = self.client("Otto", "Other", "Editors")
        self.publisher = self.client("Pat", "Publisher", "Publishers")

    def client(self, first: str, last: str, *groups: str, profile: Profile | None = None) -> WorldClient:
        code = self.world.create_person(first, last, *groups)
        return WorldClient(self.world, self.handler, self.world.log_in(profile or self.profile, code))

    def item(self, by: WorldClient | None = None, **arguments: Any) -> int:
        """Creates an item; returns its code."""
        made = (by or self.editor).call_tool("create_media_item", **({"Title": "Spring cover"} | arguments)).result
        code: int = made["MediaItem"]["MediaFileItemCode"]
        return code

    def attach(self, item: int, data: bytes, by: WorldClient | None = None, **arguments: Any) -> dict[str, Any]:
        """Attaches a file inline; returns its data."""
        found: dict[str, Any] = self.attach_answer(item, data, by, **arguments)["MediaFile"]
        return found

    def attach_answer(self, item: int, data: bytes, by: WorldClient | None = None, **arguments: Any) -> dict[str, Any]:
        """Attaches a file inline; returns the whole answer."""
        given = {"MediaFileItemCode": item, "FileName": "cover.png", "ContentBase64": base64_of(data)} | arguments
        found: dict[str, Any] = (by or self.editor).call_tool("attach_media_file", **given).result
        return found

    def use(self, item: int, **arguments: Any) -> int:
        """Creates an article that uses the item; returns the article's code."""
        given = {"Title": "Walkthrough", "standardSectionCode": self.marketing} | arguments
        article: int = self.publisher.call_tool("create_article", **given).result["Article"]["StandardItemCode"]
        self.publisher.call_tool("attach_article_media", StandardItemCode=article, MediaFileItemCode=item, Role="cover")
        return article

    def ticket(
        self, item: int, data: bytes, mime_type: str, by: WorldClient | None = None, **more: Any
    ) -> dict[str, Any]:
        """An upload ticket for this file."""
        given = {"MediaFileItemCode": item, "FileName": "walkthrough.mp4", "MimeType": mime_type, "Size": len(data)}
        asked = given | {"Sha256": sha256_of(data)} | more
        found: dict[str, Any] = (by or self.editor).call_tool("request_media_upload", **asked).result
        return found


def listed(client: WorldClient, **arguments: Any) -> list[int]:
    """The codes of the items that a list answers."""
    return [row["MediaFileItemCode"] for row in client.call_tool("list_media_items", **arguments).result["Items"]]


def codes(answer: dict[str, Any]) -> list[str]:
    """The codes of an answer's warnings."""
    return [warning["Code"] for warning in answer["Warnings"]]


def attaching(client: WorldClient, item: int, data: bytes, **more: Any) -> dict[str, Any]:
    """The refusal to attach a file."""
    given = {"MediaFileItemCode": item, "FileName": "a.png", "ContentBase64": base64_of(data)} | more
    return client.call_tool("attach_media_file", **given).error


def check_refused(library: Library, data: bytes, words: str) -> None:
    """Asserts that a file is refused with these words, leaves a row that says so, and is stored nowhere."""
    error = attaching(library.editor, library.item(), data)
    assert (error["type"], error["details"]["argument"]) == ("unsupported_media", "ContentBase64")
    assert words in error["message"]
    assert library.world.audit_rows()[-1]["error"]["type"] == "unsupported_media"
    assert library.world.files.keys == []
