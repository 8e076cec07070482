"""The product of families, switches and rights, from the catalogue: the listed tools are those that can be called."""

from __future__ import annotations

import json
from typing import Any, Final

import pytest

from affino_mcp.catalogue.capability import SWITCHED_FAMILIES, Access, Family
from affino_mcp.catalogue.list_mode import ListMode
from affino_mcp.catalogue.method import Method
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.gate.identity.permissions import SECURITY_GROUPS
from affino_mcp.gate.profiles.profiles import FamilyAccess
from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
from tests.security.figures import IS_NIGHTLY, Figures
from tests.world import World, WorldClient

READ, WRITE = Access.READ, Access.WRITE
STATES: Final = {"read": {READ}, "write": {WRITE}, "read and write": {READ, WRITE}}
WITHOUT_TOPICS: Final = {Family.TASKS, Family.NOTES, Family.FORUMS}
OF_REVIEW: Final = {"list_pending": READ, "moderate_pending": WRITE}
REVIEWED: Final = {Family.ARTICLES, Family.FORUMS}
OF_ANY: Final = {
    **dict.fromkeys(("list_activity", "list_record_history", "list_my_changes"), READ),
    **dict.fromkeys(("undo_change", "undo_changes"), WRITE),
}
CRM: Final = SWITCHED_FAMILIES[:7]
UNKNOWN: Final = -32602


def is_open(method: Method, family: Family, switches: set[Access]) -> bool:
    """The rule, written a second time: the switch of the tool's own family, and the tools that any family opens."""
    if method.name in ("get_current_user", "report_missing"):
        return True
    if method.name == "list_topics":
        return READ in switches and family not in WITHOUT_TOPICS
    if method.name in OF_REVIEW:
        return OF_REVIEW[method.name] in switches and family in REVIEWED
    if method.name == "find_duplicates":
        return READ in switches and family in (Family.ACCOUNTS, Family.CONTACTS)
    if method.name in OF_ANY:
        return OF_ANY[method.name] in switches
    return method.family == family and method.access in switches


def caller(
    world: World, handler: LambdaHandler, families: FamilyAccess, *groups: str, compact: bool = False
) -> WorldClient:
    profile = world.profiles.create(
        "product", families, 6000, burst=6000, mode=ListMode.COMPACT if compact else ListMode.FULL
    )
    return WorldClient(world, handler, world.log_in(profile, world.create_person("Pat", "Person", *groups)))


def outcome(client: WorldClient, name: str, *, compact: bool = False, **arguments: Any) -> dict[str, Any]:
    """The result of the call: `type` and, for a refusal, `rule`."""
    answer = (
        client.call_tool("call_tool", Name=name, Arguments=arguments)
        if compact
        else client.call_tool(name, **arguments)
    )
    if "error" in answer.document:
        return {"type": answer.document["error"]["code"]}
    result = answer.document["result"]
    error: dict[str, Any] = {"type": "ok", "details": {}}
    error = result["structuredContent"]["error"] if result["isError"] else error
    return {"type": error["type"], "rule": error["details"].get("rule")}


@pytest.mark.parametrize("groups", [(), tuple(SECURITY_GROUPS)], ids=["nobody's rights", "everybody's rights"])
@pytest.mark.parametrize("switches", STATES.values(), ids=STATES)
@pytest.mark.parametrize("family", SWITCHED_FAMILIES)
def test_list_and_call_agree(
    world: World,
    handler: LambdaHandler,
    family: Family,
    switches: set[Access],
    groups: tuple[str, ...],
    figures: Figures,
) -> None:
    client = caller(world, handler, {family: frozenset(switches)}, *groups)
    expected = [name for name, method in METHODS.items() if is_open(method, family, switches)]
    assert client.list_tool_names() == expected
    for name, method in METHODS.items():
        found = outcome(client, name)
        assert (found["type"] == "tool_disabled") == (name not in expected), (name, found)
        if name in expected and method.right and not groups:
            assert found == {"type": "permission_denied", "rule": method.right}, name
        if name in expected and groups:
            assert found["type"] not in {"permission_denied", "unexpected"}, (name, found)
    figures.record(
        "tools against switches and rights",
        tried=len(METHODS),
        of=len(SWITCHED_FAMILIES) * len(STATES) * 2 * len(METHODS),
    )


@pytest.mark.parametrize("family", SWITCHED_FAMILIES)
def test_compact_mode_agrees_too(world: World, handler: LambdaHandler, family: Family) -> None:
    client = caller(world, handler, {family: frozenset({READ})}, *SECURITY_GROUPS, compact=True)
    told = client.call_tool("search_tools").result["Families"]
    expected = [method for method in METHODS.values() if is_open(method, family, {READ})]
    assert sum(told.values()) == len(expected)
    for name, method in METHODS.items():
        found = outcome(client, name, compact=True)
        assert (found["type"] == "tool_disabled") == (method not in expected), name
        assert found == outcome(client, name), name


def test_every_right_that_a_tool_needs_can_be_had() -> None:
    rights = set().union(*SECURITY_GROUPS.values())
    assert {method.right for method in METHODS.values()} - {""} <= rights


def spellings(name: str) -> list[str]:
    """Spellings of the name that a client might try."""
    camel = "".join(part.title() for part in name.split("_"))
    wide = "".join(chr(ord(letter) + 0xFEE0) if letter.isalpha() else letter for letter in name)
    odd = [name.upper(), name.title(), camel, name.replace("_", "-"), name.replace("_", " "), name.replace("_", "")]
    return [name, *odd, wide, f" {name}", f"{name} ", f"{name}\0", f"affino_{name}", f"accounts.{name}", f"/{name}"]


@pytest.mark.parametrize("compact", [False, True], ids=["full list", "compact"])
def test_a_content_editor_never_sees_or_calls_a_crm_tool(
    world: World, handler: LambdaHandler, compact: bool, figures: Figures
) -> None:
    """The profile decides: the person has every right there is."""
    content: FamilyAccess = {Family.ARTICLES: frozenset(Access), Family.MEDIA_ITEMS: frozenset(Access)}
    client = caller(world, handler, content, *SECURITY_GROUPS, compact=compact)
    crm = [name for name, method in METHODS.items() if method.family in CRM]
    before = sorted(str(row) for row in world.database.list_rows(world.settings.records_table))
    listed = json.dumps(client.send_rpc("tools/list").document["result"])
    assert not [name for name in crm if f'"{name}"' in listed]
    odd = crm[:: 1 if IS_NIGHTLY else 5]
    tried = {name: spellings(name) if name in odd else [name] for name in crm}
    for name, given in tried.items():
        for spelling in given:
            found = outcome(client, spelling)["type"]
            assert found == ("tool_disabled" if spelling == name else UNKNOWN), spelling
            if compact:
                assert outcome(client, spelling, compact=True)["type"] == found
        if compact:
            assert client.call_tool("describe_tool", Name=name).error["type"] == "tool_disabled"
            assert name not in str(client.call_tool("search_tools", Search=name).result)
    for family in CRM:
        assert outcome(client, "list_record_history", Family=family, Code=1)["type"] == "tool_disabled"
        assert outcome(client, "undo_change", Family=family, Code=1, Version=1)["type"] == "tool_disabled"
    assert sorted(str(row) for row in world.database.list_rows(world.settings.records_table)) == before
    assert client.call_tool("get_current_user").result["Families"].keys() == set(content)
    figures.record("tools of other families by any name", tried=sum(map(len, tried.values())))
