"""The topics of an opportunity, added by code or by name."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from affino_mcp.catalogue.families.lists import TOPIC
from affino_mcp.catalogue.families.opportunities import OPPORTUNITY
from affino_mcp.catalogue.families.opportunity_parts import TOPIC_CODES
from affino_mcp.catalogue.families.shared import TOPIC_NAMES
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import Method
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.instance.builtin.crm.opportunity_people import require_participation
from affino_mcp.instance.builtin.engine.document import RecordState
from affino_mcp.instance.builtin.engine.records import KnownRecords, Records
from affino_mcp.instance.builtin.references.list_entries import entry_name, is_choosable, load_lists, offered_entries
from affino_mcp.instance.port import Call, Done
from affino_mcp.plain_text import plain
from affino_mcp.text import find_alike
from affino_mcp.tool_errors import InvalidArgument

CODE: Final = OPPORTUNITY.code


def _require_opportunity(records: Records, values: Values) -> RecordState:
    return records.require_record(OPPORTUNITY.family, CODE, values[CODE], OPPORTUNITY.words)


def _topic_codes(stored: RecordState) -> list[int]:
    found: list[int] = stored.document.values.get(TOPIC_CODES.name, [])
    return found


def _answer_body(known: KnownRecords, codes: list[int]) -> dict[str, Any]:
    return {"Topics": [{TOPIC.code: code, "Name": entry_name(known, TOPIC.family, code)} for code in codes]}


def list_opportunity_topics(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Lists the topics of one opportunity."""
    stored = _require_opportunity(records, values)
    codes = _topic_codes(stored)
    known = load_lists(records, [TOPIC.family]) if codes else {}
    return Done(_answer_body(known, codes), stored.document.ref)


def add_opportunity_topics(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Adds topics; unknown ones are left out with a warning."""
    if bool(values.get(TOPIC_CODES.name)) == bool(values.get(TOPIC_NAMES.name)):
        raise InvalidArgument(TOPIC_CODES.name, f"Give either {TOPIC_CODES.name} or {TOPIC_NAMES.name}.")
    before = _require_opportunity(records, values)
    require_participation(call, before)
    known, had = load_lists(records, [TOPIC.family]), _topic_codes(before)
    wanted = (
        _find_by_code(call, known, values, had) if values.get(TOPIC_CODES.name) else find_topics(call, known, values)
    )
    return _write_topics(records, method, values, call, before, list(dict.fromkeys((*had, *wanted))), known)


def _find_by_code(call: Call, known: KnownRecords, values: Values, had: list[int]) -> list[int]:
    asked: list[int] = values[TOPIC_CODES.name]
    unknown = [code for code in asked if not is_choosable(known, TOPIC.family, code, had)]
    if unknown:
        text = f"{TOPIC_CODES.name}: {', '.join(map(str, unknown))} not known; left out."
        call.warn(WarningCode.UNKNOWN_REFERENCE, TOPIC_CODES.name, text)
    return [code for code in asked if code not in unknown]


def find_topics(call: Call, known: KnownRecords, values: Values) -> list[int]:
    """The codes of the topics that a call names; one that is not known is left out, with a warning."""
    by_name, found = {plain(entry.label): entry for entry in offered_entries(known, TOPIC.family)}, list[int]()
    for name in values[TOPIC_NAMES.name]:
        if plain(name) in by_name:
            found.append(by_name[plain(name)].code)
            continue
        near = find_alike(plain(name), by_name)
        hint = f" Did you mean {by_name[near[0]].label}?" if near else ""
        text = f"{TOPIC_NAMES.name}: '{name[:60]}' is not known; left out.{hint}"
        call.warn(WarningCode.UNKNOWN_REFERENCE, TOPIC_NAMES.name, text)
    return found


def remove_opportunity_topics(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Removes topics."""
    before = _require_opportunity(records, values)
    require_participation(call, before)
    kept = [code for code in _topic_codes(before) if code not in values[TOPIC_CODES.name]]
    known = load_lists(records, [TOPIC.family]) if kept else {}
    return _write_topics(records, method, values, call, before, kept, known)


def _write_topics(
    records: Records,
    method: Method,
    values: Values,
    call: Call,
    before: RecordState,
    codes: list[int],
    known: KnownRecords,
) -> Done:
    change = records.start_change(method, values, call)
    if codes == _topic_codes(before):
        return change.no_change(
            _answer_body(known, codes), before.document.ref, "The opportunity's topics stay as they are."
        )
    after = replace(before, document=before.document.next_version(call, {TOPIC_CODES.name: codes or None}))
    records.save_record(change, before, after)
    return change.commit(_answer_body(known, codes))
