"""Articles on the builtin instance."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from affino_mcp.catalogue.families.article_steps import STEP
from affino_mcp.catalogue.families.article_texts import NEW_STEPS
from affino_mcp.catalogue.families.articles import ARTICLE, ARTICLE_STATUS, MEDIA_FILTER, SECTION_FIELD
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import LIVE_FIELD, Method
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.clock import format_iso, with_microseconds
from affino_mcp.instance.builtin.access import guards
from affino_mcp.instance.builtin.articles import (
    article_access,
    article_media,
    article_status,
    article_steps,
    article_view,
)
from affino_mcp.instance.builtin.articles.article_access import STEP_ORDER_ATTRIBUTE, OpenArticle
from affino_mcp.instance.builtin.articles.article_bodies import store_body
from affino_mcp.instance.builtin.articles.picture_uses import list_item_facets
from affino_mcp.instance.builtin.engine.document import Document, RecordState, new_document
from affino_mcp.instance.builtin.engine.index import WAITS, Facets, topic_tags
from affino_mcp.instance.builtin.engine.records import Records, require_if_updated
from affino_mcp.instance.builtin.listing import filter_targets, listing, member_filtering
from affino_mcp.instance.builtin.listing.dependents import render_dependents
from affino_mcp.instance.builtin.listing.filter_targets import find_targets
from affino_mcp.instance.builtin.references import references
from affino_mcp.instance.port import Call, Done
from affino_mcp.tool_errors import InvalidArgument

FAMILY: Final = ARTICLE.family
CODE: Final = ARTICLE.code
LIVE_ATTRIBUTE: Final = LIVE_FIELD.name
AWAITS_PUBLISHING: Final = "AwaitsPublishing"
"""What the service notes of a draft that somebody without the right to publish wanted live."""
AUTHOR_ATTRIBUTE: Final = "AuthorCode"
_FILTER_KINDS: Final = {
    SECTION_FIELD.name: "sections",
    "ArticleTypeCode": "article_types",
    "CategoryCode": "article_categories",
    AUTHOR_ATTRIBUTE: filter_targets.STAFF,
}
"""What each filter of the list of articles names."""


def facets(stored: RecordState) -> Facets:
    """Facets of an article."""
    document, values = stored.document, stored.document.values
    rows = [f"section={values[SECTION_FIELD.name]}", f"author={values.get(AUTHOR_ATTRIBUTE)}"]
    rows += [f"mine={code}" for code in sorted(article_access.article_owner_codes(document))]
    rows += list_item_facets(document)
    rows += [WAITS] if document.system.get(AWAITS_PUBLISHING) and not values.get(LIVE_ATTRIBUTE) else []
    tags = [guards.security_facet(document), *article_status.status_tags(values)]
    tags += [f"type={values['ArticleTypeCode']}"] if values.get("ArticleTypeCode") else []
    tags += topic_tags(values)
    tags += [f"category={code}" for code in values.get("Categories", ())]
    return Facets(tuple(rows), tuple(tags))


def list_articles(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Lists the articles that the person may see."""
    leads = {
        "section": values.get(SECTION_FIELD.name),
        "author": values.get(AUTHOR_ATTRIBUTE),
        "mine": call.actor.user_code if values.get("Mine") else None,
    }
    narrowing = {
        "type": references.find_operator_code(
            records, "ArticleTypeCode", "article_types", values.get("ArticleTypeCode")
        ),
        "category": references.find_operator_code(
            records, "CategoryCode", "article_categories", values.get("CategoryCode")
        ),
    }
    visible = article_access.build_visibility_filter(records, call)
    plan = listing.ListPlan(
        ARTICLE,
        tuple(f"{facet}={code}" for facet, code in leads.items() if code),
        topic_tags(values),
        leads=visible.leads,
        any_of=(
            *visible.any_of,
            *((f"{facet}={value}",) for facet, value in narrowing.items() if value),
            *article_status.asked_tags(values),
        ),
        fits_row=article_status.make_row_check(call, values, drafts=article_access.may_see_drafts(call)),
        may_show=lambda document: (
            article_access.may_see_state(call, document) and article_status.is_asked_document(call, values, document)
        ),
        derive=lambda document, _known: {ARTICLE_STATUS.name: article_status.find_status(call, document)},
        targets=find_targets(call, values, _FILTER_KINDS),
        found_by={STEP.family: article_access.find_articles_of_steps},
    )
    if MEDIA_FILTER.name in values:
        source = article_media.find_articles_with(records, call, values[MEDIA_FILTER.name])
        return member_filtering.list_from_source(records, plan, source, values, call)
    return listing.list_records(records, plan, values, call)


def get_article(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Answers one article with its steps, categories and media, within the budget of one answer."""
    found = article_access.open_article(records, call, CODE, values[CODE])
    bodies = values.get("IncludeSteps", True)
    return Done(
        {"Article": article_view.render_article(records, call, found, values, bodies=bodies)}, found.document.ref
    )


def create_article(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Creates an article: a draft, unless Live is asked for and the person may publish."""
    change = records.start_change(method, values, call)
    checked, known = references.check_references(records, change, ARTICLE, values)
    code, given = records.codes.take_code(FAMILY, change), values.get(NEW_STEPS.name, [])
    order = article_steps.take_step_codes(records, change, given)
    first = {AUTHOR_ATTRIBUTE: call.actor.user_code} | checked | {LIVE_ATTRIBUTE: False}
    draft = new_document(FAMILY, code, call, first | ({STEP_ORDER_ATTRIBUTE: list(order)} if order else {}))
    found = OpenArticle(RecordState(draft), known)
    article_access.require_write(call, found.guards)
    live = _decide_live(call, found, values.get(LIVE_ATTRIBUTE))
    document = _note_waiting(store_body(records, change, _set_live(call, draft, live), values), values, live)
    found = replace(found, stored=RecordState(document))
    article_status.warn_of_dates(call, document, values)
    guards.require_unchanged(change, *found.guards)
    records.save_record(change, None, found.stored)
    steps = article_steps.add_new_steps(records, change, found, order, given)
    return change.commit({"Article": article_view.render_new_article(call, found, steps)})


def update_article(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Updates the given attributes of an article; null clears one."""
    before = article_access.open_editable_article(records, call, CODE, values[CODE])
    require_if_updated(before.document, values)
    change = records.start_change(method, values, call)
    checked, known = references.check_references(records, change, ARTICLE, values, before.document.values)
    was_live = before.document.values.get(LIVE_ATTRIBUTE, False)
    moved = before.document.next_version(call, checked | {LIVE_ATTRIBUTE: was_live})
    found = OpenArticle(replace(before.stored, document=moved), before.known | known)
    _require_move_rights(call, before, found)
    live = _decide_live(call, found, values.get(LIVE_ATTRIBUTE))
    document = _note_waiting(store_body(records, change, _set_live(call, moved, live), values), values, live)
    found = replace(found, stored=replace(before.stored, document=document))
    article_status.warn_of_dates(call, document, values)
    change.needs_confirmation = article_access.reaches_more_readers(call, before.document, document)
    guards.require_unchanged(change, *before.guards, *found.guards)
    records.save_record(change, before.stored, found.stored)
    return change.commit({"Article": article_view.render_changed_article(records, call, found)})


def _require_move_rights(call: Call, before: OpenArticle, after: OpenArticle) -> None:
    """Raises PermissionDenied when a move to another section or security leads to where the person may not write."""
    if article_access.guard_refs(before.document) == article_access.guard_refs(after.document):
        return
    article_access.require_write(call, after.guards)
    if before.document.values.get(LIVE_ATTRIBUTE):
        article_access.require_publish(call, after.guards)


def _decide_live(call: Call, found: OpenArticle, asked: bool | None) -> bool:
    """The live flag to store; the article stays a draft, with a warning, when the person may not publish."""
    is_live = bool(found.document.values.get(LIVE_ATTRIBUTE))
    if not asked or is_live or article_access.may_publish_article(call, found.guards):
        return is_live if asked is None else asked
    right = article_access.ARTICLE_PUBLISH_RIGHT
    text = (
        f"Saved as a draft: making it live needs the right '{right}' and publishing in its section. It waits in the"
        " list_pending of those who may."
    )
    call.warn(WarningCode.LIVE_NOT_PERMITTED, LIVE_ATTRIBUTE, text)
    return False


def _note_waiting(document: Document, values: Values, live: bool) -> Document:
    """The article with the note whether it waits for somebody who may publish it; Live false takes the wish back."""
    asked, waited = values.get(LIVE_ATTRIBUTE), bool(document.system.get(AWAITS_PUBLISHING))
    waits = not live and (waited if asked is None else asked)
    return document if waits == waited else replace(document, system={**document.system, AWAITS_PUBLISHING: waits})


def _set_live(call: Call, document: Document, live: bool) -> Document:
    values = {**document.values, LIVE_ATTRIBUTE: live}
    if live:
        values.setdefault("LiveDate", format_iso(call.at))
    begins, ends = values.get("LiveDate"), values.get("ExpiryDate")
    if begins and ends and with_microseconds(ends) <= with_microseconds(begins):
        raise InvalidArgument("ExpiryDate", "ExpiryDate must be later than LiveDate.")
    return replace(document, values=values)


def delete_article(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Deletes an article; its steps, comments and media are reached only through the article."""
    before = article_access.open_editable_article(records, call, CODE, values[CODE])
    change = records.start_change(method, values, call)
    article_access.require_article_unchanged(change, before)
    records.save_record(change, before.stored, before.stored.deleted_by(call))
    steps = len(article_access.ordered_step_codes(before.document))
    hanging = render_dependents(records, call, before.stored, article_steps=steps)
    return change.commit({CODE: values[CODE], "Deleted": True} | hanging)
