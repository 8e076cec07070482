"""Comments on articles: changed by their author or a moderator, held for approval in a moderated section."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from affino_mcp.catalogue.families.article_comments import COMMENT, COMMENT_STATUS, PARENT_COMMENT, REASON_FIELD
from affino_mcp.catalogue.families.articles import ARTICLE
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import Method
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.instance.builtin.articles import article_access
from affino_mcp.instance.builtin.articles.article_access import SECTION_FAMILY, OpenArticle
from affino_mcp.instance.builtin.engine.change import Change
from affino_mcp.instance.builtin.engine.document import Document, RecordState, new_document
from affino_mcp.instance.builtin.engine.index import WAITS, Facets
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.listing import listing
from affino_mcp.instance.builtin.references.references import render_record
from affino_mcp.instance.port import Call, Done, RecordRef
from affino_mcp.tool_errors import InvalidState, NotFound, PermissionDenied

FAMILY: Final = COMMENT.family
CODE: Final = COMMENT.code
ARTICLE_CODE: Final = ARTICLE.code
ARTICLE_MODERATE_RIGHT: Final = "articles.moderate"
ARTICLE_COMMENT_RIGHT: Final = "articles.comment"
APPROVED, PENDING, HIDDEN = "approved", "pending", "hidden"
_STATUS_AFTER_ACTION: Final = {"approve": APPROVED, "unhide": APPROVED, "hide": HIDDEN}


def facets(stored: RecordState) -> Facets:
    """Facets of a comment: its article and status. The article counts its approved comments."""
    item = stored.document.system[ARTICLE_CODE]
    status = stored.document.values[COMMENT_STATUS.name]
    counted = (str(RecordRef(ARTICLE.family, item)),) if status == APPROVED else ()
    waiting = (WAITS,) if status == PENDING else ()
    return Facets((f"article={item}", f"article={item}&{status}", *waiting), counted=counted)


def _is_moderator(call: Call) -> bool:
    return call.actor.has_right(ARTICLE_MODERATE_RIGHT, call.at)


def _is_author(call: Call, document: Document) -> bool:
    return call.actor.user_code == document.creator


def _derived_attributes(document: Document) -> dict[str, Any]:
    return {ARTICLE_CODE: document.system[ARTICLE_CODE], "Author": document.system["CreatedBy"]}


def list_article_comments(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Lists comments; only moderators may list others than the approved ones."""
    status = values.get(COMMENT_STATUS.name, APPROVED)
    if status != APPROVED and not _is_moderator(call):
        raise PermissionDenied(ARTICLE_MODERATE_RIGHT)
    found = article_access.open_article(records, call, ARTICLE_CODE, values[ARTICLE_CODE])
    facet = f"article={values[ARTICLE_CODE]}" if status == "all" else f"article={values[ARTICLE_CODE]}&{status}"
    plan = listing.ListPlan(COMMENT, (facet,), derive=lambda document, _: _derived_attributes(document))
    return replace(listing.list_records(records, plan, values, call), record=found.document.ref)


def create_article_comment(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Creates a comment; in a moderated section it is held for approval."""
    found = article_access.open_article(records, call, ARTICLE_CODE, values[ARTICLE_CODE])
    if _comment_mode(found) == "closed":
        raise InvalidState("Comments are closed in this article's section.", argument=ARTICLE_CODE)
    change = records.start_change(method, values, call)
    if PARENT_COMMENT.name in values:
        _require_parent(records, call, values)
    code = records.codes.take_code(FAMILY, change)
    status = _new_status(call, found)
    given = {"Body": values["Body"], PARENT_COMMENT.name: values.get(PARENT_COMMENT.name), COMMENT_STATUS.name: status}
    comment = RecordState(new_document(FAMILY, code, call, given, **{ARTICLE_CODE: values[ARTICLE_CODE]}))
    return _save_comment(records, change, found, None, comment)


def _comment_mode(found: OpenArticle) -> str:
    section = found.known[RecordRef(SECTION_FAMILY, found.document.values["standardSectionCode"])]
    return str(section.values.get("Comments", "open"))


def _new_status(call: Call, found: OpenArticle) -> str:
    if _comment_mode(found) != "moderated" or _is_moderator(call):
        return APPROVED
    text = "The comment is held until a moderator approves it."
    call.warn(WarningCode.PENDING_MODERATION, "", text)
    return PENDING


def _require_parent(records: Records, call: Call, values: Values) -> None:
    above = records.load_record(FAMILY, values[PARENT_COMMENT.name])
    if (
        above is None
        or above.document.system[ARTICLE_CODE] != values[ARTICLE_CODE]
        or not may_see_comment(call, above.document)
    ):
        raise NotFound(PARENT_COMMENT.name, COMMENT.words)


def may_see_comment(call: Call, document: Document) -> bool:
    """True when the comment's status lets the person see it; the article must be visible as well."""
    return document.values[COMMENT_STATUS.name] == APPROVED or _is_moderator(call) or _is_author(call, document)


def _open_comment(records: Records, call: Call, values: Values) -> tuple[OpenArticle, RecordState]:
    stored = records.require_record(FAMILY, CODE, values[CODE], COMMENT.words)
    found = article_access.open_article(records, call, CODE, stored.document.system[ARTICLE_CODE], COMMENT.words)
    if not may_see_comment(call, stored.document):
        raise NotFound(CODE, COMMENT.words)
    return found, stored


def _open_editable_comment(records: Records, call: Call, values: Values) -> tuple[OpenArticle, RecordState]:
    """Loads a comment that the person may change: the person's own, with the right to comment, or any for a moderator."""
    found, stored = _open_comment(records, call, values)
    if _is_moderator(call):
        return found, stored
    if not _is_author(call, stored.document):
        text = f"This comment belongs to somebody else; changing it needs the right '{ARTICLE_MODERATE_RIGHT}'."
        raise PermissionDenied(ARTICLE_MODERATE_RIGHT, text)
    if not call.actor.has_right(ARTICLE_COMMENT_RIGHT, call.at):
        raise PermissionDenied(ARTICLE_COMMENT_RIGHT)
    return found, stored


def _save_comment(
    records: Records, change: Change, found: OpenArticle, before: RecordState | None, after: RecordState
) -> Done:
    article_access.require_article_unchanged(change, found)
    records.save_record(change, before, after)
    change.changed_refs.append(found.document.ref)
    document = after.document
    if document.deleted:
        return change.commit({CODE: document.code, "Deleted": True})
    return change.commit({"Comment": render_record(change.call, document, {}, **_derived_attributes(document))})


def update_article_comment(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Updates a comment's text; in a moderated section the comment is held for approval again."""
    found, before = _open_editable_comment(records, call, values)
    change = records.start_change(method, values, call)
    status = before.document.values[COMMENT_STATUS.name]
    status = _new_status(call, found) if status == APPROVED else status
    document = before.document.next_version(call, {"Body": values["Body"], COMMENT_STATUS.name: status})
    return _save_comment(records, change, found, before, replace(before, document=document))


def moderate_article_comment(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Approves, hides or unhides a comment. Warns when the comment already has that state."""
    found, before = _open_comment(records, call, values)
    status, wanted = before.document.values[COMMENT_STATUS.name], _STATUS_AFTER_ACTION[values["Action"]]
    if status == wanted or (values["Action"] == "unhide" and status != HIDDEN):
        call.warn(WarningCode.NO_CHANGE, "Action", f"The comment is {status}; nothing was changed.")
        answer = render_record(call, before.document, {}, **_derived_attributes(before.document))
        return Done({"Comment": answer}, before.document.ref)
    change = records.start_change(method, values, call)
    document = before.document.next_version(
        call, {COMMENT_STATUS.name: wanted, REASON_FIELD.name: values.get(REASON_FIELD.name)}
    )
    return _save_comment(records, change, found, before, replace(before, document=document))


def delete_article_comment(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Deletes a comment; replies to it remain."""
    found, before = _open_editable_comment(records, call, values)
    change = records.start_change(method, values, call)
    return _save_comment(records, change, found, before, before.deleted_by(call))
