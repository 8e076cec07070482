"""The handshakes of hosted clients before the running service; all are registered there, and none needs its vendor's host."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.clients.oauth_clients import ALL_CLIENTS, CLAUDE_AI, CLAUDE_CODE, GEMINI_ENTERPRISE, LEGACY, HostedClient
from tests.clients.oauth_door import OAuthDoor
from tests.clients.oauth_handshake import is_dead


@pytest.mark.parametrize("client", ALL_CLIENTS, ids=lambda client: client.name)
def test_the_whole_way_in_and_out(oauth_door: OAuthDoor, client: HostedClient) -> None:
    handshake, person = oauth_door.handshake(client), oauth_door.person()
    handshake.discover()
    handshake.connect(person, oauth_door.profile)
    assert handshake.work() == oauth_door.name
    before = handshake.tokens["access_token"]
    assert handshake.refresh().status == 200
    assert (handshake.work(), handshake.work(before)) == (oauth_door.name, oauth_door.name)
    person.log_out_everywhere()
    assert is_dead(handshake)


def test_two_processes_that_share_one_token_both_go_on(oauth_door: OAuthDoor) -> None:
    handshake = oauth_door.connected(CLAUDE_CODE)
    shared = handshake.tokens["refresh_token"]
    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(handshake.exchange, [shared, shared]))
    (issued,) = [answer for answer in answers if answer.status == 200]
    (refused,) = [answer for answer in answers if answer.status != 200]
    assert (refused.status, refused.document["error"]) == (400, "invalid_grant")
    assert handshake.work() == handshake.work(issued.document["access_token"]) == oauth_door.name


def test_what_was_unticked_is_not_listed(oauth_door: OAuthDoor) -> None:
    handshake = oauth_door.handshake(CLAUDE_AI)
    handshake.discover()
    handshake.connect(oauth_door.person(), oauth_door.profile, untick="accounts:write")
    listed = handshake.rpc(LEGACY, "tools/list").document["result"]["tools"]
    names = {tool["name"] for tool in listed}
    assert ("list_accounts" in names, "create_account" in names) == (True, False)


def test_the_log_names_the_app_and_its_removal_ends_what_it_holds(oauth_door: OAuthDoor) -> None:
    handshake = oauth_door.connected(GEMINI_ENTERPRISE)
    handshake.work()
    row, *_ = oauth_door.calls(handshake.client_id)
    found = (row["client_id"], row["client_proof"], row["door"], row["profile"], row["method"])
    assert found == (handshake.client_id, "secret", "oauth", oauth_door.profile, "get_current_user")
    oauth_door.service.command("app", "remove", handshake.client_id, "--yes")
    assert handshake.rpc(LEGACY, "tools/list").status == 401
    refused = handshake.refresh()
    assert (refused.status, refused.document["error"]) == (401, "invalid_client")
