"""Creates people: a contact of the instance, whose code is the user code, and the gate's person; marks their contacts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TypeVar

from affino_mcp.clock import Clock
from affino_mcp.gate.identity.person import Person
from affino_mcp.gate.people.people import People
from affino_mcp.instance.builtin.crm.staff import enrol_staff, mark_staff_disabled
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.engine.write_step import ConcurrentWrite
from affino_mcp.instance.builtin.tools import FACETS
from affino_mcp.instance.port import OutcomeNotKnown
from affino_mcp.settings import Settings
from affino_mcp.store.faults import TransactionFailed, Unanswered
from affino_mcp.store.ops import WriteOp
from affino_mcp.store.retry import retry_on_conflict
from affino_mcp.tool_errors import Conflict
from affino_mcp.wiring import Stores

T = TypeVar("T")


def register_person(
    stores: Stores,
    settings: Settings,
    clock: Clock,
    name: str,
    email: str,
    groups: Sequence[str] = (),
    rights: Mapping[str, str | None] | None = None,
    commit: Callable[[Sequence[WriteOp], int], None] | None = None,
) -> Person:
    """Creates a person who can log in. Raises InvalidArgument and Conflict before anything is written.

    `commit` carries out the last step, the person's own rows; it is given their writes and the person's code.
    """
    people = People(stores.database, settings, clock)
    address = people.draft_person(name, email, groups, rights).email
    if people.find_user_code(address) is not None:
        raise Conflict("A person with this e-mail address exists already.", argument="email")
    first, _, last = name.strip().rpartition(" ")
    records = Records(stores.database, settings.records_table, settings.words_table, FACETS)
    code = _carry_out(lambda: enrol_staff(records, first or last, last, address, clock()))
    last_step = (lambda ops: commit(ops, code)) if commit else None
    return people.create(code, name, address, groups, rights, last_step)


def mark_contact(stores: Stores, settings: Settings, clock: Clock, user_code: int, *, disabled: bool) -> None:
    """Marks the contact of a person who has been enabled or disabled. Raises StoreUnavailable.

    It comes after the person, because the contact only shows the state and must not delay the refusals.
    """
    records = Records(stores.database, settings.records_table, settings.words_table, FACETS)
    _carry_out(lambda: mark_staff_disabled(records, user_code, clock(), disabled=disabled))


def _carry_out(work: Callable[[], T]) -> T:
    """Runs `work`, which makes a contact what it is to be, again on conflicts, and once more when it was not answered.

    A second run changes nothing that the first has done. Raises StoreUnavailable.
    """
    try:
        return retry_on_conflict(partial(_run_once, work))
    except OutcomeNotKnown:
        try:
            return retry_on_conflict(partial(_run_once, work))
        except OutcomeNotKnown as error:
            raise Unanswered from error


def _run_once(work: Callable[[], T]) -> T:
    try:
        return work()
    except ConcurrentWrite as error:
        raise TransactionFailed({}) from error
