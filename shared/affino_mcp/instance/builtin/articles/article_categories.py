"""Categories of articles, and lists of what operators own: sections, article types, securities."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from affino_mcp.catalogue.families.article_steps import CATEGORY_CODES
from affino_mcp.catalogue.families.articles import ARTICLE
from affino_mcp.catalogue.families.website import ARTICLE_TYPE, CATEGORY, SECTION, SECURITY
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import Method
from affino_mcp.catalogue.record import Record
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.instance.builtin.access import record_security
from affino_mcp.instance.builtin.articles import article_access, article_view
from affino_mcp.instance.builtin.articles.article_access import PUBLISH, WRITE, Opened
from affino_mcp.instance.builtin.engine.document import Document
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.engine.search_words import plain, words
from affino_mcp.instance.builtin.website import operator_records
from affino_mcp.instance.port import Call, Done
from affino_mcp.tool_errors import Conflict

ITEM: Final = ARTICLE.code
MOST: Final = 50
"""Maximum number of categories of one article."""


def list_article_categories(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Lists the categories of one article, or all categories."""
    if ITEM not in values:
        every = operator_records.everything(records, CATEGORY.family)
        return Done({"Categories": [_named(CATEGORY, document) for document in _found(every, values)]})
    found = article_access.opened(records, call, ITEM, values[ITEM])
    known = records.documents(article_view.categories_of(found.document))
    return Done({"Categories": [_named(CATEGORY, d) for d in _found(list(known.values()), values)]}, found.document.ref)


def _found(documents: list[Document], values: Values) -> list[Document]:
    asked = words(values.get("Search", ""))
    return [d for d in sorted(documents, key=lambda d: d.code) if all(word in plain(d.label) for word in asked)]


def _named(record: Record, document: Document) -> dict[str, Any]:
    return {record.code: document.code, "Name": document.label}


def add_article_categories(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Adds an article to categories; unknown ones are left out with a warning."""
    found = article_access.editable(records, call, ITEM, values[ITEM])
    wanted = [(CATEGORY.family, code) for code in values[CATEGORY_CODES.name]]
    known = records.documents(wanted)
    unknown = [code for place in wanted if place not in known for code in place[1:]]
    if unknown:
        text = f"Not known and left out: {', '.join(map(str, unknown))}."
        call.warn(WarningCode.UNKNOWN_REFERENCE, CATEGORY_CODES.name, text)
    before = found.document.values.get("Categories", [])
    after = [*before, *(code for _, code in wanted if code not in (*before, *unknown))]
    if len(after) > MOST:
        raise Conflict(f"An article can be in at most {MOST} categories.", argument=CATEGORY_CODES.name)
    return _save(records, method, values, call, found, after)


def remove_article_categories(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Removes an article from categories. Warns when the article is in none of them."""
    found = article_access.editable(records, call, ITEM, values[ITEM])
    gone = set(values[CATEGORY_CODES.name])
    after = [code for code in found.document.values.get("Categories", []) if code not in gone]
    return _save(records, method, values, call, found, after)


def _save(records: Records, method: Method, values: Values, call: Call, found: Opened, categories: list[int]) -> Done:
    document = found.document
    if categories == list(document.values.get("Categories", [])):
        call.warn(WarningCode.NO_CHANGE, CATEGORY_CODES.name, "The article's categories are so already.")
        return _answer(records, document)
    change = records.change(method, values, call)
    article_access.hold(change, found)
    after = document.changed(call, {"Categories": categories})
    records.save(change, found.stored, replace(found.stored, document=after))
    return change.commit(_answer(records, after).body)


def _answer(records: Records, document: Document) -> Done:
    known = records.documents(article_view.categories_of(document))
    return Done({"Categories": article_view.categories(document, known)}, document.ref)


def list_sections(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Lists the sections that the person may see, with what the person may do in each."""
    visible = operator_records.open_to(records, call.actor, SECTION.family)
    rows = [_section(call, document) for document in _found(visible, values) if _in_channel(document, values)]
    return Done({"Sections": [row for row in rows if row["CanWrite"] or not values.get("WritableOnly")]})


def _in_channel(document: Document, values: Values) -> bool:
    return values.get("ChannelCode") in (None, document.values["ChannelCode"])


def _section(call: Call, document: Document) -> dict[str, Any]:
    writes = call.actor.has(WRITE, call.at) and record_security.may_write(call.actor, document)
    return {
        **_named(SECTION, document),
        "ChannelCode": document.values["ChannelCode"],
        "Channel": document.values["Channel"],
        "CanWrite": writes,
        "CanPublish": writes and call.actor.has(PUBLISH, call.at) and record_security.may_publish(call.actor, document),
    }


def list_article_types(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Lists the article types, and the securities that are open to the person."""
    types = operator_records.everything(records, ARTICLE_TYPE.family)
    securities = operator_records.open_to(records, call.actor, SECURITY.family)
    return Done(
        {
            "ArticleTypes": [_named(ARTICLE_TYPE, document) for document in types],
            "Securities": [_named(SECURITY, document) for document in securities],
        }
    )
