"""Compares a role with what its function was seen to ask for: all that is used is allowed, and nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from typing import Final, NamedTuple

from tests.roles.grants import Grant, Probe, Universe, take_all_apart
from tests.roles.operation import Operation
from tests.roles.policy_evaluation import Statement, is_allowed


class Exempt(NamedTuple):
    """Requests that are not compared, by patterns of function, action, resource and key; and why not."""

    function: str
    action: str
    resource: str
    key: str
    reason: str

    def covers(self, function: str, request: Grant | Probe) -> bool:
        """True when the request of this function, or the grant, is one of these."""
        pairs = zip(self[:4], (function, request.action, request.resource, request.key or ""), strict=True)
        return all(fnmatchcase(text, pattern) for pattern, text in pairs)


BY_AWS: Final = (
    Exempt("*", "logs:*", "*", "*", "Lambda itself writes the function's log with the function's role."),
    Exempt("*", "xray:*", "*", "*", "Lambda itself sends the function's segments; X-Ray has no resource to name."),
)
"""What AWS does with a role, which no test of ours makes happen."""
ANY_KEY: Final = (
    Exempt("McpEndpoint", "dynamodb:*", "*:table/RecordsTable*", "*", "Every kind of record is this function's."),
    Exempt("InstanceApi", "dynamodb:*", "*:table/RecordsTable*", "*", "Every kind of record is this function's."),
    Exempt("*", "dynamodb:*", "*:table/WordsTable", "*", "The words have one kind of row."),
    Exempt("*", "dynamodb:Query", "*:table/AuditTable/index/*", "*", "The indexes hold calls alone."),
    Exempt(
        "ControlCentre",
        "dynamodb:*",
        "*:table/RecordsTable",
        "[CFU]#*",
        "A restored record is counted and listed as before.",
    ),
    Exempt(
        "ControlCentre",
        "dynamodb:Query",
        "*:table/RecordsTable/index/ByDue",
        "F#*",
        "An export takes every filter of a list of what is due.",
    ),
    Exempt(
        "ControlCentre", "dynamodb:*Item", "*:table/GateTable", "PERSON#*", "It writes every attribute of a person."
    ),
    Exempt("LoginProxy", "dynamodb:*", "*:table/CredentialsTable", "*", "The passwords have one kind of row."),
)
"""Rows of which a function may use every kind as soon as it uses one of them in this way."""


def find_forbidden(statements: Sequence[Statement], operations: Iterable[Operation]) -> Iterator[str]:
    """Gives a line for each operation that the statements do not allow."""
    for operation in sorted(operations):
        if not is_allowed(statements, operation.to_request()):
            yield f"is asked for and not allowed: {operation}"


def find_unused(statements: Sequence[Statement], function: str, universe: Universe) -> Iterator[str]:
    """Gives a line for each grant that lets through what the function never asks for, or that is not needed."""
    used = universe.used.get(function, frozenset())
    grants = [grant for grant in take_all_apart(statements) if not any(each.covers(function, grant) for each in BY_AWS)]
    for grant in grants:
        unused = [one for one in universe.probe(grant) - used if not _is_one_of_many(function, one, used)]
        if unused:
            yield f"is allowed and never asked for, {len(unused)} kinds: {grant}: {min(map(str, unused))}"
    yield from _find_redundant(grants, used, universe)


def _is_one_of_many(function: str, probe: Probe, used: frozenset[Probe]) -> bool:
    """True when the function may use every kind of such rows, and uses some in this way."""
    return any(
        each.covers(function, probe) and any(one[:2] == probe[:2] and each.covers(function, one) for one in used)
        for each in ANY_KEY
    )


def _find_redundant(grants: Sequence[Grant], used: frozenset[Probe], universe: Universe) -> Iterator[str]:
    needed = [universe.probe(grant) & used for grant in grants]
    times = Counter(probe for probes in needed for probe in probes)
    for grant, probes in zip(grants, needed, strict=True):
        if all(times[probe] > 1 for probe in probes):
            yield f"can be removed, nothing is asked for that it alone allows: {grant}"
