"""Articles on the builtin instance."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from affino_mcp.catalogue.families.articles import ARTICLE, SECTION
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import LIVE as LIVE_FIELD
from affino_mcp.catalogue.method import Method
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.clock import iso, precise
from affino_mcp.instance.builtin.access import guards
from affino_mcp.instance.builtin.articles import article_access, article_view
from affino_mcp.instance.builtin.articles.article_access import Opened
from affino_mcp.instance.builtin.engine import html_policy, long_texts
from affino_mcp.instance.builtin.engine.change import Change
from affino_mcp.instance.builtin.engine.document import Document, created
from affino_mcp.instance.builtin.engine.index import Facets, topic_tags
from affino_mcp.instance.builtin.engine.record_state import Stored
from affino_mcp.instance.builtin.engine.records import Records, check_unchanged
from affino_mcp.instance.builtin.listing import listing
from affino_mcp.instance.builtin.references import references
from affino_mcp.instance.port import Call, Done
from affino_mcp.tool_errors import InvalidArgument

FAMILY: Final = ARTICLE.family
CODE: Final = ARTICLE.code
BODY: Final = "Body"
LIVE: Final = LIVE_FIELD.name
AUTHOR: Final = "AuthorCode"


def facets(stored: Stored) -> Facets:
    """Facets of an article."""
    document, values = stored.document, stored.document.values
    rows = [f"section={values[SECTION.name]}", f"author={values.get(AUTHOR)}"]
    rows += [f"mine={code}" for code in sorted(article_access.owners(document))]
    tags = [guards.security_facet(document), f"live={'yes' if values.get(LIVE) else 'no'}"]
    tags += [f"type={values['ArticleTypeCode']}"] if values.get("ArticleTypeCode") else []
    tags += topic_tags(values)
    tags += [f"category={code}" for code in values.get("Categories", ())]
    return Facets(tuple(rows), tuple(tags))


def list_articles(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Lists the articles that the person may see."""
    leads = {
        "section": values.get(SECTION.name),
        "author": values.get(AUTHOR),
        "mine": call.actor.user_code if values.get("Mine") else None,
    }
    narrowing = {
        "type": references.code_of(records, "ArticleTypeCode", "article_types", values.get("ArticleTypeCode")),
        "category": references.code_of(records, "CategoryCode", "article_categories", values.get("CategoryCode")),
        "live": {True: "yes", False: "no"}.get(values[LIVE]) if LIVE in values else None,
    }
    visible = article_access.visible(records, call)
    plan = listing.Plan(
        ARTICLE,
        tuple(f"{facet}={code}" for facet, code in leads.items() if code),
        topic_tags(values),
        leads=visible.leads,
        any_of=(*visible.any_of, *((f"{facet}={value}",) for facet, value in narrowing.items() if value)),
        keeps=lambda document: article_access.shows(call, document),
    )
    return listing.run(records, plan, values, call)


def get_article(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Answers one article with its steps, categories and media, within the budget of one answer."""
    found = article_access.opened(records, call, CODE, values[CODE])
    bodies, start = values.get("IncludeSteps", True), values.get("BodyFrom", 0)
    return Done({"Article": article_view.whole(records, call, found, bodies=bodies, start=start)}, found.document.ref)


def create_article(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Creates an article: a draft, unless Live is asked for and the person may publish."""
    change = records.change(method, values, call)
    checked, known = references.check(records, change, ARTICLE, values)
    code = records.codes.take(FAMILY, change)
    draft = created(FAMILY, code, call, {AUTHOR: call.actor.user_code} | checked | {LIVE: False})
    found = Opened(Stored(draft), known)
    article_access.must_write(call, found.guards)
    live = _live(call, found, values.get(LIVE))
    document, body = _with_body(change, _scheduled(call, draft, live), values)
    found = replace(found, stored=Stored(document))
    guards.still(change, *found.guards)
    records.save(change, None, found.stored)
    return change.commit({"Article": article_view.bare(records, call, found, body)})


def update_article(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Updates the given attributes of an article; null clears one."""
    before = article_access.editable(records, call, CODE, values[CODE])
    check_unchanged(before.document, values)
    if LIVE in values and values[LIVE] is None:
        raise InvalidArgument(LIVE, "Live must be true or false.")
    change = records.change(method, values, call)
    checked, known = references.check(records, change, ARTICLE, values)
    was_live = before.document.values.get(LIVE, False)
    moved = before.document.changed(call, checked | {LIVE: was_live})
    found = Opened(replace(before.stored, document=moved), before.known | known)
    _may_move(call, before, found)
    document, body = _with_body(change, _scheduled(call, moved, _live(call, found, values.get(LIVE))), values)
    found = replace(found, stored=replace(before.stored, document=document))
    change.grave = article_access.reaches_more(call, before.document, document)
    guards.still(change, *before.guards, *found.guards)
    records.save(change, before.stored, found.stored)
    return change.commit({"Article": article_view.whole(records, call, found, body=body, bodies=False)})


def _may_move(call: Call, before: Opened, after: Opened) -> None:
    """Raises PermissionDenied when a move to another section or security leads to where the person may not write."""
    if article_access.guards_of(before.document) == article_access.guards_of(after.document):
        return
    article_access.must_write(call, after.guards)
    if before.document.values.get(LIVE):
        article_access.must_publish(call, after.guards)


def _live(call: Call, found: Opened, asked: bool | None) -> bool:
    """The live flag to store; the article stays a draft, with a warning, when the person may not publish."""
    is_live = bool(found.document.values.get(LIVE))
    if not asked or is_live or article_access.may_publish(call, found.guards):
        return is_live if asked is None else asked
    text = f"Saved as a draft: making it live needs the right '{article_access.PUBLISH}' and publishing in its section."
    call.warn(WarningCode.LIVE_NOT_PERMITTED, LIVE, text)
    return False


def _scheduled(call: Call, document: Document, live: bool) -> Document:
    values = {**document.values, LIVE: live}
    if live:
        values.setdefault("LiveDate", iso(call.at))
    begins, ends = values.get("LiveDate"), values.get("ExpiryDate")
    if begins and ends and precise(ends) <= precise(begins):
        raise InvalidArgument("ExpiryDate", "ExpiryDate must be later than LiveDate.")
    return replace(document, values=values)


def _with_body(change: Change, document: Document, values: Values) -> tuple[Document, str | None]:
    """The document with its body stored, and the text of the body when the call gives one."""
    if not values.get(BODY):
        return document, None
    body = html_policy.cleaned(change.call, BODY, values[BODY])
    kept = long_texts.keep(change, FAMILY, document.code, BODY, body)
    return replace(document, values={**document.values, BODY: kept}), body


def delete_article(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Deletes an article; its steps, comments and media are reached only through the article."""
    before = article_access.editable(records, call, CODE, values[CODE])
    change = records.change(method, values, call)
    article_access.hold(change, before)
    records.save(change, before.stored, before.stored.deleted_by(call))
    return change.commit({CODE: values[CODE], "Deleted": True})
