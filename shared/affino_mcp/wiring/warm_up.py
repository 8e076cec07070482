"""Warms a process up before a snapshot is taken of it: whole calls of a person who does not exist, on stores in memory.

What runs for the first time takes twice the CPU, and a restored process would spend it on its first caller (decision 0125).
Nothing of it stays but what any call leaves in a process: no store is asked, no row and no log line is written, and the
gate and the dispatch of these calls are thrown away with their caches and counters.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from affino_mcp import observability
from affino_mcp.catalogue.capability import SWITCHED_FAMILIES, Access
from affino_mcp.clock import utc_now
from affino_mcp.gate.people.people import People
from affino_mcp.gate.profiles.profiles import FamilyAccess, Profiles
from affino_mcp.gate.sessions.sessions import Sessions
from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
from affino_mcp.settings import Settings
from affino_mcp.store.connections import ConnectionPool
from affino_mcp.store.credentials import FixedCredentials
from affino_mcp.store.dynamodb import DYNAMODB_TARGET, DynamoDatabase
from affino_mcp.store.secrets import AwsSecretStore
from affino_mcp.store.signature_v4 import AwsKeys
from affino_mcp.store.warm_up_network import WarmUpNetwork
from affino_mcp.store.wire import AwsJsonEndpoint
from affino_mcp.wiring import build_mcp_app
from affino_mcp.wiring.stores import Stores

ROUNDS: Final = 10
"""After eight rounds Python has replaced the byte-code of what runs by its faster forms (PEP 659)."""
REVISION: Final = "2025-06-18"
_ADDRESS, _NAME = "http://warm-up.invalid", "Warm-up"
_CALLS: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    ("initialize", {"protocolVersion": REVISION, "capabilities": {}, "clientInfo": {"name": _NAME, "version": "1"}}),
    ("tools/list", {}),
    ("tools/call", {"name": "get_current_user", "arguments": {}}),
    ("tools/call", {"name": "list_accounts", "arguments": {"PageSize": 5}}),
    ("tools/call", {"name": "create_account", "arguments": {"Name": _NAME}}),
)

Headers = Mapping[str, str]


class WarmUpRefused(Exception):
    """A call of the warm-up was not answered well, so that the next ones would warm nothing."""


def warm_up(settings: Settings, network: WarmUpNetwork | None = None) -> None:
    """Carries out calls over `network`, by default one in memory; a fault ends them with a log line, and raises nothing.

    A process that is not warm answers as well as another, so that no fault may keep it from starting.
    """
    try:
        with observability.discarded_lines():
            _carry_out_calls(replace(settings, instance_url=""), network or WarmUpNetwork())
    except Exception as error:  # noqa: BLE001
        observability.log_fault("warm-up failed", {"error": type(error).__name__})


def _carry_out_calls(settings: Settings, network: WarmUpNetwork) -> None:
    stores = _make_stores(settings, network)
    headers = _open_session(stores, settings)
    handler = LambdaHandler(build_mcp_app(settings, stores, in_thread=False), settings.stage)
    for event in _events(headers):
        answer = handler(event, None)
        if answer["statusCode"] != 200 or '"isError":true' in answer["body"]:
            raise WarmUpRefused


def _make_stores(settings: Settings, network: WarmUpNetwork) -> Stores:
    keys = FixedCredentials(AwsKeys(_NAME, _NAME))

    def endpoint(service: str, target: str, version: str) -> AwsJsonEndpoint:
        connections = ConnectionPool(_ADDRESS, network.connect)
        return AwsJsonEndpoint(service, target, version, connections, settings.region, keys)

    database = DynamoDatabase(endpoint("dynamodb", DYNAMODB_TARGET, "1.0"))
    secrets = AwsSecretStore(endpoint("secretsmanager", "secretsmanager", "1.1"))
    return Stores(database, secrets, start_read=database.start_get_many)


def _open_session(stores: Stores, settings: Settings) -> Headers:
    """The credentials of a profile that allows everything and of a person's session."""
    everything: FamilyAccess = {family: frozenset(Access) for family in SWITCHED_FAMILIES}
    profile = Profiles(stores.database, stores.secrets, settings, utc_now).create(_NAME, everything)
    People(stores.database, settings, utc_now).create(1, _NAME, "warm-up@example.org", ["Sales Managers"])
    session = Sessions(stores.database, settings, utc_now).create_session(1, profile.key)
    return {
        "accept": "application/json, text/event-stream",
        "content-type": "application/json",
        "host": "warm-up.example.org",
        "mcp-protocol-version": REVISION,
        "x-api-key": profile.key,
        "x-api-secret": profile.secret,
        "authorization": f"Bearer {session.access_token}",
    }


def _events(headers: Headers) -> Iterator[dict[str, Any]]:
    """API Gateway's events of all calls."""
    for _ in range(ROUNDS):
        for method, params in _CALLS:
            yield {
                "resource": "/mcp",
                "path": "/mcp",
                "httpMethod": "POST",
                "headers": headers,
                "multiValueHeaders": {name: [value] for name, value in headers.items()},
                "requestContext": {"requestId": _NAME, "identity": {"sourceIp": "192.0.2.1"}},
                "body": json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}),
                "isBase64Encoded": False,
            }
