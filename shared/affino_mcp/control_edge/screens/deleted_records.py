"""The screens of deleted records: the list, one record with what its restore would do, and the restore."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final
from urllib.parse import urlencode

from starlette.responses import Response

from affino_mcp.admin.operator_audit import NO_PROFILE, ActionSubject
from affino_mcp.admin.operator_call_log import OperatorCallLog
from affino_mcp.admin.restore_words import describe_deletion, describe_plan, title_record
from affino_mcp.catalogue.families.history import HISTORY_FAMILIES
from affino_mcp.catalogue.families.shared import RESTORE_DAYS
from affino_mcp.control_edge.screen_audit import audit_screen_action
from affino_mcp.control_edge.screen_request import ScreenRequest
from affino_mcp.gate.identity.person import is_user_code
from affino_mcp.instance.port import RecordRef
from affino_mcp.instance.record_restorer import RecordPresence
from affino_mcp.tool_errors import Conflict, NotFound

SPANS: Final[Mapping[str, timedelta]] = {
    "1d": timedelta(days=1),
    "7d": timedelta(days=7),
    f"{RESTORE_DAYS}d": timedelta(days=RESTORE_DAYS),
}
"""How far back the list can look."""
_FIRST_SPAN: Final = "7d"
HERE: Final = "/deleted"


def show_deleted_records(ask: ScreenRequest) -> Response:
    """The deleted records that can be restored, a page of them. Raises InvalidArgument for a page that is none."""
    now, given = ask.centre.clock(), ask.query_values
    span = given.get("since", "") if given.get("since") in SPANS else _FIRST_SPAN
    family = given.get("family", "") if given.get("family") in HISTORY_FAMILIES else ""
    found = ask.centre.record_restorer.list_deleted(
        now - SPANS[span], now, family or None, given.get("after", ""), ask.web_session.person
    )
    more = f"{HERE}?{urlencode({'since': span, 'family': family, 'after': found.next})}" if found.next else ""
    return ask.render_page(
        "deleted_records.html",
        here=HERE,
        records=found.records,
        next=more,
        family=family,
        span=span,
        spans=SPANS,
        families=list(HISTORY_FAMILIES),
        days=RESTORE_DAYS,
    )


def show_deleted_record(ask: ScreenRequest) -> Response:
    """One record and what its restore would do. Raises NotFound."""
    return _render_record(ask, _require_ref(ask))


def restore_record(ask: ScreenRequest) -> Response:
    """Restores the record as the page showed it, unless something prevents it; then the page says what."""
    ref, shown = _require_ref(ask), ask.form.get("version", "")
    version = int(shown) if is_user_code(shown) else 0
    person, now = ask.web_session.person, ask.centre.clock()
    subject = ActionSubject(NO_PROFILE, "Control Centre", str(ref))
    before, after = {"State": "deleted", "Version": version}, {"State": "restored", "Version": version + 1}
    try:
        with audit_screen_action(ask, "restore_record", subject, before, after) as action:
            ask.centre.record_restorer.restore(ref, version, person, now, OperatorCallLog(action))
    except Conflict as error:
        return _render_record(ask, ref, error)
    return ask.redirect(f"{HERE}/{ref.family}/{ref.code}?done=restored")


def _require_ref(ask: ScreenRequest) -> RecordRef:
    family, code = ask.path_values["family"], ask.path_values["code"]
    if family not in HISTORY_FAMILIES or not is_user_code(code):
        raise NotFound("code", "record")
    return RecordRef(family, int(code))


def _render_record(ask: ScreenRequest, ref: RecordRef, error: Conflict | None = None) -> Response:
    restorer, person = ask.centre.record_restorer, ask.web_session.person
    view = restorer.show(ref, person)
    plan = restorer.plan(ref, ask.centre.clock(), person) if view.presence is not RecordPresence.PRESENT else None
    return ask.render_page(
        "deleted_record.html",
        error.status if error else 200,
        here=HERE,
        title=title_record(view.kind, view.record, view.name),
        view=view,
        plan=plan,
        told=describe_plan(plan) if plan else (),
        deletion=describe_deletion(plan.deletion) if plan else "",
        wrong=error.message if error else "",
        done=ask.query_values.get("done") == "restored",
        days=RESTORE_DAYS,
    )
