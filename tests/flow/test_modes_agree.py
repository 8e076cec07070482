"""Every tool in every mode and under every toolset: allowed, refused, logged and charged alike, as the predicate says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import pytest

from affino_mcp.catalogue.capability import SWITCHED_FAMILIES, Access, Capability, Family
from affino_mcp.catalogue.list_mode import ListMode
from affino_mcp.catalogue.registry import METHODS, is_listed
from affino_mcp.gate.identity.permissions import SECURITY_GROUPS
from affino_mcp.gate.profiles.profiles import FamilyAccess
from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
from tests.flow.modes import ModeClient, mode_client
from tests.world import EVERYTHING, Response, World

READ, BOTH = frozenset({Access.READ}), frozenset(Access)
CRM: Final[FamilyAccess] = {Family.ACCOUNTS: BOTH, Family.CONTACTS: READ, Family.TASKS: frozenset({Access.WRITE})}
PROFILES: Final[Mapping[str, FamilyAccess]] = {
    "everything": EVERYTHING,
    "crm in part": CRM,
    "content, reading": {Family.ARTICLES: READ, Family.MEDIA_ITEMS: READ, Family.FORUMS: READ},
    "nothing": {},
}
PEOPLE: Final = {"every right": tuple(SECURITY_GROUPS), "no right": ()}
WAYS: Final[Mapping[str, dict[str, Any]]] = {
    "whole": {},
    "address": {"path": "/mcp/x/accounts:read,tasks,media_items"},
    "header": {"toolsets": "accounts:read,tasks,media_items"},
    "both": {
        "path": "/mcp/x/accounts:read,tasks,media_items,forums",
        "toolsets": "Media-Items, Accounts, TASKS ,notes",
    },
}
LEFT: Final = {Family.ACCOUNTS: READ, Family.TASKS: BOTH, Family.MEDIA_ITEMS: BOTH}
NAMED: Final = {"whole": "", **dict.fromkeys(("address", "header", "both"), "accounts:read,tasks,media_items")}
CALLS_OWN: Final = {
    "id",
    "at",
    "sk",
    "pk",
    "ttl",
    "everybody",
    "person",
    "request_id",
    "duration_ms",
    "gate_ms",
    "fingerprint",
}
CALLERS_OWN: Final = {"toolset", *(f"profile_{name}" for name in ("key", "name", "version"))}
VARYING: Final = {*CALLS_OWN, *CALLERS_OWN, *(f"person_{name}" for name in ("code", "name", "email"))}


def narrowed(families: FamilyAccess, way: str) -> Capability:
    """The rule, written a second time: what profile and toolset both allow."""
    if way == "whole":
        return Capability(families)
    return Capability({name: access & LEFT.get(Family(name), frozenset()) for name, access in families.items()})


@dataclass
class Verdict:
    """What became of a call: how it was answered, its row in the API Log without what differs from call to call, its charge."""

    answer: dict[str, Any]
    row: dict[str, Any]
    left: str

    @property
    def error(self) -> Any:
        """The type of the refusal; "" for none."""
        return self.answer.get("error", {}).get("type", "")


def judge(caller: ModeClient, calls: Mapping[str, dict[str, Any]]) -> dict[str, Verdict]:
    """Calls the tools with these arguments, and looks at what is left of each call."""
    before = len(caller.client.world.audit_rows())
    answers = {tool: caller.call(tool, arguments) for tool, arguments in calls.items()}
    rows = caller.client.world.audit_rows()[before:]
    assert [row["method"] for row in rows] == list(calls), "every call has one row, under the tool's own name"
    kept = [{name: value for name, value in row.items() if name not in VARYING} for row in rows]
    return {
        tool: Verdict(body(answer), row, answer.headers["ratelimit"])
        for (tool, answer), row in zip(answers.items(), kept, strict=True)
    }


def body(answer: Response) -> dict[str, Any]:
    """The structured answer, or the protocol's error, without moments and what is the caller's own."""
    if "error" in answer.document:
        return {"error": {"type": answer.document["error"]["code"]}}
    content: dict[str, Any] = answer.document["result"]["structuredContent"]
    personal = ("CurrentDate", "SessionExpires", "ApiProfile", "UserCode", "Name", "Email")
    return {name: value for name, value in content.items() if name not in personal}


COMBINED: Final = [
    *(
        (families, people, way)
        for families in ("everything", "crm in part")
        for people in PEOPLE
        for way in ("whole", "both")
    ),
    ("content, reading", "every right", "whole"),
    ("nothing", "every right", "both"),
    ("everything", "every right", "address"),
    ("everything", "every right", "header"),
]


@pytest.mark.parametrize(("families", "people", "way"), COMBINED)
def test_the_modes_agree_with_the_predicate_and_with_each_other(
    world: World, handler: LambdaHandler, families: str, people: str, way: str
) -> None:
    own, allowed = Capability(PROFILES[families]), narrowed(PROFILES[families], way)
    callers = {
        mode: mode_client(world, handler, PROFILES[families], mode, PEOPLE[people], **WAYS[way]) for mode in ListMode
    }
    seen = {mode: judge(caller, {name: {} for name in METHODS}) for mode, caller in callers.items()}
    for name, method in METHODS.items():
        full = seen[ListMode.FULL][name]
        assert (full.error == "tool_disabled") == (not is_listed(method, allowed)), name
        assert all(verdicts[name] == full for verdicts in seen.values()), name
        if full.error == "tool_disabled":
            by = "toolset" if is_listed(method, own) else "profile"
            assert full.answer["error"]["details"]["denied_by"] == by, name
    assert {row["toolset"] for row in world.audit_rows()} == {NAMED[way]}


@pytest.mark.parametrize("way", ["whole", "both"])
@pytest.mark.parametrize("families", ["everything", "crm in part", "nothing"])
def test_what_can_be_found_is_what_can_be_called(world: World, handler: LambdaHandler, families: str, way: str) -> None:
    wanted = {name for name, method in METHODS.items() if is_listed(method, narrowed(PROFILES[families], way))}
    for mode in ListMode:
        caller = mode_client(world, handler, PROFILES[families], mode, tuple(SECURITY_GROUPS), **WAYS[way])
        assert caller.find_tools() == wanted, mode


@pytest.mark.parametrize("change", ["narrower", "off", "another mode", "wider"])
@pytest.mark.parametrize("mode", ListMode)
def test_a_profile_that_changed_between_describe_and_call(
    world: World, handler: LambdaHandler, mode: ListMode, change: str
) -> None:
    """What a client was told before the change is worth nothing; its way of calling goes on."""
    start: FamilyAccess = {Family.ACCOUNTS: READ if change == "wider" else BOTH}
    caller = mode_client(world, handler, start, mode, tuple(SECURITY_GROUPS))
    key, before = caller.client.headers["X-API-Key"], set(caller.find_tools())
    assert ("create_account" in before) == (change != "wider")
    changes: dict[str, dict[str, Any]] = {
        "narrower": {"families": {Family.ACCOUNTS: READ}},
        "wider": {"families": {Family.ACCOUNTS: BOTH}},
        "another mode": {"mode": ListMode.FULL if mode is ListMode.COMPACT else ListMode.COMPACT},
    }
    if change == "off":
        world.profiles.disable(key)
        assert caller.call("create_account", {"Name": "Orbital"}).status == 403
        return
    world.profiles.change(key, **changes[change])
    seen = judge(caller, {"create_account": {"Name": "Orbital"}})["create_account"]
    assert seen.error == ("tool_disabled" if change == "narrower" else "")
    assert (seen.row["method"], seen.row["arguments"]) == ("create_account", {"Name": "Orbital"})


@pytest.mark.parametrize("mode", ListMode)
def test_a_right_that_was_taken_is_gone_at_the_next_call_and_from_the_deeds(
    world: World, handler: LambdaHandler, mode: ListMode
) -> None:
    caller = mode_client(world, handler, EVERYTHING, mode, ("Sales Managers",))
    assert "delete_account" in caller.find_tools()
    code = int(caller.call("get_current_user", {}).result["UserCode"])
    world.people.change(code, groups=())
    assert ("delete_account" in caller.find_tools()) == (mode is not ListMode.FAMILY)
    assert judge(caller, {"delete_account": {"AccountCode": 1}})["delete_account"].error == "permission_denied"


@pytest.mark.parametrize("family", SWITCHED_FAMILIES)
@pytest.mark.parametrize("mode", ListMode)
def test_history_and_undo_of_a_family_that_the_toolset_leaves_out(
    world: World, handler: LambdaHandler, mode: ListMode, family: Family
) -> None:
    """Tools that stand in every list look at the toolset by the family that they are asked about."""
    other = Family.NOTES if family is not Family.NOTES else Family.TASKS
    caller = mode_client(world, handler, EVERYTHING, mode, tuple(SECURITY_GROUPS), path=f"/mcp/x/{other}")
    for tool, more in (("list_record_history", {}), ("undo_change", {"Version": 1})):
        error = caller.call(tool, {"Family": str(family), "Code": 1, **more}).error
        assert (error["type"], error["details"]["denied_by"]) == ("tool_disabled", "toolset")
    assert set(caller.call("get_current_user", {}).result["Families"]) == {str(other)}


@pytest.mark.parametrize("mode", ListMode)
def test_an_argument_of_a_family_that_the_toolset_leaves_out(
    world: World, handler: LambdaHandler, mode: ListMode
) -> None:
    caller = mode_client(world, handler, EVERYTHING, mode, tuple(SECURITY_GROUPS), toolsets="notes")
    error = caller.call("create_note", {"Title": "T", "Body": "B", "AccountCode": 1}).error
    details = error["details"]
    assert (error["type"], details["denied_by"], details["argument"]) == ("tool_disabled", "toolset", "AccountCode")
