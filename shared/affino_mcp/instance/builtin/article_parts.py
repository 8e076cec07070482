"""Whether a person may see an article or anything that belongs to one: for history, undo and whatever else meets them by code."""

from __future__ import annotations

from typing import Final

from affino_mcp.catalogue.families.articles import ARTICLE
from affino_mcp.errors import NotFound
from affino_mcp.instance.builtin import article_access, article_comments, article_media, article_steps
from affino_mcp.instance.builtin.document import Document
from affino_mcp.instance.builtin.records import Records
from affino_mcp.instance.port import Call

FAMILIES: Final = (ARTICLE.family, article_steps.FAMILY, article_comments.FAMILY, article_media.FAMILY)


def visible(records: Records, call: Call, document: Document) -> bool:
    """Whether the person may see this article, step, comment or attachment."""
    code = document.code if document.family == ARTICLE.family else document.system[ARTICLE.code]
    try:
        article_access.opened(records, call, ARTICLE.code, code)
    except NotFound:
        return False
    if document.family == article_comments.FAMILY:
        return article_comments.sees(call, document)
    if document.family == article_media.FAMILY:
        return any(entry[article_media.CODE] == document.code for entry in article_media.attached(records, call, code))
    return True
