"""The checks of a file before it is attached (docs/media-policy.md): its format, its pixels, its end, its content."""

from __future__ import annotations

from typing import Final

from affino_mcp.instance.builtin.media import file_ends, file_images, file_pdfs, format_recognition
from affino_mcp.instance.builtin.media.file_content import FileContent
from affino_mcp.instance.builtin.media.file_formats import FileFormat
from affino_mcp.instance.builtin.media.file_images import ImageSize
from affino_mcp.value_class import value_class

_PDF: Final = "application/pdf"


@value_class
class CheckedFile:
    """What the checks have found; `image_size` is None for what is no image, `is_active` True for a PDF that can act."""

    format: FileFormat
    image_size: ImageSize | None
    is_active: bool


def check_file(content: FileContent) -> CheckedFile:
    """Checks a file by its content alone. Raises UnsupportedMedia when it is not allowed."""
    found = format_recognition.recognise_format(content)
    size = file_images.measure_image(found.mime_type, content)
    file_ends.require_clean_end(found.mime_type, content)
    if found.mime_type != _PDF:
        return CheckedFile(found, size, is_active=False)
    file_pdfs.require_pdf_end(content)
    return CheckedFile(found, size, file_pdfs.is_active_pdf(content))
