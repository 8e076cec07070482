"""On a confirming profile the person confirms every call that deletes, moderates or publishes."""

from __future__ import annotations

from typing import Any

import pytest

from affino_mcp.catalogue.method import Method
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
from tests.flow import crm
from tests.flow.confirming import FORMS, NO, YES, Modern, Scene
from tests.world import World, WorldClient


@pytest.fixture
def scene(world: World, handler: LambdaHandler) -> Scene:
    return Scene(world, handler)


@pytest.fixture
def account(scene: Scene) -> int:
    return crm.account(scene.free)


def test_an_older_client_asks_and_calls_again(scene: Scene, account: int) -> None:
    before = scene.stored()
    error = scene.old.call_tool("delete_account", AccountCode=account).error
    assert (error["type"], error["details"]["argument"]) == ("confirmation_required", "Confirm")
    assert scene.stored() == before
    row = scene.row()
    assert (row["outcome"], row["status"], row["error"]["type"], row["confirmed"]) == (
        "error", 409, "confirmation_required", "",
    )  # fmt: skip
    assert scene.old.call_tool("delete_account", AccountCode=account, Confirm=True).result["Deleted"] is True
    row = scene.row()
    assert (row["status"], row["confirmed"], row["arguments"]["Confirm"]) == (200, "by argument", True)


def test_a_form_is_shown_and_answered(scene: Scene, account: int) -> None:
    before = scene.stored()
    asked = scene.modern.asked("delete_account", AccountCode=account)
    params = asked["inputRequests"]["confirm"]["params"]
    assert (asked["inputRequests"]["confirm"]["method"], params["mode"]) == ("elicitation/create", "form")
    assert params["requestedSchema"]["properties"].keys() == {"confirm"}
    assert "delete_account" in params["message"]
    assert f"account {account} 'Orbital Labs'" in params["message"]
    assert asked["_meta"]["io.modelcontextprotocol/serverInfo"]["name"] == "affino-mcp"
    assert scene.stored() == before
    assert (scene.row()["status"], scene.row()["error"]["type"]) == (409, "confirmation_required")
    done = scene.modern.answered("delete_account", YES, asked["requestState"], AccountCode=account)
    assert done.result["Deleted"] is True
    assert (scene.row()["status"], scene.row()["confirmed"]) == (200, "by form")


@pytest.mark.parametrize("answer", NO.values(), ids=list(NO))
def test_a_person_who_does_not_agree_is_obeyed(scene: Scene, account: int, answer: dict[str, Any]) -> None:
    state, before = scene.modern.asked("delete_account", AccountCode=account)["requestState"], scene.stored()
    error = scene.modern.answered("delete_account", answer, state, AccountCode=account).error
    assert (error["type"], error["details"]["denied_by"]) == ("not_confirmed", "person")
    assert scene.stored() == before
    row = scene.row()
    assert (row["outcome"], row["status"], row["error"]["type"], row["confirmed"]) == (
        "error",
        403,
        "not_confirmed",
        "",
    )


def test_the_agent_cannot_answer_for_the_person(scene: Scene, account: int) -> None:
    asked = scene.modern.asked("delete_account", AccountCode=account, Confirm=True)
    answered = scene.modern.answered(
        "delete_account", NO["decline"], asked["requestState"], AccountCode=account, Confirm=True
    )
    assert answered.error["type"] == "not_confirmed"


DECLARED: dict[str, tuple[dict[str, Any], bool]] = {
    "nothing": ({}, False),
    "addresses only": ({"elicitation": {"url": {}}}, False),
    "forms as of old": ({"elicitation": {}}, True),
    "forms": ({"elicitation": {"form": {}}}, True),
    "both": (FORMS, True),
}


@pytest.mark.parametrize(("capabilities", "asks"), DECLARED.values(), ids=list(DECLARED))
def test_only_a_client_that_shows_forms_is_sent_one(
    scene: Scene, account: int, capabilities: dict[str, Any], asks: bool
) -> None:
    client = Modern(scene.world, scene.handler, scene.modern.headers, capabilities)
    result = client.call_tool("delete_account", AccountCode=account).document["result"]
    assert (result["resultType"] == "input_required") == asks
    again = client.call_tool("delete_account", AccountCode=account, Confirm=True).document["result"]
    assert (again["resultType"] == "input_required") == asks


def test_a_client_of_2025_is_sent_no_form_whatever_it_declares(scene: Scene, account: int) -> None:
    meta = {"io.modelcontextprotocol/clientCapabilities": FORMS}
    answer = scene.old.send_rpc("tools/call", name="delete_account", arguments={"AccountCode": account}, _meta=meta)
    assert answer.error["type"] == "confirmation_required"


def test_other_profiles_and_rehearsals_are_never_asked(scene: Scene, account: int) -> None:
    for client in (scene.old, scene.modern):
        assert client.call_tool("delete_account", AccountCode=account, DryRun=True).result["DryRun"] is True
    answer = scene.free.call_tool("delete_account", AccountCode=account, Confirm=True).result
    assert answer["Deleted"] is True
    assert crm.codes(answer["Warnings"]) == ["UNKNOWN_ARGUMENT"]
    assert scene.row()["confirmed"] == ""


@pytest.mark.parametrize("confirm", [{}, {"Confirm": True}], ids=["not confirmed", "confirmed"])
def test_missing_rights_records_and_links_come_first(scene: Scene, account: int, confirm: dict[str, Any]) -> None:
    weak = scene.world.create_person("Wes", "Weak", "Sales")
    reader = WorldClient(scene.world, scene.handler, scene.world.log_in(scene.profile, weak))
    assert reader.call_tool("delete_account", AccountCode=account, **confirm).error["type"] == "permission_denied"
    crm.opportunity(scene.free, account)
    for client in (scene.old, scene.modern):
        assert client.call_tool("delete_account", AccountCode=4711, **confirm).error["type"] == "not_found"
        assert client.call_tool("delete_account", AccountCode=account, **confirm).error["type"] == "conflict"


def test_an_option_is_obeyed_at_the_next_call(scene: Scene, account: int) -> None:
    world, key = scene.world, scene.profile.key
    world.profiles.change(key, confirm=False)
    assert scene.old.call_tool("delete_account", AccountCode=account).result["Deleted"] is True
    other = crm.account(scene.free, "Other")
    world.profiles.change(key, confirm=True)
    assert scene.old.call_tool("delete_account", AccountCode=other).error["type"] == "confirmation_required"


def _anything(method: Method) -> dict[str, Any]:
    """A value for each required argument, of records that do not exist."""
    kinds = {field.name: field.kind.schema for field in method.all_arguments if field.required}
    return {
        name: schema["enum"][0] if "enum" in schema else 4711 if schema.get("type") == "integer" else "x"
        for name, schema in kinds.items()
    }


@pytest.mark.parametrize(
    "groups", [(), ("Sales Managers", "Publishers", "Community")], ids=["no rights", "many rights"]
)
@pytest.mark.parametrize("given", ["nothing", "records that do not exist"])
def test_every_method_refuses_as_it_does_without_the_option(scene: Scene, groups: tuple[str, ...], given: str) -> None:
    code = scene.world.create_person("Wes", "Weak", *groups)
    free, careful = (
        WorldClient(scene.world, scene.handler, scene.world.log_in(profile, code))
        for profile in (scene.world.create_profile("another"), scene.profile)
    )
    refused = set()
    for name, method in METHODS.items():
        arguments = _anything(method) if given != "nothing" else {}
        answers = [client.call_tool(name, **arguments).document["result"] for client in (free, careful)]
        if answers[0].get("isError"):
            assert answers[0] == answers[1], name
            refused.add(name)
    grave = {name for name, method in METHODS.items() if method.always_needs_confirmation}
    assert refused >= grave - {"moderate_pending"}  # it answers each record that is not there in its result
