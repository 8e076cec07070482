"""Which items a call of many is about: those that it holds, or one for each record that a filter finds."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any, Final

from affino_mcp.catalogue.families.history import LAST_FIELD, RECORD_CODE_FIELD, RECORD_KIND_FIELD
from affino_mcp.catalogue.families.many_records import CHANGES, FILTER, ITEMS
from affino_mcp.catalogue.item_kinds import MAX_ITEMS
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import DRY_RUN, IDEMPOTENCY_KEY, Method
from affino_mcp.catalogue.record import fold_name
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.instance.bulk.doer import Doer
from affino_mcp.instance.bulk.filtered_codes import START, find_codes
from affino_mcp.instance.port import Call
from affino_mcp.text import plural
from affino_mcp.tool_errors import InvalidArgument
from affino_mcp.value_class import value_class

_MAX_NAME_CHARACTERS: Final = 60
_OF_THE_CALL: Final = {fold_name(field.name): field.name for field in (DRY_RUN, IDEMPOTENCY_KEY)}


@value_class
class Item:
    """One item: its place in the call from 1 on, the arguments of its method, and the key by which a repeat knows it.

    `told` is what its row of the answer holds in any case. `after` is the place of an earlier item without which it cannot be
    rehearsed; 0 for none.
    """

    place: int
    arguments: Mapping[str, Any]
    key: str
    told: Mapping[str, Any] = field(default_factory=dict)
    after: int = 0


def plan_items(doer: Doer, method: Method, values: Values, call: Call) -> Sequence[Item]:
    """The items of a call; a repeat of the call under its key is about the same ones. Raises InvalidArgument, Conflict.

    Raises ToolDisabled or PermissionDenied for a filter where the records may not be read.
    """
    if LAST_FIELD in method.arguments:
        return _plan_undo(doer, method, values, call)
    if method.each_by == method.name:
        return _plan_listed(doer, method, values, call)
    _require_one_source(values)
    if values.get(ITEMS.name) is None:
        return _plan_filtered(doer, method, values, call)
    given = [_own_arguments(each) for each in values[ITEMS.name]]
    _claim(doer, method, values, call, {})
    return [
        Item(place, each, _item_key(method, values, call, place), _named_code(method, each))
        for place, each in enumerate(given, 1)
    ]


def _named_code(method: Method, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """The code of the record that an item names, as its row tells it; empty when it names none."""
    code = method.record.code if method.record else ""
    named = [value for name, value in given.items() if fold_name(name[:_MAX_NAME_CHARACTERS]) == fold_name(code)]
    return {code: named[0]} if named and isinstance(named[0], int) else {}


def _plan_undo(doer: Doer, method: Method, values: Values, call: Call) -> Sequence[Item]:
    """One item for each of the person's last changes. Raises the call's refusal when an undo deletes and is not confirmed."""
    own = doer.find_own_changes(call, values[LAST_FIELD.name])
    deleting = sum(change.deletes for change in own)
    if deleting and not values.get(DRY_RUN.name):
        refusal = call.confirmation_refusal(f"{plural(deleting, 'record')} that this deletes")
        if refusal is not None:
            raise refusal
    found = _claim(doer, method, values, call, {"changes": [dict(change.which) for change in own]})["changes"]
    first = dict[str, int]()
    return [
        Item(place, each, _item_key(method, values, call, list(each.values())), each, _place_before(first, each, place))
        for place, each in enumerate(found, 1)
    ]


def _plan_listed(doer: Doer, method: Method, values: Values, call: Call) -> Sequence[Item]:
    """One item for each entry of the method's list, its first argument. Raises the call's refusal when it is not confirmed."""
    listed, *others = method.arguments
    entries, more = values[listed.name], {each.name: values[each.name] for each in others if each.name in values}
    if method.always_needs_confirmation and not values.get(DRY_RUN.name):
        refusal = call.confirmation_refusal(plural(len(entries), "record"))
        if refusal is not None:
            raise refusal
    _claim(doer, method, values, call, {})
    name = method.record.code if method.record else listed.name.removesuffix("s")
    return [
        Item(place, {listed.name: [each], **more}, _item_key(method, values, call, each), {name: each})
        for place, each in enumerate(entries, 1)
    ]


def _place_before(first: dict[str, int], which: Mapping[str, Any], place: int) -> int:
    """The place of the first item on the same record; 0 when it is this one."""
    before = first.setdefault(f"{which[RECORD_KIND_FIELD.name]}#{which[RECORD_CODE_FIELD.name]}", place)
    return 0 if before == place else before


def _require_one_source(values: Values) -> None:
    """Raises InvalidArgument unless the call gives items, or else a filter with changes."""
    given = [field.name for field in (ITEMS, FILTER, CHANGES) if values.get(field.name) is not None]
    if given in ([ITEMS.name], [FILTER.name, CHANGES.name]):
        return
    missing = next((name for name in (FILTER.name, CHANGES.name) if name not in given), FILTER.name)
    wrong = given[1] if ITEMS.name in given else missing if given else ITEMS.name
    raise InvalidArgument(wrong, f"Give either {ITEMS.name}, or {FILTER.name} with {CHANGES.name}.")


def _own_arguments(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """The arguments of an item. Raises InvalidArgument for one that is said once, of the whole call."""
    for name in given:
        found = _OF_THE_CALL.get(fold_name(name[:_MAX_NAME_CHARACTERS]))
        if found is not None:
            raise InvalidArgument(found, f"{found} is an argument of the whole call, not of an item.")
    return given


def _item_key(method: Method, values: Values, call: Call, mark: Any) -> str:
    """The idempotency key of one item: a text that no caller gives by chance."""
    whole = values.get(IDEMPOTENCY_KEY.name) or call.repeat_key
    return hashlib.sha256(json.dumps([method.name, whole, mark]).encode()).hexdigest()


def _claim(doer: Doer, method: Method, values: Values, call: Call, plan: dict[str, Any]) -> dict[str, Any]:
    """Remembers a plan under the call's own key; gives the plan of an earlier call with this key."""
    if values.get(DRY_RUN.name) or not values.get(IDEMPOTENCY_KEY.name):
        return plan
    return doer.claim_key(method, values, call, plan)


def _plan_filtered(doer: Doer, method: Method, values: Values, call: Call) -> Sequence[Item]:
    assert method.record is not None  # only methods of a record take a filter
    changes, code = dict(_own_arguments(values[CHANGES.name])), method.record.code
    if not changes or fold_name(code) in map(fold_name, changes):
        raise InvalidArgument(CHANGES.name, f"{CHANGES.name} must hold what shall change, without {code}.")
    found = find_codes(doer, method.record, values[FILTER.name], call, MAX_ITEMS)
    plan = _claim(doer, method, values, call, {"codes": found[:MAX_ITEMS], "more": len(found) > MAX_ITEMS})
    if plan["more"]:
        text = f"{FILTER.name} finds more than {MAX_ITEMS} records: these are the first {MAX_ITEMS} by code."
        text += f" For the next ones call again with {START} {plan['codes'][-1]} in {FILTER.name}, under another key."
        call.warn(WarningCode.INCOMPLETE, FILTER.name, text)
    return [
        Item(place, {code: each, **changes}, _item_key(method, values, call, each), {code: each})
        for place, each in enumerate(plan["codes"], 1)
    ]
