"""The topics of an opportunity, added by code or by name."""

from __future__ import annotations

import difflib
from dataclasses import replace
from typing import Any, Final

from affino_mcp.catalogue.families.opportunities import OPPORTUNITY, TOPIC_CODES, TOPIC_NAMES
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import Method
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.instance.builtin.crm.opportunity_people import must_take_part
from affino_mcp.instance.builtin.engine.record_state import Stored
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.engine.search_words import plain
from affino_mcp.instance.builtin.references.fixed_lists import LISTS
from affino_mcp.instance.port import Call, Done
from affino_mcp.tool_errors import InvalidArgument

CODE: Final = OPPORTUNITY.code
TOPICS: Final = LISTS["topics"]


def _require(records: Records, values: Values) -> Stored:
    return records.require(OPPORTUNITY.family, CODE, values[CODE], OPPORTUNITY.words)


def _codes(stored: Stored) -> list[int]:
    found: list[int] = stored.document.values.get(TOPIC_CODES.name, [])
    return found


def _body(codes: list[int]) -> dict[str, Any]:
    return {"Topics": [{"TopicCode": code, "Name": TOPICS.get(code)} for code in codes]}


def list_opportunity_topics(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Lists the topics of one opportunity."""
    stored = _require(records, values)
    return Done(_body(_codes(stored)), stored.document.ref)


def add_opportunity_topics(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Adds topics; unknown ones are left out with a warning."""
    if bool(values.get(TOPIC_CODES.name)) == bool(values.get(TOPIC_NAMES.name)):
        raise InvalidArgument(TOPIC_CODES.name, f"Give either {TOPIC_CODES.name} or {TOPIC_NAMES.name}.")
    before = _require(records, values)
    must_take_part(call, before)
    wanted = _by_code(call, values) if values.get(TOPIC_CODES.name) else _by_name(call, values)
    return _write(records, method, values, call, before, list(dict.fromkeys((*_codes(before), *wanted))))


def _by_code(call: Call, values: Values) -> list[int]:
    asked: list[int] = values[TOPIC_CODES.name]
    unknown = [str(code) for code in asked if code not in TOPICS]
    if unknown:
        text = f"{TOPIC_CODES.name}: {', '.join(unknown)} not known; left out."
        call.warn(WarningCode.UNKNOWN_REFERENCE, TOPIC_CODES.name, text)
    return [code for code in asked if code in TOPICS]


def _by_name(call: Call, values: Values) -> list[int]:
    by_name, found = {plain(name): code for code, name in TOPICS.items()}, list[int]()
    for name in values[TOPIC_NAMES.name]:
        if plain(name) in by_name:
            found.append(by_name[plain(name)])
            continue
        near = difflib.get_close_matches(plain(name), by_name, n=1)
        hint = f" Did you mean {TOPICS[by_name[near[0]]]}?" if near else ""
        text = f"{TOPIC_NAMES.name}: '{name[:60]}' is not known; left out.{hint}"
        call.warn(WarningCode.UNKNOWN_REFERENCE, TOPIC_NAMES.name, text)
    return found


def remove_opportunity_topics(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Removes topics."""
    before = _require(records, values)
    must_take_part(call, before)
    kept = [code for code in _codes(before) if code not in values[TOPIC_CODES.name]]
    return _write(records, method, values, call, before, kept)


def _write(records: Records, method: Method, values: Values, call: Call, before: Stored, codes: list[int]) -> Done:
    change = records.change(method, values, call)
    if codes == _codes(before):
        return change.nothing(_body(codes), before.document.ref, "The opportunity's topics stay as they are.")
    after = replace(before, document=before.document.changed(call, {TOPIC_CODES.name: codes or None}))
    records.save(change, before, after)
    return change.commit(_body(codes))
