"""Hosted clients with the documents that their vendors publish, through the hour that a token lives and beyond it."""

from __future__ import annotations

import pytest

from tests.clients.oauth_clients import ALL_CLIENTS, CHATGPT, CLAUDE_AI, HostedClient
from tests.clients.oauth_handshake import is_dead
from tests.flow.hosted_stage import hosted

MINUTES_WITHOUT_A_REFRESH = 70


@pytest.mark.parametrize("client", ALL_CLIENTS, ids=lambda client: client.name)
def test_the_whole_way_in_and_out(client: HostedClient) -> None:
    with hosted(client) as stage:
        handshake, person = stage.handshake(), stage.person()
        handshake.discover()
        handshake.connect(person, stage.profile)
        assert handshake.work() == stage.name
        assert (handshake.refresh().status, handshake.work()) == (200, stage.name)
        rows = stage.stage.world.audit_rows()
        proof = "cimd" if client.document_id else "secret" if handshake.secret else "none"
        assert {(row["client_id"], row["client_proof"], row["door"]) for row in rows} == {
            (handshake.client_id, proof, "oauth")
        }
        assert len(stage.host.requests if stage.host else [client]) == 1, "one fetch, however often it asks"
        person.log_out_everywhere()
        assert is_dead(handshake)


@pytest.mark.parametrize("client", [CHATGPT, CLAUDE_AI], ids=lambda client: client.name)
def test_a_client_that_refreshes_only_when_it_is_refused(client: HostedClient) -> None:
    with hosted(client) as stage:
        handshake = stage.handshake()
        handshake.discover()
        handshake.connect(stage.person(), stage.profile)
        stage.stage.world.clock.move(minutes=MINUTES_WITHOUT_A_REFRESH)
        if stage.host:
            stage.host.answers.clear()
        refused = handshake.rpc("2025-06-18", "tools/list")
        assert (refused.status, "resource_metadata=" in refused.header("www-authenticate")) == (401, True)
        assert (handshake.refresh().status, handshake.work()) == (200, stage.name)


def test_the_page_names_the_host_that_proves_the_app() -> None:
    with hosted(CLAUDE_AI) as stage:
        handshake = stage.handshake()
        handshake.discover()
        page = stage.stage.browser.get(
            stage.stage.browser.get("/oauth/authorize", params=handshake.request_parameters()).headers["location"]
        )
        assert "claude.ai" in page.text
        assert "vendor.example" not in page.text
