"""Categories of articles, and lists of what operators own: sections, article types, securities."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from affino_mcp.catalogue.families.article_steps import CATEGORY_CODES
from affino_mcp.catalogue.families.articles import ARTICLE
from affino_mcp.catalogue.families.lists import CHANNEL
from affino_mcp.catalogue.families.website import ARTICLE_CATEGORY, ARTICLE_TYPE, SECTION, SECURITY
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import Method
from affino_mcp.catalogue.record import Record
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.instance.builtin.access import record_security
from affino_mcp.instance.builtin.articles import article_access, article_view
from affino_mcp.instance.builtin.articles.article_access import ARTICLE_PUBLISH_RIGHT, ARTICLE_WRITE_RIGHT, OpenArticle
from affino_mcp.instance.builtin.engine.document import Document
from affino_mcp.instance.builtin.engine.records import KnownRecords, Records
from affino_mcp.instance.builtin.listing.filter_targets import find_targets, require_targets
from affino_mcp.instance.builtin.references.list_entries import entry_name, load_lists
from affino_mcp.instance.builtin.website import operator_records
from affino_mcp.instance.port import Call, Done, RecordRef
from affino_mcp.plain_text import plain
from affino_mcp.search_words import ask_words
from affino_mcp.tool_errors import Conflict

ARTICLE_CODE: Final = ARTICLE.code
MAX_CATEGORIES_PER_ARTICLE: Final = 50
"""Maximum number of categories of one article."""


def list_article_categories(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Lists the categories of one article, or all categories."""
    if ARTICLE_CODE not in values:
        every = operator_records.list_operator_records(records, ARTICLE_CATEGORY.family)
        return Done(
            {
                "Categories": [
                    _code_and_name(ARTICLE_CATEGORY, document) for document in _matching_documents(every, values)
                ]
            }
        )
    found = article_access.open_article(records, call, ARTICLE_CODE, values[ARTICLE_CODE])
    known = records.load_documents(article_view.category_refs(found.document))
    own = sorted(known.values(), key=operator_records.place_in_list)
    return Done(
        {"Categories": [_code_and_name(ARTICLE_CATEGORY, d) for d in _matching_documents(own, values)]},
        found.document.ref,
    )


def _matching_documents(documents: list[Document], values: Values) -> list[Document]:
    asked = ask_words(values.get("Search", ""))
    return [d for d in documents if all(word in plain(d.label) for word in asked)]


def _code_and_name(record: Record, document: Document) -> dict[str, Any]:
    return {record.code: document.code, "Name": document.label}


def add_article_categories(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Adds an article to categories; unknown ones are left out with a warning."""
    found = article_access.open_editable_article(records, call, ARTICLE_CODE, values[ARTICLE_CODE])
    wanted = [RecordRef(ARTICLE_CATEGORY.family, code) for code in values[CATEGORY_CODES.name]]
    known = records.load_documents(wanted)
    unknown = [code for place in wanted if place not in known for code in place[1:]]
    if unknown:
        text = f"Not known and left out: {', '.join(map(str, unknown))}."
        call.warn(WarningCode.UNKNOWN_REFERENCE, CATEGORY_CODES.name, text)
    before = found.document.values.get("Categories", [])
    after = [*before, *(code for _, code in wanted if code not in (*before, *unknown))]
    if len(after) > MAX_CATEGORIES_PER_ARTICLE:
        raise Conflict(
            f"An article can be in at most {MAX_CATEGORIES_PER_ARTICLE} categories.", argument=CATEGORY_CODES.name
        )
    return _save_categories(records, method, values, call, found, after)


def remove_article_categories(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Removes an article from categories. Warns when the article is in none of them."""
    found = article_access.open_editable_article(records, call, ARTICLE_CODE, values[ARTICLE_CODE])
    gone = set(values[CATEGORY_CODES.name])
    after = [code for code in found.document.values.get("Categories", []) if code not in gone]
    return _save_categories(records, method, values, call, found, after)


def _save_categories(
    records: Records, method: Method, values: Values, call: Call, found: OpenArticle, categories: list[int]
) -> Done:
    document = found.document
    if categories == list(document.values.get("Categories", [])):
        call.warn(WarningCode.NO_CHANGE, CATEGORY_CODES.name, "The article's categories are so already.")
        return _answer_categories(records, document)
    change = records.start_change(method, values, call)
    article_access.require_article_unchanged(change, found)
    after = document.next_version(call, {"Categories": categories})
    records.save_record(change, found.stored, replace(found.stored, document=after))
    return change.commit(_answer_categories(records, after).body)


def _answer_categories(records: Records, document: Document) -> Done:
    known = records.load_documents(article_view.category_refs(document))
    return Done({"Categories": article_view.render_categories(document, known)}, document.ref)


def list_sections(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Lists the sections that the person may see, with what the person may do in each."""
    visible = operator_records.list_open_guards(records, call.actor, SECTION.family)
    found = [document for document in _matching_documents(visible, values) if _is_in_channel(document, values)]
    if not any(_is_in_channel(document, values) for document in visible):
        require_targets(call, find_targets(call, values, {CHANNEL.code: CHANNEL.family}), {}, listed=False)
    known = load_lists(records, [CHANNEL.family]) if found else {}
    rows = [_render_section(call, document, known) for document in found]
    return Done({"Sections": [row for row in rows if row["CanWrite"] or not values.get("WritableOnly")]})


def _is_in_channel(document: Document, values: Values) -> bool:
    return values.get("ChannelCode") in (None, document.values["ChannelCode"])


def _render_section(call: Call, document: Document, known: KnownRecords) -> dict[str, Any]:
    channel = document.values[CHANNEL.code]
    writes = call.actor.has_right(ARTICLE_WRITE_RIGHT, call.at) and record_security.may_write(call.actor, document)
    return {
        **_code_and_name(SECTION, document),
        CHANNEL.code: channel,
        "Channel": entry_name(known, CHANNEL.family, channel) or document.values["Channel"],
        "CanWrite": writes,
        "CanPublish": writes
        and call.actor.has_right(ARTICLE_PUBLISH_RIGHT, call.at)
        and record_security.may_publish(call.actor, document),
    }


def list_article_types(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Lists the article types, and the securities that are open to the person."""
    types = operator_records.list_operator_records(records, ARTICLE_TYPE.family)
    securities = operator_records.list_open_guards(records, call.actor, SECURITY.family)
    return Done(
        {
            "ArticleTypes": [_code_and_name(ARTICLE_TYPE, document) for document in types],
            "Securities": [_code_and_name(SECURITY, document) for document in securities],
        }
    )
