"""What a function answers, as Lambda counts it: the JSON of the whole answer, with every text in it escaped."""

from __future__ import annotations

import json
from contextlib import closing
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affino_mcp import wiring
from affino_mcp.gate.identity.permissions import SECURITY_GROUPS
from affino_mcp.http.answer_bound import MAX_ANSWER_BYTES
from affino_mcp.http.api_gateway import AsgiLambdaHandler
from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
from tests.world import Headers, World

LONGEST_BODY = 8000
PIECES = ['"', "\\", "\u6f22", "\U0001f600", "<b>&</b>", "word ", "\n"]


def answer_bytes(answer: dict[str, Any]) -> int:
    return len(json.dumps(answer, ensure_ascii=False).encode())


def everything(world: World) -> Headers:
    """The headers of a person with every right, at a profile with every family."""
    code = world.create_person("Una", "Mighty", *SECURITY_GROUPS)
    return world.log_in(world.create_profile(), code)


def call_of(tool: str, **arguments: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": tool, "arguments": arguments}}


def result_of(answer: dict[str, Any]) -> dict[str, Any]:
    """What a call that was done has given."""
    document = json.loads(answer["body"])
    assert answer["statusCode"] == 200, document
    assert not document["result"].get("isError"), document
    found: dict[str, Any] = document["result"]["structuredContent"]
    return found


def test_the_list_of_all_tools(world: World, handler: LambdaHandler) -> None:
    asked = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
    answer = handler(world.make_event(asked, everything(world)), None)
    assert answer["statusCode"] == 200
    assert answer_bytes(answer) < MAX_ANSWER_BYTES / 10


@pytest.mark.parametrize("path", ["/", "/hub", "/rest/{dbname}/openapi.json"])
def test_a_page_of_the_login(world: World, path: str) -> None:
    app = wiring.build_login_function(world.settings, world.stores, world.clock)
    asked = path.format(dbname=world.settings.instance)
    with closing(AsgiLambdaHandler(app, world.settings.stage)) as login:
        answer = login(world.make_event(None, {}, path=asked, method="GET"), None)
    assert answer["statusCode"] in {200, 303}
    assert answer_bytes(answer) < MAX_ANSWER_BYTES / 10


@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=4).map("".join))
@settings(max_examples=10)
def test_the_longest_text_of_any_characters(text: str) -> None:
    world = World()
    with closing(world.new_handler()) as handler:
        headers = everything(world)
        body = ("a" + text * LONGEST_BODY)[:LONGEST_BODY]
        account = call_of("create_account", Name="Orbital")
        code = result_of(handler(world.make_event(account, headers), None))["Account"]["AccountCode"]
        made = handler(world.make_event(call_of("create_note", Body=body, AccountCode=code), headers), None)
        note = result_of(made)["Note"]["NoteCode"]
        read = handler(world.make_event(call_of("get_note", NoteCode=note), headers), None)
    assert result_of(read)["Note"]["Body"]
    assert max(answer_bytes(made), answer_bytes(read)) < MAX_ANSWER_BYTES / 5
