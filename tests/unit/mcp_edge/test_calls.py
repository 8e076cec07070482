"""Tool calls through the edge: what reaches dispatch, and how its answers look in both eras."""

from __future__ import annotations

import base64
import json

import pytest

from affino_mcp.dispatch import ToolAnswer
from affino_mcp.errors import Unavailable, UnknownTool
from tests.unit.mcp_edge.edge import BOTH, MODERN, Edge, load

SECRET = "hunter2-must-not-appear"


@pytest.mark.parametrize("name", ["mcp_call", "mcp_legacy_call"])
def test_a_call_reaches_dispatch_with_the_caller_and_unchanged_arguments(edge: Edge, name: str) -> None:
    edge.answer(load(name))
    ((who, tool, arguments, meta),) = edge.desk.calls
    assert (who.person.name, tool, arguments) == ("Jane Doe", "list_accounts", {"PageSize": 3})
    assert meta.request_id == load(name)["requestContext"]["requestId"]
    assert meta.source == "203.0.113.7"
    assert (meta.client_name, meta.client_version) == ("example-agent", "1.0")


@pytest.mark.parametrize("era", BOTH)
def test_the_answer_is_structured_and_the_same_json_as_text(edge: Edge, era: str) -> None:
    edge.desk.answer = ToolAnswer({"Account": {"Name": "Müller ☕ 東京"}, "Warnings": []})
    result = edge.call("get_account", {"AccountCode": 1}, era).result
    assert result["structuredContent"] == edge.desk.answer.body
    assert json.loads(result["content"][0]["text"]) == edge.desk.answer.body
    assert not result["isError"]


@pytest.mark.parametrize("era", BOTH)
def test_an_error_of_the_tool_is_a_result_with_is_error(edge: Edge, era: str) -> None:
    error = {"error": {"code": -111, "type": "tool_disabled", "message": "Off.", "details": {"rule": "notes.write"}}}
    edge.desk.answer = ToolAnswer(error, is_error=True)
    seen = edge.call("create_note", {"Body": "x"}, era)
    assert (seen.status, seen.result["isError"]) == (200, True)
    assert seen.result["structuredContent"] == error


@pytest.mark.parametrize(("era", "status"), [(MODERN, 400), ("2025-06-18", 200)])
def test_an_unknown_tool_is_a_protocol_error_and_still_reaches_dispatch(edge: Edge, era: str, status: int) -> None:
    edge.desk.error = UnknownTool()
    seen = edge.call("drop_everything", {"x": 1}, era)
    assert (seen.status, seen.error["code"], seen.error["message"]) == (status, -32602, UnknownTool.text)
    assert [call[1] for call in edge.desk.calls] == ["drop_everything"]


@pytest.mark.parametrize("tool", ["get_account", "no_such_tool"])
@pytest.mark.parametrize("era", BOTH)
def test_a_store_that_is_down_turns_the_whole_answer_into_503(edge: Edge, era: str, tool: str) -> None:
    edge.desk.error = Unavailable(retry_after=1.2)
    seen = edge.call(tool, era=era, message_id="call-7")
    assert (seen.status, seen.headers["retry-after"]) == (503, "2")
    assert (seen.json["id"], seen.error["data"]["type"], seen.error["data"]["retry_after"]) == (
        "call-7",
        "unavailable",
        1.2,
    )


@pytest.mark.parametrize("tool", ["get_account", "no_such_tool"])
@pytest.mark.parametrize("era", BOTH)
def test_no_exception_text_ever_leaves(
    edge: Edge, era: str, tool: str, lines: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    edge.desk.error = RuntimeError(SECRET)
    seen = edge.call(tool, era=era)
    assert seen.status == 200
    assert seen.result["structuredContent"]["error"]["type"] == "unexpected"
    written = capfd.readouterr()
    assert len(lines) == 1
    assert SECRET not in "".join((seen.body, written.out, written.err, *lines))


@pytest.mark.parametrize("era", BOTH)
def test_an_exception_while_listing_has_our_words(
    edge: Edge, era: str, lines: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    class Broken:
        def __getattr__(self, name: str) -> None:
            raise RuntimeError(SECRET)

    edge.door.caller = edge.door.caller.__class__(Broken(), None, None, edge.door.caller.rate)  # type: ignore[arg-type]
    seen = edge.send("tools/list", era=era)
    written = capfd.readouterr()
    assert (seen.status, seen.error["code"]) in {(200, -32603), (500, -32603)}
    assert len(lines) == 1
    assert SECRET not in "".join((seen.body, written.out, written.err, *lines))


def test_arguments_are_never_checked_or_echoed_by_the_libraries(edge: Edge) -> None:
    arguments = {"AccountCode": {"deep": [SECRET, 1.5, None]}, "nonsense": SECRET}
    edge.call("get_account", arguments)
    assert edge.desk.calls[0][2] == arguments


def test_actor_in_meta_or_arguments_changes_nothing(edge: Edge) -> None:
    meta = {"affino/person": 1, "user": "root"}
    edge.call("get_account", {"UserCode": 1, "_meta": meta}, "2025-06-18")
    assert edge.desk.calls[0][0] is edge.door.caller


def test_a_body_that_the_gateway_encoded_is_decoded(edge: Edge) -> None:
    given = load("mcp_call")
    encoded = base64.b64encode(given["body"].encode()).decode()
    assert edge.answer(given | {"body": encoded, "isBase64Encoded": True}).status == 200
    assert edge.desk.calls[0][2] == {"PageSize": 3}
