"""Refuses Office documents with macros, or with programs in an old container (ECMA-376 part 2: Open Packaging Conventions)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NoReturn
from xml.parsers import expat

from affino_mcp.instance.builtin.media import archive_parts
from affino_mcp.instance.builtin.media.archive_parts import ArchivePart
from affino_mcp.instance.builtin.media.file_compounds import COMPOUND_SIGNATURE
from affino_mcp.instance.builtin.media.file_content import FileContent
from affino_mcp.tool_errors import UnsupportedMedia

CONTENT_TYPES_NAME: Final = "[content_types].xml"
"""The part that gives the content type of every other part; names of parts do not differ by case alone."""

MAX_XML_BYTES: Final = 1024 * 1024
MAX_XML_DEPTH: Final = 64
_MACRO_TYPES: Final = ("macroenabled", "vbaproject")
_FOLDERS: Final = ("word/", "xl/", "ppt/")
_EMBEDDINGS: Final = tuple(f"{folder}embeddings/" for folder in _FOLDERS)


def require_no_macros(content: FileContent, parts: Iterable[ArchivePart]) -> None:
    """Raises UnsupportedMedia when a part is of a macro's type, or one of the document's own parts is a container.

    Embedded files are no parts of the document's own.
    """
    names: set[str] = set()
    types: ArchivePart | None = None
    for part in parts:
        name = part.entry.name.casefold()
        if name in names:
            raise UnsupportedMedia("The document has two parts of one name.")
        names.add(name)
        types = part if name == CONTENT_TYPES_NAME else types
        if name.startswith(_FOLDERS) and not name.startswith(_EMBEDDINGS):
            _require_no_container(part)
    if types is not None:
        _require_plain_types(archive_parts.unpack_part(content, types, MAX_XML_BYTES))


def _require_no_container(part: ArchivePart) -> None:
    if archive_parts.unpack_beginning(part, len(COMPOUND_SIGNATURE)) == COMPOUND_SIGNATURE:
        raise macros_error()


def _require_plain_types(xml: bytes) -> None:
    if any(kind in value.casefold() for value in _read_attributes(xml) for kind in _MACRO_TYPES):
        raise macros_error()


def macros_error() -> UnsupportedMedia:
    """The refusal of a document with macros."""
    return UnsupportedMedia("The document holds macros. Save it without them.")


def _read_attributes(xml: bytes) -> list[str]:
    """The values of all attributes of an XML text. Raises UnsupportedMedia for a DTD, entities, depth, or broken XML."""
    found: list[str] = []
    depth = 0

    def start(_name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_XML_DEPTH:
            _refuse_xml()
        found.extend(attributes.values())

    def end(_name: str) -> None:
        nonlocal depth
        depth -= 1

    parser = expat.ParserCreate("utf-8")
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.XmlDeclHandler = _require_utf8
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = _refuse_xml
    try:
        parser.Parse(xml, True)
    except expat.ExpatError:
        _refuse_xml()
    return found


def _require_utf8(_version: str, encoding: str | None, _standalone: int) -> None:
    if encoding and encoding.casefold() != "utf-8":
        _refuse_xml()


def _refuse_xml(*_: object) -> NoReturn:
    raise UnsupportedMedia(
        "The document's list of content types is no plain XML: no DTD, no entities, UTF-8, 64 levels."
    )
