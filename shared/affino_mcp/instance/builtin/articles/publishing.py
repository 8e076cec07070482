"""Publishes articles one by one: now, or at a date, by the rules of update_article."""

from __future__ import annotations

from affino_mcp.catalogue.families.articles import ARTICLE, LIVE, LIVE_DATE, PUBLISHED
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import LIVE_FIELD, Method
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.instance.builtin.articles import article_access, article_status, articles
from affino_mcp.instance.builtin.engine.deed_records import DeedRecords
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.port import Call, Done


def publish_articles(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Makes one article live, now or from LiveDate on. Raises PermissionDenied for who may not publish it.

    Warns of one that is live already.
    """
    (code,), begins = values[PUBLISHED.name], values.get(LIVE_DATE.name)
    found = article_access.open_editable_article(records, call, PUBLISHED.name, code)
    article_access.require_publish(call, found.guards)
    document = found.document
    is_live = article_status.find_status(call, document) == LIVE
    if document.values.get(LIVE_FIELD.name) and (begins == document.values.get(LIVE_DATE.name) if begins else is_live):
        call.warn(WarningCode.NO_CHANGE, PUBLISHED.name, "The article is published so already.")
        return Done({}, document.ref)
    asked = {ARTICLE.code: code, LIVE_FIELD.name: True, LIVE_DATE.name: begins}
    deeds = DeedRecords(records, method, values)
    return articles.update_article(deeds, METHODS["update_article"], asked, call)
