"""Carries out a call of many items: each by the method of one record, in a transaction of its own.

An item that is refused does not stop the others. The work stops before an item that cannot end before the deadline, and
after one whose outcome is not known. Each item has an idempotency key of its own, made from the call's: a call that broke
off can be repeated, and goes on where it stopped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field, replace
from typing import Any, Final

from affino_mcp.catalogue.families.many_records import ITEMS
from affino_mcp.catalogue.item_status import ItemStatus
from affino_mcp.catalogue.matching import Values, match_arguments
from affino_mcp.catalogue.method import DRY_RUN, IDEMPOTENCY_KEY, Effect, Method
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.catalogue.warning import NOTHING_WRITTEN, WarningCode
from affino_mcp.deadline import Pace
from affino_mcp.instance.bulk.doer import Doer
from affino_mcp.instance.bulk.item_outcomes import (
    AFTER,
    ItemOutcome,
    answer_items,
    describe_done,
    describe_refusal,
    find_status,
)
from affino_mcp.instance.bulk.item_plan import Item, plan_items
from affino_mcp.instance.family_access import require_crossings
from affino_mcp.instance.port import Call, Done, OutcomeNotKnown
from affino_mcp.store.faults import StoreUnavailable
from affino_mcp.text import fold_address, plural
from affino_mcp.tool_errors import Conflict, ToolError
from affino_mcp.value_class import work_class

_STOPPED: Final = (ItemStatus.UNKNOWN, ItemStatus.NOT_BEGUN)


def carry_items(doer: Doer, method: Method, values: Values, call: Call) -> Done:
    """Carries out the items of a call; gives one row for each in order.

    Raises what `plan_items` raises, and StoreUnavailable before the first item is begun.
    """
    items = plan_items(doer, method, values, call)
    call.charge_items(len(items) - 1)
    work = ItemWork(doer, find_single(method), values, call)
    outcomes = work.carry_all(items)
    body = answer_items(call, outcomes)
    if work.is_dry_run:
        call.warn(WarningCode.DRY_RUN, DRY_RUN.name, NOTHING_WRITTEN)
        return Done(body | {DRY_RUN.name: True})
    if not any(outcome.sealed or outcome.status is ItemStatus.UNKNOWN for outcome in outcomes):
        return Done(body)
    done = Done(body, sealed=True)
    call.item_logs.note_receipt(done, call.warnings, whole=not has_stopped(outcomes))
    return done


def find_single(method: Method) -> Method:
    """The method that carries out one item: another one, or the method itself with one entry of its list."""
    single = METHODS[method.each_by]
    return replace(single, each_by="") if single.each_by else single


def has_stopped(outcomes: Sequence[ItemOutcome]) -> bool:
    """True when the work stopped before its end."""
    return any(outcome.status in _STOPPED for outcome in outcomes)


@work_class
class ItemWork:
    """The work of one call, whose items are calls of `single`.

    `taken` maps the unique values of items that a dry run found possible, by attribute and text, to their places.
    """

    doer: Doer
    single: Method
    values: Values
    call: Call
    taken: dict[tuple[str, str], int] = field(default_factory=dict)

    @property
    def is_dry_run(self) -> bool:
        """True when nothing is written."""
        return bool(self.values.get(DRY_RUN.name))

    def carry_all(self, items: Sequence[Item]) -> list[ItemOutcome]:
        """Carries out the items in order, until all are done or the work must stop."""
        pace, outcomes = Pace(), list[ItemOutcome]()
        for item in items:
            if has_stopped(outcomes[-1:]) or not pace.has_time():
                break
            with pace.piece():
                outcomes.append(self._carry_item(item, len(items)))
        outcomes += [ItemOutcome(item.place, ItemStatus.NOT_BEGUN, item.told) for item in items[len(outcomes) :]]
        if has_stopped(outcomes):
            self._warn_of_stop(outcomes)
        return outcomes

    def _carry_item(self, item: Item, of: int) -> ItemOutcome:
        if item.after and self.is_dry_run:
            return ItemOutcome(item.place, ItemStatus.POSSIBLE, {**item.told, AFTER: item.after})
        log = self.call.item_logs.start_item(item.arguments, f"item {item.place} of {of}")
        own = replace(self.call, warnings=[], log=log, repeat_key="")
        try:
            done = self._perform_item(item, own)
        except ToolError as error:
            row = {**item.told, **describe_refusal(error)}
            return ItemOutcome(item.place, ItemStatus.REFUSED, row, own.warnings)
        except OutcomeNotKnown:
            return ItemOutcome(item.place, ItemStatus.UNKNOWN, item.told)
        except StoreUnavailable:
            return ItemOutcome(item.place, ItemStatus.NOT_BEGUN, item.told)
        return self._describe_item(item, done, own)

    def _perform_item(self, item: Item, own: Call) -> Done:
        matched = match_arguments(self.single, item.arguments, own.zone, str(own.zone))
        own.warnings.extend(matched.warnings)
        require_crossings(own, self.single, matched.values)
        self._require_untaken(item, matched.values)
        rehearsal: dict[str, Any] = {DRY_RUN.name: True} if self.is_dry_run else {}
        return self.doer.perform(self.single, {**matched.values, IDEMPOTENCY_KEY.name: item.key, **rehearsal}, own)

    def _describe_item(self, item: Item, done: Done, own: Call) -> ItemOutcome:
        status = find_status(done, own.warnings, is_dry_run=self.is_dry_run)
        is_new = self.is_dry_run and self.single.effect is Effect.CREATE
        row = {**item.told, **describe_done(self.single.record, done, is_new=is_new)}
        return ItemOutcome(item.place, status, row, own.warnings, done.sealed)

    def _require_untaken(self, item: Item, matched: Values) -> None:
        """Raises Conflict in a dry run for a unique value that an earlier item of the call has: nothing holds it yet."""
        record = self.single.record
        if record is None or not self.is_dry_run:
            return
        for name in record.unique:
            if matched.get(name):
                first = self.taken.setdefault((name, fold_address(matched[name])), item.place)
                if first != item.place:
                    raise Conflict(f"Item {first} of this call has the same {name}.", argument=name)

    def _warn_of_stop(self, outcomes: Sequence[ItemOutcome]) -> None:
        left = [outcome.place for outcome in outcomes if outcome.status is ItemStatus.NOT_BEGUN]
        unknown = [outcome.place for outcome in outcomes if outcome.status is ItemStatus.UNKNOWN]
        told = f"It is not known whether item {unknown[0]} was carried out. " if unknown else ""
        told += f"Not begun: {plural(len(left), 'item')}, from item {left[0]} on. " if left else ""
        key = self.values.get(IDEMPOTENCY_KEY.name) or self.call.repeat_key
        text = f"{told}Repeat the same call with {IDEMPOTENCY_KEY.name} {key}: what is done is answered as done."
        self.call.warn(WarningCode.INCOMPLETE, ITEMS.name, text)
