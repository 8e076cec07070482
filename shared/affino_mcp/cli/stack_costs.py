"""What a stack costs each month without a call: AWS's list prices of us-east-1, in dollars, without taxes and storage."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from affino_mcp.store.stack_inventory import StackInventory
from affino_mcp.store.stacks import Stack
from affino_mcp.value_class import value_class

SECRET_MONTH, ALARM_MONTH, KEY_MONTH, DASHBOARD_MONTH = 0.40, 0.10, 1.00, 3.00
FIREWALL_MONTH, FIREWALL_RULE_MONTH = 5.00, 1.00
"""A web ACL of AWS WAF, and each rule in it."""
SNAPSHOT_GB_SECOND, SECONDS_OF_MONTH = 0.0000015046, 730 * 3600
SNAPSHOT_GB_MONTH: Final = SNAPSHOT_GB_SECOND * SECONDS_OF_MONTH
"""A gigabyte of memory in the snapshot of a published version (SnapStart), called or not."""


@value_class
class MonthlyCost:
    """Something that costs money each month: how many there are, and what they cost together."""

    what: str
    count: int
    dollars: float


def list_monthly_costs(stack: Stack, found: StackInventory) -> list[MonthlyCost]:
    """Gives what the stack has of all that costs money without a call, the dearest first."""
    return sorted((one for one in _price_parts(stack, found) if one.count), key=lambda one: -one.dollars)


def price_snapshot(gigabytes: float) -> float:
    """Gives what a snapshot of a version with so much memory costs a month."""
    return gigabytes * SNAPSHOT_GB_MONTH


def _price_parts(stack: Stack, found: StackInventory) -> Iterator[MonthlyCost]:
    for is_live, what in ((True, "snapshots of versions that are called"), (False, "snapshots of old versions")):
        sizes = [one.snapshot_gb for one in found.versions if one.is_live is is_live and one.snapshot_gb]
        yield MonthlyCost(what, len(sizes), sum(map(price_snapshot, sizes)))
    alarms = found.resources["AWS::CloudWatch::Alarm"]
    yield MonthlyCost("alarms (more for those of several metrics)", alarms, alarms * ALARM_MONTH)
    yield MonthlyCost("secrets of API Profiles", found.secrets, found.secrets * SECRET_MONTH)
    keys = 1 if stack.outputs.get("DigestKey") else 0
    yield MonthlyCost("key of the API Log's digests", keys, keys * KEY_MONTH)
    firewalls = found.resources["AWS::WAFv2::WebACL"]
    rules = _count_firewall_rules(stack)
    yield MonthlyCost("firewall", firewalls, firewalls * (FIREWALL_MONTH + rules * FIREWALL_RULE_MONTH))
    boards = found.resources["AWS::CloudWatch::Dashboard"]
    yield MonthlyCost("dashboard (the account's first three are free)", boards, boards * DASHBOARD_MONTH)


def _count_firewall_rules(stack: Stack) -> int:
    """The rules that the parameters ask for: one for a limit of sources, one for the Control Centre's networks."""
    given = stack.parameters
    return (given.get("RequestsPerSource", "0") != "0") + bool(given.get("ControlNetworks"))
