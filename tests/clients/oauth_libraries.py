"""The two Python libraries' own OAuth clients, with a person in the place of the browser."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import anyio.to_thread
import fastmcp
import httpx
import httpx2
import pytest
from fastmcp.client.auth import OAuth
from fastmcp.client.transports import StreamableHttpTransport
from mcp.client import Client
from mcp.client.auth import OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import AuthorizationCodeResult, OAuthClientInformationFull, OAuthClientMetadata, OAuthToken
from pydantic import AnyUrl

from affino_mcp.local.network import NO_TLS_CONTEXT
from tests.clients.oauth_door import OAuthDoor
from tests.clients.python_agents import Mode

CALLBACK = "http://127.0.0.1:8787/callback"
SCRIPTLESS = "http://localhost/callback"


class KeptTokens:
    """What the SDK's client keeps: its registration and its tokens."""

    def __init__(self, client_id: str) -> None:
        self.tokens: OAuthToken | None = None
        self.client: OAuthClientInformationFull | None = OAuthClientInformationFull(
            client_id=client_id, redirect_uris=[AnyUrl(CALLBACK)], token_endpoint_auth_method="none"
        )

    async def get_tokens(self) -> OAuthToken | None:
        return self.tokens

    async def set_tokens(self, tokens: OAuthToken) -> None:
        self.tokens = tokens

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        return self.client

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        self.client = client_info


class SdkAnswer:
    """Hands the address to the person, and their answer to the SDK's client."""

    def __init__(self, door: OAuthDoor) -> None:
        self._door, self._answer = door, ""

    async def redirect(self, address: str) -> None:
        self._answer = await anyio.to_thread.run_sync(self._door.person().consent, address, self._door.profile)

    async def receive(self) -> AuthorizationCodeResult:
        told = dict(parse_qsl(urlsplit(self._answer).query))
        return AuthorizationCodeResult(code=told["code"], state=told["state"], iss=told["iss"])


def sdk_auth(door: OAuthDoor, kept: KeptTokens) -> OAuthClientProvider:
    """The SDK's OAuth provider."""
    answer, about = SdkAnswer(door), OAuthClientMetadata(redirect_uris=[AnyUrl(CALLBACK)], client_name="SDK")
    return OAuthClientProvider(door.url, about, kept, answer.redirect, answer.receive)


@asynccontextmanager
async def sdk_client(door: OAuthDoor, auth: OAuthClientProvider, mode: Mode) -> AsyncIterator[Client]:
    """The SDK's client."""
    async with (
        httpx2.AsyncClient(auth=auth, verify=NO_TLS_CONTEXT, trust_env=False) as http,
        Client(streamable_http_client(door.url, http_client=http), mode=mode) as client,
    ):
        yield client


@asynccontextmanager
async def fastmcp_client(door: OAuthDoor, client_id: str, mode: Mode) -> AsyncIterator[fastmcp.Client[Any]]:
    """FastMCP's client with its OAuth, which listens itself for the answer."""
    with pytest.warns(UserWarning, match="in-memory token storage"):
        auth = OAuth(door.url, client_id=client_id)
    async with fastmcp.Client(StreamableHttpTransport(door.url, auth=auth), mode=mode) as client:
        yield client


def open_as_person(door: OAuthDoor, address: str) -> bool:
    """What opens a browser for FastMCP: a person consents, and the answer is brought as soon as somebody listens."""
    threading.Thread(target=_consent_and_bring, args=(door, address), daemon=True).start()
    return True


def _consent_and_bring(door: OAuthDoor, address: str) -> None:
    back = door.person().consent(address, door.profile)
    with httpx.Client(transport=httpx.HTTPTransport(verify=NO_TLS_CONTEXT, retries=5), trust_env=False) as client:
        client.get(back)
