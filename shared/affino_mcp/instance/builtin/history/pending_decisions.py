"""Decides on one thing of the review queue, by the rules of the method that decides on its kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from affino_mcp.catalogue.capability import Access
from affino_mcp.catalogue.families.article_comments import COMMENT
from affino_mcp.catalogue.families.articles import ARTICLE
from affino_mcp.catalogue.families.forums import POST, REASON_FIELD, THREAD
from affino_mcp.catalogue.families.review import DECISION, REFS, REJECT
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import DRY_RUN, LIVE_FIELD, Method
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.instance.builtin.articles import article_comments, articles
from affino_mcp.instance.builtin.engine.deed_records import DeedRecords
from affino_mcp.instance.builtin.engine.document import RecordState
from affino_mcp.instance.builtin.engine.index import WAITS
from affino_mcp.instance.builtin.engine.records import Carry, Records
from affino_mcp.instance.builtin.forums import forum_moderation
from affino_mcp.instance.builtin.history.pending_kinds import PENDING_KINDS, PendingKind
from affino_mcp.instance.port import Call, Done, RecordRef
from affino_mcp.tool_errors import InvalidArgument, NotFound, ToolDisabled

_ACTION: Final = "Action"
_WHAT_WAITS: Final = "comment, thread, post or draft that waits for you"
_BY_FAMILY: Final = {kind.record.family: kind for kind in PENDING_KINDS}
_DECIDE: Final[dict[str, tuple[str, Carry]]] = {
    COMMENT.family: ("moderate_article_comment", article_comments.moderate_article_comment),
    THREAD.family: ("moderate_forum_thread", forum_moderation.moderate_forum_thread),
    POST.family: ("moderate_forum_post", forum_moderation.moderate_forum_post),
    ARTICLE.family: ("update_article", articles.update_article),
}
"""The method that decides on each kind, with the function that carries it out."""
_ARGUMENTS: Final[dict[str, Callable[[str], Values]]] = {
    COMMENT.family: lambda decision: {_ACTION: "hide" if decision == REJECT else decision},
    THREAD.family: lambda decision: {_ACTION: decision},
    POST.family: lambda decision: {_ACTION: decision},
    ARTICLE.family: lambda decision: {LIVE_FIELD.name: decision != REJECT},
}


def moderate_pending(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Approves or rejects one thing that waits; a rejected comment is hidden, a rejected draft waits no more.

    Warns of what was decided already. Raises NotFound for what is not the person's to decide.
    """
    (text,) = values[REFS.name]
    ref, kind = _read_ref(text)
    if not call.writable(kind.family):
        rule, narrowing = f"{kind.family}.{Access.WRITE}", call.left_out(kind.family, Access.WRITE)
        raise ToolDisabled(rule, argument=REFS.name, narrowing=narrowing)
    stored = _open(records, call, ref, kind)
    if WAITS not in records.facets[ref.family](stored).rows:
        call.warn(WarningCode.NO_CHANGE, REFS.name, f"{ref} waits no more: it was decided already.")
        return Done({}, str(ref))
    name, carry = _DECIDE[ref.family]
    asked = {kind.record.code: ref.code, **_ARGUMENTS[ref.family](values[DECISION.name])}
    shared = {field: values[field] for field in (REASON_FIELD.name, DRY_RUN.name) if field in values}
    return carry(DeedRecords(records, method, values), METHODS[name], asked | shared, call)


def _read_ref(text: str) -> tuple[RecordRef, PendingKind]:
    family, _, code = text.partition("#")
    kind = _BY_FAMILY.get(family)
    if kind is None or not (code.isascii() and code.isdecimal()) or len(code) > len(str(2**53)):
        raise InvalidArgument(REFS.name, f"{REFS.name} are those of list_pending, like forum_posts#12.")
    return RecordRef(family, int(code)), kind


def _open(records: Records, call: Call, ref: RecordRef, kind: PendingKind) -> RecordState:
    """The record, when it is the person's to decide on. Raises NotFound."""
    stored = records.load_record(*ref) if call.may_read(kind.family) else None
    if stored is None or not kind.select(records, call, [stored.document]):
        raise NotFound(REFS.name, _WHAT_WAITS, lookup="list_pending")
    return stored
