"""Comments on articles: changed by their author or a moderator, held for approval in a moderated section."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from affino_mcp.catalogue.families.article_comments import COMMENT, PARENT, REASON, STATUS
from affino_mcp.catalogue.families.articles import ARTICLE
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import Method
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.instance.builtin.articles import article_access
from affino_mcp.instance.builtin.articles.article_access import SECTIONS, Opened
from affino_mcp.instance.builtin.engine.change import Change
from affino_mcp.instance.builtin.engine.document import Document, created
from affino_mcp.instance.builtin.engine.index import Facets
from affino_mcp.instance.builtin.engine.record_state import Stored
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.listing import listing
from affino_mcp.instance.builtin.references.rendering import full
from affino_mcp.instance.port import Call, Done, RecordRef
from affino_mcp.tool_errors import InvalidState, NotFound, PermissionDenied

FAMILY: Final = COMMENT.family
CODE: Final = COMMENT.code
ITEM: Final = ARTICLE.code
MODERATE: Final = "articles.moderate"
WRITE: Final = "articles.comment"
APPROVED, PENDING, HIDDEN = "approved", "pending", "hidden"
_BECOMES: Final = {"approve": APPROVED, "unhide": APPROVED, "hide": HIDDEN}


def facets(stored: Stored) -> Facets:
    """Facets of a comment: its article and status. The article counts its approved comments."""
    item = stored.document.system[ITEM]
    status = stored.document.values[STATUS.name]
    counted = (str(RecordRef(ARTICLE.family, item)),) if status == APPROVED else ()
    return Facets((f"article={item}", f"article={item}&{status}"), counted=counted)


def _moderates(call: Call) -> bool:
    return call.actor.has(MODERATE, call.at)


def _is_author(call: Call, document: Document) -> bool:
    return call.actor.user_code == document.creator


def _derived(document: Document) -> dict[str, Any]:
    return {ITEM: document.system[ITEM], "Author": document.system["CreatedBy"]}


def list_article_comments(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Lists comments; only moderators may list others than the approved ones."""
    status = values.get(STATUS.name, APPROVED)
    if status != APPROVED and not _moderates(call):
        raise PermissionDenied(MODERATE)
    found = article_access.opened(records, call, ITEM, values[ITEM])
    facet = f"article={values[ITEM]}" if status == "all" else f"article={values[ITEM]}&{status}"
    plan = listing.Plan(COMMENT, (facet,), adds=lambda document, _: _derived(document))
    return replace(listing.run(records, plan, values, call), record=found.document.ref)


def create_article_comment(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Creates a comment; in a moderated section it is held for approval."""
    found = article_access.opened(records, call, ITEM, values[ITEM])
    if _mode(found) == "closed":
        raise InvalidState("Comments are closed in this article's section.", argument=ITEM)
    change = records.change(method, values, call)
    if PARENT.name in values:
        _parent(records, call, values)
    code = records.codes.take(FAMILY, change)
    status = _status(call, found)
    given = {"Body": values["Body"], PARENT.name: values.get(PARENT.name), STATUS.name: status}
    comment = Stored(created(FAMILY, code, call, given, **{ITEM: values[ITEM]}))
    return _save(records, change, found, None, comment)


def _mode(found: Opened) -> str:
    section = found.known[SECTIONS, found.document.values["standardSectionCode"]]
    return str(section.values.get("Comments", "open"))


def _status(call: Call, found: Opened) -> str:
    if _mode(found) != "moderated" or _moderates(call):
        return APPROVED
    text = "The comment is held until a moderator approves it."
    call.warn(WarningCode.PENDING_MODERATION, "", text)
    return PENDING


def _parent(records: Records, call: Call, values: Values) -> None:
    above = records.load(FAMILY, values[PARENT.name])
    if above is None or above.document.system[ITEM] != values[ITEM] or not sees(call, above.document):
        raise NotFound(PARENT.name, COMMENT.words)


def sees(call: Call, document: Document) -> bool:
    """True when the comment's status lets the person see it; the article must be visible as well."""
    return document.values[STATUS.name] == APPROVED or _moderates(call) or _is_author(call, document)


def _opened(records: Records, call: Call, values: Values) -> tuple[Opened, Stored]:
    stored = records.require(FAMILY, CODE, values[CODE], COMMENT.words)
    found = article_access.opened(records, call, CODE, stored.document.system[ITEM], COMMENT.words)
    if not sees(call, stored.document):
        raise NotFound(CODE, COMMENT.words)
    return found, stored


def _changeable(records: Records, call: Call, values: Values) -> tuple[Opened, Stored]:
    """Loads a comment that the person may change: the person's own, with the right to comment, or any for a moderator."""
    found, stored = _opened(records, call, values)
    if _moderates(call):
        return found, stored
    if not _is_author(call, stored.document):
        text = f"This comment belongs to somebody else; changing it needs the right '{MODERATE}'."
        raise PermissionDenied(MODERATE, text)
    if not call.actor.has(WRITE, call.at):
        raise PermissionDenied(WRITE)
    return found, stored


def _save(records: Records, change: Change, found: Opened, before: Stored | None, after: Stored) -> Done:
    article_access.hold(change, found)
    records.save(change, before, after)
    change.touched.append(found.document.ref)
    document = after.document
    if document.deleted:
        return change.commit({CODE: document.code, "Deleted": True})
    return change.commit({"Comment": full(change.call, document, {}, **_derived(document))})


def update_article_comment(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Updates a comment's text; in a moderated section the comment is held for approval again."""
    found, before = _changeable(records, call, values)
    change = records.change(method, values, call)
    status = before.document.values[STATUS.name]
    status = _status(call, found) if status == APPROVED else status
    document = before.document.changed(call, {"Body": values["Body"], STATUS.name: status})
    return _save(records, change, found, before, replace(before, document=document))


def moderate_article_comment(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Approves, hides or unhides a comment. Warns when the comment already has that state."""
    found, before = _opened(records, call, values)
    status, wanted = before.document.values[STATUS.name], _BECOMES[values["Action"]]
    if status == wanted or (values["Action"] == "unhide" and status != HIDDEN):
        call.warn(WarningCode.NO_CHANGE, "Action", f"The comment is {status}; nothing was changed.")
        answer = full(call, before.document, {}, **_derived(before.document))
        return Done({"Comment": answer}, before.document.ref)
    change = records.change(method, values, call)
    document = before.document.changed(call, {STATUS.name: wanted, REASON.name: values.get(REASON.name)})
    return _save(records, change, found, before, replace(before, document=document))


def delete_article_comment(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Deletes a comment; replies to it remain."""
    found, before = _changeable(records, call, values)
    change = records.change(method, values, call)
    return _save(records, change, found, before, before.deleted_by(call))
