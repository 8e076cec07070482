"""What a role's statements grant, taken apart, and the requests of every kind that each part lets through."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import product
from typing import Any, Final, NamedTuple

from tests.roles.operation import ATTRIBUTE_ACTIONS, ATTRIBUTE_KINDS, Operation
from tests.roles.policy_evaluation import PolicyRequest, Statement, applies, listed, matches_pattern

_KEY_NAMES: Final = {"dynamodb": "dynamodb:LeadingKeys", "s3": "s3:prefix"}
_FOREIGN: Final = "OTHER#1"
"""Stands for keys, folders, tables and attributes that no function uses."""
_SECURE: Final = {"aws:SecureTransport": ("true",)}


class Probe(NamedTuple):
    """One request: `key` is None where the request has none, and `attributes` are those that a write names."""

    action: str
    resource: str
    key: str | None
    attributes: tuple[str, ...] = ()

    @property
    def service(self) -> str:
        """The service of the action."""
        return self.action.partition(":")[0]

    def to_request(self) -> PolicyRequest:
        """Gives the request as IAM sees it."""
        context: dict[str, tuple[str, ...]] = dict(_SECURE)
        if self.key is not None and self.service in _KEY_NAMES:
            context[_KEY_NAMES[self.service]] = (self.key,)
        if self.attributes and self.service == "dynamodb":
            context["dynamodb:Attributes"] = self.attributes
        return PolicyRequest(self.action, self.resource, context)


class Grant(NamedTuple):
    """A part of a statement: one action on one resource for one pattern of keys, with the statement's other conditions."""

    sid: str
    action: str
    resource: str
    key: str | None
    document: str

    @property
    def statement(self) -> Statement:
        """The part as a statement of its own."""
        found: Statement = json.loads(self.document)
        return found

    def __str__(self) -> str:
        return f"{self.sid}: {self.action} on {self.resource.rpartition(':')[2]} {self.key or ''}".rstrip()


def take_apart(statement: Statement) -> Iterator[Grant]:
    """Gives the parts of an allowing statement, each of which is to be needed."""
    sid = statement.get("Sid", "-")
    for action, resource in product(listed(statement["Action"]), listed(statement["Resource"])):
        for key, condition in _conditions_by_key(statement.get("Condition", {})):
            part = {"Effect": "Allow", "Action": action, "Resource": resource, "Condition": condition}
            yield Grant(sid, action, resource, key, json.dumps(part, sort_keys=True))


def _conditions_by_key(condition: Mapping[str, Any]) -> Iterator[tuple[str | None, Mapping[str, Any]]]:
    """Gives the conditions once for each pattern of keys that they name, with that pattern alone."""
    for operator, block in condition.items():
        for name in set(block) & set(_KEY_NAMES.values()) if operator.endswith("StringLike") else ():
            for pattern in listed(block[name]):
                yield pattern, {**condition, operator: {**block, name: pattern}}
            return
    yield None, condition


@dataclass(frozen=True)
class Universe:
    """Every kind of request that any function makes, from which the requests are made that a role must refuse."""

    operations: frozenset[Operation]

    @cached_property
    def used(self) -> Mapping[str, frozenset[Probe]]:
        """The requests of each function, one for each key of those that have several."""
        found: dict[str, set[Probe]] = {}
        for operation in self.operations:
            found.setdefault(operation.function, set()).update(probes_of(operation))
        return {function: frozenset(probes) for function, probes in found.items()}

    @cached_property
    def _all(self) -> frozenset[Probe]:
        return frozenset().union(*self.used.values())

    @cached_property
    def _places(self) -> frozenset[tuple[str, str]]:
        """The actions and resources that occur, and a resource of each service that does not, in all combinations."""
        found: set[tuple[str, str]] = set()
        for service in {probe.service for probe in self._all}:
            alike = [probe for probe in self._all if probe.service == service]
            resources = {probe.resource for probe in alike} | {f"arn:aws:{service}:::{_FOREIGN}"}
            found |= set(product({probe.action for probe in alike}, resources))
        return frozenset(found)

    @cached_property
    def _keys(self) -> Mapping[str, set[str | None]]:
        """The keys of each table or bucket that occur, one that does not, and none."""
        found: dict[str, set[str | None]] = defaultdict(lambda: {None, _FOREIGN})
        for probe in self._all:
            found[_root(probe.resource)].add(probe.key)
        return found

    @cached_property
    def _attributes(self) -> Mapping[Probe, set[tuple[str, ...]]]:
        """The attributes that occur in each write of which they are kept, one that occurs in none, and none at all."""
        found: dict[Probe, set[tuple[str, ...]]] = defaultdict(lambda: {("pk", "sk", _FOREIGN), ()})
        for probe in self._all:
            found[probe._replace(attributes=())].add(probe.attributes)
        return found

    def probe(self, grant: Grant) -> frozenset[Probe]:
        """Gives the requests that the grant lets through."""
        return _let_through(self, grant)

    def draw(self, grant: Grant) -> Iterator[Probe]:
        """Gives the requests to try a grant with: those like one of any function, and what the grant itself names."""
        for action, resource in self._places | {(grant.action, grant.resource)}:
            if matches_pattern(grant.action, action, ignore_case=True) and matches_pattern(grant.resource, resource):
                for key in self._keys[_root(resource)] | {grant.key} if _has_keys(action) else (None,):
                    yield from self._with_attributes(Probe(action, resource, key))

    def _with_attributes(self, probe: Probe) -> Iterator[Probe]:
        for attributes in self._attributes[probe] if _keeps_attributes(probe) else ((), ("pk", "sk")):
            yield probe._replace(attributes=attributes)


def probes_of(operation: Operation) -> Iterator[Probe]:
    """Gives an operation's requests, one for each of its keys."""
    request = operation.to_request()
    for key in operation.keys or (None,):
        probe = Probe(operation.action, request.resource, key)
        yield probe._replace(attributes=operation.attributes) if _keeps_attributes(probe) else probe


def _keeps_attributes(probe: Probe) -> bool:
    return probe.action in ATTRIBUTE_ACTIONS and (probe.resource.rpartition("/")[2], probe.key) in ATTRIBUTE_KINDS


def _has_keys(action: str) -> bool:
    return action.startswith("dynamodb:") or action == "s3:ListBucket"


def _root(resource: str) -> str:
    """The table of an index, the bucket of a folder."""
    return "/".join(resource.split("/")[: 2 if ":dynamodb:" in resource else 1])


@cache
def _let_through(universe: Universe, grant: Grant) -> frozenset[Probe]:
    statement = grant.statement
    found = (probe for probe in universe.draw(grant) if applies(statement, probe.to_request()))
    return frozenset(probe if _keeps_attributes(probe) else probe._replace(attributes=()) for probe in found)


def take_all_apart(statements: Iterable[Statement]) -> list[Grant]:
    """Gives the parts of every allowing statement."""
    return [grant for statement in statements if statement["Effect"] == "Allow" for grant in take_apart(statement)]
