"""What `local up` is told: the port, the folders and the options."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

from affino_mcp.local.places import CONNECTION_FILE, DEFAULT_PORT, LOOPBACK, STATE_FOLDER
from affino_mcp.settings import Settings
from affino_mcp.store.signing import make_key_file
from affino_mcp.value_class import value_class

READY_FILE: Final = "ready"
DIGEST_KEY_FILE: Final = "digest-key.pem"
NOTICES_FILE: Final = "notices.log"
"""The file of the state folder to which notices are appended."""


@value_class
class LocalPlan:
    """The port, the folders and the options of `local up`; `fresh` deletes the state first.

    `remote` runs two services: the demo's instance one port further, and the service of `port` in front of it.
    """

    port: int = DEFAULT_PORT
    state: Path = STATE_FOLDER
    connection: Path = CONNECTION_FILE
    fresh: bool = False
    remote: bool = False

    @property
    def instance_plan(self) -> LocalPlan:
        """The plan of the instance behind a gateway: one port further."""
        return replace(self, port=self.port + 1, remote=False)

    @property
    def url(self) -> str:
        """The base URL of the service."""
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def ready_file(self) -> Path:
        """The file that exists while the service is ready: its process id and its connection file, one line each."""
        return self.state / READY_FILE


def local_settings(plan: LocalPlan, endpoint: str) -> Settings:
    """The settings of the service of this plan, with the emulator at this endpoint."""
    return Settings(
        aws_endpoint=endpoint,
        allowed_origins=plan.url,
        public_url=plan.url,
        digest_key=_make_digest_key(plan),
        notices=str((plan.state / NOTICES_FILE).resolve()),
    )


def _make_digest_key(plan: LocalPlan) -> str:
    """Makes the key file of the API Log's digests in the state folder unless it is there; gives its whole path."""
    path = (plan.state / DIGEST_KEY_FILE).resolve()
    make_key_file(path)
    return str(path)
