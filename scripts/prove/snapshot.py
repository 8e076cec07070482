"""A function that starts from a snapshot: ready without credentials, it finds them when it is restored, and serves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from affino_mcp.clock import format_iso, utc_now
from affino_mcp.local.stores import EMULATOR_ACCOUNT_KEY
from scripts.build import Build
from scripts.prove.emulated import EmulatedService
from scripts.prove.quiet_server import QuietHandler, QuietServer
from scripts.prove.runtime_client import FunctionCaller, running_endpoint
from scripts.prove.slow_store import slow_store

READY_SECONDS = 60
CALLS = 2


@dataclass(frozen=True)
class RestoreFigures:
    """What the function asked for before its snapshot, and what of its calls afterwards was answered well."""

    store_requests_before: int
    credential_requests_before: int
    credential_requests: int
    answered: int

    @property
    def faults(self) -> list[str]:
        """Everything that is not as it should be, by name."""
        found = [f"{self.store_requests_before} store calls before the snapshot"] if self.store_requests_before else []
        found += ["credentials are in the snapshot"] if self.credential_requests_before else []
        found += [] if self.credential_requests else ["no credentials were looked up after the restore"]
        return found + ([] if self.answered == CALLS else [f"{self.answered} of {CALLS} calls answered"])


class CredentialServer:
    """Gives credentials to a restored function, as Lambda does, and counts how often it is asked."""

    def __init__(self) -> None:
        self.requests = 0
        self._server = QuietServer(self._handler_class())

    @property
    def url(self) -> str:
        """What AWS_CONTAINER_CREDENTIALS_FULL_URI holds."""
        return f"http://{self._server.address}/credentials"

    def close(self) -> None:
        """Stops the server."""
        self._server.close()

    def _handler_class(server) -> type[QuietHandler]:  # noqa: N805 (`self` is the request below)
        class Handler(QuietHandler):
            def do_GET(self) -> None:  # noqa: N802 (a name of http.server)
                """Gives the credentials of the emulator's account, for an hour."""
                server.requests += 1
                key = {"AccessKeyId": EMULATOR_ACCOUNT_KEY, "SecretAccessKey": EMULATOR_ACCOUNT_KEY, "Token": "t"}
                given = key | {"Expiration": format_iso(utc_now() + timedelta(hours=1))}
                self.send_answer(200, {"Content-Type": "application/json"}, json.dumps(given).encode())

        return Handler


@contextmanager
def _credential_server() -> Iterator[CredentialServer]:
    server = CredentialServer()
    try:
        yield server
    finally:
        server.close()


def prove_restore(emulated: EmulatedService, build: Build, log: Path) -> RestoreFigures:
    """Starts the MCP endpoint as for a snapshot, restores it, and calls it; gives the figures."""
    with _credential_server() as keys, slow_store(emulated.settings.aws_endpoint) as store:
        environment = {
            "AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start",
            "AWS_ACCESS_KEY_ID": "",
            "AWS_SECRET_ACCESS_KEY": "",
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": keys.url,
            "AWS_CONTAINER_AUTHORIZATION_TOKEN": "restored",
        }
        with running_endpoint(emulated, store.url, build, log, **environment) as api:
            api.wait_for_snapshot(READY_SECONDS)
            before = store.requests, keys.requests
            api.restore()
            caller = FunctionCaller(api, emulated.headers)
            statuses = [caller.call_tool("get_current_user")[0] for _ in range(CALLS)]
        return RestoreFigures(*before, keys.requests, statuses.count(200))
