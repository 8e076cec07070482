"""Adds to a list all records that the filters of their own list find: the answer counts them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import Any, Final

from affino_mcp.catalogue.families.member_lists import LIST_KINDS, MAX_MEMBERS_PER_CALL, MEMBER_FILTERS
from affino_mcp.catalogue.item_status import TOTALS
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import DRY_RUN, IDEMPOTENCY_KEY, Method
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.instance.bulk.doer import Doer
from affino_mcp.instance.bulk.filtered_codes import START, find_codes
from affino_mcp.instance.port import Call, Done
from affino_mcp.tool_errors import InvalidArgument

MAX_SHOWN_MEMBERS: Final = 20
_KINDS: Final = {kind.record.family: kind for kind in LIST_KINDS}


def add_found_members(doer: Doer, method: Method, values: Values, call: Call) -> Done:
    """Adds the members that the filters find, as the method adds members by their codes.

    A repeat of the call under its key is about the members that the first call found. Raises InvalidArgument.
    """
    kind = _KINDS[method.family]
    named, filters = kind.members_argument.name, values[MEMBER_FILTERS.name]
    if values.get(named) is not None:
        raise InvalidArgument(named, f"Give either {named} or {MEMBER_FILTERS.name}.")
    found = find_codes(doer, kind.member, filters, call, MAX_MEMBERS_PER_CALL)
    plan = _claim(doer, method, values, call, found)
    if not plan["codes"]:
        text = f"{MEMBER_FILTERS.name} finds no {kind.member.family}; nothing was added."
        raise InvalidArgument(MEMBER_FILTERS.name, text)
    if plan["more"]:
        text = f"More than {MAX_MEMBERS_PER_CALL} are found: these are the first by code."
        text += f" For the next ones call again with {START} {plan['codes'][-1]} in {MEMBER_FILTERS.name}."
        call.warn(WarningCode.INCOMPLETE, MEMBER_FILTERS.name, text)
    kept = {name: value for name, value in values.items() if name != MEMBER_FILTERS.name}
    done = doer.perform(method, {**kept, **_inner_key(values), named: plan["codes"]}, call)
    return replace(done, body=_count_members(method, done.body))


def _claim(doer: Doer, method: Method, values: Values, call: Call, found: list[int]) -> dict[str, Any]:
    plan = {"codes": found[:MAX_MEMBERS_PER_CALL], "more": len(found) > MAX_MEMBERS_PER_CALL}
    if values.get(DRY_RUN.name) or not values.get(IDEMPOTENCY_KEY.name):
        return plan
    return doer.claim_key(method, values, call, plan)


def _inner_key(values: Values) -> Values:
    """The key under which the answer is kept: the call's own keeps which members were found."""
    given = values.get(IDEMPOTENCY_KEY.name)
    if not given:
        return {}
    return {IDEMPOTENCY_KEY.name: hashlib.sha256(json.dumps([MEMBER_FILTERS.name, given]).encode()).hexdigest()}


def _count_members(method: Method, body: dict[str, Any]) -> dict[str, Any]:
    """The answer with the number of members under each word, and the first of them."""
    words = [word for word in method.returns if isinstance(body.get(word), list)]
    totals = {word: len(body[word]) for word in words}
    return body | {word: body[word][:MAX_SHOWN_MEMBERS] for word in words} | {TOTALS: totals}
